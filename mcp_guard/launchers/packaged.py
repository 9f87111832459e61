"""Programs that a package brings, and what some of them start in their turn.

What programs a package brings is in its archive, which nobody reads here. So a program is taken for a package's own
when it is called like the package; any other may be whatever is on PATH.
"""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.launchers.bridges import BRIDGES
from mcp_guard.launchers.command import Command, Step, Unclear
from mcp_guard.launchers.files import Tracked
from mcp_guard.launchers.grammars import grammar
from mcp_guard.launchers.options import words
from mcp_guard.launchers.specs.pypi import normalised
from mcp_guard.launchers.unread import UNREAD, UNREAD_PACKAGES
from mcp_guard.model import Package

_NPM = words("bun deno esno jiti node npm npx pnpm ts-node tsx vite-node yarn")
# Packages that bring a launcher: its own grammar says what it starts.
_LAUNCHERS = frozenset({*(("npm", name) for name in _NPM), ("pypi", "uv"), ("pypi", "pipx")})


def bringing(program: str, packages: tuple[Package, ...]) -> Package | None:
    """The package that brings a program: the one with its name, scope aside (PyPI: compared as in PEP 503)."""
    for package in packages:
        name = normalised(program) if package.ecosystem == "pypi" else program
        if name == _leaf(package):
            return package
    return None


def bringing_module(module: str, packages: tuple[Package, ...]) -> Package | None:
    """The PyPI package that brings a Python module: the one that its first name is called like."""
    return bringing(module.partition(".")[0], tuple(one for one in packages if one.ecosystem == "pypi"))


def started(package: Package, command: Command, tracked: Tracked) -> Iterator[Step]:
    """What the own program of a package starts beside itself; `command.argv` is the program and its arguments.

    Nothing for most. Unclear when its arguments name what runs and are not read here.
    """
    name = package.name if package.source == "registry" else _leaf(package)
    bridge = BRIDGES.get((package.ecosystem, name))
    if bridge is not None:
        yield from grammar(bridge)(command, tracked)
    elif name in UNREAD or name in UNREAD_PACKAGES:
        raise Unclear(f"`{name}` runs what its arguments name, and mcp-guard does not read them yet", package.word)
    elif (package.ecosystem, name) in _LAUNCHERS:
        yield command.inner((command.program._replace(text=name, start=None), *command.argv[1:]))


def _leaf(package: Package) -> str:
    leaf = package.name.rstrip("/").rsplit("/", 1)[-1].removesuffix(".git")
    return normalised(leaf) if package.ecosystem == "pypi" else leaf
