"""The JSON of a lock, read by the standard library's decoder and walked so that every entry knows where it stands.

`documents` would read it too, at ten times the cost: a lock has thousands of lines that nobody writes by hand.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from functools import cached_property
from typing import NamedTuple, NoReturn

from mcp_guard.model import JSON, Place

LOCK_LIMIT = 16 << 20  # bytes

_LEVELS = 4  # objects inside objects in which every member gets a place: more than a lock has
_CONFLICT = re.compile(r"^(?:<{7}|\|{7}|={7}|>{7})(?=\s|$)", re.MULTILINE)
_SPACE = re.compile(r"[ \t\r\n]*")
_LINE_END = re.compile(r"\n")


class LockError(Exception):
    """The lock cannot be used: where, and in `message` why and what to do."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(f"{place.file}:{place.line}:{place.column}: {message}")
        self.place = place
        self.message = message


class Node(NamedTuple):
    """A member of an object: its value, or its own members where it is an object, and the offsets of its key."""

    value: JSON
    members: dict[str, Node] | None
    start: int
    end: int


def _unique(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is written twice")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)


class Source:
    """The text of a lock, and where each of its lines starts."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text

    @cached_property
    def lines(self) -> list[int]:
        """The offset of each line."""
        return [0, *(found.end() for found in _LINE_END.finditer(self.text))]

    def place(self, start: int, end: int) -> Place:
        """The place of the characters from `start` up to `end`."""
        return Place(self.file, *self._position(start), *self._position(end))

    def fail(self, start: int, end: int, message: str) -> NoReturn:
        """Raise `LockError` at these characters."""
        raise LockError(self.place(start, end), message)

    def root(self) -> Node:
        """The whole content. Raises `LockError`."""
        node, end = self._value(self._space(0), 0, 0, _LEVELS)
        if end < len(self.text):
            self._damaged(end, "something follows the end of the lock")
        return node

    def _position(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self.lines, offset)
        return line, offset - self.lines[line - 1] + 1

    def _damaged(self, at: int, message: str) -> NoReturn:
        self.fail(at, at + 1, f"this is not JSON ({message}): restore the lock, or delete it and run mcp-guard pin")

    def _space(self, at: int) -> int:
        found = _SPACE.match(self.text, at)
        return found.end() if found else at

    def _value(self, at: int, key_start: int, key_end: int, levels: int) -> tuple[Node, int]:
        """The value at an offset and the offset after it and the space behind it."""
        if levels and self.text.startswith("{", at):
            members, end = self._members(at, levels - 1)
            return Node(None, members, key_start, key_end), end
        value, end = self._decoded(at)
        return Node(value, None, key_start, key_end), self._space(end)

    def _members(self, at: int, levels: int) -> tuple[dict[str, Node], int]:
        members: dict[str, Node] = {}
        here = self._space(at + 1)
        if self.text.startswith("}", here):
            return members, self._space(here + 1)
        while True:
            key, end = self._key(here)
            if key in members:
                self.fail(here, end, "this key is written twice: delete the lock and run mcp-guard pin")
            members[key], after = self._value(self._after(":", end), here, end, levels)
            if self.text.startswith("}", after):
                return members, self._space(after + 1)
            here = self._after(",", after)

    def _key(self, at: int) -> tuple[str, int]:
        key, end = self._decoded(at)
        if not isinstance(key, str):
            self._damaged(at, "a key in double quotes is missing")
        return key, self._space(end)

    def _after(self, token: str, at: int) -> int:
        if not self.text.startswith(token, at):
            self._damaged(at, f"'{token}' is missing")
        return self._space(at + 1)

    def _decoded(self, at: int) -> tuple[JSON, int]:
        try:
            value: JSON
            value, end = _DECODER.raw_decode(self.text, at)
        except json.JSONDecodeError as error:
            self._damaged(error.pos, error.msg)
        except (ValueError, RecursionError) as error:
            self._damaged(at, str(error))
        return value, end


def open_lock(file: str, data: bytes) -> Source:
    """The text of a lock. Raises `LockError` where it is too large, not UTF-8 or holds a merge conflict."""
    if len(data) > LOCK_LIMIT:
        message = f"the lock is larger than {LOCK_LIMIT >> 20} MiB, the most that is read: run mcp-guard pin"
        raise LockError(Place(file), message)
    try:
        source = Source(file, data.decode("utf-8"))
    except UnicodeDecodeError as error:
        before = Source(file, data[: error.start].decode("utf-8"))
        at = len(before.text)
        before.fail(at, at, "the lock is not UTF-8: restore it, or delete it and run mcp-guard pin")
    if conflict := _CONFLICT.search(source.text):
        source.fail(*conflict.span(), "the lock holds a merge conflict: resolve the conflict, then run mcp-guard pin")
    return source
