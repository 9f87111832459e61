"""Grammars by name: reading one command line must not load forty modules, so each is imported when it is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import TypeAlias

from mcp_guard.launchers.command import Command, Step
from mcp_guard.launchers.files import Tracked

Grammar: TypeAlias = Callable[[Command, Tracked], Iterator[Step]]


def grammar(name: str) -> Grammar:
    """The function `read` of a module of this folder, or the one behind the colon (`shell:fish`)."""
    module, _, function = name.partition(":")
    found: Grammar = getattr(import_module(f"mcp_guard.launchers.{module}"), function or "read")
    return found
