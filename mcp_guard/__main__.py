"""`python -m mcp_guard`."""

from mcp_guard.cli import entry

entry()
