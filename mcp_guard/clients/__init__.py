"""Clients: which files keep server definitions and how they spell them. After `read` no client's dialect is left.

A client is one row of `rows`. Importing this package loads neither the document readers nor jsonschema, because
`concerns` is asked about every staged path.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mcp_guard.clients.table import CLIENTS, GENERIC, Client, concerns, files_regex, form, on_the_way, owner
from mcp_guard.clients.table import named as row

if TYPE_CHECKING:  # the hot path does without the nouns
    from mcp_guard.model import Config, Word

__all__ = ["CLIENTS", "Client", "concerns", "edited", "files_regex", "on_the_way", "read"]


def read(
    file: str, data: bytes, *, named: bool = False, client: str | None = None, limit: int = 1 << 20
) -> Config | None:
    """The servers of a config, and what is wrong with it. Never raises; `limit` is in bytes.

    `client` names the row by which to read, where the path does not say it; one that is not in the table is a
    `KeyError`. A file that no client owns is None, unless a person has `named` it: then servers are looked for under
    the keys of all clients, and to find none is a problem. So is one of a name that other programs use too, where
    nothing in it is about servers. A server that breaks its client's schema is a problem and
    not among the servers; the others are.
    """
    chosen = row(client) if client is not None else owner(file) or (GENERIC if named else None)
    if chosen is None:
        return None
    from mcp_guard.clients.reading import config

    found = config(file, data, chosen, limit)
    return found if found.servers or found.problems or named or not chosen.common else None


def edited(file: str, data: bytes, edits: Sequence[tuple[Word, tuple[int, int], str]]) -> bytes:
    """The config with `word.text[cut]` replaced by a text, for each edit; all other bytes stay.

    The words are those that `read` gave for these very bytes, otherwise `ValueError`; so are cuts that overlap.
    Raises `DocumentError` where the bytes cannot be read.
    """
    from mcp_guard.clients.editing import edited as edit

    return edit(file, data, form(file, owner(file) or GENERIC), edits)
