"""Projects of this repository that a tool builds and runs (`go run .`, `cargo run`)."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from mcp_guard.launchers.command import Command, Step, Token, Unclear
from mcp_guard.launchers.files import Tracked, is_absolute, resolve
from mcp_guard.model import LocalLaunch


def built(command: Command, folder: Token, files: tuple[str, ...], tracked: Tracked) -> Iterator[Step]:
    """The project in a folder or above it, named by its manifest, the first of `files`.

    The others are its lockfiles, beside the manifest or above it: without them what is newest would be built in.
    """
    if command.scope == "image":
        return
    manifest = nearest(resolve(command, folder, "the project"), files[0], tracked)
    if manifest is None:
        raise Unclear(f"it builds a project, and no tracked `{files[0]}` says which", folder.word)
    for file in files[1:]:
        if nearest(posixpath.dirname(manifest), file, tracked) is None:
            raise Unclear(f"`{manifest}` is built without a tracked `{file}`, so its packages float", folder.word)
    yield LocalLaunch(manifest, folder.word)


def nearest(folder: str, file: str, tracked: Tracked) -> str | None:
    """The tracked file of this name in a folder of the repository, or in the nearest above it that has one."""
    paths = (posixpath.join(one, file) for one in upwards(folder))
    return next((path for path in paths if tracked.holds(path)), None)


def upwards(folder: str) -> tuple[str, ...]:
    """A folder of the repository and those above it, up to its root (""); none of a folder from outside.

    What is installed in `node_modules` is from outside, and a project of its own.
    """
    folder = posixpath.normpath(folder.replace("\\", "/"))
    if is_absolute(folder) or folder.split("/")[0] == ".." or "node_modules" in folder.split("/"):
        return ()
    parts = [] if folder == "." else folder.split("/")
    return tuple("/".join(parts[:count]) for count in range(len(parts), -1, -1))
