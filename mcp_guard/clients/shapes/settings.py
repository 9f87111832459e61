"""Settings of Claude Code: what they approve and run, and servers that stand there although it reads them elsewhere.

Source: SchemaStore/schemastore:src/schemas/json/claude-code-settings.json.
"""

from __future__ import annotations

from mcp_guard.clients import approvals
from mcp_guard.clients.client import Client
from mcp_guard.clients.shapes import plugin
from mcp_guard.clients.shapes.part import Found, guarded, root
from mcp_guard.documents import Document, Object


def read(document: Document, client: Client) -> Found:
    """The problems of `approvals.of_file`, and the servers of `mcpServers`, which forks and other programs read."""
    whole = root(document, client)
    if not isinstance(document.root.value, Object):
        yield whole.broken("an object at the top").problem
        return
    yield from approvals.of_file(document, client)
    for member in document.root.value.members:
        if member.key == "mcpServers":
            yield from guarded(plugin.inline(whole.at(member.key, member.node)))
