"""The hook: what a commit, a push or a whole-tree run has to judge, and the receipt that lets it leave early.

The hot path: one git call where nothing relevant changed, two where a receipt of this machine knows the tree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from mcp_guard import trees, triggers
from mcp_guard.trees import Change, Entry, Tree

if TYPE_CHECKING:  # the hot path does without the nouns, and a commit that concerns nobody without receipts
    from datetime import datetime

    from mcp_guard.model import JSON
    from mcp_guard.receipts import Receipts


class Occasion(NamedTuple):
    """What is judged: a tree, its base, and the paths (None: every config of the tree)."""

    tree: Tree
    pushed_from: str | None  # where a push starts; None at a commit, whose base is HEAD
    names: tuple[str, ...] | None
    changes: tuple[Change, ...]


def occasion(root: str, names: Sequence[str], environ: Mapping[str, str], *, everything: bool) -> Occasion | None:
    """Work out what this run of the hook has to judge; None when nothing of it concerns mcp-guard.

    `names` are the files that pre-commit passes; what is judged is their union with the changes themselves, because
    no pattern sees deletions, linked folders, or a commit of an override file alone. Raises `trees.TreeError`.
    """
    start, end = environ.get("PRE_COMMIT_FROM_REF"), environ.get("PRE_COMMIT_TO_REF")
    pushed = bool(start and end)
    changes = trees.changed(root, start or "", end or "") if pushed else trees.staged(root)
    if not everything:
        wanted = _wanted(names, changes)
        if wanted is None:
            return None
        everything = not wanted or any(triggers.widens(path) for path in wanted)
    else:
        wanted = frozenset()
    tree = trees.commit(root, end or "") if pushed else trees.index(root)
    chosen = None if everything else tuple(sorted(path for path in wanted if path in tree.entries))
    return Occasion(tree, start if pushed else None, chosen, changes)


def _wanted(names: Sequence[str], changes: Sequence[Change]) -> frozenset[str] | None:
    """Name the paths that concern us; empty for "everything", None for "nothing of this does"."""
    if not names and not changes:
        return frozenset()
    touched = {c.path for c in changes if triggers.concerns(c.path) or (c.new and c.new.mode in triggers.LINK_MODES)}
    return frozenset(touched | {name for name in names if triggers.concerns(name)}) or None


def base(root: str, current: Occasion) -> str | None:
    """Name the commit to compare with: the "from" of a push (all zeros where the branch is new), else HEAD."""
    if current.pushed_from is None:
        return trees.head(root)
    return trees.resolve(root, current.pushed_from) if current.pushed_from.strip("0") else None


# ------------------------------------------------------------------------------------------------ receipts


def key(current: Occasion, mode: str) -> str | None:
    """Build the key of a run's receipt: everything in tree and base that the answer can depend on, by blob id.

    `mode` is what else it depends on. None where no receipt is kept: a push is judged anew.
    """
    if current.pushed_from is not None:
        return None
    from hashlib import sha256

    from mcp_guard import receipts

    digest = sha256(mode.encode("utf-8", "surrogateescape"))
    for path, entry in sorted(_relevant(current.tree.entries.items())):
        digest.update(f"\0{path}\0{entry.mode}\0{entry.blob}".encode("utf-8", "surrogateescape"))
    for change in current.changes:
        if triggers.concerns(change.path):
            old = change.old.blob if change.old else ""
            digest.update(f"\1{change.path}\0{old}".encode("utf-8", "surrogateescape"))
    digest.update("\2".join(current.names if current.names is not None else ["*"]).encode("utf-8", "surrogateescape"))
    return receipts.key("run", digest.hexdigest())


def _relevant(entries: Iterable[tuple[str, Entry]]) -> Iterable[tuple[str, Entry]]:
    return ((path, entry) for path, entry in entries if triggers.concerns(path) or entry.mode in triggers.LINK_MODES)


def recall(store: Receipts, key: str, tree: Tree, now: datetime) -> str | None:
    """Return what the same run printed before, if this machine has passed this very tree and the answer still holds."""
    from datetime import datetime, timezone

    stored = store.get(key)
    if stored is None:
        return None
    until, seen, output = stored.get("until"), stored.get("seen"), stored.get("output")
    if not isinstance(until, str) or not isinstance(seen, dict) or not isinstance(output, str):
        return None
    if now >= datetime.fromisoformat(until).astimezone(timezone.utc):
        return None
    if any(blob_of(tree, path) != blob for path, blob in seen.items()):
        return None
    return output


def remember(store: Receipts, key: str, until: datetime, seen: Mapping[str, str], output: str) -> None:
    """Keep what a passing run printed, until the moment at which the answer could change by itself."""
    content: dict[str, JSON] = {"until": until.isoformat(), "seen": dict(seen), "output": output}
    store.put(key, content)


def blob_of(tree: Tree, path: str) -> str:
    """Return the blob id of a plain file of the tree, "" for anything else."""
    entry = tree.entries.get(path)
    return entry.blob if entry is not None and entry.mode not in triggers.LINK_MODES else ""
