"""RFC 6962, section 3.2: the certificate transparency log's promise (SCT), embedded in the certificate."""

from __future__ import annotations

import struct
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from typing import Final

from cryptography import x509
from cryptography.x509.certificate_transparency import SignedCertificateTimestamp

from mcp_guard.provenance.errors import Unsupported, require
from mcp_guard.provenance.keys import certificate_key, is_signed, spki
from mcp_guard.provenance.paths import extension
from mcp_guard.provenance.trust import Log, TrustedRoot

_STEP: Final = "ct.sct"
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_V1, _CERTIFICATE_TIMESTAMP, _PRECERT_ENTRY = 0, 0, 1


def check_sct(leaf: x509.Certificate, issuer: x509.Certificate, root: TrustedRoot) -> None:
    """Verify the SCTs embedded in the certificate: at least one is by a log that we know, and all such are valid.

    Raises VerificationError, or Unsupported where every SCT is by a log that this release does not know.
    """
    by_id = {log.id: log for log in root.ct_logs}
    stamps = tuple(extension(leaf, x509.PrecertificateSignedCertificateTimestamps, _STEP) or ())
    require(_STEP, bool(stamps), "the certificate has no signed certificate timestamp")
    known = [(stamp, by_id[stamp.log_id]) for stamp in stamps if stamp.log_id in by_id]
    if not known:
        raise Unsupported(_STEP, "a certificate transparency log that this mcp-guard does not know")
    for stamp, log in known:
        check_timestamp(stamp, log, leaf, issuer)


def check_timestamp(
    stamp: SignedCertificateTimestamp, log: Log, leaf: x509.Certificate, issuer: x509.Certificate
) -> None:
    """Verify one SCT: the log's signature over the certificate without its SCTs, made while its key was in use."""
    time = stamp.timestamp.replace(tzinfo=timezone.utc)
    require(_STEP, log.period.contains(time), "the certificate transparency log's key was not in use at that time")
    data = _signed(stamp, time, leaf.tbs_precertificate_bytes, spki(certificate_key(issuer, _STEP)))
    require(_STEP, is_signed(log.key, stamp.signature, data, "sha256"), "the log has not signed this certificate")


def _signed(stamp: SignedCertificateTimestamp, time: datetime, certificate: bytes, issuer_key: bytes) -> bytes:
    """What a log signs: the structure `digitally-signed` of section 3.2, for a precertificate."""
    milliseconds = (time - _EPOCH) // timedelta(milliseconds=1)
    return b"".join(
        (
            struct.pack(">BBQH", _V1, _CERTIFICATE_TIMESTAMP, milliseconds, _PRECERT_ENTRY),
            sha256(issuer_key).digest(),
            len(certificate).to_bytes(3, "big"),
            certificate,
            len(stamp.extension_bytes).to_bytes(2, "big"),
            stamp.extension_bytes,
        )
    )
