"""RFC 3161 timestamps: when a trusted authority saw a signature. Rekor v2 does not say, so its entries need one.

The token is CMS SignedData (RFC 5652) with one signer, whose certificate the signed attributes name (RFC 5816).
"""

from __future__ import annotations

from datetime import datetime
from hashlib import new
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from mcp_guard.provenance.errors import VerificationError, require
from mcp_guard.provenance.keys import certificate_key, is_signed
from mcp_guard.provenance.paths import check_leaf, check_path, issuer, usages
from mcp_guard.provenance.token import Token, read_token
from mcp_guard.provenance.trust import Authority, TrustedRoot

_STEP: Final = "rfc3161.token"
_MAX_STAMPS = 32
_TIME_STAMPING = "1.3.6.1.5.5.7.3.8"


def check_timestamps(stamps: tuple[bytes, ...], signature: bytes, root: TrustedRoot) -> tuple[datetime, ...]:
    """Verify that trusted authorities saw this signature, and return when.

    A token by an authority that the root does not know says nothing and is passed over; one that names a known
    authority must be valid. Raises VerificationError.
    """
    require(_STEP, len(stamps) <= _MAX_STAMPS, f"more than {_MAX_STAMPS} timestamps")
    require(_STEP, len(set(stamps)) == len(stamps), "the same timestamp twice")
    times: list[datetime] = []
    for stamp in stamps:
        token = read_token(stamp)
        named = [(authority, leaf) for authority in root.timestamp_authorities for leaf in _leaves(authority, token)]
        if named:
            times.append(_check_any(token, named, signature))
    return tuple(times)


def check_token(token: Token, leaf: x509.Certificate, authority: Authority, signature: bytes) -> datetime:
    """Verify one token: about this signature, signed by this certificate, valid at the time that it gives."""
    require(_STEP, token.imprint == new(token.imprint_hash, signature).digest(), "a timestamp of another signature")
    content, named = new(token.hash, token.content), new(token.certificate_hash, leaf.public_bytes(Encoding.DER))
    require(_STEP, token.content_digest == content.digest(), "the attributes are of another token")
    require(_STEP, token.certificate_digest == named.digest(), "the attributes name another certificate")
    signed = is_signed(certificate_key(leaf, _STEP), token.signature, token.attributes, token.signature_hash)
    require(_STEP, signed, "the timestamp is not signed by the authority")
    require("rfc3161.chain", authority.period.contains(token.time), "the timestamp authority was not in use then")
    require("rfc3161.chain", usages(leaf, "rfc3161.chain") == (_TIME_STAMPING,), "a certificate not for timestamps")
    check_leaf(leaf, "rfc3161.chain")
    check_path(leaf, authority, token.time, "rfc3161.chain")
    return token.time


def _check_any(token: Token, named: list[tuple[Authority, x509.Certificate]], signature: bytes) -> datetime:
    refused: list[VerificationError] = []
    for authority, leaf in named:
        try:
            return check_token(token, leaf, authority, signature)
        except VerificationError as error:
            refused.append(error)
    raise refused[0]


def _leaves(authority: Authority, token: Token) -> tuple[x509.Certificate, ...]:
    """The certificate of the authority that signed, by issuer and serial number.

    It stands in the trusted root; only where that lists none but certificates of authorities, it may come embedded.
    """
    first = authority.chain[0]
    candidates = token.certificates if _issues(first) else (first,)
    return tuple(leaf for leaf in candidates if _names(leaf) == token.signer)


def _issues(certificate: x509.Certificate) -> bool:
    try:
        check_leaf(certificate, "rfc3161.chain")
    except VerificationError:
        return True
    return False


def _names(leaf: x509.Certificate) -> tuple[bytes, int]:
    return issuer(leaf, _STEP).public_bytes(), leaf.serial_number
