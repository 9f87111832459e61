"""`npx` of npm 7 and later (npm/cli: bin/npx-cli.js, lib/commands/exec.js).

Everything after the package goes to the server. With `-p`/`--package` the positional argument is a program.
"""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.launchers import local_first, npm_family
from mcp_guard.launchers.command import Command, Step, Unclear, static
from mcp_guard.launchers.files import INSTALLED, Tracked, enter
from mcp_guard.launchers.npm_flags import NPX
from mcp_guard.launchers.options import Walk, walk
from mcp_guard.launchers.shell import simple_command
from mcp_guard.launchers.specs.npm import npm

WORKSPACES = ("-w", "--workspace", "-ws", "--workspaces", "-iwr", "--include-workspace-root")
_LOCAL = ("--no-install", "--no", "--no-yes")


def read(command: Command, tracked: Tracked) -> Iterator[Step]:
    """`npx [flags] package [arguments]`."""
    yield from execute(command, walk(command.argv[1:], NPX), tracked)


def execute(command: Command, walked: Walk, tracked: Tracked) -> Iterator[Step]:
    """The packages of `--package`, or the positional one; `--call` is a shell's command line."""
    if walked.has(*WORKSPACES):
        command = command._replace(directory=None)
    named = walked.values("--package", "-p")
    calls = walked.values("--call", "-c")
    if (named or walked.rest) and walked.has(*_LOCAL) and command.scope not in {"image", "mounted"}:
        raise Unclear(INSTALLED, (*named, *walked.rest)[0].word)
    for project in (command, *(enter(command, folder) for folder in walked.values("--prefix", "-C"))):
        local_first.refuse(project, named, walked.rest, tracked)
    if not calls:
        yield from npm_family.launches(command, walked, named, tracked)
        return
    static(calls[-1], "the command of --call")
    if named:
        yield from npm_family.launches(command, walked._replace(rest=()), named, tracked)
    yield simple_command(command, calls[-1])._replace(packages=tuple(npm(token) for token in named))
