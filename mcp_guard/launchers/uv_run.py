"""`uv run` (astral-sh/uv: crates/uv/src/commands/project/run.rs)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcp_guard.launchers import python
from mcp_guard.launchers.command import Command, Scope, Step, Token, Unclear, static
from mcp_guard.launchers.files import Tracked, is_path, resolve, script, tracked_file
from mcp_guard.launchers.inline_metadata import installed
from mcp_guard.launchers.options import Flags, Option, Walk, walk, words
from mcp_guard.launchers.overrides import launch as overrides
from mcp_guard.launchers.uv import BOOLEAN, VALUE, refuse_interpreter, started_in, with_packages
from mcp_guard.model import Override, PackageLaunch

FLAGS = Flags(
    "uv run",
    VALUE
    | words("--extra --no-extra --group --no-group --only-group --package --max-recursion-depth --no-editable-package"),
    BOOLEAN
    | words(
        "-m --module -s --script --gui-script --frozen --locked --no-sync --no-project --no_workspace --all-extras"
        " --all-groups --dev --no-dev --only-dev --active --no-active --exact --no-exact --no-editable --all-packages"
        " --no-default-groups --inexact --editable --no-all-extras --no-frozen --no-locked"
    ),
    clusters=True,
)


def run(command: Command, before: tuple[Option, ...], tokens: tuple[Token, ...], tracked: Tracked) -> Iterator[Step]:
    """The packages of `--with`, and the script, module or program that runs with them.

    A program that none of them is named like comes from the environment of the project, or else from PATH.
    """
    walked = walk(tokens, FLAGS)
    walked = walked._replace(options=(*before, *walked.options))
    refuse_interpreter(walked)
    packages = tuple(with_packages(walked))
    moved = overrides("pypi", command, walked.options)
    if packages:
        yield PackageLaunch(packages, moved)
    if not walked.rest:
        raise Unclear("`uv run` is given nothing to run", command.program.word)
    command = started_in(command, walked)._replace(packages=packages)
    scope: Scope = "project" if command.scope == "machine" and not walked.has("--no-project") else command.scope
    yield from _target(command.inner(walked.rest, scope), walked, moved, tracked)


def _target(command: Command, walked: Walk, moved: tuple[Override, ...], tracked: Tracked) -> Iterator[Step]:
    target = command.program
    text = static(target, "what `uv run` starts")
    if walked.has("-m", "--module"):
        yield from python.module(command, target, tracked)
    elif text == "-" or re.match(r"(?i)https?:", text):
        raise Unclear("`uv run` gets the script from elsewhere when the server starts", target.word)
    elif walked.has("-s", "--script", "--gui-script") or re.search(r"(?i)\.py[cw]?$", text):
        yield from installed(command, target, moved, tracked)
        interpreter = target._replace(text="python", start=None)  # not the one that the first line of the file names
        yield from script(command.inner((interpreter, *command.argv)), target, tracked)
    elif is_path(text) or _is_folder(command, target, tracked):
        yield from script(command, target, tracked, ("", "/__main__.py"))
    else:
        yield command


def _is_folder(command: Command, target: Token, tracked: Tracked) -> bool:
    known = command.directory is not None
    return known and tracked_file(resolve(command, target), tracked, ("/__main__.py",)) is not None
