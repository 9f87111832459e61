"""Faults of the bundle itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mcp_guard.provenance.errors import Step
from tests.provenance.faults.fault import ENTRY, ENVELOPE, MATERIAL, Fault, edit, put, twice, value


def bundles() -> Iterator[Fault]:
    shape: Step = "bundle.shape"
    yield Fault("unknown version", "bundle.version", "bundle", put("mediaType", value="x"), unsupported=True)
    yield Fault("no version", shape, "bundle", put("mediaType", value=None), also="unreadable")
    yield Fault("not an object", shape, "bundle", value([]), also="unreadable")
    yield Fault("two signatures", shape, "bundle", edit(ENVELOPE, "signatures", by=twice))
    yield Fault("two log entries", shape, "bundle", edit(MATERIAL, "tlogEntries", by=twice))
    yield Fault("no log entry", shape, "bundle", put(MATERIAL, "tlogEntries", value=[]), also="unreadable")
    stamps = {"rfc3161Timestamps": [{"signedTimestamp": "AAAA"}]}
    private = put(MATERIAL, value={"timestampVerificationData": stamps})
    yield Fault("private trust domain", "rekor.log", "bundle", private, unsupported=True)
    both = put("messageSignature", value={"signature": "AAAA"})
    yield Fault("envelope and message", shape, "bundle", both)
    yield Fault("neither envelope nor message", shape, "bundle", put(ENVELOPE, value=None), also="unreadable")
    hint = put(MATERIAL, "publicKey", value={"hint": "x"})
    yield Fault("certificate and key", shape, "bundle", hint, also="signing.key: no key is expected")
    chain = edit(MATERIAL, by=lambda m: {"tlogEntries": m["tlogEntries"], **_chain(m["certificate"])})
    yield Fault("chain in v0.3", shape, "bundle", chain)
    single = edit(MATERIAL, by=lambda m: {"tlogEntries": m["tlogEntries"], **_single(m)})
    yield Fault("single certificate in v0.2", shape, "bundle", single, version="0.2")
    garbage = put(MATERIAL, "certificate", "rawBytes", value="AAAA")
    yield Fault("no certificate", shape, "bundle", garbage, also="unreadable")
    stray = edit(*ENTRY, "inclusionProof", "rootHash", by=lambda text: text[:-2] + chr(ord(text[-2]) + 1) + "=")
    yield Fault("stray bits in base64", shape, "bundle", stray)
    urlsafe = put(ENVELOPE, "payload", value="_-__")
    yield Fault("URL-safe base64", shape, "bundle", urlsafe, also="unreadable")
    empty = put(ENVELOPE, "signatures", 0, "sig", value="")
    yield Fault("empty signature", shape, "bundle", empty, also="dsse.signature")
    for number in ("-1", "1e3", "01", "9223372036854775808", True, 1.5):
        wrong = put(*ENTRY, "logIndex", value=number)
        yield Fault(f"index {number!r}", shape, "bundle", wrong, also="unreadable")


def _chain(certificate: object) -> dict[str, object]:
    return {"x509CertificateChain": {"certificates": [certificate]}}


def _single(material: dict[str, Any]) -> dict[str, object]:
    return {"certificate": material["x509CertificateChain"]["certificates"][0]}
