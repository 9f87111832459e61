"""Faults of RFC 3161 timestamps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from cryptography.x509.oid import ExtendedKeyUsageOID

from mcp_guard.provenance.errors import Step
from tests.provenance.faults.fault import Fault, twice, value
from tests.provenance.issuing import tsa_certificate
from tests.provenance.material import (
    OTHER,
    SIGNED,
)
from tests.provenance.stamps import oid, tlv

_CODE = ExtendedKeyUsageOID.CODE_SIGNING


def stamps() -> Iterator[Fault]:
    token: Step = "rfc3161.token"
    chain: Step = "rfc3161.chain"
    stamped = partial(Fault, kind="hashedrekord/0.0.2")
    unreadable = partial(Fault, kind="hashedrekord/0.0.2", also="unreadable")
    yield unreadable("no timestamp", "signing.time", "stamps", value([]))
    yield stamped("timestamp twice", token, "stamps", twice)
    many = lambda stamps: stamps * 33  # noqa: E731
    yield stamped("too many timestamps", token, "stamps", many)
    yield stamped("timestamp of another signature", token, "stamped", value(b"another"))
    yield stamped("timestamp by another key", token, "tsa key", value(OTHER))
    yield stamped("timestamp names another certificate", token, "certificate id", value(b"x" * 32))
    yield stamped("attributes of another token", token, "content digest", value(b"x" * 32))
    yield stamped("attributes of another type", token, "content type", value(oid("1.2.3.4")))
    yield stamped("inner content is no TSTInfo", token, "inner type", value(oid("1.2.3.4")))
    yield stamped("outer content is no SignedData", token, "outer type", value(oid("1.2.3.4")))
    yield stamped("timestamp not granted", token, "status", value(b"\x02"))
    yield stamped("two signers", token, "signers", twice)
    yield stamped("attribute twice", token, "attributes", twice)
    yield unreadable("no signer", token, "signers", value([]))
    yield unreadable("no attributes", token, "attributes", value([]))
    yield stamped("bytes after the timestamp", token, "response", lambda data: data + b"\x05\x00")
    yield unreadable("truncated timestamp", token, "response", lambda data: data[:-1])
    yield unreadable("time in another form", token, "time text", value("260102030405Z"))
    yield unreadable("time is none", token, "time text", value("20261302030405Z"))
    yield unreadable("time with an offset", token, "time text", value("20260102030405+0100"))
    sha1 = value(tlv(0x30, oid("1.3.14.3.2.26")))
    yield stamped("timestamp over sha1", token, "imprint algorithm", sha1, unsupported=True)
    dsa = value(oid("1.2.840.10040.4.3"))
    yield stamped("timestamp by DSA", token, "signature algorithm", dsa, unsupported=True)
    foreign = value(b"\x63")
    yield stamped("unknown timestamp authority", "signing.time", "serial", foreign, also="no time")
    yield stamped("authority not in use", chain, "root", _tsa_period)
    yield stamped("certificate not for timestamps", chain, "tsa", value(tsa_certificate(_CODE)))
    late = lambda time: time + timedelta(minutes=6)  # noqa: E731
    yield stamped("stamped after the certificate", "fulcio.validity", "stamp time", late, also="chain")


def _tsa_period(root: Any) -> Any:  # noqa: ANN401 - a named tuple
    (authority,) = root.timestamp_authorities
    period = authority.period._replace(start=SIGNED + timedelta(seconds=1))
    return root._replace(timestamp_authorities=(authority._replace(period=period),))
