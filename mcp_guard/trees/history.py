"""The index and commits: what they hold, and how they differ."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial

from mcp_guard.trees import git
from mcp_guard.trees.blobs import read_blobs
from mcp_guard.trees.tree import Change, Entry, Tree, TreeError

# The tree without files, which git knows without storing it, by the length of the repository's object ids.
_EMPTY_TREE = {
    40: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    64: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}

# `--ignore-submodules=none`: a committed .gitmodules with `ignore = all` would hide submodules, even added ones.
# Raw output asks no external diff and no textconv; saying so costs nothing.
_RAW = ("--raw", "-z", "--no-abbrev", "--no-renames", "--ignore-submodules=none", "--no-ext-diff", "--no-textconv")

# Without `--ita-invisible-in-index`, what `git add --intent-to-add` promised would look like an empty file.
_INDEX = ("diff-index", "--cached", *_RAW, "--ita-invisible-in-index")


def index(root: str) -> Tree:
    """Give what would be committed now. Intent-to-add entries are no part of it; unmerged ones raise TreeError.

    Read as the difference from nothing and not with `ls-files`, which cannot tell intent-to-add entries apart.
    """
    entries = {change.path: change.new for change in _whole_index(root) if change.new}
    return Tree(root, "the index", entries, partial(read_blobs, root))


def commit(root: str, revision: str) -> Tree:
    """Give the files of one commit. Raises TreeError, also when the commit holds a path twice."""
    full = resolve(root, revision)
    entries: dict[str, Entry] = {}
    for record in git.output(root, "ls-tree", "-r", "-z", "--full-tree", full).split(b"\0")[:-1]:
        description, _, name = record.partition(b"\t")
        mode, _, blob = description.decode("ascii").split(" ")
        path = os.fsdecode(name)
        if path in entries:
            raise TreeError(f"commit {full} holds {path!r} twice, so what it contains is not certain: see `git fsck`")
        entries[path] = Entry(mode, blob)
    return Tree(root, f"commit {full[:7]}", entries, partial(read_blobs, root))


def staged(root: str) -> tuple[Change, ...]:
    """Give the differences of the index from HEAD; from nothing when there is no commit yet.

    Raises TreeError for an unmerged path: git commits nothing then, and none of its stages is what will be.
    """
    code, answer, said = git.attempt(root, *_INDEX, "HEAD", "--")
    if code == 0:
        return tuple(_changes(answer))
    if head(root) is not None:
        raise git.failed("diff-index", code, said)
    return _whole_index(root)


def changed(root: str, old: str, new: str) -> tuple[Change, ...]:
    """Give the differences of commit `new` from commit `old`; `old` may be all zeros, as git hooks write "nothing"."""
    after = resolve(root, new)
    nothing = set(old) == {"0"} and len(old) in _EMPTY_TREE
    before = _EMPTY_TREE[len(after)] if nothing else resolve(root, old)
    return tuple(_changes(git.output(root, "diff-tree", "-r", *_RAW, before, after, "--")))


def resolve(root: str, revision: str) -> str:
    """Give the full id of the commit that `revision` (gitrevisions(7)) names. Raises TreeError."""
    if not revision or revision.startswith("-"):
        raise TreeError(f"{revision!r} is no revision: give a branch, a tag or a commit id")
    code, answer, said = git.attempt(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    found = git.text(answer)
    if code == 0 and len(found) in _EMPTY_TREE and set(found) <= set("0123456789abcdef"):
        return found
    if code > 1:
        raise git.failed("rev-parse", code, said)
    raise TreeError(
        f"{revision!r} is no commit of this clone: fetch it first (`git fetch origin`), "
        "in a shallow clone with `git fetch --unshallow`"
    )


def head(root: str) -> str | None:
    """Give the full id of HEAD; None when there is no commit yet. Raises TreeError when git cannot tell."""
    code, answer, said = git.attempt(root, "rev-parse", "--verify", "--quiet", "HEAD")
    if code > 1:
        raise git.failed("rev-parse", code, said)
    return git.text(answer) if code == 0 else None


def _whole_index(root: str) -> tuple[Change, ...]:
    """Compare the index with the empty tree. The second try is for SHA-256 repositories: no extra call for others."""
    code, answer, said = git.attempt(root, *_INDEX, _EMPTY_TREE[40], "--")
    if code:
        code, answer, said = git.attempt(root, *_INDEX, _EMPTY_TREE[64], "--")
    if code:
        raise git.failed("diff-index", code, said)
    return tuple(_changes(answer))


def _changes(raw: bytes) -> Iterator[Change]:
    """Read `--raw -z` output (git-diff-index(1), "Raw output format"): `:mode mode id id status`, NUL, path, NUL."""
    fields = raw.split(b"\0")
    for description, name in zip(fields[0::2], fields[1::2], strict=False):
        old_mode, new_mode, old_blob, new_blob, status = description[1:].decode("ascii").split(" ")
        path = os.fsdecode(name)
        if status == "U":
            raise TreeError(f"{path!r} is unmerged: resolve the conflict and `git add` it")
        yield Change(path, _entry(old_mode, old_blob), _entry(new_mode, new_blob))


def _entry(mode: str, blob: str) -> Entry | None:
    return None if mode == "000000" else Entry(mode, blob)
