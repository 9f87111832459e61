"""A path that each row of the table reads, and rows by what they are."""

from __future__ import annotations

from mcp_guard.clients import CLIENTS
from mcp_guard.clients.table import form

PATHS = {client.name: client.globs[0].replace("*", "x") for client in CLIENTS if client.globs}

# Files of nothing but servers, or settings, that are always somebody's own.
OWN = [
    PATHS[client.name]
    for client in CLIENTS
    if client.globs
    and client.shape == "servers"
    and not client.common
    and form(PATHS[client.name], client) in ("json", "toml")
]
FLAT = [PATHS[client.name] for client in CLIENTS if client.globs and client.flat and not client.common]
MCP_SERVERS = [
    PATHS[client.name]
    for client in CLIENTS
    if client.globs and "mcpServers" in client.maps and PATHS[client.name].endswith("json")
]
