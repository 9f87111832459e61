"""The smallest edit that changes part of a string and leaves every other byte as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from mcp_guard.documents.nodes import Document
from mcp_guard.model import Word

_PLAIN = re.compile(r"[A-Za-z0-9@%+=:,./_-]*")  # what no shell takes for anything else
_BARE = re.compile(r"[A-Za-z0-9_-]+")
# JSON takes them all but the surrogates as they are; TOML no DEL, YAML no control character and no mark inside a text.
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
_NOT_LITERAL = re.compile(r"['\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")


def replace(document: Document, word: Word, cut: tuple[int, int], text: str) -> tuple[int, int, str]:
    """The edit that turns `word.text[cut[0]:cut[1]]` into `text`: start, end and replacement.

    Start and end are character offsets of `document.text`. Where the literal shows the word as it is, only the cut is
    replaced; where it holds escapes, the whole literal is written anew. Raises `ValueError` where a word cannot be
    edited: it has no literal of its own, stands in a YAML block whose layout the edit would break, or in a shell script
    that does not show it as it is.
    """
    if word.start == word.end:
        raise ValueError(f"{_where(word)}: this word has no literal of its own: write it by hand")
    if document.format in ("yaml", "markdown"):
        from mcp_guard.documents import yaml_edit

        edit = yaml_edit.replace(document, word, cut, text)
        if edit is None:
            raise ValueError(f"{_where(word)}: this YAML cannot be edited in place: write it by hand")
        return edit
    start, end = cut
    literal = document.text[word.start : word.end]
    if document.format == "text":
        quote = 1 if literal[:1] in "'\"" and literal[:1] == literal[-1:] else 0
        if literal[quote : len(literal) - quote] != word.text or not _PLAIN.fullmatch(text):
            raise ValueError(f"{_where(word)}: this word cannot be edited in place: write it by hand")
        return word.start + quote + start, word.start + quote + end, text
    whole = word.text[:start] + text + word.text[end:]
    if literal[1:-1] == word.text and literal.startswith('"'):
        return word.start + 1 + start, word.start + 1 + end, quoted(text)[1:-1]
    if literal[1:-1] == word.text and literal.startswith("'") and not _NOT_LITERAL.search(text):
        return word.start + 1 + start, word.start + 1 + end, text
    if literal == word.text and _BARE.fullmatch(whole):
        return word.start + start, word.start + end, text
    return word.start, word.end, quoted(whole)


def replace_all(document: Document, changes: Sequence[tuple[Word, tuple[int, int], str]]) -> list[tuple[int, int, str]]:
    """The edits of several words, each as `replace` gives it; a word is here once. Raises `ValueError` as `replace`."""
    if document.format in ("yaml", "markdown") and len(changes) > 1:
        from mcp_guard.documents import yaml_edit

        edits = yaml_edit.together(document, changes) if all(word.start < word.end for word, _, _ in changes) else None
        if edits is not None:
            return edits
    return [replace(document, *change) for change in changes]


def quoted(text: str) -> str:
    """A string literal that JSON, TOML (a basic string) and YAML read alike."""
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


def _where(word: Word) -> str:
    return f"{word.place.file}:{word.place.line}:{word.place.column}"
