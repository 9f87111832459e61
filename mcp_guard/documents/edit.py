"""The smallest edit that changes part of a string and leaves every other byte as it is."""

from __future__ import annotations

import json
import re

from mcp_guard.documents.nodes import Document
from mcp_guard.model import Word

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPED = re.compile(r"[\x7f\ud800-\udfff]")  # JSON takes a raw DEL, TOML does not; a surrogate is no UTF-8
_NOT_LITERAL = re.compile(r"['\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")


def replace(document: Document, word: Word, cut: tuple[int, int], text: str) -> tuple[int, int, str]:
    """The edit that turns `word.text[cut[0]:cut[1]]` into `text`: start, end and replacement.

    Start and end are character offsets of `document.text`. Where the literal shows the word as it is, only the cut is
    replaced; where it holds escapes, the whole literal is written anew.
    """
    literal = document.text[word.start : word.end]
    start, end = cut
    whole = word.text[:start] + text + word.text[end:]
    if literal[1:-1] == word.text and literal.startswith('"'):
        return word.start + 1 + start, word.start + 1 + end, _quoted(text)[1:-1]
    if literal[1:-1] == word.text and literal.startswith("'") and not _NOT_LITERAL.search(text):
        return word.start + 1 + start, word.start + 1 + end, text
    if literal == word.text and _BARE.fullmatch(whole):
        return word.start + start, word.start + end, text
    return word.start, word.end, _quoted(whole)


def _quoted(text: str) -> str:
    """A string literal that JSON and TOML (a basic string) read alike."""
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))
