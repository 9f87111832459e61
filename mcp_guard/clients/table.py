"""The table of clients, and which paths are theirs.

Paths are compared without case, because the usual file systems of macOS and Windows are: there a client reads
`.MCP.json` too. A path of chezmoi's source state counts as the path it is applied to (`dot_cursor/private_mcp.json`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from mcp_guard.clients.client import Client, Format
from mcp_guard.clients.rows import CLIENTS, GENERIC

__all__ = ["CLIENTS", "GENERIC", "Client", "Format", "concerns", "files_regex", "form", "named", "on_the_way", "owner"]

_FORMATS: dict[str, Format] = {
    "json": "json",
    "jsonc": "json",
    "toml": "toml",
    "yaml": "yaml",
    "yml": "yaml",
    "md": "markdown",
}

_OUR_POLICY = "mcp-guard.toml"

# The folder and the name of a glob, and its rank: of globs that fit one path the first is the most specific.
_Glob: TypeAlias = "tuple[tuple[bool, int, bool, int], str, str, Client]"


def owner(path: str) -> Client | None:
    """The client that reads the file at a path, at any depth: of several the most specific. None if there is none."""
    folder, _, name = _target(path).rpartition("/")
    if name == _OUR_POLICY:  # its name fits a convention, and it holds no servers
        return None
    candidates = (*_EXACT.get(name, ()), *_PATTERNS.get(name[name.rfind(".") :], ()))
    fitting = [
        (rank, client)
        for rank, below, pattern, client in candidates
        if _like(pattern, name) and _ends_with(folder, below)
    ]
    return min(fitting, key=lambda each: each[0])[1] if fitting else None


def named(name: str) -> Client:
    """The row of a client by its name. Raises `KeyError`."""
    return _BY_NAME[name]


def form(path: str, client: Client) -> Format:
    """The format of a file: what the last extension says that means one (`a.json.example`), or the client's."""
    found = re.findall(r"\.(json|jsonc|toml|yaml|yml|md)(?![a-z0-9])", path.rpartition("/")[2].lower())
    return _FORMATS[found[-1]] if found and client.format != "text" else client.format


def files_regex() -> str:
    """The pattern of all configs for `re.search`, as pre-commit's `files:` has it; to be used with `(?i)`."""
    folders: dict[str, list[str]] = {}
    for _, folder, name, _ in _globs():
        names = folders.setdefault(_pattern(folder + "/") if folder else "", [])
        if _pattern(name) not in names:
            names.append(_pattern(name))
    alternatives = (
        folder + (names[0] if not names[1:] else f"(?:{'|'.join(names)})") for folder, names in folders.items()
    )
    return rf"(?:^|/)(?:{'|'.join(alternatives)})\Z"


def concerns(path: str) -> bool:
    """Whether a client owns the path."""
    return owner(path) is not None


def on_the_way(path: str) -> bool:
    """Whether a symbolic link or submodule at the path would hide a config: one of a client's files or folders."""
    parts = _target(path).split("/")
    if any("/".join(parts[-length:]) in _FOLDERS for length in range(1, _DEEPEST + 1)):
        return True
    client = owner(path)
    return client is not None and not client.common


def _target(path: str) -> str:
    """The path in lower case, and of chezmoi's source state the one it is applied to."""
    lower = path.lower()
    if "dot_" not in lower and "private_" not in lower:
        return lower
    return re.sub(r"(?<![^/])(?:private_)?(dot_)?", lambda found: "." if found[1] else "", lower)


def _like(pattern: str, name: str) -> bool:
    """Whether a name fits a pattern, in which `*` stands for anything."""
    first, star, rest = pattern.partition("*")
    if not star:
        return pattern == name
    *inner, last = rest.split("*")
    if len(name) < len(first) + len(last) or not (name.startswith(first) and name.endswith(last)):
        return False
    at, end = len(first), len(name) - len(last)
    for part in inner:
        at = name.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return True


def _ends_with(folder: str, wanted: str) -> bool:
    if "*" not in wanted:
        return not wanted or f"/{folder}".endswith(f"/{wanted}")
    patterns, parts = wanted.split("/"), folder.split("/")
    return len(parts) >= len(patterns) and all(map(_like, patterns, parts[-len(patterns) :]))


def _pattern(glob: str) -> str:
    """A glob as a regular expression; a name may have chezmoi's attributes."""
    parts = (re.escape(part).replace(r"\*", "[^/]*") for part in glob.split("/"))
    return "/".join(part and "(?:private_)?" + re.sub(r"^\\\.", r"(?:\\.|dot_)", part) for part in parts)


def _globs() -> Iterator[_Glob]:
    for client in CLIENTS:
        for glob in client.globs:
            folder, _, name = glob.lower().rpartition("/")
            yield (client.common, -glob.count("/"), "*" in name, -len(name)), folder, name, client


def _indexed(globs: Iterable[_Glob]) -> tuple[dict[str, list[_Glob]], dict[str, list[_Glob]]]:
    """The globs by their name, and those with a star by their extension."""
    exact: dict[str, list[_Glob]] = {}
    patterns: dict[str, list[_Glob]] = {}
    for glob in globs:
        name = glob[2]
        if "*" in name:
            patterns.setdefault(name[name.rfind(".") :], []).append(glob)
        else:
            exact.setdefault(name, []).append(glob)
    return exact, patterns


def _folders(globs: Iterable[_Glob]) -> Iterator[str]:
    """The folders that are a client's own, by the dot they begin with, and all in them that lead to a config."""
    for _, folder, _, client in globs:
        parts = folder.split("/")
        if folder.startswith(".") and "*" not in folder and not client.common:
            yield from ("/".join(parts[: length + 1]) for length in range(len(parts)))


_EXACT, _PATTERNS = _indexed(_globs())
_FOLDERS = frozenset(_folders(_globs()))
_DEEPEST = max(folder.count("/") + 1 for folder in _FOLDERS)
_BY_NAME = {client.name: client for client in (*CLIENTS, GENERIC)}
