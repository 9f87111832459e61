"""Flake references (Nix manual: "nix flake", "Flake references")."""

from __future__ import annotations

import re
from typing import Literal

from mcp_guard.launchers.command import Token, Unclear, static
from mcp_guard.launchers.specs.location import location
from mcp_guard.model import Package

_COMMIT = re.compile(r"[0-9a-f]{40}")
_HOST = re.compile(r"(?P<host>github|gitlab|sourcehut):(?P<path>[^/?#]+/[^/?#]+)(?:/(?P<rev>[^?#]+))?")
_REGISTRY = re.compile(r"(?:flake:)?[A-Za-z][\w-]*(?:/[\w.-]+)*", re.ASCII)
_FETCHED = re.compile(r"(?:git\+(?:https?|ssh|git)|(?:tarball\+|file\+)?https?):", re.ASCII)
_PATH = re.compile(r"path:|\.{0,2}/|\.{1,2}$|$")


def local(text: str) -> str | None:
    """The folder of a flake that is named by its path, None when it is named otherwise."""
    reference = text.partition("#")[0].partition("?")[0]
    return (reference.removeprefix("path:") or ".") if _PATH.match(reference) else None


def package(token: Token) -> Package:
    """The package of a flake reference that is not a path: exact with a full commit hash or a hash of its content.

    What is looked up in a registry of flakes (`nixpkgs#hello`) is never exact.
    """
    text = static(token, "the flake")
    reference, _, attribute = text.partition("#")
    plain, _, query = reference.partition("?")
    asked = dict(part.split("=", 1) for part in query.split("&") if "=" in part)
    suffix = f"#{attribute}" if attribute else ""
    if host := _HOST.fullmatch(plain):
        version = _exact(asked, host["rev"])
        return Package("nix", f"{host['host']}:{host['path']}{suffix}", version, text, "git", token.word)
    if _FETCHED.match(plain):
        kind: Literal["git", "url"] = "git" if plain.startswith("git+") else "url"
        return Package("nix", location(plain) + suffix, _exact(asked, None), text, kind, token.word)
    if _REGISTRY.fullmatch(plain):
        return Package("nix", plain.removeprefix("flake:") + suffix, None, text, "registry", token.word)
    raise Unclear(f"{text[:60]!r} is not a flake reference that mcp-guard knows", token.word)


def _exact(asked: dict[str, str], rev: str | None) -> str | None:
    """The commit, or the hash of the content; None when there is neither, or two that need not agree."""
    commit = asked.get("rev") or rev
    if commit is not None:
        return commit if _COMMIT.fullmatch(commit) else None
    return asked.get("narHash") if asked.get("narHash", "").startswith("sha256-") else None
