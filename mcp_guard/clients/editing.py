"""Edits of a config that leave every other byte as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from mcp_guard.clients.client import Format
from mcp_guard.documents import Array, Document, Node, Object, read, replace_all
from mcp_guard.model import Word

Edit: TypeAlias = tuple[Word, tuple[int, int], str]


def edited(file: str, data: bytes, form: Format, edits: Sequence[Edit]) -> bytes:
    """The bytes after all edits. Raises `ValueError` where an edit does not fit them, `DocumentError` if unreadable."""
    document = read(file, data, form)
    words = set(_words(document, document.root))
    changes = _merged(edits)
    for word, _, _ in changes:
        has_literal = word.start != word.end
        if has_literal and word not in words and not _is_cut_out(document, word):
            where = f"{word.place.line}:{word.place.column}"
            raise ValueError(f"{file} has changed since it was read: {where} is another word")
    text = document.text
    for start, end, replacement in sorted(replace_all(document, changes), reverse=True):
        text = text[:start] + replacement + text[end:]
    return text.encode()


def _merged(edits: Sequence[Edit]) -> list[Edit]:
    """One edit a word, in the order of the file: a word with escapes is written anew as a whole, so only once.

    Two servers that share a word by an alias of YAML ask for the same edit, which is made once.
    """
    merged: list[Edit] = []
    for word, (start, end), new in sorted(dict.fromkeys(edits), key=lambda edit: (edit[0].start, edit[1])):
        if merged and merged[-1][0] == word:
            _, (first, last), before = merged.pop()
            if start < last or (start, end) == (first, last):
                where = f"{word.place.file}:{word.place.line}:{word.place.column}"
                raise ValueError(f"{where}: two edits of this word overlap: write the versions by hand")
            merged.append((word, (first, end), before + word.text[last:start] + new))
        else:
            merged.append((word, (start, end), new))
    return merged


def _is_cut_out(document: Document, word: Word) -> bool:
    """Whether it is a word of a text that has a grammar of its own, where it still stands as it was read."""
    return document.format == "text" and word.place == document.place(word.start, word.end)


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
