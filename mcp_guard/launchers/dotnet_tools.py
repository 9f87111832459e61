"""The manifest of a repository's .NET tools (dotnet/docs: docs/core/tools/local-tools-how-to-use.md)."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator
from typing import NamedTuple

from mcp_guard.launchers.command import Command, Token, Unclear
from mcp_guard.launchers.files import Tracked
from mcp_guard.launchers.project import upwards
from mcp_guard.launchers.specs.nuget import exact

_NAMES = (".config/dotnet-tools.json", "dotnet-tools.json")


class Tool(NamedTuple):
    """One tool of a manifest: its package id in lower case, its version where that is exact, and its commands."""

    package: str
    version: str | None
    commands: tuple[str, ...]


def tools(command: Command, token: Token, tracked: Tracked) -> tuple[Tool, ...]:
    """The tools of all manifests that count where a command starts, the nearest first; none where that is not known.

    Unclear when one cannot be read, as it may name other versions.
    """
    if command.directory is None or command.scope in {"image", "mounted"}:
        return ()
    found: list[Tool] = []
    paths = (posixpath.join(folder, name) for folder in upwards(command.directory) for name in _NAMES)
    for path in filter(tracked.holds, paths):
        content = _content(tracked.text(path))
        if content is None:
            raise Unclear(f"`{path}` cannot be read, and may name the tool's version", token.word)
        found += _of(content)
        if content.get("isRoot") is True:
            break
    return tuple(found)


def _content(text: str | None) -> dict[str, object] | None:
    try:
        content = json.loads((text or "").removeprefix("\ufeff"), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object; ValueError where a key is given twice, or in two spellings of its case."""
    if len({key.lower() for key, _ in pairs}) != len(pairs):
        raise ValueError("a key is given twice")
    return dict(pairs)


def _of(content: dict[str, object]) -> Iterator[Tool]:
    listed = content.get("tools")
    for name, value in listed.items() if isinstance(listed, dict) else ():
        tool = value if isinstance(value, dict) else {}
        version, commands = tool.get("version"), tool.get("commands")
        yield Tool(
            str(name).lower(),
            exact(version) if isinstance(version, str) else None,
            tuple(one for one in commands if isinstance(one, str)) if isinstance(commands, list) else (),
        )
