"""Documents: bytes become values that know where they stand, so that a finding says where and an edit stays small.

Two formats: JSON with comments (`jsonc`) and TOML (`toml`). Both give the same tree of nodes.
"""

from __future__ import annotations

from typing import Literal

from mcp_guard.documents.edit import replace
from mcp_guard.documents.nodes import Array, Document, Doubt, Member, Node, Object, descend
from mcp_guard.documents.source import DocumentError, decode

__all__ = ["Array", "Document", "DocumentError", "Doubt", "Member", "Node", "Object", "descend", "read", "replace"]

Format = Literal["json", "toml"]


def read(file: str, data: bytes, format: Format, *, limit: int = 1 << 20) -> Document:  # noqa: A002  # the agreed name
    """The document that `data` holds; `file` is only for messages, `limit` is in bytes.

    Raises `DocumentError`, and nothing else, where the bytes are no document of this format.
    """
    source = decode(file, data, limit)
    if format == "json":
        from mcp_guard.documents import jsonc

        return jsonc.read(source)
    from mcp_guard.documents import toml

    return toml.read(source)
