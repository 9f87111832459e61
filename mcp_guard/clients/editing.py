"""Edits of a config that leave every other byte as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

from mcp_guard.documents import Array, Document, Node, Object, read, replace
from mcp_guard.model import Word

Edit: TypeAlias = tuple[Word, tuple[int, int], str]


def edited(file: str, data: bytes, form: Literal["json", "toml"], edits: Sequence[Edit]) -> bytes:
    """The bytes after all edits. Raises `ValueError` where an edit does not fit them, `DocumentError` if unreadable."""
    document = read(file, data, form)
    words = set(_words(document, document.root))
    text = document.text
    for word, cut, new in reversed(_merged(edits)):
        if word not in words:
            raise ValueError(
                f"{file} has changed since it was read: {word.place.line}:{word.place.column} is another word"
            )
        start, end, replacement = replace(document, word, cut, new)
        text = text[:start] + replacement + text[end:]
    return text.encode()


def _merged(edits: Sequence[Edit]) -> list[Edit]:
    """One edit a word, in the order of the file: a word with escapes is written anew as a whole, so only once."""
    merged: list[Edit] = []
    for word, (start, end), new in sorted(edits, key=lambda edit: (edit[0].start, edit[1])):
        if merged and merged[-1][0] == word:
            _, (first, last), before = merged.pop()
            if start < last:
                raise ValueError("two edits of one word overlap")
            merged.append((word, (first, end), before + word.text[last:start] + new))
        else:
            merged.append((word, (start, end), new))
    return merged


def _words(document: Document, node: Node) -> Iterator[Word]:
    match node.value:
        case Object(members):
            for member in members:
                yield document.key_word(member)
                yield from _words(document, member.node)
        case Array(items):
            for item in items:
                yield from _words(document, item)
        case _:
            yield document.word(node)
