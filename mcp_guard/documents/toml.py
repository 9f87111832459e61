"""TOML: tomli says what is valid and what the values are, the locator says where they stand.

The locator goes first, because it is linear and caps the depth: tomli takes quadratic time for a key of very many dots.
"""

from __future__ import annotations

import re
from math import isfinite

import tomli

from mcp_guard.documents.locator import Leaf, Lost, Sequence, Spot, Table, locate
from mcp_guard.documents.nodes import Array, Document, Doubt, Member, Node, Object
from mcp_guard.documents.source import BOM, DEPTH, DocumentError, Source

_WHERE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def read(source: Source) -> Document:
    """The document of a TOML text (1.0, and 1.1 as far as the installed tomli reads it). Raises `DocumentError`."""
    try:
        spots = locate(source)
    except Lost as lost:
        _values(source)  # as a rule tomli says better what is wrong
        message = "this TOML cannot be followed, though it is valid: write it more plainly"
        raise source.error(lost.at, message) from None
    root = _node(source, spots, _values(source), 1)
    doubts: tuple[Doubt, ...] = ()
    if source.text.startswith(BOM):
        message = "the file starts with a byte order mark, at which some readers fail: remove it"
        doubts = (Doubt(0, 1, message),)
    return Document(source, root, doubts, "toml")


def _values(source: Source) -> dict[str, object]:
    try:
        return tomli.loads(source.text[source.first :])
    except (ValueError, RecursionError) as error:
        raise _refused(source, str(error)) from None


def _refused(source: Source, message: str) -> DocumentError:
    """The error of tomli at its place, which stands in its message: the attributes are newer than 2.0."""
    found = _WHERE.search(message)
    reason = f"this is not TOML: {_WHERE.sub('', message)}"
    if found and found[1]:
        return source.error(source.lines[int(found[1]) - 1] + int(found[2]) - 1, reason)
    return source.error(len(source.text), reason)


def _node(source: Source, spot: Spot, value: object, depth: int) -> Node:
    """The node of a spot: tomli's value at our place. Both have the same shape, or the places cannot be trusted."""
    if depth > DEPTH and not isinstance(spot, Leaf):
        raise source.error(spot.start, f"values are nested deeper than {DEPTH} levels: flatten the file")
    match spot, value:
        case Table(start, end, entries), dict() if entries.keys() == value.keys():
            members = (
                Member(name, key.start, key.end, _node(source, inner, value[name], depth + 1))
                for name, (key, inner) in entries.items()
            )
            return Node(Object(tuple(members)), start, end)
        case Sequence(start, end, items), list() if len(items) == len(value):
            nodes = (_node(source, inner, item, depth + 1) for inner, item in zip(items, value, strict=True))
            return Node(Array(tuple(nodes)), start, end)
        case Leaf(start, end), bool() | int() | float() | str():
            if isinstance(value, float) and not isfinite(value):
                raise source.error(start, "this is not a number that every reader has: write a finite one", end)
            return Node(value, start, end)
        case Leaf(start, end), _ if not isinstance(value, (dict, list)):
            return Node(source.text[start:end], start, end)  # a date or time
    raise source.error(spot.start, "the places of this TOML cannot be told: write it more plainly")
