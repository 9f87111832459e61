"""Digests, times, purls, registries and signatures as the lock spells them, both ways.

What is read must be in the one spelling that is written, so that equal facts are equal bytes. All functions raise
`ValueError` with a clause that says what is wrong.
"""

from __future__ import annotations

import re
from binascii import a2b_base64, b2a_base64
from datetime import datetime, timezone
from typing import NamedTuple, get_args

from mcp_guard.model import Digest, Ecosystem, purl

_BYTES = {"sha1": 20, "sha256": 32, "sha384": 48, "sha512": 64}
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{6})?Z")
_PURL = re.compile(r"pkg:[a-z]+/([^@?#]+)@([^@?#]+)(?:\?repository_url=([^&?#]+))?")
_REGISTRY = re.compile(r"https?://[^\s/?#@\\]+(?:/[^\s?#\\]*)?")
# RFC 4648 §4 with the padding and the zero bits that its §3.5 asks for: one spelling for the same bytes.
_BASE64 = re.compile(
    r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=|[A-Za-z0-9+/][AQgw]==)"
)
_KEY_ID = re.compile(r"[!-~]+")
_PROOF_NAME = re.compile(r"[0-9a-f]{64}")
_LINE = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_ECOSYSTEMS: tuple[Ecosystem, ...] = get_args(Ecosystem)


class Release(NamedTuple):
    """What a purl of the lock names."""

    ecosystem: Ecosystem
    name: str
    version: str


def sri_text(digest: Digest) -> str:
    """A digest in the form of Subresource Integrity: `sha512-<base64>`."""
    return f"{digest.algorithm}-{b2a_base64(_raw(digest), newline=False).decode()}"


def read_sri(text: str) -> Digest:
    """The digest that `sri_text` wrote."""
    algorithm, _, encoded = text.partition("-")
    try:
        digest = Digest(algorithm, a2b_base64(encoded).hex())
    except ValueError:
        raise ValueError("is no SRI, which is sha512-<base64>") from None
    if sri_text(digest) != text:
        raise ValueError("is not the base64 that an SRI holds")
    return digest


def hex_text(digest: Digest) -> str:
    """A digest as `sha256:<hex>`."""
    return f"{digest.algorithm}:{_raw(digest).hex()}"


def read_hex(text: str, artifact: str = "") -> Digest:
    """The digest that `hex_text` wrote, of a file or "" where the release is one artifact."""
    algorithm, _, value = text.partition(":")
    digest = Digest(algorithm, value, artifact)
    _raw(digest)
    return digest


def _raw(digest: Digest) -> bytes:
    size = _BYTES.get(digest.algorithm)
    if size is None:
        raise ValueError(f"names no digest algorithm that mcp-guard knows ({', '.join(_BYTES)})")
    if not re.fullmatch(rf"[0-9a-f]{{{2 * size}}}", digest.value):
        raise ValueError(f"is no {digest.algorithm} digest")
    return bytes.fromhex(digest.value)


def time_text(time: datetime) -> str:
    """A moment in UTC: `2026-08-31T12:00:00Z`, with microseconds where it has some."""
    if time.tzinfo is None:
        raise ValueError("has no time zone")
    return f"{time.astimezone(timezone.utc).replace(tzinfo=None).isoformat()}Z"


def read_time(text: str) -> datetime:
    """The moment that `time_text` wrote."""
    if not _TIME.fullmatch(text):
        raise ValueError("is not a time such as 2026-08-31T12:00:00Z")
    time = datetime.fromisoformat(f"{text[:-1]}+00:00")
    if time_text(time) != text:
        raise ValueError("is not written as mcp-guard writes it: leave out the fraction .000000")
    return time


def registry(url: str) -> str:
    """A registry's URL, which holds no user name, password or query: those could be credentials."""
    if not _REGISTRY.fullmatch(url):
        raise ValueError("is no plain URL without user name, password and query")
    return url


def key_id(text: str) -> str:
    """The id of a signing key: visible ASCII, such as `SHA256:DhQ8…`."""
    if not _KEY_ID.fullmatch(text):
        raise ValueError("is no key id, which is of visible ASCII characters")
    return text


def base64_text(text: str) -> str:
    """Some bytes in base64, in the one spelling that they have."""
    if not _BASE64.fullmatch(text):
        raise ValueError("is no base64, or not the one spelling of its bytes")
    return text


def proof_name(text: str) -> str:
    """The name of a proof: 64 digits in hex."""
    if not _PROOF_NAME.fullmatch(text):
        raise ValueError("is no proof's name, which is 64 digits in hex")
    return text


def line(text: str) -> str:
    """One line of text, with something in it."""
    if not _LINE.fullmatch(text):
        raise ValueError("must be one line with something in it, without control characters")
    return text


def read_purl(text: str) -> Release:
    """What a purl names, in the spelling of `model.purl`."""
    ecosystem = next((known for known in _ECOSYSTEMS if text.startswith(f"pkg:{known}/")), None)
    if ecosystem is None:
        raise ValueError(f"is no purl of the types {', '.join(_ECOSYSTEMS)}")
    found = _PURL.fullmatch(text)
    if not found:
        raise ValueError("is no purl with a version")
    from urllib.parse import unquote

    path, version, repository = found.groups()
    release = Release(ecosystem, unquote(repository or path), unquote(version))
    if not all(release.name.split("/")) or purl(*release) != text:
        raise ValueError("is not written as mcp-guard writes a purl")
    return release
