"""`mcp run` (modelcontextprotocol/python-sdk: src/mcp/cli/cli.py) and `fastmcp run`: the script of a server."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcp_guard.launchers.command import Command, Step, Unclear, static
from mcp_guard.launchers.files import Tracked, script
from mcp_guard.launchers.options import Flags, walk, words
from mcp_guard.launchers.overrides import launch as overrides
from mcp_guard.launchers.remote import remote
from mcp_guard.launchers.uv import with_packages
from mcp_guard.model import PackageLaunch

# `--with-requirements`, `--python` and `--project` start or install what other files say: they are left out on purpose.
FLAGS = Flags(
    "run",
    value=words("-t --transport --host -p --port --path -l --log-level --with"),
    boolean=words("--no-banner --skip-env --skip-source --reload --no-reload --stateless"),
)
_SCRIPT = re.compile(r"(?P<path>(?:[A-Za-z]:[\\/])?[^:]+\.py)(?::\w+)?")
_OTHERS = {
    "dev": "`dev` fetches the inspector from npm, without a version: use `run`",
    "install": "`install` changes the config of a client, and starts nothing",
}


def read(command: Command, tracked: Tracked) -> Iterator[Step]:
    """`run [flags] FILE[:object] [flags]`, or a URL; `--with` installs a package beside."""
    first = (*command.argv[1:2], command.program)[0]
    if first.text != "run":
        raise Unclear(_OTHERS.get(first.text, "mcp-guard reads no other command of it than `run`"), first.word)
    before = walk(command.argv[2:], FLAGS)
    after = walk(before.rest[1:], FLAGS)
    if not before.rest or before.dashes or (after.rest and not after.dashes):
        raise Unclear("`run` is read only with one file", (*after.rest, command.program)[0].word)
    walked = before._replace(options=(*before.options, *after.options))
    if packages := tuple(with_packages(walked)):
        yield PackageLaunch(packages, overrides("pypi", command, walked.options))
    file = before.rest[0]
    if re.match(r"(?i)https?://", file.text):
        yield remote(file)
        return
    match = _SCRIPT.fullmatch(static(file, "the script"))
    if match is None:
        raise Unclear("`run` is read only with a script, and this is none", file.word)
    yield from script(command, file.part(0, match.end("path")), tracked)
