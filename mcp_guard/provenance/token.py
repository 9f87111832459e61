"""RFC 3161 TimeStampResp as a value: what it claims, before anything is verified.

Letters and names are those of RFC 3161 (section 2.4), RFC 5652 (sections 5 and 11) and RFC 5035/5816.
"""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Final, NamedTuple

from cryptography import x509

from mcp_guard.provenance import der
from mcp_guard.provenance.der import Element
from mcp_guard.provenance.errors import Unsupported, VerificationError, require
from mcp_guard.provenance.keys import load_certificate

_STEP: Final = "rfc3161.token"
_SIGNED_DATA, _TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE, _MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE, _SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"
_HASHES = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
_SIGNATURES = {
    "1.2.840.10045.4.3.2": "sha256",
    "1.2.840.10045.4.3.3": "sha384",
    "1.2.840.10045.4.3.4": "sha512",
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
}
_HASH_DECIDES = ("1.2.840.113549.1.1.1", "1.2.840.10045.2.1", "1.3.101.112")  # rsaEncryption, id-ecPublicKey, Ed25519
_GENERALIZED_TIME = re.compile(rb"([0-9]{14})(?:\.([0-9]*[1-9]))?Z")
_GRANTED = (b"\x00", b"\x01")


class Token(NamedTuple):
    """A timestamp token with its one signer."""

    time: datetime
    imprint_hash: str
    imprint: bytes  # the digest of what was stamped
    content: bytes  # DER of TSTInfo
    hash: str  # over `content`
    content_digest: bytes
    attributes: bytes  # DER of the signed attributes, as they are signed
    signature: bytes
    signature_hash: str
    signer: tuple[bytes, int]  # DER of the issuer's name, serial number
    certificate_hash: str
    certificate_digest: bytes
    certificates: tuple[x509.Certificate, ...]  # embedded ones, trusted in no way


class _Fields:
    """The fields of a SEQUENCE or SET, taken from the front."""

    def __init__(self, element: Element, tag: int) -> None:
        require(_STEP, element.tag == tag, "a field of another type than RFC 3161 has there")
        self._rest = list(der.elements(element.content, _STEP))

    def take(self, tag: int) -> Element:
        """The next field, which must have this tag."""
        if not self._rest or self._rest[0].tag != tag:
            raise VerificationError(_STEP, "a field that RFC 3161 demands is missing")
        return self._rest.pop(0)

    def maybe(self, tag: int) -> Element | None:
        """The next field, if it has this tag."""
        return self._rest.pop(0) if self._rest and self._rest[0].tag == tag else None

    def rest(self) -> list[Element]:
        """All fields that are left."""
        return self._rest


def read_token(response: bytes) -> Token:
    """Read a TimeStampResp. Raises VerificationError for what is not, Unsupported for hashes that are not SHA-2."""
    reply = _Fields(der.single(response, der.SEQUENCE, _STEP, "the timestamp"), der.SEQUENCE)
    status = _Fields(reply.take(der.SEQUENCE), der.SEQUENCE).take(der.INTEGER).content
    require(_STEP, status in _GRANTED, "the authority did not grant a timestamp")
    content = _Fields(reply.take(der.SEQUENCE), der.SEQUENCE)
    require(_STEP, _oid(content) == _SIGNED_DATA, "the timestamp is not signed data")
    data = _Fields(_explicit(content.take(der.CONTEXT_0_CONSTRUCTED), der.SEQUENCE), der.SEQUENCE)
    data.take(der.INTEGER)
    data.take(der.SET)
    inner = _Fields(data.take(der.SEQUENCE), der.SEQUENCE)
    require(_STEP, _oid(inner) == _TST_INFO, "the signed data is no timestamp")
    info = _explicit(inner.take(der.CONTEXT_0_CONSTRUCTED), der.OCTET_STRING).content
    embedded = data.maybe(der.CONTEXT_0_CONSTRUCTED)
    data.maybe(der.CONTEXT_1_CONSTRUCTED)
    signers = _Fields(data.take(der.SET), der.SET).rest()
    require(_STEP, len(signers) == 1, "not exactly one signer")
    return _token(info, signers[0], embedded)


def _token(info: bytes, signer: Element, embedded: Element | None) -> Token:
    imprint_hash, imprint, time = _tst_info(info)
    fields = _Fields(signer, der.SEQUENCE)
    fields.take(der.INTEGER)
    name = _Fields(fields.take(der.SEQUENCE), der.SEQUENCE)  # issuerAndSerialNumber
    issuer, serial = name.take(der.SEQUENCE).encoded, int.from_bytes(name.take(der.INTEGER).content, "big", signed=True)
    hash_name = _hash(_Fields(fields.take(der.SEQUENCE), der.SEQUENCE))
    attributes = fields.take(der.CONTEXT_0_CONSTRUCTED)
    algorithm = _oid(_Fields(fields.take(der.SEQUENCE), der.SEQUENCE))
    known = algorithm in _SIGNATURES or algorithm in _HASH_DECIDES
    if not known:
        raise Unsupported(_STEP, f"a signature by the algorithm {algorithm}")
    values = _attributes(attributes)
    certificate_hash, certificate_digest = _certificate_id(values)
    content_type = der.single(values.get(_CONTENT_TYPE, b""), der.OID, _STEP, "the content type").content
    require(_STEP, der.dotted(content_type, _STEP) == _TST_INFO, "the signed attributes are not of a timestamp")
    return Token(
        time=time,
        imprint_hash=imprint_hash,
        imprint=imprint,
        content=info,
        hash=hash_name,
        content_digest=der.single(values.get(_MESSAGE_DIGEST, b""), der.OCTET_STRING, _STEP, "the digest").content,
        attributes=bytes([der.SET]) + attributes.encoded[1:],
        signature=fields.take(der.OCTET_STRING).content,
        signature_hash=_SIGNATURES.get(algorithm, hash_name),
        signer=(issuer, serial),
        certificate_hash=certificate_hash,
        certificate_digest=certificate_digest,
        certificates=_certificates(embedded),
    )


def _tst_info(info: bytes) -> tuple[str, bytes, datetime]:
    """Hash and digest of what was stamped, and the time."""
    fields = _Fields(der.single(info, der.SEQUENCE, _STEP, "TSTInfo"), der.SEQUENCE)
    require(_STEP, fields.take(der.INTEGER).content == b"\x01", "a timestamp of another version")
    fields.take(der.OID)
    imprint = _Fields(fields.take(der.SEQUENCE), der.SEQUENCE)
    algorithm = _hash(_Fields(imprint.take(der.SEQUENCE), der.SEQUENCE))
    digest = imprint.take(der.OCTET_STRING).content
    fields.take(der.INTEGER)
    return algorithm, digest, _time(fields.take(der.GENERALIZED_TIME).content)


def _time(content: bytes) -> datetime:
    """A GeneralizedTime as RFC 3161, section 2.4.2, restricts it; what is finer than microseconds is dropped."""
    match = _GENERALIZED_TIME.fullmatch(content)
    if match is None:
        raise VerificationError(_STEP, "the time is not in UTC, or has another form")
    try:
        time = datetime.strptime(match[1].decode(), "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc)
    except ValueError as error:
        raise VerificationError(_STEP, "the time is none") from error
    return time.replace(microsecond=int((match[2] or b"").ljust(6, b"0")[:6]))


def _attributes(element: Element) -> dict[str, bytes]:
    """The one value of each signed attribute, by type."""
    found: dict[str, bytes] = {}
    for item in der.elements(element.content, _STEP):
        fields = _Fields(item, der.SEQUENCE)
        kind, values = _oid(fields), _Fields(fields.take(der.SET), der.SET).rest()
        require(_STEP, kind not in found and len(values) == 1, "a signed attribute with more than one value")
        found[kind] = values[0].encoded
    return found


def _certificate_id(values: dict[str, bytes]) -> tuple[str, bytes]:
    """Hash and digest of the signer's certificate, as the signed attributes name it (ESSCertID, ESSCertIDv2)."""
    new, old = values.get(_SIGNING_CERTIFICATE_V2), values.get(_SIGNING_CERTIFICATE)
    value = new or old
    if value is None:
        raise VerificationError(_STEP, "the signed attributes do not name the certificate")
    outer = _Fields(der.single(value, der.SEQUENCE, _STEP, "the signing certificate"), der.SEQUENCE)
    identifier = _Fields(_Fields(outer.take(der.SEQUENCE), der.SEQUENCE).take(der.SEQUENCE), der.SEQUENCE)
    algorithm = identifier.maybe(der.SEQUENCE) if new else None
    default = "sha256" if new else "sha1"
    name = _hash(_Fields(algorithm, der.SEQUENCE)) if algorithm else default
    return name, identifier.take(der.OCTET_STRING).content


def _certificates(embedded: Element | None) -> tuple[x509.Certificate, ...]:
    if embedded is None:
        return ()
    items = der.elements(embedded.content, _STEP)
    return tuple(load_certificate(item.encoded, _STEP, "what is embedded") for item in items)


def _explicit(element: Element, tag: int) -> Element:
    return der.single(element.content, tag, _STEP, "the timestamp")


def _oid(fields: _Fields) -> str:
    return der.dotted(fields.take(der.OID).content, _STEP)


def _hash(fields: _Fields) -> str:
    """The name of a hash algorithm."""
    algorithm = _oid(fields)
    if algorithm not in _HASHES:
        raise Unsupported(_STEP, f"a hash by the algorithm {algorithm}")
    return _HASHES[algorithm]
