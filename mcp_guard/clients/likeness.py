"""Whether a value looks like a server, where its place does not say so."""

from __future__ import annotations

from mcp_guard.clients.client import Client
from mcp_guard.clients.dialects import DIALECTS
from mcp_guard.documents import Array, Member, Node, Object

COMMENTS = ("$", "_", "//", "#")  # how keys begin under which people write comments

_TRANSPORTS = frozenset({"http", "sse", "remote", "ws", "streamable-http", "streamable_http", "streamablehttp"})


def looks_like_a_server(node: Node, client: Client) -> bool:
    """Whether a value has a field, in whatever case, that says what to start or to ask; or code to run."""
    dialect = DIALECTS[client.dialect]
    return _has(node, dialect.launches) or any(
        rule.reason and rule.value and _text(node, rule.field) == rule.value for rule in dialect.hidden
    )


def holds_servers(found: Object, client: Client) -> bool:
    """Whether an object looks like one of servers.

    In a file of a common name an address alone is not enough, because many things have one (the `bugs` of a
    package.json), unless all that is there has one.
    """
    nodes = [member.node for member in found.members if not member.key.startswith(COMMENTS)]
    like = [looks_like_a_server(node, client) for node in nodes]
    if client.common:
        return any(_says_how_to_start(node, client) for node in nodes) or (bool(like) and all(like))
    return any(like)


def _says_how_to_start(node: Node, client: Client) -> bool:
    """Whether a value has a field with a command, or a URL and the name of a transport."""
    dialect = DIALECTS[client.dialect]
    is_remote = any(_text(node, key).lower() in _TRANSPORTS for key in ("type", "transport"))
    return _has(node, tuple(field for field in dialect.launches if field not in dialect.urls or is_remote))


def _has(node: Node, fields: tuple[str, ...]) -> bool:
    """Whether a value has one of these fields; one that is nested, also where only its first key is there as a text."""
    below: dict[str, set[str]] = {}
    for field in fields:
        key, _, nested = field.casefold().partition("/")
        below.setdefault(key, set()).add(nested)
    return any(
        isinstance(member.node.value, str | Array)
        or any(inner.key.casefold() in below[member.key.casefold()] for inner in _members(member.node))
        for member in _members(node)
        if member.key.casefold() in below
    )


def _text(node: Node, key: str) -> str:
    """The text under a key; "" where there is none."""
    found = node.value.get(key) if isinstance(node.value, Object) else None
    return found.value if found and isinstance(found.value, str) else ""


def _members(node: Node) -> tuple[Member, ...]:
    return node.value.members if isinstance(node.value, Object) else ()
