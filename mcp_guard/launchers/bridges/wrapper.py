"""Packages that bring a wrapper: what it starts is read as if the wrapper were installed."""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.launchers.command import Command, Step, Unclear
from mcp_guard.launchers.files import Tracked
from mcp_guard.launchers.installed import INSTALLED
from mcp_guard.launchers.wrapping import wrapped

# The package and its program, where the two are called otherwise.
_PROGRAMS = {"@dotenvx/dotenvx": "dotenvx", "dotenv-cli": "dotenv", "@infisical/cli": "infisical"}


def read(command: Command, tracked: Tracked) -> Iterator[Step]:
    """The command line of the package that is installed for it."""
    for package in command.packages:
        name = _PROGRAMS.get(package.name, package.name)
        if name in INSTALLED:
            yield from wrapped(INSTALLED[name], command, tracked)
            return
    raise Unclear("the wrapper that runs is not clear", command.program.word)
