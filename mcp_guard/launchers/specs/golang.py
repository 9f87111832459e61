"""Packages with versions as `go run` reads them (Go Modules Reference: "Versions", "Version queries")."""

from __future__ import annotations

import re

from mcp_guard.launchers.command import Token, Unclear, static
from mcp_guard.model import Package

_PATH = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*\.[A-Za-z0-9.-]+(?:/[A-Za-z0-9._~!+-]+)*", re.ASCII)
# A canonical semantic version; a pseudo-version is one. Go takes `v1.2` and `v1` for queries.
_EXACT = re.compile(
    r"v(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+incompatible)?",
    re.ASCII,
)
_COMMIT = re.compile(r"[0-9a-f]{40}")
_LONGEST = 1024


def package(token: Token) -> Package:
    """The package of `PATH@VERSION`. Its name is the whole path: where the module in it ends, no text tells."""
    text = static(token, "the package")
    path, _, version = text.partition("@")
    if len(text) > _LONGEST or not version or _PATH.fullmatch(path) is None:
        raise Unclear(f"{text[:60]!r} is not the path of a Go package with a version", token.word)
    exact = _EXACT.fullmatch(version) or _COMMIT.fullmatch(version)
    return Package("golang", path, version if exact else None, text, "registry", token.word)
