"""`poetry run` and its like look a name up among the project's own scripts before they run a program of that name."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from mcp_guard.documents import DocumentError, Node, Object
from mcp_guard.launchers.command import Command, Unclear, static
from mcp_guard.launchers.files import Tracked, is_absolute

_TABLES = frozenset({"scripts", "gui-scripts", "tasks"})
_DEEPEST = 8


def refuse_renamed(manifests: tuple[str, ...], command: Command, tracked: Tracked) -> None:
    """Unclear when a manifest of the project says what the program's name stands for."""
    name = static(command.program, "the program")
    for path in _present(manifests, command, tracked):
        root = _root(path, tracked)
        if root is None or name.partition(":")[0] in set(_scripts(root, 0)) or ":" in name:
            raise Unclear(f"{path} may say what `{name[:60]}` stands for", command.program.word)


def _present(manifests: tuple[str, ...], command: Command, tracked: Tracked) -> Iterator[str]:
    """The manifests in the folder that it starts in, in the config's own, and in each above."""
    starts = {posixpath.dirname(command.program.word.place.file)}
    if command.directory is not None and not is_absolute(command.directory):
        starts.add(command.directory)
    folders: dict[str, None] = {}
    for start in sorted(starts):
        folder = start
        while folder not in folders:
            folders[folder] = None
            folder = posixpath.dirname(folder)
    for folder in folders:
        yield from (path for name in manifests if tracked.holds(path := posixpath.join(folder, name)))


def _root(path: str, tracked: Tracked) -> Node | None:
    from mcp_guard import documents

    text = tracked.text(path)
    try:
        return None if text is None else documents.read(path, text.encode("utf-8"), "toml").root
    except DocumentError:
        return None


def _scripts(node: Node, depth: int) -> Iterator[str]:
    """The names of all scripts and tasks of a manifest."""
    if not isinstance(node.value, Object) or depth > _DEEPEST:
        return
    for member in node.value.members:
        if member.key in _TABLES and isinstance(member.node.value, Object):
            yield from (script.key for script in member.node.value.members)
        yield from _scripts(member.node, depth + 1)
