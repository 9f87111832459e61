"""Documents: bytes become values that know where they stand, so that a finding says where and an edit stays small.

JSON with comments (`jsonc`), TOML (`toml`), YAML (`yaml`), the front matter of Markdown (`front_matter`) and plain text
(`text`). All give the same tree of nodes. A reader is imported when its format is read: PyYAML is heavy.
"""

from __future__ import annotations

from mcp_guard.documents.edit import replace, replace_all
from mcp_guard.documents.nodes import Array, Document, Doubt, Format, Member, Node, Object, descend
from mcp_guard.documents.source import DocumentError, decode

__all__ = [
    "Array",
    "Document",
    "DocumentError",
    "Doubt",
    "Format",
    "Member",
    "Node",
    "Object",
    "descend",
    "read",
    "replace",
    "replace_all",
]


def read(file: str, data: bytes, format: Format, *, limit: int = 1 << 20) -> Document:  # noqa: A002  # the agreed name
    """The document that `data` holds; `file` is only for messages, `limit` is in bytes.

    Raises `DocumentError`, and nothing else, where the bytes are no document of this format.
    """
    source = decode(file, data, limit)
    match format:
        case "json":
            from mcp_guard.documents import jsonc

            return jsonc.read(source)
        case "toml":
            from mcp_guard.documents import toml

            return toml.read(source)
        case "yaml":
            from mcp_guard.documents import yaml

            return yaml.read(source)
        case "markdown":
            from mcp_guard.documents import front_matter

            return front_matter.read(source)
        case "text":
            from mcp_guard.documents import text

            return text.read(source)
