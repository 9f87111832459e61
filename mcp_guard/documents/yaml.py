"""YAML: PyYAML says what the events are, this reader makes of them values that know where they stand.

Always PyYAML's own parser, never libyaml's: the C one is quicker, but it puts a byte order mark and empty values
elsewhere and takes tabs that this one refuses, and the same bytes must give the same report on every machine.

The clients read YAML 1.1 (PyYAML, go-yaml) or 1.2 (JavaScript, Rust). What both read alike has its type, of the rest
the value is the string of its literal (`scalars`). Where the difference could change what is started, it is a doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    StreamEndEvent,
)

from mcp_guard.documents.nodes import Array, Document, Doubt, Member, Node, Object
from mcp_guard.documents.scalars import STANDARD, joined, tagged, untagged
from mcp_guard.documents.source import BOM, DEPTH, Source
from mcp_guard.documents.yaml_errors import refused

ANCHORS = 1_000  # anchors in a file; the corpus has at most a handful
VALUES = 100_000  # those that aliases repeat included: nine levels of nine aliases would be 387 million

_PROPERTY = re.compile(r"[&!][^\s]*(?:\s+(?:#[^\r\n]*)?)*")
_TAG = re.compile(r"!\S*")
_ANCHOR = re.compile(r"&[\w-]+")
_SEPARATOR = re.compile("[\x85\u2028\u2029]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_MERGE = ("tag:yaml.org,2002:merge", None)


def read(source: Source, end: int | None = None) -> Document:
    """The document of a YAML text, or of its part before `end`. Raises `DocumentError`.

    A text of nothing but comments is an empty object. Of several documents the first is read; the second is a doubt.
    An alias is the value of its anchor and stands where that stands, so that an edit changes what is written. Merged
    keys (`<<`) come first, without those that the mapping itself has.
    """
    text = source.text if end is None else source.text[:end]
    reader = _Reader(source, yaml.parse(text, yaml.SafeLoader))
    try:
        root = reader.document()
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # the last two: an escape beyond Unicode
        raise refused(source, error, reader.end) from None
    for separator in _SEPARATOR.finditer(text):
        message = "this character ends a line for YAML 1.1 and does not for YAML 1.2: remove it"
        reader.doubt(*separator.span(), message)
    if text.startswith(BOM):
        reader.doubt(0, 1, "the file starts with a byte order mark, at which some readers fail: remove it")
    return Document(source, root, tuple(sorted(reader.doubts)), "yaml")


class _Anchored(NamedTuple):
    """What an anchor names: the value, how many values it holds and how many levels."""

    node: Node
    size: int
    height: int


class _Reader:
    """Composes the events by recursive descent; `DEPTH` bounds the recursion, also that of who walks the tree."""

    def __init__(self, source: Source, events: Iterator[Event]) -> None:
        self.source = source
        self.text = source.text
        self.events = events
        self.doubts: list[Doubt] = []
        self.anchors: dict[str, _Anchored | None] = {}  # None while the value is being read
        self.size = 0  # values so far, those that aliases repeat included
        self.deepest = 0
        self.end = source.first  # of the last literal, before what closes a block

    def doubt(self, start: int, end: int, message: str) -> None:
        self.doubts.append(Doubt(start, end, message))

    def document(self) -> Node:
        next(self.events)  # the start of the stream
        if isinstance(next(self.events), StreamEndEvent):
            return Node(Object(()), self.source.first, self.source.first)
        root = self.value(next(self.events), 1)
        if root.value is None and root.start == root.end:
            root = root._replace(value=Object(()))
        next(self.events)  # the end of the document
        second = next(self.events)
        if isinstance(second, DocumentStartEvent):
            start, end = _span(second)
            message = "a second document starts, which readers skip, merge with the first or refuse: remove it"
            self.doubt(start, max(end, start + 1), message)
        return root

    def value(self, event: Event, depth: int) -> Node:
        self.grow(event, 1, _level(event, depth))
        match event:
            case AliasEvent():
                return self.alias(event, depth)
            case NodeEvent(anchor=str(name)):
                return self.anchored(event, name, depth)
            case _:
                return self.literal(event, depth)

    def anchored(self, event: NodeEvent, name: str, depth: int) -> Node:
        """A value that has an anchor."""
        if name in self.anchors:
            found = _ANCHOR.search(self.text, _span(event)[0])
            message = "this anchor is written twice, which some readers refuse: rename one"
            self.doubt(*(found.span() if found else _span(event)), message)
        elif len(self.anchors) == ANCHORS:
            raise self.source.error(_span(event)[0], f"more than {ANCHORS:,} anchors are written: write the values out")
        self.anchors[name] = None
        before, outer, self.deepest = self.size, self.deepest, _level(event, depth)
        node = self.literal(event, depth)
        self.anchors[name] = _Anchored(node, self.size - before + 1, self.deepest - depth)
        self.deepest = max(outer, self.deepest)
        return node

    def alias(self, event: AliasEvent, depth: int) -> Node:
        start, self.end = _span(event)
        name = event.anchor or ""
        if name not in self.anchors:
            message = "no anchor of this name stands before this alias: quote the value if it is none"
            raise self.source.error(start, message, self.end)
        target = self.anchors[name]
        if target is None:
            raise self.source.error(start, "this alias stands inside its own anchor: write a value", self.end)
        self.grow(event, target.size, depth + target.height)
        return target.node

    def grow(self, event: Event, size: int, depth: int) -> None:
        """Counts the values and levels that an event adds. Raises `DocumentError` where there are too many."""
        self.size += size
        self.deepest = max(self.deepest, depth)
        if self.size > VALUES:
            raise self.source.error(
                _span(event)[0], f"more than {VALUES:,} values, aliases written out: split the file"
            )
        if self.deepest > DEPTH:
            message = f"values are nested deeper than {DEPTH} levels: flatten the file"
            raise self.source.error(_span(event)[0], message)

    def literal(self, event: Event, depth: int) -> Node:
        if isinstance(event, ScalarEvent):
            return self.scalar(event)
        assert isinstance(event, CollectionStartEvent)  # noqa: S101  # the parser's grammar has no other event here
        start = self.opening(event)
        self.tag(event, "map" if isinstance(event, MappingStartEvent) else "seq")
        self.end = start
        value = self.mapping(depth) if isinstance(event, MappingStartEvent) else self.sequence(depth)
        return Node(value, start, self.end)

    def opening(self, event: CollectionStartEvent) -> int:
        """The offset of the first character of a collection, after its anchor and tag."""
        end = _span(event)[1]
        if event.flow_style:
            return end - 1
        # A list at the indentation of its key has no start of its own: the event ends after the first dash.
        dash = not isinstance(event, MappingStartEvent) and not self.text.startswith("-", end)
        return end - 1 if dash else end

    def sequence(self, depth: int) -> Array:
        items: list[Node] = []
        while not isinstance(event := next(self.events), CollectionEndEvent):
            items.append(self.value(event, depth + 1))
        self.close(event)
        return Array(tuple(items))

    def mapping(self, depth: int) -> Object:
        members: list[Member] = []
        merged: list[Member] = []
        seen: set[str] = set()
        while not isinstance(event := next(self.events), CollectionEndEvent):
            key = self.key(event, depth)
            node = self.value(next(self.events), depth + 1)
            if key.key in seen:
                message = f"the key {key.key} is written twice and readers disagree about which counts: remove one"
                self.doubt(key.key_start, key.key_end, message)
            seen.add(key.key)
            if isinstance(event, ScalarEvent) and event.value == "<<" and event.style is None and event.tag in _MERGE:
                merged += self.merged(key, node)
            else:
                members.append(key._replace(node=node))
        self.close(event)
        own = {member.key for member in members}
        inherited = {member.key: member for member in merged if member.key not in own}
        return Object((*inherited.values(), *members))

    def key(self, event: Event, depth: int) -> Member:
        """A key; the value is still its own node."""
        node = self.value(event, depth + 1)
        if isinstance(node.value, (Object, Array)):
            raise refused(self.source, "a key is a list or an object: write a string", _span(event)[0])
        name = node.value if isinstance(node.value, str) else self.text[node.start : node.end]
        return Member(name, node.start, node.end, node)

    def merged(self, key: Member, node: Node) -> Iterator[Member]:
        """What `<<` brings in, in the order in which the later counts; of a list the first counts, so it is last."""
        sources = reversed(node.value.items) if isinstance(node.value, Array) else (node,)
        for each in sources:
            if not isinstance(each.value, Object):
                message = "<< takes an object or a list of objects: write an alias of one"
                raise self.source.error(key.key_start, message, key.key_end)
            yield from each.value.members

    def close(self, event: CollectionEndEvent) -> None:
        """Moves on to the end of a flow collection; that of a block stands after comments and says nothing."""
        start, end = _span(event)
        if start < end:
            self.end = end

    def scalar(self, event: ScalarEvent) -> Node:
        start, self.end = _span(event)
        for named in (event.anchor, event.tag):
            if named is not None and (found := _PROPERTY.match(self.text, start, self.end)):
                start = found.end()
        if event.style is None and not event.value:
            start = self.end
        value = event.value
        if _SURROGATE.search(value):
            message = "a string holds half of a surrogate pair, which readers replace or refuse: write the character"
            self.doubt(start, self.end, message)
            value = joined(value)
        if event.tag is None:
            return Node(untagged(value) if event.style is None else value, start, self.end)
        self.tag(event, "str")
        return Node(tagged(value, event.tag), start, self.end)

    def tag(self, event: ScalarEvent | CollectionStartEvent, kind: str) -> None:
        """Doubts a tag that is not of YAML's core, or of another kind of value."""
        if event.tag is None or event.tag in STANDARD[kind]:
            return
        start, end = _span(event)
        found = _TAG.search(self.text, start)
        message = "a tag makes this value another thing for readers that know it, and others refuse it: remove the tag"
        self.doubt(*(found.span() if found else (start, end)), message)


def _level(event: Event, depth: int) -> int:
    """The level that a value at a depth adds: only what holds values is one."""
    return depth if isinstance(event, CollectionStartEvent) else depth - 1


def _span(event: Event) -> tuple[int, int]:
    """The offsets of an event; PyYAML's parser always sets both."""
    assert event.start_mark is not None  # noqa: S101  # said to mypy
    assert event.end_mark is not None  # noqa: S101  # as above
    return event.start_mark.index, event.end_mark.index
