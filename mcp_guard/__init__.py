"""mcp-guard: blocks any MCP server that nobody has pinned and verified.

What this module names is public, and nothing else is. It reads files and asks registries; it starts nothing, prints
nothing and never exits. Names are loaded when they are first used, so that the hook starts quickly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mcp_guard.api import apply, check, pin, render
    from mcp_guard.model import Acceptance, Finding, Launch, Place, Policy, Report, Subject, Verdict
    from mcp_guard.pinning import Plan
    from mcp_guard.policy import PolicyError
    from mcp_guard.registries import SettingsError
    from mcp_guard.trees import TreeError

__version__ = "0.1.0"

__all__ = [
    "Acceptance",
    "Finding",
    "Launch",
    "Place",
    "Plan",
    "Policy",
    "PolicyError",
    "Report",
    "SettingsError",
    "Subject",
    "TreeError",
    "Verdict",
    "apply",
    "check",
    "pin",
    "render",
]

_HOME = {
    "Plan": "pinning",
    "PolicyError": "policy",
    "SettingsError": "registries",
    "TreeError": "trees",
    "apply": "api",
    "check": "api",
    "pin": "api",
    "render": "api",
}


def __getattr__(name: str) -> object:
    """Load a public name from the module that defines it (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module 'mcp_guard' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"mcp_guard.{_HOME.get(name, 'model')}"), name)
    globals()[name] = value
    return value
