"""Faults of the log entry's body."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from mcp_guard.provenance.errors import Step
from tests.provenance.faults.fault import Fault, edit, flip, put, twice
from tests.provenance.material import (
    b64,
    key,
    pem,
    public,
)


def bodies() -> Iterator[Fault]:
    step: Step = "rekor.body"
    spec = {
        "dsse/0.0.1": ("spec",),
        "intoto/0.0.2": ("spec", "content"),
    }
    verifiers = {
        "dsse/0.0.1": ("spec", "signatures", 0, "verifier"),
        "intoto/0.0.2": ("spec", "content", "envelope", "signatures", 0, "publicKey"),
        "hashedrekord/0.0.1": ("spec", "signature", "publicKey", "content"),
    }
    block, bare = b64(pem(b"0\x00", "CERTIFICATE")), b64(pem(public(key(15)), "PUBLIC KEY"))
    for kind, path in verifiers.items():
        yield Fault(f"{kind}: another verifier", step, "body", put(*path, value=block), kind=kind)
        yield Fault(f"{kind}: bare key", step, "body", put(*path, value=bare), kind=kind)
        torn = put(*path, value=b64(b"-----BEGIN"))
        yield Fault(f"{kind}: no PEM", step, "body", torn, kind=kind, also="unreadable")
    for kind, path in spec.items():
        other = put(*path, "payloadHash", "value", value="00" * 32)
        yield Fault(f"{kind}: another payload", step, "body", other, kind=kind)
        weak = put(*path, "payloadHash", value={"algorithm": "sha1", "value": "00" * 20})
        yield Fault(f"{kind}: sha1", step, "body", weak, kind=kind)
    two = ("spec", "content", "envelope", "signatures")
    yield Fault("intoto: two signatures", step, "body", edit(*two, by=twice), kind="intoto/0.0.2")
    inner = lambda text: b64(flip(base64.b64decode(text).decode()).encode())  # noqa: E731
    yield Fault("intoto: another signature", step, "body", edit(*two, 0, "sig", by=inner), kind="intoto/0.0.2")
    typed = put("spec", "content", "envelope", "payloadType", value="text/plain")
    yield Fault("intoto: another payload type", step, "body", typed, kind="intoto/0.0.2")
    yield Fault("dsse: two signatures", step, "body", edit("spec", "signatures", by=twice))
    yield Fault("dsse: another signature", step, "body", edit("spec", "signatures", 0, "signature", by=flip))
    rekord = "hashedrekord/0.0.1"
    content_ = edit("spec", "signature", "content", by=flip)
    yield Fault("hashedrekord: another signature", step, "body", content_, kind=rekord)
    digest = put("spec", "data", "hash", "value", value="00" * 32)
    yield Fault("hashedrekord: another artifact", step, "body", digest, kind=rekord)
    yield Fault("another kind inside", step, "body", put("kind", value="intoto"))
    yield Fault("another version inside", step, "body", put("apiVersion", value="0.0.2"))
    yield Fault("name twice in the entry", step, "body bytes", lambda data: b'{"kind": 1, ' + data[1:])
    old = put("kindVersion", value={"kind": "intoto", "version": "0.0.1"})
    yield Fault("unknown kind", step, "entry", old, unsupported=True)
    message = put("kindVersion", value={"kind": "hashedrekord", "version": "0.0.1"})
    yield Fault("kind of a message", step, "entry", message, also="unreadable")
    for kind, field in (("dsse/0.0.2", "dsseV002"), ("hashedrekord/0.0.2", "hashedRekordV002")):
        where = ("signatures", 0) if field == "dsseV002" else ("signature",)
        hashed = "payloadHash" if field == "dsseV002" else "data"
        path = ("spec", field, *where)
        raw = (*path, "verifier", "x509Certificate", "rawBytes")
        yield Fault(f"{kind}: another verifier", step, "body", edit(*raw, by=flip), kind=kind)
        yield Fault(f"{kind}: another signature", step, "body", edit(*path, "content", by=flip), kind=kind)
        yield Fault(f"{kind}: another digest", step, "body", edit("spec", field, hashed, "digest", by=flip), kind=kind)
        sha3 = put("spec", field, hashed, "algorithm", value="SHA3_256")
        yield Fault(f"{kind}: SHA-3", step, "body", sha3, kind=kind, unsupported=True)
