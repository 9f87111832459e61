"""The scripts of a tree, as far as grammars may look at them: what a server starts from the repository itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mcp_guard import triggers
from mcp_guard.trees import Tree

if TYPE_CHECKING:
    from mcp_guard.launchers import Tracked
    from mcp_guard.model import JSON, Launch, Override, Package

LIMIT = 1 << 20


def tracked(tree: Tree, seen: dict[str, str]) -> Tracked:
    """Let grammars look at the plain files of the tree, noting in `seen` the blob of each path that they ask for.

    Not at what nothing starts: a commit that changes such a file would not be looked at.
    """
    from mcp_guard.launchers import Tracked

    texts: dict[str, str | None] = {}

    def holds(path: str) -> bool:
        if triggers.is_inert(path):
            return False
        entry = tree.entries.get(path)
        plain = entry is not None and entry.mode not in triggers.LINK_MODES
        seen[path] = entry.blob if entry is not None and plain else ""
        return plain

    def text(path: str) -> str | None:
        if path not in texts:
            data = tree.read([path], LIMIT).get(path) if holds(path) else None
            texts[path] = _decoded(data) if isinstance(data, bytes) and len(data) <= LIMIT else None
        return texts[path]

    return Tracked(holds, text)


def _decoded(data: bytes) -> str | None:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


# ------------------------------------------------------------------------------------------------ what was taken


def noting(tracked: Tracked, read: dict[str, str | None]) -> Tracked:
    """The same tree, with `read` getting the text of each file that a grammar reads for one server."""

    def text(path: str) -> str | None:
        read[path] = tracked.text(path)
        return read[path]

    return tracked._replace(text=text)


def taken(launches: Sequence[Launch], read: Mapping[str, str | None]) -> JSON:
    """What a definition amounts to by the files beside it, for its fingerprint: acceptances are bound to that too.

    None where no file has said anything of it. Where grammars did not understand it all, the files count as they are.
    """
    from mcp_guard.model import LocalLaunch, OpaqueLaunch, ProgramLaunch

    if not read or all(isinstance(launch, (LocalLaunch, ProgramLaunch)) for launch in launches):
        return None
    texts: list[JSON] = []
    if any(isinstance(launch, OpaqueLaunch) for launch in launches):
        texts += [[path, _hash(text)] for path, text in sorted(read.items())]
    return [[_amount(launch) for launch in launches], texts]


def _hash(text: str | None) -> str | None:
    from hashlib import sha256

    return None if text is None else sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _amount(launch: Launch) -> JSON:
    from mcp_guard.model import ImageLaunch, LocalLaunch, OpaqueLaunch, PackageLaunch, ProgramLaunch, RemoteLaunch

    match launch:
        case PackageLaunch(packages, overrides):
            return ["package", [_specification(package) for package in packages], _moves(overrides)]
        case ImageLaunch(image, overrides, escapes):
            return ["image", _specification(image), _moves(overrides), [escape.what for escape in escapes]]
        case RemoteLaunch(told) | LocalLaunch(told) | ProgramLaunch(told) | OpaqueLaunch(told):
            return [type(launch).__name__, told]


def _specification(package: Package) -> JSON:
    return [package.ecosystem, package.name, package.version, package.source, package.written]


def _moves(overrides: Sequence[Override]) -> JSON:
    return [[override.what, override.registry, override.scope] for override in overrides]
