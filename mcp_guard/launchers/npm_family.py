"""What npx, npm exec, bunx, pnpm dlx and yarn dlx have in common: packages, and a program that they bring."""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.launchers.command import Command, Step, Token, Unclear
from mcp_guard.launchers.files import Tracked
from mcp_guard.launchers.options import Walk
from mcp_guard.launchers.overrides import launch as overrides
from mcp_guard.launchers.packaged import started
from mcp_guard.launchers.specs.npm import Alias, npm
from mcp_guard.model import PackageLaunch


def launches(
    command: Command,
    walk: Walk,
    named: tuple[Token, ...],
    tracked: Tracked,
    *,
    alias: Alias = "always",
) -> Iterator[Step]:
    """The packages that are installed, and what else runs.

    `named` are the packages that flags name; without any the first positional argument is the package, and its own
    program runs. With them it is the name of any program: of a package, or whatever is on PATH.
    """
    if not named and not walk.rest:
        raise Unclear("no package is named", command.program.word)
    moved = overrides("npm", command, walk.options)
    packages = tuple(npm(token, alias) for token in named or walk.rest[:1])
    yield PackageLaunch(packages, moved)
    if walk.rest:
        inner = command.inner(walk.rest)._replace(packages=packages)
        yield from [inner] if named else started(packages[0], inner, tracked)
