"""Compose files: services that are MCP servers or the Docker MCP gateway.

Sources: compose-spec/compose-spec:05-services.md; docker/mcp-gateway:examples/*/compose.yaml. A service is taken for
an MCP server by its image (`mcp/…`, `…mcp-server…`, `…mcp-gateway…`) or by a label that says so; what else a project
starts is none of our business.
"""

from __future__ import annotations

import re

from mcp_guard.clients.client import Client
from mcp_guard.clients.shapes.compose_run import command_line
from mcp_guard.clients.shapes.part import Found, Part, guarded, root, server
from mcp_guard.documents import Array, Document, Node, Object
from mcp_guard.model import Word

_IMAGE = re.compile(r"(?:^|[/{-])mcp/|mcp[-_]?(?:gateway|server)|server[-_]mcp(?![a-z0-9])", re.IGNORECASE)
_GATEWAY = re.compile(r"mcp[-_]?gateway", re.IGNORECASE)
_LABEL = re.compile(r"io\.modelcontextprotocol\.|io\.docker\.server\.metadata|com\.docker\.mcp", re.IGNORECASE)
_FROM = re.compile(r"^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*(\S+)", re.IGNORECASE | re.MULTILINE)

_BUILT = "its image is built from a Dockerfile, which mcp-guard does not read"
_EXTENDS = "it extends another service, and mcp-guard does not put the two together"
_STARTS = "the gateway starts the servers of a Docker MCP catalog, which are not in this file"


def read(document: Document, client: Client) -> Found:
    """The services that are MCP servers; nothing where there are none."""
    services = document.find("services")
    if services is None or not isinstance(services.value, Object):
        return
    part = root(document, client).at("services", services)
    ours = _ours(services.value)
    for member in services.value.members:
        if member.key in ours:
            entry = part.at(member.key, member.node)._replace(server=member.key)
            name = document.key_word(member)
            yield from guarded(_service(entry, name))


def _service(part: Part, name: Word) -> Found:
    hidden = _hidden(part)
    image = part.get("image")
    runs = image is not None and hidden in {None, _STARTS}
    argv = command_line(part, image.word(), name) if image is not None and runs else ()
    yield server(part, name, argv, hidden=hidden)


def _hidden(part: Part) -> str | None:
    """Why the service does not say all that it starts."""
    if part.get("extends") is not None:
        return _EXTENDS
    if part.get("build") is not None or part.get("image") is None:
        return _BUILT
    gateway = any(_GATEWAY.search(text) for text in _images(part.node))
    return _STARTS if gateway else None


def _ours(services: Object) -> set[str]:
    """The names of the services that are MCP servers, or that extend one of this file."""
    extending: dict[str, list[str]] = {}
    for member in services.members:
        base = _string(member.node, "extends") or _string(_value(member.node, "extends"), "service")
        if base is not None:
            extending.setdefault(base, []).append(member.key)
    ours: set[str] = set()
    waiting = [member.key for member in services.members if _is_server(member.node)]
    while waiting:
        name = waiting.pop()
        if name not in ours:
            ours.add(name)
            waiting += extending.get(name, [])
    return ours


def _is_server(service: Node) -> bool:
    return any(map(_IMAGE.search, _images(service))) or any(map(_LABEL.match, _labels(service)))


def _images(service: Node) -> list[str]:
    """The image of a service and those that its inline Dockerfile starts from."""
    image = _string(service, "image")
    inline = _string(_value(service, "build"), "dockerfile_inline")
    return [*([image] if image else []), *(_FROM.findall(inline) if inline else [])]


def _labels(service: Node) -> list[str]:
    """The labels, by key or as `key=value`."""
    labels = _value(service, "labels")
    match labels.value if labels else None:
        case Object(members):
            return [member.key for member in members]
        case Array(items):
            return [item.value for item in items if isinstance(item.value, str)]
        case _:
            return []


def _value(node: Node | None, key: str) -> Node | None:
    return node.value.get(key) if node is not None and isinstance(node.value, Object) else None


def _string(node: Node | None, key: str) -> str | None:
    found = _value(node, key)
    return found.value if found is not None and isinstance(found.value, str) else None
