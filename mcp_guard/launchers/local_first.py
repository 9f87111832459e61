"""npx and bunx look into the project before they ask the registry: a tracked file there takes the package's place.

npm/cli: workspaces/libnpmexec/lib/index.js (`localFileExists`, `missingFromTree`: a package of the local tree that
satisfies the specification is not installed, wherever it came from); oven-sh/bun: src/cli/bunx_command.zig.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from mcp_guard.launchers.command import Command, Token, Unclear
from mcp_guard.launchers.files import Tracked, is_absolute
from mcp_guard.launchers.specs.npm import npm

# As written, and as Windows looks programs up.
_ENDINGS = ("", ".cmd", ".exe", ".bat", ".ps1", ".bunx")
_TREE = ".package-lock.json"  # npm takes what this file lists for what is installed


def refuse(command: Command, named: tuple[Token, ...], rest: tuple[Token, ...], tracked: Tracked) -> None:
    """Unclear when a tracked file may run in the place of a package that flags name, or the first of `rest`."""
    if command.scope in {"image", "mounted"}:
        return
    packages = tuple(npm(token) for token in named or rest[:1])
    leaves = (package.name.rsplit("/", 1)[-1] for package in packages)
    programs = dict.fromkeys((*(token.text for token in rest[:1]), *leaves))
    inside = (
        _TREE,
        *(f"{package.name}/package.json" for package in packages),
        *(f".bin/{program}{ending}" for program in programs for ending in _ENDINGS),
    )
    for folder in _folders(command):
        for name in inside:
            path = posixpath.normpath(posixpath.join(folder, "node_modules", name))
            if tracked.holds(path):
                raise Unclear(f"the tracked file {path} takes the package's place", command.program.word)


def _folders(command: Command) -> Iterator[str]:
    """The folder that the launcher starts in, and each above it.

    A client starts it in the repository or in the config's own folder, which is where the program's word stands.
    """
    own = posixpath.dirname(command.program.word.place.file)
    starts = {own}
    if command.directory is not None and not is_absolute(command.directory):
        starts |= {command.directory, posixpath.join(own, command.directory)}
    seen: set[str] = set()
    for start in starts:
        folder = posixpath.normpath(start) if start else ""
        while folder not in seen and folder != ".":
            seen.add(folder)
            folder = posixpath.dirname(folder)
    yield from sorted({*seen, ""})
