"""What a document is made of. One tree for every format."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from mcp_guard.documents.source import Source
from mcp_guard.model import JSON, Place, Word

Format: TypeAlias = Literal["json", "toml", "yaml", "markdown", "text"]


class Node(NamedTuple):
    """A value and the offsets of its literal: `text[start:end]`.

    A TOML table that a header or a dotted key opens stands where its name is first written; a TOML date is the
    string of its literal. A YAML alias stands where its anchor's value stands; what YAML 1.1 and 1.2 take for different
    types is the string of its literal, and an empty value has an empty literal.
    """

    value: str | int | float | bool | Object | Array | None
    start: int
    end: int


class Member(NamedTuple):
    """A key of an object and its value; the key's offsets include its quotes."""

    key: str
    key_start: int
    key_end: int
    node: Node


class Object(NamedTuple):
    """An object or table, in the order of the file; a key that is written twice is here twice."""

    members: tuple[Member, ...]

    def get(self, key: str) -> Node | None:
        """The value of a key; of several the last, as most readers take it."""
        return next((member.node for member in reversed(self.members) if member.key == key), None)


class Array(NamedTuple):
    """An array."""

    items: tuple[Node, ...]


class Doubt(NamedTuple):
    """A place at which readers of the format would disagree about the content, and why."""

    start: int
    end: int
    message: str


class Document(NamedTuple):
    """A file that has been read."""

    source: Source
    root: Node
    doubts: tuple[Doubt, ...]
    format: Format

    @property
    def file(self) -> str:
        """The path that the document was read under."""
        return self.source.file

    @property
    def text(self) -> str:
        """The decoded file, byte order mark and line ends as they are."""
        return self.source.text

    def place(self, start: int, end: int) -> Place:
        """The place of the characters from `start` up to `end`."""
        return self.source.place(start, end)

    def word(self, node: Node) -> Word:
        """A value as a word: the decoded text of a string, the literal of anything else."""
        text = node.value if isinstance(node.value, str) else self.text[node.start : node.end]
        return Word(text, self.place(node.start, node.end), node.start, node.end)

    def key_word(self, member: Member) -> Word:
        """A key as a word."""
        return Word(member.key, self.place(member.key_start, member.key_end), member.key_start, member.key_end)

    def find(self, *path: str | int) -> Node | None:
        """The node at a path of keys and indices from the root, None where there is none."""
        return descend(self.root, path)

    def plain(self, node: Node) -> JSON:
        """The value without its places; of a key that is written twice the last."""
        match node.value:
            case Object(members):
                return {member.key: self.plain(member.node) for member in members}
            case Array(items):
                return [self.plain(item) for item in items]
            case scalar:
                return scalar


def descend(node: Node, path: tuple[str | int, ...]) -> Node | None:
    """The node at a path of keys and indices below `node`, None where there is none."""
    here: Node | None = node
    for step in path:
        match here:
            case Node(Object() as table) if isinstance(step, str):
                here = table.get(step)
            case Node(Array(items)) if isinstance(step, int) and 0 <= step < len(items):
                here = items[step]
            case _:
                return None
    return here
