"""The table of clients: a client is one row in one of these modules, and one folder in `tests/clients/cases`."""

from __future__ import annotations

from mcp_guard.clients.rows.applications import DESKTOP, FRAMEWORKS
from mcp_guard.clients.rows.assistants import ASSISTANTS
from mcp_guard.clients.rows.documents import CONVENTIONS, DOCUMENTS, GENERIC
from mcp_guard.clients.rows.editors import EDITORS

__all__ = ["CLIENTS", "GENERIC"]

CLIENTS = (*ASSISTANTS, *EDITORS, *DESKTOP, *FRAMEWORKS, *DOCUMENTS, *CONVENTIONS)
