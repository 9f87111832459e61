"""A Sigstore bundle, verified: the order of the steps, and what is known once all of them have passed.

Source: sigstore/architecture-docs, client-spec.md ("Verification"); DESIGN §8.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from mcp_guard.model import JSON, Digest
from mcp_guard.provenance.bundle import Bundle, Envelope, KeyHint, Message, parse_bundle
from mcp_guard.provenance.content import check_envelope, check_message, digest_bytes
from mcp_guard.provenance.entries import Signed, check_body
from mcp_guard.provenance.errors import Step, VerificationError, require
from mcp_guard.provenance.fulcio import check_certificate
from mcp_guard.provenance.identity import Identity, read_identity
from mcp_guard.provenance.keys import PublicKey, TrustedKey, certificate_key, spki
from mcp_guard.provenance.rekor import check_entry, check_log_period
from mcp_guard.provenance.sct import check_sct
from mcp_guard.provenance.statement import Statement, check_subject, read_statement
from mcp_guard.provenance.timestamps import check_timestamps
from mcp_guard.provenance.trust import TrustedRoot


class Verified(NamedTuple):
    """What a bundle has proven. There is no other way to get one than by verifying."""

    identity: Identity | None  # None: signed by the key `key_id`, not by a certificate
    key_id: str
    times: tuple[datetime, ...]  # of signing, as log and timestamp authorities say; () only with a key without period
    log_id: str  # hex
    log_index: int  # of the entry; in bundles without promise, of the leaf in its shard
    statement: Statement | None  # None: a signature over the artifact itself
    steps: tuple[Step, ...]  # that were taken, in order


def verify_bundle(
    bundle: JSON, expected: tuple[Digest, ...], root: TrustedRoot, key: TrustedKey | None = None
) -> Verified:
    """Verify that the bundle is about the artifact with these digests, signed under this root, or with this key.

    Without `key` the signer must have a certificate; *who* it is stands in the result, and the caller compares it.
    Raises VerificationError that names the step which refused; Unsupported where nothing can be said.
    """
    return verify_parsed(parse_bundle(bundle), expected, root, key)


def verify_parsed(
    bundle: Bundle, expected: tuple[Digest, ...], root: TrustedRoot, key: TrustedKey | None = None
) -> Verified:
    """As `verify_bundle`, for a bundle that has been read."""
    artifact = {digest.algorithm: digest_bytes(digest) for digest in expected}
    logged = check_entry(bundle.entry, bundle.version, root)
    stamped = check_timestamps(bundle.timestamps, bundle.content.signature, root)
    times = ((logged.integrated,) if logged.integrated else ()) + stamped
    check_log_period(logged.log, times)
    steps = logged.steps + (("rfc3161.token", "rfc3161.chain") if stamped else ())
    signer = _check_signer(bundle.signer, times, root, key)
    statement, taken = _check_content(bundle.content, signer.key, expected)
    signed = Signed(bundle.content, signer.verifier, signer.identity is not None, artifact)
    check_body(bundle.entry.body, bundle.entry.kind, signed)
    return Verified(
        identity=signer.identity,
        key_id=key.id if key else "",
        times=times,
        log_id=bundle.entry.log_id.hex(),
        log_index=logged.position,
        statement=statement,
        steps=("rekor.log", *steps, *signer.steps, *taken, "rekor.body"),
    )


class _Signer(NamedTuple):
    key: PublicKey
    verifier: bytes
    identity: Identity | None
    steps: tuple[Step, ...]


def _check_signer(
    signer: x509.Certificate | KeyHint, times: tuple[datetime, ...], root: TrustedRoot, key: TrustedKey | None
) -> _Signer:
    """Verify that the signer's certificate, or the given key, could sign at every one of these times."""
    if isinstance(signer, KeyHint):
        if key is None:
            raise VerificationError("signing.key", "signed with a key where a certificate is expected")
        return _check_key(key, times)
    require("signing.key", key is None, "signed with a certificate where a key is expected")
    if not times:
        raise VerificationError("signing.time", "nobody trusted says when this was signed")
    issuers = [check_certificate(signer, time, root) for time in times]
    check_sct(signer, issuers[0], root)
    steps: tuple[Step, ...] = ("fulcio.validity", "fulcio.usage", "fulcio.chain", "ct.sct", "identity.certificate")
    public = certificate_key(signer, "fulcio.usage")
    return _Signer(public, signer.public_bytes(Encoding.DER), read_identity(signer), steps)


def _check_key(key: TrustedKey, times: tuple[datetime, ...]) -> _Signer:
    if key.period is not None:
        require("signing.time", bool(times), "nobody trusted says when this was signed")
        require("signing.key", all(map(key.period.contains, times)), "signed when the key was not in use")
    return _Signer(key.key, spki(key.key), None, ("signing.key",))


def _check_content(
    content: Envelope | Message, key: PublicKey, expected: tuple[Digest, ...]
) -> tuple[Statement | None, tuple[Step, ...]]:
    match content:
        case Message():
            check_message(content, key, expected)
            return None, ("message.digest", "message.signature")
        case Envelope():
            check_envelope(content, key)
            statement = read_statement(content.payload)
            check_subject(statement, expected)
            return statement, ("dsse.signature", "dsse.payload-type", "statement.digest")
