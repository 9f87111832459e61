"""What is signed: a DSSE envelope, or an artifact by its digest.

Source: secure-systems-lab/dsse, protocol.md and envelope.md; sigstore/protobuf-specs, `MessageSignature`.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from mcp_guard.model import Digest
from mcp_guard.provenance.bundle import Envelope, Message
from mcp_guard.provenance.errors import Unsupported, VerificationError, require
from mcp_guard.provenance.keys import PublicKey, hash_of, is_digest_signed, is_signed

IN_TOTO = "application/vnd.in-toto+json"


def encoding(payload_type: str, payload: bytes) -> bytes:
    """DSSE's pre-authentication encoding (PAE), which is what is signed."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def check_envelope(envelope: Envelope, key: PublicKey) -> None:
    """Verify the envelope's signature; only then its type, which must be in-toto."""
    signed = is_signed(key, envelope.signature, encoding(envelope.payload_type, envelope.payload))
    require("dsse.signature", signed, "the signature is not over this payload, or not by this key")
    require("dsse.payload-type", envelope.payload_type == IN_TOTO, "the payload is not an in-toto statement")


def check_message(message: Message, key: PublicKey, expected: tuple[Digest, ...]) -> None:
    """Verify the signature over the artifact that has these digests.

    The digest that the bundle gives is not believed, but it must not disagree. Raises Unsupported where the key signs
    over a digest that was not given: Ed25519 signs the artifact itself.
    """
    known = {digest.algorithm: digest.value for digest in expected}
    if message.digest is not None and message.digest.algorithm in known:
        same = known[message.digest.algorithm] == message.digest.value
        require("message.digest", same, "the bundle is about an artifact with another digest")
    if isinstance(key, Ed25519PublicKey):
        raise Unsupported(
            "message.signature", "an Ed25519 signature over an artifact of which only the digest is known"
        )
    digest = known.get(hash_of(key))
    if digest is None:
        raise Unsupported("message.signature", f"signed over {hash_of(key)}, and that digest is not known")
    signed = is_digest_signed(key, message.signature, digest_bytes(Digest(hash_of(key), digest)))
    require("message.signature", signed, "the signature is not over this artifact, or not by this key")


_SIZES = {"sha256": 32, "sha384": 48, "sha512": 64}


def digest_bytes(digest: Digest) -> bytes:
    """The bytes of a digest that a caller gave; raises VerificationError where it is none of its algorithm."""
    try:
        value = bytes.fromhex(digest.value)
    except ValueError:
        value = b""
    if len(value) != _SIZES.get(digest.algorithm):
        raise VerificationError("message.digest", f"{digest.value[:80]!r} is not a {digest.algorithm} digest")
    return value
