"""JSON with comments: RFC 8259, and `//` and `/* */` comments and trailing commas as most clients allow them.

Our own reader because no other tells where each key and value stands and keeps duplicate keys. Where readers disagree
about what a file says (duplicate keys, a byte order mark, invalid escapes, …) it goes on and notes a doubt.
"""

from __future__ import annotations

import json
import re
from math import isfinite
from typing import NoReturn

from mcp_guard.documents.nodes import Array, Document, Doubt, Member, Node, Object
from mcp_guard.documents.source import BOM, DEPTH, NUMBER, DocumentError, Source, shown

_SPACE = re.compile(r"(?:[ \t\r\n]+|//[^\r\n]*|/\*.*?\*/)*", re.DOTALL)
_PLAIN = re.compile(r'"([^"\\\x00-\x1f]*)"')  # most strings: nothing to decode
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_ESCAPE = re.compile(r'\\(?:(["\\/bfnrt]|u[0-9a-fA-F]{4})|(.))', re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_SEPARATOR = re.compile("[\u2028\u2029]")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_NOT_FINITE = re.compile(r"-?(?:NaN|Infinity)\b")
_CONSTANTS: dict[str, tuple[str, bool | None]] = {"t": ("true", True), "f": ("false", False), "n": ("null", None)}
_DECODER = json.JSONDecoder(strict=False)  # not strict: raw control characters are a doubt


def read(source: Source) -> Document:
    """The document of a JSON text. Raises `DocumentError`."""
    reader = _Reader(source)
    start = reader.space(source.first)
    if start == len(source.text):
        raise source.error(start, "the file holds no value: write {} or remove the file")
    try:
        root = reader.value(start, 1)
    except DocumentError as error:
        # One missing quote turns the rest of the file inside out; the string that runs over a line is the cause.
        raise error if reader.overrun is None else reader.overrun from None
    after = reader.space(root.end)
    if after < len(source.text):
        message = "text follows the end of the document, where some readers stop and others do not: remove it"
        reader.doubt(after, len(source.text), message)
    if source.text.startswith(BOM):
        reader.doubt(0, 1, "the file starts with a byte order mark, at which some readers fail: remove it")
    return Document(source, root, tuple(sorted(reader.doubts)), "json")


class _Reader:
    """Reads values by recursive descent; `DEPTH` bounds the recursion."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.separators = bool(_SEPARATOR.search(source.text))
        self.doubts: list[Doubt] = []
        self.overrun: DocumentError | None = None  # the first string with a raw line end

    def doubt(self, start: int, end: int, message: str) -> None:
        self.doubts.append(Doubt(start, end, message))

    def fail(self, at: int, message: str) -> NoReturn:
        raise self.source.error(at, message)

    def space(self, at: int) -> int:
        """The offset after white space and comments."""
        found = _SPACE.match(self.text, at)
        end = found.end() if found else at
        if self.text.startswith("/*", end):
            self.fail(end, "this comment is never closed: add */")
        if self.separators and (hidden := _SEPARATOR.search(self.text, at, end)):
            message = "a line or paragraph separator in a comment ends it for some readers: remove the character"
            self.doubt(hidden.end() - 1, hidden.end(), message)
        return end

    def value(self, at: int, depth: int) -> Node:
        head = self.text[at : at + 1]
        if head == '"':
            return self.string(at)
        if head in ("{", "["):
            if depth > DEPTH:
                self.fail(at, f"values are nested deeper than {DEPTH} levels: flatten the file")
            return self.object(at, depth) if head == "{" else self.array(at, depth)
        if head in _CONSTANTS:
            literal, constant = _CONSTANTS[head]
            if self.text.startswith(literal, at):
                return Node(constant, at, at + len(literal))
        return self.number(at)

    def object(self, at: int, depth: int) -> Node:
        members: list[Member] = []
        seen: set[str] = set()
        here = self.space(at + 1)
        while not self.text.startswith("}", here):
            if not self.text.startswith('"', here):
                self.fail(here, f"expected a key in double quotes or '}}', got {shown(self.text, here)}")
            key = self.string(here)
            colon = self.space(key.end)
            if not self.text.startswith(":", colon):
                self.fail(colon, f"expected ':' after the key, got {shown(self.text, colon)}")
            node = self.value(self.space(colon + 1), depth + 1)
            name = str(key.value)
            if name in seen:
                literal = self.text[key.start : key.end]
                message = f"the key {literal} is written twice and readers disagree about which counts: remove one"
                self.doubt(key.start, key.end, message)
            seen.add(name)
            members.append(Member(name, key.start, key.end, node))
            here = self.comma(node.end, "}")
        return Node(Object(tuple(members)), at, here + 1)

    def array(self, at: int, depth: int) -> Node:
        items: list[Node] = []
        here = self.space(at + 1)
        while not self.text.startswith("]", here):
            items.append(self.value(here, depth + 1))
            here = self.comma(items[-1].end, "]")
        return Node(Array(tuple(items)), at, here + 1)

    def comma(self, at: int, closing: str) -> int:
        """The offset of the next member or of the closing bracket: a comma may stand before either."""
        here = self.space(at)
        if self.text.startswith(",", here):
            return self.space(here + 1)
        if not self.text.startswith(closing, here):
            self.fail(here, f"expected ',' or '{closing}', got {shown(self.text, here)}")
        return here

    def string(self, at: int) -> Node:
        if plain := _PLAIN.match(self.text, at):
            return Node(plain[1], at, plain.end())
        found = _STRING.match(self.text, at)
        if not found:
            self.fail(at, "this string is never closed: add the closing quote")
        end = found.end()
        if control := _CONTROL.search(self.text, at, end):
            message = "a string holds a raw control character, which some readers refuse: escape it"
            self.doubt(control.start(), control.end(), message)
            if control[0] in "\r\n" and self.overrun is None:
                self.overrun = self.source.error(at, "this string is not closed on its line: add the closing quote")
        value: str = _DECODER.raw_decode(self.escapes(found[0], at))[0]
        if _SURROGATE.search(value):
            message = "a string holds half of a surrogate pair, which readers replace or refuse: write the character"
            self.doubt(at, end, message)
        return Node(value, at, end)

    def escapes(self, literal: str, at: int) -> str:
        """The literal with the backslash of each invalid escape dropped, as the readers do that go on there."""

        def valid(found: re.Match[str]) -> str:
            if found[1]:
                return found[0]
            message = "a string holds an escape that JSON does not know; readers drop it, keep it or fail: remove it"
            self.doubt(at + found.start(), at + found.end(), message)
            return found[2]

        return _ESCAPE.sub(valid, literal)

    def number(self, at: int) -> Node:
        found = _NUMBER.match(self.text, at)
        if not found:
            self.fail(at, self.unknown(at))
        if found.end() - at > NUMBER:
            self.fail(at, f"this number has more than {NUMBER} characters: shorten it")
        value = float(found[0]) if found[1] or found[2] else int(found[0])
        if not isfinite(value):
            self.fail(at, "this number is too large for any reader: shorten it")
        return Node(value, at, found.end())

    def unknown(self, at: int) -> str:
        if found := _NOT_FINITE.match(self.text, at):
            return f"{found[0]} is not a JSON value: write a number, a string or null"
        got = shown(self.text, at)
        return f"expected a value, got {got}: write an object, a list, a string in double quotes, a number, true, …"
