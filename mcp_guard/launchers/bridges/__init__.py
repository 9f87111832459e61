"""Bridges: packages whose program starts, or connects to, another server that its arguments name.

A bridge is one file and one row of `BRIDGES`. Its grammar takes the command line from its own program on, and yields
the other server. What it does not give clearly is Unclear.
"""

from __future__ import annotations

from mcp_guard.model import Ecosystem

# By the name of the grammar, which is loaded when it is needed.
BRIDGES: dict[tuple[Ecosystem, str], str] = {
    ("npm", "mcp-remote"): "bridges.mcp_remote",
    ("npm", "supergateway"): "bridges.supergateway",
    ("npm", "mcp-proxy"): "bridges.mcp_proxy_npm",
    ("pypi", "mcp-proxy"): "bridges.mcp_proxy_pypi",
    ("npm", "@modelcontextprotocol/inspector"): "bridges.inspector",
    ("pypi", "mcpo"): "bridges.mcpo",
    ("pypi", "mcp"): "bridges.mcp_run",
    ("pypi", "fastmcp"): "bridges.mcp_run",
    ("npm", "@smithery/cli"): "bridges.brokers:smithery",
    ("npm", "@composio/mcp"): "bridges.brokers:composio",
    ("npm", "@michaellatman/mcp-get"): "bridges.brokers:mcp_get",
    ("npm", "mcp-hub"): "bridges.brokers:hub",
    ("npm", "concurrently"): "bridges.brokers:several",
    ("npm", "npm-run-all"): "bridges.brokers:several",
    ("npm", "npm-run-all2"): "bridges.brokers:several",
    **dict.fromkeys(
        (
            ("npm", "@dotenvx/dotenvx"),
            ("npm", "dotenv-cli"),
            ("npm", "env-cmd"),
            ("npm", "envmcp"),
            ("npm", "cross-env"),
            ("npm", "@infisical/cli"),
        ),
        "bridges.wrapper",
    ),
}
