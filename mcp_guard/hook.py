"""The hook: what a commit, a push or a whole-tree run has to judge, and the receipt that lets it leave early.

The hot path: one git call where nothing relevant changed, two where a receipt of this machine knows the tree.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
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
    pushed: bool
    pushed_from: str | None  # where a push starts; None at a commit, whose base is HEAD, and for a whole branch
    names: tuple[str, ...] | None
    changes: tuple[Change, ...]
    also: tuple[str, ...] = ()  # files of no client that were named: judged in either case


def occasion(root: str, names: Sequence[str], environ: Mapping[str, str], *, everything: bool) -> Occasion | None:
    """Work out what this run of the hook has to judge; None when nothing of it concerns mcp-guard.

    `names` are the files that pre-commit passes; what is judged is their union with the changes themselves, because
    no pattern sees deletions, linked folders, or a commit of an override file alone. Raises `trees.TreeError`.
    """
    start, end = environ.get("PRE_COMMIT_FROM_REF"), environ.get("PRE_COMMIT_TO_REF")
    branch = environ.get("PRE_COMMIT_LOCAL_BRANCH")
    if branch and not (start and end):  # a first push from the root on (pre-commit, hook_impl.py): no range is given
        return Occasion(trees.commit(root, branch), pushed=True, pushed_from=None, names=None, changes=())
    pushed = bool(start and end)
    changes = trees.changed(root, start or "", end or "") if pushed else trees.staged(root)
    wanted = frozenset[str]()
    if not everything:
        found = _wanted(names, changes)
        if found is None:
            return None
        wanted = found
    tree = trees.commit(root, end or "") if pushed else trees.index(root)
    deleted = {change.path for change in changes if change.new is None}
    everything = everything or not wanted or any(_widens(path, deleted) for path in wanted)
    # A name that is neither in the tree nor deleted stays: that it is not there is a finding.
    chosen = None if everything else tuple(sorted(wanted - deleted))
    also = tuple(sorted(name for name in names if _may_be_config(name) and name not in deleted))
    return Occasion(tree, pushed, start if pushed else None, chosen, changes, also)


def _wanted(names: Sequence[str], changes: Sequence[Change]) -> frozenset[str] | None:
    """Name the paths that concern us; empty for "everything", None for "nothing of this does"."""
    if not names and not changes:
        return frozenset()
    deleted = {change.path for change in changes if change.new is None}
    touched = {
        change.path
        for change in changes
        if triggers.concerns(change.path)
        or _widens(change.path, deleted)
        or (change.new and change.new.mode in triggers.LINK_MODES)
    }
    return frozenset(touched | {name for name in names if triggers.concerns(name) or _may_be_config(name)}) or None


def _widens(path: str, deleted: Container[str]) -> bool:
    """Say whether every config has to be looked at: a server's own script may be what was deleted."""
    return triggers.widens(path) or (path in deleted and triggers.is_script(path))


def _may_be_config(name: str) -> bool:
    """Say whether a named file that no client owns may be one: a repository can widen `files:` to its own."""
    return name.lower().endswith((".json", ".jsonc", ".toml")) and not triggers.concerns(name)


def base(root: str, current: Occasion) -> str | None:
    """Name the commit to compare with: the "from" of a push (all zeros where the branch is new), else HEAD."""
    if not current.pushed:
        return trees.head(root)
    start = current.pushed_from or ""
    return trees.resolve(root, start) if start.strip("0") else None


# ------------------------------------------------------------------------------------------------ receipts


def key(current: Occasion, mode: str) -> str | None:
    """Build the key of a run's receipt: everything in tree and base that the answer can depend on, by blob id.

    `mode` is what else it depends on. None where no receipt is kept: a push is judged anew.
    """
    if current.pushed:
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
    judged = "\2".join((*(current.names if current.names is not None else ["*"]), "\3", *current.also))
    digest.update(judged.encode("utf-8", "surrogateescape"))
    return receipts.key("run", digest.hexdigest())


def _relevant(entries: Iterable[tuple[str, Entry]]) -> Iterable[tuple[str, Entry]]:
    return ((path, entry) for path, entry in entries if triggers.concerns(path) or entry.mode in triggers.LINK_MODES)


def recall(store: Receipts, key: str, tree: Tree, now: datetime) -> str | None:
    """Return what the same run printed before, if this machine has passed this very tree and the answer still holds."""
    from mcp_guard import receipts

    stored = store.get(key)
    if stored is None:
        return None
    made, until = receipts.moment(stored.get("made")), receipts.moment(stored.get("until"))
    seen, output = stored.get("seen"), stored.get("output")
    if made is None or until is None or not made <= now < until:
        return None
    if not isinstance(seen, dict) or not isinstance(output, str):
        return None
    if any(blob_of(tree, path) != blob for path, blob in seen.items()):
        return None
    bad = receipts.moment((store.get(receipts.BAD_NEWS) or {}).get("as-of"))
    return output if bad is None or bad < made else None


class Passed(NamedTuple):
    """A run that passed: when, until when the answer holds, the paths that were looked up, what was printed."""

    made: datetime
    until: datetime
    seen: Mapping[str, str]
    output: str


def remember(store: Receipts, key: str, passed: Passed) -> None:
    """Keep a run that passed, until the moment at which the answer could change by itself."""
    content: dict[str, JSON] = {
        "made": passed.made.isoformat(),
        "until": passed.until.isoformat(),
        "seen": dict(passed.seen),
        "output": passed.output,
    }
    store.put(key, content)


def blob_of(tree: Tree, path: str) -> str:
    """Return the blob id of a plain file of the tree, "" for anything else."""
    entry = tree.entries.get(path)
    return entry.blob if entry is not None and entry.mode not in triggers.LINK_MODES else ""
