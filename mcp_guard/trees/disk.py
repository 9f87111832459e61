"""The work tree and plain folders: files as they are on disk, without leaving the root and without waiting."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from mcp_guard.trees import git
from mcp_guard.trees.blobs import read_blobs
from mcp_guard.trees.tree import FILE, LINK, PROGRAM, SUBMODULE, Entry, Tree, TreeError, Unreadable

MAX_FILES = 50_000
_SKIPPED = "S"  # git-ls-files(1), -t: "skip-worktree"
SKIPPED = frozenset({".git", "node_modules", ".venv", "venv", "__pycache__"})

# A link put in a file's place, or a FIFO, between looking and opening: neither is followed, neither is waited for.
_OPEN = os.O_RDONLY
for _flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
    _OPEN |= getattr(os, _flag, 0)

_KINDS = {
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFBLK: "a device",
    stat.S_IFCHR: "a device",
}


def work_tree(root: str, named: Iterable[str] = ()) -> Tree:
    """Give the tracked files as they are on disk, without those that are gone, and the named ones, tracked or not.

    A file that a sparse checkout leaves out is not gone: it is given as the index has it. `named` paths are relative
    to the root. Raises TreeError for one that is outside it, missing, or a directory.
    """
    entries = {}
    for record in git.output(root, "ls-files", "-t", "--stage", "-z").split(b"\0")[:-1]:
        description, _, name = record.partition(b"\t")
        tag, mode, blob, _stage = description.decode("ascii").split(" ")
        path = os.fsdecode(name)
        if entry := _entry(root, path, submodule=mode == SUBMODULE):
            entries[path] = entry
        elif tag == _SKIPPED:
            entries[path] = Entry(mode, blob)
    return Tree(root, "the work tree", entries | _named(root, named), partial(_read_both, root))


def _read_both(root: str, wanted: Mapping[str, Entry], limit: int) -> dict[str, bytes | Unreadable]:
    """Read what is not checked out from the index, and the rest from disk."""
    stored = {path: entry for path, entry in wanted.items() if entry.blob}
    found = read_blobs(root, stored, limit) if stored else {}
    return found | read_files(root, {path: entry for path, entry in wanted.items() if not entry.blob}, limit)


def untracked(root: str) -> tuple[str, ...]:
    """List the files of the work tree that git neither tracks nor ignores. Raises TreeError."""
    listed = git.output(root, "ls-files", "--others", "--exclude-standard", "-z").split(b"\0")[:-1]
    return tuple(os.fsdecode(path) for path in listed)


def folder(root: str, named: Iterable[str] = ()) -> Tree:
    """Give all files below a folder that is no repository, and the named ones (as for `work_tree`).

    Links are entries and are not followed; folders that hold what others installed (`SKIPPED`) are left out.
    Raises TreeError for a folder that cannot be listed, or for more than MAX_FILES files: nothing is left out silently.
    """
    entries = {}
    for path in _walk(root):
        if entry := _entry(root, path):
            entries[path] = entry
        if len(entries) > MAX_FILES:
            raise TreeError(f"{root!r} holds more than {MAX_FILES:,} files: check a smaller folder, or `git init` it")
    return Tree(root, "the folder", entries | _named(root, named), partial(read_files, root))


def read_files(root: str, wanted: Mapping[str, Entry], limit: int) -> dict[str, bytes | Unreadable]:
    """Give the files' content from disk, at most `limit` + 1 bytes of each; a link's content is its target."""
    top = os.path.realpath(root)
    return {path: _content(top, os.path.join(root, path), limit) for path in wanted}


def _walk(root: str) -> Iterator[str]:
    def refuse(error: OSError) -> None:
        raise TreeError(f"{error.filename!r} cannot be listed ({error.strerror}): check a smaller folder") from error

    for directory, folders, files in os.walk(root, onerror=refuse):
        folders[:] = sorted(set(folders) - SKIPPED)
        links = [name for name in folders if os.path.islink(os.path.join(directory, name))]
        above = "" if directory == root else _relative(root, directory) + "/"
        for name in sorted(files + links):
            yield above + name


def _named(root: str, names: Iterable[str]) -> dict[str, Entry]:
    entries = {}
    for name in names:
        try:
            path = _relative(root, os.path.normpath(os.path.join(root, name)))
            entry = _entry(root, path)
        except ValueError as error:  # a NUL, or another drive
            raise TreeError(f"{name!r} is no path below {root!r}: {error}") from error
        if path.split("/", 1)[0] == "..":
            raise TreeError(f"{name!r} is outside {root!r}: check it from its own repository or folder")
        if entry is None:
            raise TreeError(f"{name!r} does not exist in {root!r}")
        if os.path.isdir(os.path.join(root, path)) and entry.mode != LINK:
            raise TreeError(f"{name!r} is a directory: name the files in it, or run in it")
        entries[path] = entry
    return entries


def _relative(root: str, path: str) -> str:
    return os.path.relpath(path, root).replace(os.sep, "/")


def _entry(root: str, path: str, *, submodule: bool = False) -> Entry | None:
    """Look at one path; None when nothing is there. What is no file is an entry too, and says so when it is read."""
    try:
        mode = os.lstat(os.path.join(root, path)).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        return Entry(FILE, "")
    if stat.S_ISLNK(mode):
        return Entry(LINK, "")
    if submodule and stat.S_ISDIR(mode):
        return Entry(SUBMODULE, "")
    return Entry(PROGRAM if stat.S_ISREG(mode) and mode & stat.S_IXUSR else FILE, "")


def _content(top: str, path: str, limit: int) -> bytes | Unreadable:
    try:
        above = os.path.realpath(os.path.dirname(path))
        if not (above + os.sep).startswith(top.rstrip(os.sep) + os.sep):
            return Unreadable(f"behind a symbolic link to {above!r}, which is outside")
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            return os.fsencode(os.readlink(path))[: limit + 1]
        if not stat.S_ISREG(status.st_mode):
            return Unreadable(_KINDS.get(stat.S_IFMT(status.st_mode), "no file"))
        with open(os.open(path, _OPEN), "rb") as stream:
            if not os.path.samestat(status, os.fstat(stream.fileno())):
                return Unreadable("it was replaced while it was read")
            return stream.read(limit + 1)
    except OSError as error:
        return Unreadable(error.strerror or str(error))
