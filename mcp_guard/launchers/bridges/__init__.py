"""Bridges: packages whose program starts, or connects to, another server that its arguments name.

A bridge is one file and one row of `BRIDGES`. Its grammar takes the command line from its own program on, and yields
the other server. What it does not give clearly is Unclear.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mcp_guard.launchers.bridges import (
    inspector,
    mcp_proxy_npm,
    mcp_proxy_pypi,
    mcp_remote,
    mcp_run,
    mcpo,
    supergateway,
)
from mcp_guard.launchers.command import Command, Step
from mcp_guard.launchers.files import Tracked
from mcp_guard.model import Ecosystem

BRIDGES: dict[tuple[Ecosystem, str], Callable[[Command, Tracked], Iterator[Step]]] = {
    ("npm", "mcp-remote"): mcp_remote.read,
    ("npm", "supergateway"): supergateway.read,
    ("npm", "mcp-proxy"): mcp_proxy_npm.read,
    ("pypi", "mcp-proxy"): mcp_proxy_pypi.read,
    ("npm", "@modelcontextprotocol/inspector"): inspector.read,
    ("pypi", "mcpo"): mcpo.read,
    ("pypi", "mcp"): mcp_run.read,
    ("pypi", "fastmcp"): mcp_run.read,
}
