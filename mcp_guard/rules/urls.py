"""URLs of checked files: what may be said of them, and what is wrong with them."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

from mcp_guard.policy.location import is_loopback

# Parsers drop or turn these, each in its own way, so that two of them see two hosts (WHATWG URL §4.4 against RFC 3986).
_DISPUTED = re.compile(r"[\x00-\x20\x7f\\]")


def origin(url: str) -> str:
    """Name where a URL leads, without anything that may be a secret: userinfo, path, query, fragment."""
    parts = _split(url)
    if parts is None or not parts.scheme or not parts.hostname:
        return "a URL that cannot be read"
    port = f":{parts.port}" if parts.port is not None else ""
    return f"{parts.scheme}://{_host(parts.hostname)}{port}"


def insecure(url: str) -> str | None:
    """Say why nobody can know who answers at a URL, as a clause; None where TLS or this machine vouches."""
    parts = _split(url)
    if parts is None or _DISPUTED.search(url):
        return "it is not a URL that every client reads alike"
    if parts.scheme not in {"https", "wss", "http", "ws"}:
        return "its scheme is neither https nor wss"
    if not parts.hostname:
        return "it names no host"
    if "@" in parts.netloc:
        return "it carries a user name or password, which ends in logs and hides the host from a reader"
    if parts.scheme in {"http", "ws"} and not is_loopback(_host(parts.hostname)):
        return "it is not encrypted, so anybody on the way can answer in its place"
    return None


def _host(name: str) -> str:
    """Write a host as it stands in a URL, an IPv6 address in brackets."""
    return f"[{name}]" if ":" in name else name


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for a port that is none
    except ValueError:
        return None
    return parts
