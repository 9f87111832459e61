"""Crates as `cargo install` and `cargo binstall` read them (rust-lang/cargo: src/bin/cargo/commands/install.rs)."""

from __future__ import annotations

import re

from mcp_guard.launchers.command import Token, Unclear, static
from mcp_guard.launchers.specs.location import location
from mcp_guard.model import Package

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}", re.ASCII)
# A version without an operator is exact here, unlike in Cargo.toml; so is one after `=`.
_EXACT = re.compile(
    r"=?[ ]*((?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?)"
    r"(?:\+[0-9A-Za-z.-]+)?",
    re.ASCII,
)
_COMMIT = re.compile(r"[0-9a-f]{40}")


def crate(token: Token, version: Token | None) -> Package:
    """The crate of `NAME` or `NAME@VERSION`; `version` is the value of `--version`."""
    text = static(token, "the crate")
    name, at, written = text.partition("@")
    if _NAME.fullmatch(name) is None or (at and version is not None):
        raise Unclear(f"{text[:60]!r} is not the name of a crate", token.word)
    if version is not None:
        written = static(version, "the version of the crate")
    exact = _EXACT.fullmatch(written)
    return Package("cargo", name, exact[1] if exact else None, text, "registry", token.word)


def repository(token: Token, commit: Token | None) -> Package:
    """The repository of `--git`, exact where `--rev` is a full commit hash."""
    url = static(token, "the repository")
    rev = static(commit, "the commit") if commit else ""
    return Package("cargo", location(url), rev if _COMMIT.fullmatch(rev) else None, url, "git", token.word)
