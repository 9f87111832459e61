"""The nouns of this part."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, TypeAlias

FILE = "100644"
PROGRAM = "100755"
LINK = "120000"
SUBMODULE = "160000"


class TreeError(Exception):
    """A tree cannot be had. The message is for people: what git said, and what to do.

    It may hold text that a hostile repository chose, so whoever prints it escapes it.
    """


class Entry(NamedTuple):
    """One file of a tree: git's mode, and the blob's full object id ("" in a work tree or folder)."""

    mode: str
    blob: str


class Change(NamedTuple):
    """One path that differs between two trees. A rename is a deletion and an addition."""

    path: str
    old: Entry | None
    new: Entry | None


class Unreadable(NamedTuple):
    """There is a file, but its content cannot be had; `reason` is a clause that a user understands."""

    reason: str


Reader: TypeAlias = Callable[[Mapping[str, Entry], int], dict[str, bytes | Unreadable]]


class Tree:
    """A set of files under one root, and a way to read them.

    `title` is what a person calls it: "the index", "commit 1a2b3c4", "the work tree", "the folder".
    """

    __slots__ = ("_reader", "entries", "root", "title")

    def __init__(self, root: str, title: str, entries: Mapping[str, Entry], reader: Reader) -> None:
        self.root = root
        self.title = title
        self.entries = entries
        self._reader = reader

    def read(self, paths: Iterable[str], limit: int) -> dict[str, bytes | Unreadable]:
        """Give the content of each path, and nothing for a path that the tree does not hold.

        At most `limit` + 1 bytes each: one more than allowed tells the reader that there was more. A symbolic link's
        content is its target. Raises TreeError when reading as a whole fails (git hangs, or dies over and over).
        """
        return self._reader({path: self.entries[path] for path in paths if path in self.entries}, limit)
