"""Clients: which files keep server definitions and how they spell them. After `read` no client's dialect is left.

A client is one row of `table.CLIENTS`. Importing this package loads neither the document readers nor jsonschema,
because `concerns` is asked about every staged path.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mcp_guard.clients.table import CLIENTS, Client, concerns, files_regex, generic, on_the_way, owner

if TYPE_CHECKING:  # the hot path does without the nouns
    from mcp_guard.model import Config, Word

__all__ = ["CLIENTS", "Client", "concerns", "edited", "files_regex", "on_the_way", "read"]


def read(file: str, data: bytes, *, named: bool = False) -> Config | None:
    """The servers of a config, and what is wrong with it. Never raises.

    A file that no client owns is None, unless a person has `named` it: then a server map is looked for under the keys
    of all clients, and to find none is a problem. A server that breaks its client's schema is a problem and not among
    the servers; the others are.
    """
    client = owner(file) or (generic(file) if named else None)
    if client is None:
        return None
    from mcp_guard.clients.reading import config

    return config(file, data, client)


def edited(file: str, data: bytes, edits: Sequence[tuple[Word, tuple[int, int], str]]) -> bytes:
    """The config with `word.text[cut]` replaced by a text, for each edit; all other bytes stay.

    The words are those that `read` gave for these very bytes, otherwise `ValueError`; so are cuts that overlap.
    Raises `DocumentError` where the bytes cannot be read.
    """
    from mcp_guard.clients.editing import edited as edit

    return edit(file, data, (owner(file) or generic(file)).format, edits)
