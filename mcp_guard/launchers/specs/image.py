"""Container image references (distribution/reference: reference.go, normalize.go)."""

from __future__ import annotations

import re

from mcp_guard.launchers.command import Token, Unclear, static
from mcp_guard.model import Package

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:]+\])(?::\d{{1,5}})?", re.ASCII)
_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_PATH = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*", re.ASCII)
_TAG = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_SCHEME = re.compile(r"(?:[a-z][a-z-]*)://?|(?:docker-archive|oci-archive|oci|dir|docker-daemon|containers-storage):/")
_LONGEST = 512


def image(token: Token) -> Package:
    """The image that a reference names; pinned by `@sha256:` alone, as every tag can move. Unclear when it is none."""
    text = static(token, "the image")
    if len(text) > _LONGEST or _SCHEME.match(text):
        raise Unclear(f"{text[:60]!r} is not an image of a registry", token.word)
    named, at, digest = text.partition("@")
    if at and not _DIGEST.fullmatch(digest):
        raise Unclear("the digest of the image is not `sha256:` and 64 hexadecimal digits", token.word)
    slash = named.rfind("/")
    colon = named.find(":", slash + 1)
    name, tag = (named, None) if colon < 0 else (named[:colon], named[colon + 1 :])
    if tag is not None and not _TAG.fullmatch(tag):
        raise Unclear(f"{named[:60]!r} is not an image reference", token.word)
    full = _full_name(name)
    if full is None or re.fullmatch(r"[0-9a-f]{64}", name):
        raise Unclear(f"{named[:60]!r} is not an image reference", token.word)
    cut = token.cut(len(named), len(text))
    return Package("oci", full, digest if at else None, text, "registry", token.word, cut)


def has_registry(reference: str) -> bool:
    """Whether a reference names its registry, and does not leave it to the launcher's own default."""
    first, slash, _ = reference.partition("/")
    return bool(slash) and (re.search(r"[.:]", first) is not None or first == "localhost" or first != first.lower())


def _full_name(name: str) -> str | None:
    """The name with its registry; Docker Hub and its `library/` are what is meant when none is written."""
    host, path = name.partition("/")[::2] if has_registry(name) else ("docker.io", name)
    if host in {"docker.io", "index.docker.io"}:
        host, path = "docker.io", path if "/" in path else f"library/{path}"
    return f"{host.lower()}/{path}" if _HOST.fullmatch(host) and _PATH.fullmatch(path) else None
