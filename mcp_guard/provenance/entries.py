"""That the log's entry is about this very signature: the bodies of Rekor's entries, bound to the bundle.

Source: sigstore/rekor, `pkg/types/{intoto,dsse,hashedrekord}` (v1); sigstore/rekor-tiles, docs and
`api/proto/rekor/v2` (v2). A log entry that says less than which key signed what with which signature binds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import new
from typing import Final, NamedTuple

from mcp_guard.provenance.bundle import Envelope, Message
from mcp_guard.provenance.content import encoding
from mcp_guard.provenance.errors import Unsupported, VerificationError, require
from mcp_guard.provenance.shape import Node, read_base64, read_json

_STEP: Final = "rekor.body"
_PEM = re.compile(r"\s*-----BEGIN (CERTIFICATE|PUBLIC KEY)-----([A-Za-z0-9+/=\s]+)-----END \1-----\s*")
_V1_HASHES = {"sha256", "sha384", "sha512"}
_V2_HASHES = {"SHA2_256": "sha256", "SHA2_384": "sha384", "SHA2_512": "sha512"}


class Signed(NamedTuple):
    """What the entry must be about: content with its signature, who verifies it, the artifact's digest by algorithm."""

    content: Envelope | Message
    verifier: bytes  # DER of the certificate, or of the SubjectPublicKeyInfo of a key
    is_certificate: bool
    artifact: dict[str, bytes]


def check_body(body: bytes, kind: str, signed: Signed) -> None:
    """Verify that an entry of this kind ("dsse/0.0.1") is about this signature.

    Raises VerificationError, or Unsupported for a kind that no public bundle has.
    """
    if kind not in _KINDS:
        raise Unsupported(_STEP, f"a log entry of the kind {kind[:40]!r}")
    entry = Node(read_json(body, _STEP), "entry", _STEP)
    said = f"{entry.get('kind').text()}/{entry.get('apiVersion').text()}"
    require(_STEP, said == kind, "the bundle gives the entry another kind than the log")
    _KINDS[kind](entry.get("spec"), signed)


def _intoto_002(spec: Node, signed: Signed) -> None:
    envelope = _envelope(signed)
    content = spec.get("content")
    logged = content.get("envelope")
    signature = logged.get("signatures").only()
    _check_hash(content.get("payloadHash"), envelope.payload)
    require(_STEP, logged.get("payloadType").text() == envelope.payload_type, "the entry has another payload type")
    inner = signature.get("sig").data().decode("ascii", "replace")  # Rekor encodes the envelope's base64 once more
    _check_signature(read_base64(inner, _STEP, "the entry's signature"), signed)
    _check_pem(signature.get("publicKey"), signed)


def _dsse_001(spec: Node, signed: Signed) -> None:
    signature = spec.get("signatures").only()
    _check_hash(spec.get("payloadHash"), _envelope(signed).payload)
    _check_signature(signature.get("signature").data(), signed)
    _check_pem(signature.get("verifier"), signed)


def _hashedrekord_001(spec: Node, signed: Signed) -> None:
    require(_STEP, isinstance(signed.content, Message), "the entry is about an artifact, the bundle has an envelope")
    digest, signature = spec.get("data").get("hash"), spec.get("signature")
    _check_digest(digest.get("algorithm").text(), digest.get("value").hex(), signed)
    _check_signature(signature.get("content").data(), signed)
    _check_pem(signature.get("publicKey").get("content"), signed)


def _dsse_002(spec: Node, signed: Signed) -> None:
    entry = spec.get("dsseV002")
    signature, digest = entry.get("signatures").only(), entry.get("payloadHash")
    algorithm = _v2_hash(digest)
    same = digest.get("digest").data() == new(algorithm, _envelope(signed).payload).digest()
    require(_STEP, same, "the entry is about another payload")
    _check_signature(signature.get("content").data(), signed)
    _check_verifier(signature.get("verifier"), signed)


def _hashedrekord_002(spec: Node, signed: Signed) -> None:
    """An artifact, or an envelope by the hash of what is signed there (rekor-v2-spec, 6.1.4)."""
    entry = spec.get("hashedRekordV002")
    data, signature = entry.get("data"), entry.get("signature")
    _check_digest(_v2_hash(data), data.get("digest").data(), signed)
    _check_signature(signature.get("content").data(), signed)
    _check_verifier(signature.get("verifier"), signed)


_KINDS: dict[str, Callable[[Node, Signed], None]] = {
    "intoto/0.0.2": _intoto_002,
    "dsse/0.0.1": _dsse_001,
    "hashedrekord/0.0.1": _hashedrekord_001,
    "dsse/0.0.2": _dsse_002,
    "hashedrekord/0.0.2": _hashedrekord_002,
}


def _envelope(signed: Signed) -> Envelope:
    if not isinstance(signed.content, Envelope):
        raise VerificationError(_STEP, "the entry is about an envelope, the bundle has none")
    return signed.content


def _check_hash(node: Node, payload: bytes) -> None:
    algorithm = node.get("algorithm").text()
    require(_STEP, algorithm in _V1_HASHES, "the entry hashes by another algorithm than SHA-2")
    same = algorithm in _V1_HASHES and node.get("value").hex() == new(algorithm, payload).digest()
    require(_STEP, same, "the entry is about another payload")


def _check_digest(algorithm: str, digest: bytes, signed: Signed) -> None:
    content = signed.content
    if isinstance(content, Envelope):
        expected = new(algorithm, encoding(content.payload_type, content.payload)).digest()
    else:
        expected = signed.artifact.get(algorithm, b"")
    require(_STEP, digest == expected, "the entry is about something else")


def _check_signature(signature: bytes, signed: Signed) -> None:
    require(_STEP, signature == signed.content.signature, "the entry has another signature")


def _check_pem(node: Node, signed: Signed) -> None:
    """Compare base64 of a PEM block (RFC 7468) with the verifier."""
    match = _PEM.fullmatch(node.data().decode("ascii", "replace"))
    if match is None:
        raise VerificationError(_STEP, "the entry's verifier is not one PEM block")
    der = read_base64("".join(match[2].split()), _STEP, "the entry's verifier")
    kind = "CERTIFICATE" if signed.is_certificate else "PUBLIC KEY"
    require(_STEP, match[1] == kind and der == signed.verifier, "the entry has another verifier")


def _check_verifier(node: Node, signed: Signed) -> None:
    """Compare the verifier of a Rekor v2 entry."""
    inner = node.get("x509Certificate" if signed.is_certificate else "publicKey")
    require(_STEP, inner.get("rawBytes").data() == signed.verifier, "the entry has another verifier")


def _v2_hash(node: Node) -> str:
    name = node.get("algorithm").text()
    if name not in _V2_HASHES:
        raise Unsupported(_STEP, f"an entry that hashes by {name[:40]!r}")
    return _V2_HASHES[name]
