"""RFC 3161 responses for tests, written in DER by hand, with a stage at whatever a fault may change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from mcp_guard.provenance.der import GENERALIZED_TIME, INTEGER, OCTET_STRING, OID, SEQUENCE, SET


def tlv(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def oid(text: str) -> bytes:
    return tlv(OID, _arcs(text))


def _arcs(text: str) -> bytes:
    first, second, *rest = map(int, text.split("."))
    found = b""
    for arc in (first * 40 + second, *rest):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(0x80 | arc & 0x7F)
        found += bytes(reversed(groups))
    return found


SHA256 = tlv(SEQUENCE, oid("2.16.840.1.101.3.4.2.1"))
TST_INFO = oid("1.2.840.113549.1.9.16.1.4")
SIGNED_DATA = oid("1.2.840.113549.1.7.2")


def stamp(
    at: Callable[[str, Any], Any],
    stamped: bytes,
    time: datetime,
    certificate: x509.Certificate,
    sign: Callable[[bytes], bytes],
) -> bytes:
    """A TimeStampResp by the holder of this certificate."""
    info = tlv(
        SEQUENCE,
        tlv(INTEGER, b"\x01"),
        oid("1.2.3.4"),
        tlv(SEQUENCE, at("imprint algorithm", SHA256), tlv(OCTET_STRING, sha256(stamped).digest())),
        tlv(INTEGER, b"\x07"),
        tlv(GENERALIZED_TIME, at("time text", time.strftime("%Y%m%d%H%M%SZ")).encode()),
    )
    der = certificate.public_bytes(Encoding.DER)
    identifier = tlv(SEQUENCE, tlv(OCTET_STRING, at("certificate id", sha256(der).digest())))
    attributes = {
        "1.2.840.113549.1.9.3": at("content type", TST_INFO),
        "1.2.840.113549.1.9.4": tlv(OCTET_STRING, at("content digest", sha256(info).digest())),
        "1.2.840.113549.1.9.16.2.47": tlv(SEQUENCE, tlv(SEQUENCE, identifier)),
    }
    rows = at("attributes", [tlv(SEQUENCE, oid(name), tlv(SET, value)) for name, value in attributes.items()])
    signer = tlv(
        SEQUENCE,
        tlv(INTEGER, b"\x01"),
        tlv(
            SEQUENCE, certificate.issuer.public_bytes(), tlv(INTEGER, at("serial", bytes([certificate.serial_number])))
        ),
        SHA256,
        tlv(0xA0, *rows),
        tlv(SEQUENCE, at("signature algorithm", oid("1.2.840.10045.4.3.2"))),
        tlv(OCTET_STRING, sign(tlv(SET, *rows))),
    )
    data = tlv(
        SEQUENCE,
        tlv(INTEGER, b"\x03"),
        tlv(SET, SHA256),
        tlv(SEQUENCE, at("inner type", TST_INFO), tlv(0xA0, tlv(OCTET_STRING, info))),
        at("embedded", b""),
        tlv(SET, *at("signers", [signer])),
    )
    token = tlv(SEQUENCE, at("outer type", SIGNED_DATA), tlv(0xA0, data))
    status = tlv(SEQUENCE, tlv(INTEGER, at("status", b"\x00")))
    return bytes(at("response", tlv(SEQUENCE, status, token)))
