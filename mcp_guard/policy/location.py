"""URLs of the policy and of configs, taken apart and not compared as text.

Clients do not agree on how a URL is read (WHATWG's URL standard, RFC 3986, libraries of their own). A URL that any two
of them could read differently has no location here, so it matches nothing.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_PARTS = re.compile(r"(https?)://([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?", re.IGNORECASE)
_AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\[\]:@%]+)(?::([0-9]{0,5}))?")
_ASCII_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\]")
_OUTSIDE_ASCII_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_HIGHEST_PORT = 65_535
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})?")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_ENCODED_SLASH = re.compile(r"%2F|%5C")


class Location(NamedTuple):
    """Where a URL leads: scheme and host in lower case, the port always there, the path's segments after the first `/`.

    Segments have their needless percent escapes decoded, `.` and `..` resolved; `/a/` has two, the second empty.
    A host outside ASCII stands as it is written: whether two spellings are one host depends on the client.
    """

    scheme: str
    host: str
    port: int
    segments: tuple[str, ...]
    bare: bool  # neither query nor fragment


def locate(url: str) -> Location | None:
    """The location of an http or https URL; None where it has none that is beyond doubt.

    That is: user information, white space, control and format characters, backslashes, an escaped or malformed host,
    a malformed escape, a `..` hidden behind an encoded slash.
    """
    parts = _PARTS.fullmatch(url)
    if not parts or not url.isprintable() or "\\" in url or " " in url:
        return None
    scheme, authority = parts[1].lower(), _AUTHORITY.fullmatch(parts[2])
    if not authority:
        return None
    host = authority[1].lower() if authority[1].isascii() else authority[1]
    port = int(authority[2]) if authority[2] else _DEFAULT_PORTS[scheme]
    segments = _segments(parts[3])
    if segments is None or port > _HIGHEST_PORT:
        return None
    if not (_ASCII_HOST if host.isascii() else _OUTSIDE_ASCII_HOST).fullmatch(host):
        return None
    return Location(scheme, host, port, segments, not parts[4] and not parts[5])


def is_loopback(host: str) -> bool:
    """Whether a host of a `Location` is this machine by its name alone (RFC 6761, RFC 5735, RFC 4291)."""
    return host in ("localhost", "[::1]") or re.fullmatch(r"127(?:\.[0-9]{1,3}){3}", host) is not None


def _segments(path: str) -> tuple[str, ...] | None:
    if any(not escape[1] for escape in _ESCAPE.finditer(path)):
        return None
    found: list[str] = []
    parts = _ESCAPE.sub(_decoded, path).split("/")[1:] or [""]
    for part in parts:
        inner = _ENCODED_SLASH.split(part)
        if len(inner) > 1 and ("." in inner or ".." in inner):
            return None
        if part == "..":
            del found[-1:]
        elif part != ".":
            found.append(part)
    if parts[-1] in (".", ".."):
        found.append("")
    return tuple(found)


def _decoded(escape: re.Match[str]) -> str:
    character = chr(int(escape[1], 16))
    return character if _UNRESERVED.fullmatch(character) else escape[0].upper()
