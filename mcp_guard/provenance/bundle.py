"""Sigstore bundles v0.1, v0.2 and v0.3 as values: what is claimed, before anything is verified.

Source: sigstore/protobuf-specs, `sigstore_bundle.proto`, `sigstore_rekor.proto`, `envelope.proto`, in protobuf's JSON.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Final, Literal, NamedTuple, TypeAlias

from cryptography import x509

from mcp_guard.model import JSON, Digest
from mcp_guard.provenance.errors import Unsupported, require
from mcp_guard.provenance.keys import load_certificate
from mcp_guard.provenance.shape import Node

_STEP: Final = "bundle.shape"

Version: TypeAlias = Literal["0.1", "0.2", "0.3"]
_VERSIONS: dict[str, Version] = {
    "application/vnd.dev.sigstore.bundle+json;version=0.1": "0.1",
    "application/vnd.dev.sigstore.bundle+json;version=0.2": "0.2",
    "application/vnd.dev.sigstore.bundle+json;version=0.3": "0.3",
    "application/vnd.dev.sigstore.bundle.v0.3+json": "0.3",
}
_ALGORITHMS = {"SHA2_256": "sha256", "SHA2_384": "sha384", "SHA2_512": "sha512"}
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_LAST_SECOND = 253_402_300_799  # of the year 9999, the last that both RFC 5280 and datetime know


class Envelope(NamedTuple):
    """A DSSE envelope with its one signature."""

    payload: bytes
    payload_type: str
    signature: bytes
    key_id: str


class Message(NamedTuple):
    """A signature over an artifact, and the digest that the bundle gives for it."""

    digest: Digest | None
    signature: bytes


class KeyHint(NamedTuple):
    """A key that whoever verifies must already have."""

    hint: str


class Proof(NamedTuple):
    """An inclusion proof; indices are those of the log's shard, not of the entry."""

    position: int
    size: int
    root_hash: bytes
    path: tuple[bytes, ...]
    checkpoint: str


class Entry(NamedTuple):
    """What a bundle says of the transparency log's entry."""

    log_id: bytes
    position: int
    kind: str  # "dsse/0.0.1"
    integrated: datetime | None
    promise: bytes | None
    proof: Proof | None
    body: bytes


class Bundle(NamedTuple):
    """A bundle with one signer, one signature and one log entry."""

    version: Version
    signer: x509.Certificate | KeyHint
    content: Envelope | Message
    entry: Entry
    timestamps: tuple[bytes, ...]  # DER of RFC 3161 TimeStampResp


def parse_bundle(document: JSON) -> Bundle:
    """Read a bundle. Raises VerificationError for a wrong form, Unsupported for another version or trust domain."""
    bundle = Node(document, "bundle", _STEP)
    media_type = bundle.get("mediaType").text()
    if media_type not in _VERSIONS:
        raise Unsupported("bundle.version", f"a bundle of the unknown type {media_type[:80]!r}")
    version = _VERSIONS[media_type]
    material = bundle.get("verificationMaterial")
    timestamps = _timestamps(material)
    entries = material.optional("tlogEntries")
    if timestamps and (entries is None or not entries.items()):
        raise Unsupported("rekor.log", "no transparency log entry: a bundle of a private trust domain")
    entry = _entry(material.get("tlogEntries").only())
    return Bundle(version, _signer(material, version), _content(bundle), entry, timestamps)


def instant(seconds: int) -> datetime:
    """The time of a Unix timestamp, in UTC."""
    require(_STEP, seconds <= _LAST_SECOND, "a time after the year 9999")
    return _EPOCH + timedelta(seconds=seconds)


def _timestamps(material: Node) -> tuple[bytes, ...]:
    data = material.optional("timestampVerificationData")
    stamps = data.optional("rfc3161Timestamps") if data else None
    return tuple(item.get("signedTimestamp").lines() for item in stamps.items()) if stamps else ()


def _signer(material: Node, version: Version) -> x509.Certificate | KeyHint:
    """The leaf certificate or the key hint. A chain (v0.1, v0.2) may say more, but only its leaf is looked at."""
    chain, single, key = map(material.optional, ("x509CertificateChain", "certificate", "publicKey"))
    given = [node for node in (chain, single, key) if node is not None]
    require(_STEP, len(given) == 1, "not exactly one of certificate, certificate chain and public key")
    if key is not None:
        hint = key.optional("hint")
        return KeyHint(hint.text() if hint else "")
    if single is not None:
        require(_STEP, version == "0.3", "a single certificate in a bundle older than v0.3")
        return _certificate(single)
    require(_STEP, version != "0.3", "a certificate chain in a v0.3 bundle")
    certificates = material.get("x509CertificateChain").get("certificates").items()
    require(_STEP, bool(certificates), "an empty certificate chain")
    return _certificate(certificates[0])


def _certificate(node: Node) -> x509.Certificate:
    return load_certificate(node.get("rawBytes").data(), _STEP, node.path)


def _content(bundle: Node) -> Envelope | Message:
    envelope, message = bundle.optional("dsseEnvelope"), bundle.optional("messageSignature")
    require(_STEP, (envelope is None) != (message is None), "not exactly one of DSSE envelope and message signature")
    if envelope is not None:
        signature = envelope.get("signatures").only()
        key_id = signature.optional("keyid")
        return Envelope(
            envelope.get("payload").data(),
            envelope.get("payloadType").text(),
            signature.get("sig").data(),
            key_id.text() if key_id else "",
        )
    message = bundle.get("messageSignature")
    digest = message.optional("messageDigest")
    return Message(_digest(digest) if digest else None, message.get("signature").data())


def _digest(node: Node) -> Digest:
    name = node.get("algorithm").text()
    if name not in _ALGORITHMS:
        raise Unsupported(_STEP, f"a digest by {name[:40]!r}")
    return Digest(_ALGORITHMS[name], node.get("digest").data().hex())


def _entry(node: Node) -> Entry:
    kind, time = node.get("kindVersion"), node.optional("integratedTime")
    promise, proof = node.optional("inclusionPromise"), node.optional("inclusionProof")
    seconds = time.number() if time else 0  # protobuf leaves 0 away
    return Entry(
        log_id=node.get("logId").get("keyId").data(),
        position=_zero(node, "logIndex"),
        kind=f"{kind.get('kind').text()}/{kind.get('version').text()}",
        integrated=instant(seconds) if seconds else None,
        promise=promise.get("signedEntryTimestamp").data() if promise else None,
        proof=_proof(proof) if proof else None,
        body=node.get("canonicalizedBody").data(),
    )


def _proof(node: Node) -> Proof:
    hashes, checkpoint = node.optional("hashes"), node.optional("checkpoint")
    return Proof(
        position=_zero(node, "logIndex"),
        size=_zero(node, "treeSize"),
        root_hash=node.get("rootHash").data(),
        path=tuple(item.data() for item in hashes.items()) if hashes else (),
        checkpoint=checkpoint.get("envelope").text() if checkpoint else "",
    )


def _zero(node: Node, name: str) -> int:
    """A number that protobuf leaves away when it is 0."""
    found = node.optional(name)
    return found.number() if found else 0
