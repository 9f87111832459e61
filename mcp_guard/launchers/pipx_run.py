"""`pipx run` (pypa/pipx: src/pipx/commands/run.py, main.py)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcp_guard.launchers.command import Command, Step, Token, Unclear, static
from mcp_guard.launchers.files import Tracked, resolve, script, tracked_file
from mcp_guard.launchers.inline_metadata import installed
from mcp_guard.launchers.options import Flags, Walk, walk, words
from mcp_guard.launchers.overrides import launch as overrides
from mcp_guard.launchers.packaged import started
from mcp_guard.launchers.specs.pypi import requirement
from mcp_guard.launchers.uv import refuse_interpreter
from mcp_guard.model import Package, PackageLaunch

# --pypackages and --python-args decide what runs in ways of their own: they are left out on purpose.
FLAGS = Flags(
    "pipx run",
    value=words("--spec --with --python --fetch-python --index-url -i --pip-args --cooldown --backend"),
    boolean=words(
        "--quiet -q --verbose -v --skip-maintenance --global --no-cache --refresh --no-path-check --path"
        " --fetch-missing-python --system-site-packages --editable -e"
    ),
    clusters=True,
)


def read(command: Command, tracked: Tracked) -> Iterator[Step]:
    """`pipx run [flags] app [arguments]`; with `--spec` the app is a program.

    pipx itself takes it from the package's environment alone; but where it hands over to uv (`--backend`, or uv on
    PATH in its later versions) it is whatever is on PATH.
    """
    if [token.text for token in command.argv[1:2]] != ["run"]:
        raise Unclear("mcp-guard reads no other pipx command than `pipx run`", command.program.word)
    walked = walk(command.argv[2:], FLAGS)
    if not walked.rest:
        raise Unclear("no package is named", command.program.word)
    refuse_interpreter(walked)
    sources = walked.values("--spec")
    if len(sources) > 1:
        raise Unclear("`--spec` is given twice", sources[1].word)
    if sources or not _is_script(command, walked, tracked):
        named = (*(sources or walked.rest[:1]), *walked.values("--with"))
        packages = tuple(_package(token) for token in named)
        yield PackageLaunch(packages, overrides("pypi", command, walked.options))
        inner = command.inner(walked.rest)._replace(packages=packages)
        yield from [inner] if sources else started(packages[0], inner, tracked)
        return
    yield from _script(command, walked, tracked)


def _is_script(command: Command, walked: Walk, tracked: Tracked) -> bool:
    """Whether pipx runs a file: it looks for one first, and what looks like one is never a package of the same name."""
    app = walked.rest[0]
    text = static(app, "what pipx runs")
    if walked.has("--path") or re.search(r"(?i)\.pyw?$", text):
        return True
    return command.directory is not None and tracked_file(resolve(command, app), tracked) is not None


def _package(token: Token) -> Package:
    """The package of a requirement; Unclear at `name@1.0`, a version for uv and a path for pip."""
    if re.fullmatch(r"[\w.-]+(?:\[[^\]]*\])?@[^:/\\]*", token.text):
        raise Unclear("what follows the `@` is a version or a path, as pipx uses uv or pip: write `==`", token.word)
    return requirement(token)


def _script(command: Command, walked: Walk, tracked: Tracked) -> Iterator[Step]:
    app: Token = walked.rest[0]
    if re.match(r"(?i)https?:", app.text):
        raise Unclear("pipx downloads the script when the server starts", app.word)
    moved = overrides("pypi", command, walked.options)
    if extra := tuple(requirement(token) for token in walked.values("--with")):
        yield PackageLaunch(extra, moved)
    yield from installed(command, app, moved, tracked)
    yield from script(command, app, tracked)
