"""Servers where no client looks for them: under a key that is none, or beside the object that holds the others.

Somebody believes that they are started, or guarded, or both; the next version of a client may read them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcp_guard.clients.client import Client
from mcp_guard.clients.entries import ambiguous
from mcp_guard.clients.likeness import looks_like_a_server
from mcp_guard.clients.places import Place
from mcp_guard.documents import Array, Document, Member, Node, Object
from mcp_guard.model import Problem

_MAPS = dict.fromkeys(("plugin", "settings"), ("mcpServers",))  # what these shapes read by themselves
_SPELLINGS = re.compile(r"mcp[-_. ]?servers?", re.IGNORECASE)


def astray(document: Document, client: Client, places: list[Place]) -> Iterator[Problem]:
    """A problem for each such member of the root; `places` are those that are read."""
    root = document.root
    maps = client.maps or _MAPS.get(client.shape, ())
    if not isinstance(root.value, Object) or any(place.path == () for place in places) or not maps:
        return
    read = {place.path[0] for place in places}
    known = {path.split("/")[0].rstrip("?[]*") for path in maps}
    first = maps[0].rstrip("?[]*").removeprefix("**/")
    for member in root.value.members:
        other_case = bool(client.maps) and member.key.casefold() in {key.casefold() for key in known}
        if member.key in read or member.key in known or other_case:  # one in another case is followed, and doubted
            continue
        if _is_suspect(member, client):
            yield ambiguous(
                document, member, f"no client reads servers from `{member.key}`: write them under `{first}`"
            )


def _is_suspect(member: Member, client: Client) -> bool:
    """Whether a member holds servers: in a file of nothing but servers any, in settings one of a telling name."""
    if client.flat and looks_like_a_server(member.node, client):
        return True
    return bool(client.flat or _SPELLINGS.fullmatch(member.key)) and _holds_servers(member.node, client)


def _holds_servers(node: Node, client: Client) -> bool:
    match node.value:
        case Object(members):
            return any(looks_like_a_server(member.node, client) for member in members)
        case Array(items):
            return any(looks_like_a_server(item, client) for item in items)
        case _:
            return False
