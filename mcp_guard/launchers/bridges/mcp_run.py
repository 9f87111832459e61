"""`mcp run` (modelcontextprotocol/python-sdk: src/mcp/cli/cli.py) and `fastmcp run`: the script of a server."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcp_guard.launchers.command import Command, Step, Unclear, static
from mcp_guard.launchers.files import Tracked, script
from mcp_guard.launchers.options import Flags, walk, words

# `--with` and the like install packages of their own: they are left out on purpose.
FLAGS = Flags("run", value=words("-t --transport --host -p --port --path -l --log-level"), boolean=words("--no-banner"))
_SCRIPT = re.compile(r"(?P<path>(?:[A-Za-z]:[\\/])?[^:]+\.py)(?::\w+)?")


def read(command: Command, tracked: Tracked) -> Iterator[Step]:
    """`run [flags] FILE[:object] [flags]`."""
    if [token.text for token in command.argv[1:2]] != ["run"]:
        raise Unclear(
            "mcp-guard reads no other command of it than `run`", (*command.argv[1:2], command.program)[0].word
        )
    before = walk(command.argv[2:], FLAGS)
    after = walk(before.rest[1:], FLAGS)
    if not before.rest or after.rest or before.dashes or after.dashes:
        raise Unclear("`run` is read only with one file", (*after.rest, command.program)[0].word)
    file = before.rest[0]
    match = _SCRIPT.fullmatch(static(file, "the script"))
    if match is None:
        raise Unclear("`run` is read only with a script, and this is none", file.word)
    yield from script(command, file.part(0, match.end("path")), tracked)
