"""Where the keys and values of a TOML text stand. It says nothing about values, and tomli says what is valid."""

from __future__ import annotations

import re
from typing import NamedTuple, TypeAlias

import tomli

from mcp_guard.documents.source import DEPTH, NUMBER, Source

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\r\n]*)*")
_BASIC = r'"[^"\\\r\n]*(?:\\.[^"\\\r\n]*)*"'
_LITERAL = r"'[^'\r\n]*'"
_KEY = re.compile(rf"[ \t]*(?P<name>[A-Za-z0-9_-]+|{_BASIC}|{_LITERAL})[ \t]*")
_STRING = re.compile(
    r'"""[^"\\]*(?:(?:\\.|"{1,2}(?!"))[^"\\]*)*"{3,5}'
    r"|'''[^']*(?:'{1,2}(?!')[^']*)*'{3,5}"
    rf"|{_BASIC}|{_LITERAL}",
    re.DOTALL,
)
_SCALAR = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[^\s,\]}#]*|[^\s,\]}\[{#=\"']+")


class Lost(Exception):  # noqa: N818  # not an error of the file until tomli says so
    """The locator cannot go on at the offset `at`."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


class Key(NamedTuple):
    """One part of a dotted key."""

    name: str
    start: int
    end: int


class Leaf(NamedTuple):
    """A scalar."""

    start: int
    end: int


class Sequence(NamedTuple):
    """An array, or an array of tables, which stands where its name is first written."""

    start: int
    end: int
    items: list[Spot]


class Table(NamedTuple):
    """An inline table, or a table that stands where its name is first written."""

    start: int
    end: int
    entries: dict[str, tuple[Key, Spot]]


Spot: TypeAlias = Leaf | Sequence | Table


def locate(source: Source) -> Table:
    """The places of all keys and values. Raises `Lost`, and `DocumentError` where a cap is exceeded."""
    return _Locator(source).document()


class _Locator:
    """One pass over the text; headers and dotted keys are followed into the tables that they open."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text

    def document(self) -> Table:
        root = table = Table(self.source.first, len(self.text), {})
        at = self.blank(self.source.first)
        while at < len(self.text):
            if self.text.startswith("[[", at):
                keys, at = self.header(at, "[[", "]]")
                table = self.element(self.enter(root, keys[:-1]), keys[-1])
            elif self.text.startswith("[", at):
                keys, at = self.header(at, "[", "]")
                table = self.enter(root, keys)
            else:
                at = self.pair(table, at, 2)  # the root is the first level
            at = self.blank(at)
        return root

    def blank(self, at: int) -> int:
        """The offset after white space, line ends and comments."""
        found = _BLANK.match(self.text, at)
        return found.end() if found else at

    def expect(self, token: str, at: int) -> int:
        if not self.text.startswith(token, at):
            raise Lost(at)
        return at + len(token)

    def header(self, at: int, opening: str, closing: str) -> tuple[list[Key], int]:
        keys, after = self.keys(at + len(opening))
        return keys, self.expect(closing, after)

    def keys(self, at: int) -> tuple[list[Key], int]:
        """The parts of a dotted key, at least one, and the offset after them."""
        keys: list[Key] = []
        while not keys or self.text.startswith(".", at):
            found = _KEY.match(self.text, at + 1 if keys else at)
            if not found:
                raise Lost(at)
            if len(keys) == DEPTH:
                raise self.source.error(keys[0].start, f"a key has more than {DEPTH} parts: shorten it")
            keys.append(Key(_name(found["name"], at), *found.span("name")))
            at = found.end()
        return keys, at

    def enter(self, table: Table, keys: list[Key]) -> Table:
        """The table that a dotted key leads to; of an array of tables the last, as TOML has it."""
        for key in keys:
            fresh = Table(key.start, key.end, {})
            match table.entries.setdefault(key.name, (key, fresh))[1]:
                case Table() as inner:
                    table = inner
                case Sequence(items=[*_, Table() as inner]):
                    table = inner
                case _:
                    raise Lost(key.start)
        return table

    def element(self, table: Table, key: Key) -> Table:
        """A new element of an array of tables."""
        match table.entries.setdefault(key.name, (key, Sequence(key.start, key.end, [])))[1]:
            case Sequence(items=items):
                fresh = Table(key.start, key.end, {})
                items.append(fresh)
                return fresh
            case _:
                raise Lost(key.start)

    def pair(self, table: Table, at: int, depth: int) -> int:
        """The offset after `key = value`, which is now in the table."""
        keys, after = self.keys(at)
        value = self.expect("=", after)
        spot = self.value(self.blank(value), depth)
        self.enter(table, keys[:-1]).entries[keys[-1].name] = (keys[-1], spot)
        return spot.end

    def value(self, at: int, depth: int) -> Spot:
        if self.text.startswith(("[", "{"), at):
            if depth > DEPTH:
                raise self.source.error(at, f"values are nested deeper than {DEPTH} levels: flatten the file")
            return self.array(at, depth) if self.text[at] == "[" else self.inline(at, depth)
        if string := _STRING.match(self.text, at):
            return Leaf(at, string.end())
        scalar = _SCALAR.match(self.text, at)
        if not scalar:
            raise Lost(at)
        if scalar.end() - at > NUMBER:
            raise self.source.error(at, f"this value has more than {NUMBER} characters and is no string: shorten it")
        return Leaf(at, scalar.end())

    def array(self, at: int, depth: int) -> Sequence:
        items: list[Spot] = []
        here = self.blank(at + 1)
        while not self.text.startswith("]", here):
            items.append(self.value(here, depth + 1))
            here = self.separator(items[-1].end, "]")
        return Sequence(at, here + 1, items)

    def inline(self, at: int, depth: int) -> Table:
        entries: dict[str, tuple[Key, Spot]] = {}
        table = Table(at, at, entries)
        here = self.blank(at + 1)
        while not self.text.startswith("}", here):
            here = self.separator(self.pair(table, here, depth + 1), "}")
        return Table(at, here + 1, entries)

    def separator(self, at: int, closing: str) -> int:
        """The offset of the next item or of the closing bracket."""
        here = self.blank(at)
        if self.text.startswith(closing, here):
            return here
        return self.blank(self.expect(",", here))


def _name(literal: str, at: int) -> str:
    """The decoded part of a key; escapes are left to tomli."""
    if literal.startswith("'") or (literal.startswith('"') and "\\" not in literal):
        return literal[1:-1]
    if not literal.startswith('"'):
        return literal
    try:
        return next(iter(tomli.loads(f"{literal} = 0")))
    except ValueError:
        raise Lost(at) from None
