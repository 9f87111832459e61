"""URLs of registries: one normal form to compare by, and which credential belongs to which URL."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

_PORTS = {"https": 443, "http": 80}


class Address(NamedTuple):
    """A registry's base URL in normal form: no userinfo, no default port, the path ends with a slash."""

    scheme: str
    netloc: str
    path: str

    @property
    def url(self) -> str:
        """The address as text."""
        return f"{self.scheme}://{self.netloc}{self.path}"


class Credential(NamedTuple):
    """An `Authorization` header for one host and the paths that begin with `path` (which ends with a slash)."""

    netloc: str
    path: str
    header: str

    def __repr__(self) -> str:
        """Where it belongs; the secret is in no traceback and no log."""
        return f"Credential({self.netloc}{self.path})"


def address(text: str) -> Address:
    """The normal form of a registry's base URL.

    Raises ValueError with a message that repeats nothing of the URL but its host: what is no URL, carries a query, or
    is neither https nor http on this very machine.
    """
    if "${" in text:
        raise ValueError("it names a variable that is not set")
    if not text.isprintable() or " " in text:
        raise ValueError("this is no URL")
    parts = urlsplit(text)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("this is no https:// URL")
    if parts.query or parts.fragment or ".." in unquote(parts.path).split("/"):
        raise ValueError(f"a registry's URL has no '?', '#' or '..' (host {parts.hostname})")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError(f"plain http is allowed for this machine only (host {parts.hostname}): use https")
    return Address(parts.scheme, netloc(parts), parts.path.rstrip("/") + "/")


def netloc(parts: SplitResult) -> str:
    """Host and port, lower case, without userinfo and without the scheme's own port; ValueError for a bad port."""
    host = parts.hostname or ""
    shown = f"[{host}]" if ":" in host else host
    return shown if parts.port in (None, _PORTS.get(parts.scheme)) else f"{shown}:{parts.port}"


def host_of(url: str) -> str:
    """The host (and port) of a URL that `address` has accepted the base of, for messages."""
    return netloc(urlsplit(url))


def userinfo(text: str) -> str | None:
    """`user:password` of a URL, percent-decoded; None where it has none."""
    parts = urlsplit(text)
    if parts.username is None:
        return None
    return f"{unquote(parts.username)}:{unquote(parts.password or '')}"


def is_loopback(host: str) -> bool:
    """Whether this host name can only be this machine."""
    import ipaddress

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def credential_for(credentials: Iterable[Credential], url: str) -> Credential | None:
    """The credential of the longest path that `url` stands under, on exactly its host and port."""
    parts = urlsplit(url)
    place, path = netloc(parts), parts.path or "/"
    fitting = [one for one in credentials if one.netloc == place and path.startswith(one.path)]
    return max(fitting, key=lambda one: len(one.path), default=None)
