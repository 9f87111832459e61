"""Shapes: documents that define servers in another way than as a map of them, or that only let servers start.

A shape is one file and one row of `SHAPES`. What it yields is what the document starts, and what is wrong with it;
it raises nothing. A file of a common name (`manifest.json`, `compose.yml`) that is not about MCP yields nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from mcp_guard.clients.client import Client
from mcp_guard.clients.shapes import catalog, compose, crushrc, dotenv, mcpb, plugin, server_json, settings
from mcp_guard.documents import Document
from mcp_guard.model import Problem, Server

__all__ = ["SHAPES", "Shape"]

Shape = Callable[[Document, Client], Iterator[Server | Problem]]

LIMIT = 10_000  # servers and problems of a file


def _read(shape: Shape, document: Document, client: Client) -> Iterator[Server | Problem]:
    """What a shape finds, each server with a name of its own: of two `x` the second is `x#2`."""
    taken: dict[str, int] = {}
    for number, found in enumerate(shape(document, client), 1):
        if number > LIMIT:
            place = document.place(document.root.start, document.root.end)
            message = f"more than {LIMIT:,} servers and problems, the most that is read: split the file"
            yield Problem("unreadable-config", place, message)
            return
        yield _named(found, taken) if isinstance(found, Server) else found


def _named(server: Server, taken: dict[str, int]) -> Server:
    """The server with its name, or the first of `name#2`, `name#3`, … that is not taken."""
    name = free = server.name.text
    while free in taken:
        taken[name] += 1
        free = f"{name}#{taken[name]}"
    taken[free] = 1
    return server._replace(name=server.name._replace(text=free))


SHAPES: dict[str, Shape] = {
    name: partial(_read, shape)
    for name, shape in {
        "server-json": server_json.read,
        "mcpb": mcpb.read,
        "plugin": plugin.read,
        "marketplace": plugin.marketplace,
        "catalog": catalog.read,
        "compose": compose.read,
        "crushrc": crushrc.read,
        "settings": settings.read,
        "dotenv": dotenv.read,
    }.items()
}
