"""Markdown: the YAML front matter at the top of the file, with the offsets of the whole file.

The first line is `---`, the next line that is `---` closes it (gray-matter's index.js, Claude Code's sub-agents).
Nothing else is front matter. What readers take differently is refused or a doubt: gray-matter takes an unclosed one to
the end of the file and a word after the first dashes for a language, and even runs `---js`; others see none there.
"""

from __future__ import annotations

import re

from mcp_guard.documents import yaml
from mcp_guard.documents.nodes import Document, Doubt, Node, Object
from mcp_guard.documents.source import DocumentError, Source

_OPENING = re.compile(r"(?P<above>\s*)---(?P<rest>(?!-)[^\r\n]*)(?:[\r\n]|$)")
_CLOSING = re.compile(r"^---[ \t]*$", re.MULTILINE)


def read(source: Source) -> Document:
    """The document whose root is the front matter's value, an empty object where there is none.

    Raises `DocumentError` where the front matter is no YAML, is never closed, or names a language.
    """
    text = source.text.replace("\r", "\n")  # the same offsets, and `$` sees every line end
    opening = _OPENING.match(text, source.first)
    if not opening:
        return _without(source)
    closing = _CLOSING.search(text, opening.end())
    if opening["above"]:
        return _below(source, opening.start("rest"), closing.start() if closing else None)
    if opening["rest"].strip():
        message = "the first line has more than ---, which readers take for a language or for text: write --- alone"
        raise source.error(opening.start("rest"), message, opening.end("rest"))
    if not closing:
        raise source.error(source.first, "the front matter is never closed: add a line --- after it")
    return yaml.read(source, closing.start())._replace(format="markdown")


def _below(source: Source, dashes: int, end: int | None) -> Document:
    """The document of a file whose front matter is not on the first line: some readers see it, so it is read."""
    if end is None:
        return _without(source)
    message = "front matter below the first line is front matter for some readers only: move it to the first line"
    doubt = Doubt(dashes - 3, dashes, message)
    try:
        document = yaml.read(source, end)
    except DocumentError:  # a thematic break of Markdown, and prose
        return _without(source, doubt)
    return document._replace(format="markdown", doubts=tuple(sorted((doubt, *document.doubts))))


def _without(source: Source, doubt: Doubt | None = None) -> Document:
    """The document of a file without front matter; a byte order mark says nothing there."""
    doubts = () if doubt is None else (doubt,)
    return Document(source, Node(Object(()), source.first, source.first), doubts, "markdown")
