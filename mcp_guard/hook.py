"""The hook: what a commit, a push or a whole-tree run has to judge, and the receipt that lets it leave early.

The hot path: one git call where nothing relevant changed, two where a receipt of this machine knows the tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from mcp_guard import trees, triggers
from mcp_guard.trees import Change, Entry, Tree, Unreadable

if TYPE_CHECKING:  # the hot path does without the nouns, and a commit that concerns nobody without receipts
    from datetime import datetime

    from mcp_guard.model import JSON
    from mcp_guard.receipts import Receipts

_SCRIPT_LIMIT = 1 << 20
# The block that names the packages of a script (PEP 723), in any of the spellings that tools may take for one.
_BLOCK = r"(?m)^#[ \t]*///[ \t]*script"
# What compose files and no others have; in YAML and JSON its name may be written with escapes.
_SERVICES = r"services[\"']?\s*:"
# Without any of these nothing is taken from a file: most code is passed over without a look at the grammars.
_MENTION = (
    r"(?i)(?<![\w.-])(?:npx|npm|bunx?|pnpm|pnpx|pnx|yarn|uvx?|pipx|docker|podman|nerdctl|deno|dnx|dotnet|cargo|nix"
    r"|nix-shell|go|tsx|ts-node|corepack|volta|mise|supergateway|mcp-proxy|mcp-remote|mcpo|fastmcp|make|just)(?![\w-])"
)
_ORDINARY = r"(?!#!)|#!(?:/usr)?(?:/local)?/bin/(?:env[ ]+)?(?:python[\d.]*|node)[ ]*\r?(?:\n|\Z)"
_DOCUMENTS = (".yml", ".yaml", ".json", ".jsonc")


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
    wanted, widening = frozenset[str](), frozenset[str]()
    if not everything:
        widening = _widening(root, changes)
        found = _wanted(names, changes, widening)
        if found is None:
            return None
        wanted = found
    tree = trees.commit(root, end or "") if pushed else trees.index(root)
    deleted = {change.path for change in changes if change.new is None}
    everything = everything or not wanted or any(path in widening or triggers.widens(path) for path in wanted)
    # A name that is neither in the tree nor deleted stays: that it is not there is a finding.
    chosen = None if everything else tuple(sorted(wanted - deleted))
    also = tuple(sorted(name for name in names if _may_be_config(name) and name not in deleted))
    return Occasion(tree, pushed, start if pushed else None, chosen, changes, also)


def _wanted(names: Sequence[str], changes: Sequence[Change], widening: frozenset[str]) -> frozenset[str] | None:
    """Name the paths that concern us; empty for "everything", None for "nothing of this does"."""
    if not names and not changes:
        return frozenset()
    touched = widening | {
        change.path for change in changes if triggers.concerns(change.path) or (change.new and _is_link(change))
    }
    return frozenset(touched | {name for name in names if triggers.concerns(name) or _may_be_config(name)}) or None


def _widening(root: str, changes: Sequence[Change]) -> frozenset[str]:
    """Name the changes after which every config has to be looked at.

    A server's own script may be what was deleted or became a link, or what now starts something else.
    """
    known = {change.path for change in changes if _surely_widens(change)}
    return frozenset(known | _starting(root, [change for change in changes if change.path not in known]))


def _surely_widens(change: Change) -> bool:
    path = change.path
    if triggers.widens(path):
        return True
    if _is_link(change):
        return _may_be_started(path) and change.old is not None and change.old.mode not in triggers.LINK_MODES
    return triggers.is_starter(path) or (change.new is None and _may_be_started(path))


def _may_be_started(path: str) -> bool:
    return not (triggers.is_inert(path) or triggers.concerns(path))


def _starting(root: str, changes: Sequence[Change]) -> set[str]:
    """Name those of the changed files of which a grammar takes what they start, or took it before."""
    read = [change for change in changes if _may_be_started(change.path) and not _is_link(change)]
    if not read:
        return set()
    sides = {f"{at} {side}": entry for at, change in enumerate(read) for side, entry in enumerate(change[1:]) if entry}
    texts = trees.read_blobs(root, sides, _SCRIPT_LIMIT)
    return {path for key, text in texts.items() if may_start(path := read[int(key.split()[0])].path, text)}


def may_start(path: str, data: bytes | Unreadable) -> bool:
    """Say whether a grammar would take anything that a server starts from this file, however it is started.

    So it is where the file cannot be read: nobody knows.
    """
    if isinstance(data, Unreadable) or len(data) > _SCRIPT_LIMIT:
        return True
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return True
    return re.search(_BLOCK, text) is not None or _is_compose(path, text) or _calls(path, text)


def _is_compose(path: str, text: str) -> bool:
    if path.casefold().endswith(_DOCUMENTS):
        return "services" in text or "\\" in text
    return re.search(_SERVICES, text) is not None


def _calls(path: str, text: str) -> bool:
    """Say whether it is read as a shell script, or names an interpreter that is: started by a shell and by itself."""
    if re.match(_ORDINARY, text) is not None and re.search(_MENTION, text) is None:
        return False
    from mcp_guard.launchers.command import Command, Token, Unclear
    from mcp_guard.launchers.shell_script import commands
    from mcp_guard.model import Place, Word

    shell, file = (Token(word, Word(word, Place(path), 0, 0)) for word in ("sh", path))
    try:
        return any(any(commands(Command(argv), file, path, text)) for argv in ((shell, file), (file,)))
    except Unclear:
        return True


def _is_link(change: Change) -> bool:
    """Say whether a link or submodule is, or was, at this path."""
    entry = change.new or change.old
    return entry is not None and entry.mode in triggers.LINK_MODES


def _may_be_config(name: str) -> bool:
    """Say whether a named file that no client owns may be one: a repository can widen `files:` to its own."""
    return name.lower().endswith((".json", ".jsonc", ".toml", ".yaml", ".yml")) and not triggers.concerns(name)


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
