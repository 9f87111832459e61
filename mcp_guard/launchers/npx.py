"""`npx` of npm 7 and later (npm/cli: bin/npx-cli.js, lib/commands/exec.js).

Everything after the package goes to the server. With `-p`/`--package` the positional argument is a program.
"""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.launchers import local_first, npm_family
from mcp_guard.launchers.command import Command, Step, static
from mcp_guard.launchers.files import Tracked
from mcp_guard.launchers.npm_flags import NPX
from mcp_guard.launchers.options import Walk, walk
from mcp_guard.launchers.shell import simple_command
from mcp_guard.launchers.specs.npm import npm

_WORKSPACES = ("-w", "--workspace", "-ws", "--workspaces", "-iwr", "--include-workspace-root")


def read(command: Command, tracked: Tracked) -> Iterator[Step]:
    """`npx [flags] package [arguments]`."""
    yield from execute(command, walk(command.argv[1:], NPX), tracked)


def execute(command: Command, walked: Walk, tracked: Tracked) -> Iterator[Step]:
    """The packages of `--package`, or the positional one; `--call` is a shell's command line."""
    if walked.has(*_WORKSPACES):
        command = command._replace(directory=None)
    named = walked.values("--package", "-p")
    calls = walked.values("--call", "-c")
    local_first.refuse(command, named, walked.rest, tracked)
    if not calls:
        yield from npm_family.launches(command, walked, named, tracked)
        return
    static(calls[-1], "the command of --call")
    if named:
        yield from npm_family.launches(command, walked._replace(rest=()), named, tracked)
    yield simple_command(command, calls[-1])._replace(packages=tuple(npm(token) for token in named))
