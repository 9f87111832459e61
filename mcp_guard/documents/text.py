"""Plain text: one string from the first character to the last, for files with a grammar of their own."""

from __future__ import annotations

from mcp_guard.documents.nodes import Document, Node
from mcp_guard.documents.source import Source


def read(source: Source) -> Document:
    """The document whose root is the text of the file as one string, without its byte order mark."""
    root = Node(source.text[source.first :], source.first, len(source.text))
    return Document(source, root, (), "text")
