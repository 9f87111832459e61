"""Whom we trust: the public-good Sigstore instance and npm's registry keys, as shipped with this release.

`data/trusted_root.json` and `data/npm_keys.json` hold date, origin and the keys; they change with releases only, so
no network and no file of the user can add a key. The keys are in the form of Sigstore's `TrustedRoot`
(sigstore/protobuf-specs, `sigstore_trustroot.proto`), less what no verification needs.
"""

from __future__ import annotations

import os
import re
from datetime import datetime, timezone
from functools import cache
from typing import Final, NamedTuple

from cryptography import x509

from mcp_guard.model import JSON
from mcp_guard.provenance.errors import VerificationError, require
from mcp_guard.provenance.keys import Period, PublicKey, TrustedKey, load_certificate, load_key
from mcp_guard.provenance.shape import Node, read_json

_STEP: Final = "trust.root"
_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?Z")
_MEDIA_TYPES = (
    "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    "application/vnd.dev.sigstore.trustedroot+json;version=0.2",
    "application/vnd.dev.sigstore.trustedroot.v0.2+json",
)


class Log(NamedTuple):
    """A transparency log: its id as entries and SCTs name it, its key, and when that was in use.

    `checkpoint_id` begins with the four bytes by which the log's signatures under checkpoints name its key.
    """

    id: bytes
    key: PublicKey
    period: Period
    checkpoint_id: bytes


class Authority(NamedTuple):
    """A certificate authority, as a chain that ends in its root, and when it was in use."""

    chain: tuple[x509.Certificate, ...]
    period: Period


class TrustedRoot(NamedTuple):
    """One Sigstore instance."""

    logs: tuple[Log, ...]
    ct_logs: tuple[Log, ...]
    authorities: tuple[Authority, ...]
    timestamp_authorities: tuple[Authority, ...]


@cache
def trusted_root() -> TrustedRoot:
    """The public-good instance, as shipped."""
    return read_trusted_root(_shipped("trusted_root.json").get("root").value)


@cache
def npm_keys(usage: str) -> tuple[TrustedKey, ...]:
    """The keys of the npm registry, as shipped, for one usage: `npm:signatures` or `npm:attestations`."""
    rows = _shipped("npm_keys.json").get("keys").items()
    return tuple(_npm_key(row) for row in rows if row.get("keyUsage").text() == usage)


def read_trusted_root(document: JSON) -> TrustedRoot:
    """Read a Sigstore `TrustedRoot`. Raises VerificationError where anything in it is not as it must be."""
    root = Node(document, "trusted root", _STEP)
    require(_STEP, root.get("mediaType").text() in _MEDIA_TYPES, "a trusted root of another version")
    return TrustedRoot(
        tuple(map(_log, _list(root, "tlogs"))),
        tuple(map(_log, _list(root, "ctlogs"))),
        tuple(map(_authority, _list(root, "certificateAuthorities"))),
        tuple(map(_authority, _list(root, "timestampAuthorities"))),
    )


def _shipped(name: str) -> Node:
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", name)
    with open(path, "rb") as file:
        return Node(read_json(file.read(), _STEP), name, _STEP)


def _list(node: Node, name: str) -> tuple[Node, ...]:
    found = node.optional(name)
    return found.items() if found else ()


def _log(node: Node) -> Log:
    key, identity = node.get("publicKey"), node.get("logId").get("keyId").data()
    checkpoint = node.optional("checkpointKeyId")
    checkpoint_id = checkpoint.get("keyId").data() if checkpoint else identity
    return Log(identity, load_key(key.get("rawBytes").data(), _STEP), _period(key), checkpoint_id)


def _authority(node: Node) -> Authority:
    certificates = node.get("certChain").get("certificates").items()
    require(_STEP, bool(certificates), f"{node.path} has no certificate")
    chain = tuple(load_certificate(item.get("rawBytes").data(), _STEP, item.path) for item in certificates)
    return Authority(chain, _period(node))


def _npm_key(node: Node) -> TrustedKey:
    key = node.get("publicKey")
    return TrustedKey(node.get("keyId").text(), load_key(key.get("rawBytes").data(), _STEP), _period(key))


def _period(node: Node) -> Period:
    """The `validFor` of a key or authority. Its start is required: without one, nobody knows since when to trust it."""
    valid = node.get("validFor")
    end = valid.optional("end")
    return Period(_time(valid.get("start")), _time(end) if end else None)


def _time(node: Node) -> datetime:
    """An RFC 3339 time in UTC, as protobuf writes it."""
    match = _TIME.fullmatch(node.text())
    if match is None:
        raise VerificationError(_STEP, f"{node.path} is not a time in UTC")
    try:
        time = datetime.strptime(match[1], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
    except ValueError as error:
        raise VerificationError(_STEP, f"{node.path} is not a time") from error
    return time.replace(microsecond=int((match[2] or "").ljust(6, "0")[:6]))
