"""Faults of certificate, authority, SCT and identity."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from mcp_guard.provenance.errors import Step
from tests.provenance.faults.fault import Fault, value
from tests.provenance.issuing import der_text, key_usage, name
from tests.provenance.material import (
    CT,
    ISSUER,
    OTHER,
    SIGNED,
    Change,
    key,
    log_id,
)


def certificates() -> Iterator[Fault]:
    validity: Step = "fulcio.validity"
    usage: Step = "fulcio.usage"
    chain: Step = "fulcio.chain"
    second = timedelta(seconds=1)
    twice_checked = partial(Fault, also="fulcio.chain checks validity too")
    early = value((SIGNED - timedelta(minutes=9), SIGNED - second))
    yield twice_checked("expired certificate", validity, "validity", early)
    late = value((SIGNED + second, SIGNED + timedelta(minutes=9)))
    yield twice_checked("certificate not yet valid", validity, "validity", late)
    yield Fault("authority not in use", validity, "root", _authority_period)
    yield Fault("usage server", usage, "usage", value(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])))
    yield Fault("no extended usage", usage, "extensions", _without(x509.ExtendedKeyUsage))
    yield Fault("no key usage", usage, "extensions", _without(x509.KeyUsage))
    yield Fault("no digital signature", usage, "extensions", _with(key_usage(digital=False)))
    yield Fault("leaf is an authority", usage, "extensions", _with(x509.BasicConstraints(ca=True, path_length=None)))
    yield Fault("issued by another key", chain, "issuer key", value(OTHER), also="ct.sct: the issuer's key")
    unknown = value(name("elsewhere"))
    yield Fault("unknown authority", chain, "issuer name", unknown, unsupported=True)
    yield Fault("issuer is no authority", chain, "basic constraints", value(x509.BasicConstraints(False, None)))
    expired = lambda _builder: _intermediate(end=SIGNED - second)  # noqa: E731
    yield Fault("issuer expired", chain, "intermediate", expired)
    uncertain = lambda _builder: _intermediate(usage=key_usage())  # noqa: E731
    yield Fault("issuer may not sign certificates", chain, "intermediate", uncertain)
    critical = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    yield Fault("unknown critical extension", chain, "extensions", lambda rows: [*rows, (critical, True)])


def _authority_period(root: Any) -> Any:  # noqa: ANN401 - a named tuple
    (authority,) = root.authorities
    period = authority.period._replace(end=SIGNED - timedelta(seconds=1))
    return root._replace(authorities=(authority._replace(period=period),))


def _without(kind: type[x509.ExtensionType]) -> Change:
    return lambda rows: [row for row in rows if not isinstance(row[0], kind)]


def _with(extension: x509.ExtensionType) -> Change:
    return lambda rows: [*_without(type(extension))(rows), (extension, True)]


def _intermediate(
    end: datetime = SIGNED + timedelta(days=365), usage: x509.KeyUsage | None = None
) -> x509.CertificateBuilder:
    """The intermediate with another end or key usage; builders refuse to set a thing twice."""
    made = (
        x509.CertificateBuilder()
        .subject_name(name("intermediate"))
        .issuer_name(name("root"))
        .serial_number(12)
        .not_valid_before(SIGNED - timedelta(days=365))
        .not_valid_after(end)
        .public_key(key(12).public_key())
    )
    return made.add_extension(usage or key_usage(certify=True), critical=True)


def transparency() -> Iterator[Fault]:
    step: Step = "ct.sct"
    yield Fault("no SCT", step, "sct", value(False), also="unsupported: no SCT is by a known log")
    yield Fault("SCT list is empty", step, "scts", value([]), also="unreadable")
    yield Fault("SCT by another key", step, "sct key", value(OTHER))
    yield Fault("SCT by an unknown log", step, "sct log", value(b"x" * 32), unsupported=True)
    yield Fault("SCT of another certificate", step, "precertificate", lambda data: data[:-1] + b"x")
    yield Fault("SCT for another issuer", step, "sct issuer", value(OTHER))
    yield Fault("SCT before the log's key", step, "sct time", lambda time: time - timedelta(days=31))
    yield Fault("SCT after the log's key", step, "sct time", lambda time: time + timedelta(days=31))
    yield Fault("SCT without its extensions", step, "sct extensions sent", value(b"\x01"))
    second = log_id(CT)
    bad = b"\x00" + second + bytes(8) + b"\x00\x00\x04\x03\x00\x01x"
    yield Fault("second SCT is bad", step, "scts", lambda scts: [*scts, bad])


def identities() -> Iterator[Fault]:
    step: Step = "identity.certificate"
    two = lambda names: [*names, x509.UniformResourceIdentifier("https://example.com/")]  # noqa: E731
    yield Fault("two names", step, "names", two)
    yield Fault("DNS name", step, "names", value([x509.DNSName("example.com")]), also="unreadable")
    yield Fault("no name", step, "extensions", _without(x509.SubjectAlternativeName), also="unreadable")
    yield Fault("no issuer", step, "identity", lambda own: {arc: own[arc] for arc in own if arc != 8})
    old = lambda own: own | {1: b"https://issuer.example"}  # noqa: E731
    yield Fault("old issuer disagrees", step, "identity", old)
    repository = lambda own: own | {1: ISSUER.encode(), 5: b"octo/other"}  # noqa: E731
    yield Fault("old repository disagrees", step, "identity", repository)
    bare = lambda own: own | {12: b"https://github.com/octo/server"}  # noqa: E731
    yield Fault("extension is not DER", step, "identity", bare, also="unreadable")
    trailing = lambda own: own | {12: der_text("x") + b"\x00"}  # noqa: E731
    yield Fault("bytes after the extension", step, "identity", trailing, also="unreadable")
    number = lambda own: own | {15: b"\x02\x01\x05"}  # noqa: E731
    yield Fault("extension is a number", step, "identity", number)
    latin = lambda own: own | {14: b"\x0c\x01\xff"}  # noqa: E731
    yield Fault("extension is not UTF-8", step, "identity", latin)
    latin_old = lambda own: own | {6: b"\xff"}  # noqa: E731
    yield Fault("old extension is not UTF-8", step, "identity", latin_old, also="unreadable")
