"""Faults of what is signed, and by which key."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from mcp_guard.model import Digest
from mcp_guard.provenance.errors import Step
from tests.provenance.faults.fault import ENVELOPE, Fault, edit, flip, put, value
from tests.provenance.material import (
    EXPECTED,
    OTHER,
    SIGNED,
    b64,
    pem,
)


def content() -> Iterator[Fault]:
    dsse: Step = "dsse.signature"
    statement: Step = "statement.shape"
    yield Fault("signed by another key", dsse, "signing key", value(OTHER))
    yield Fault("signed without encoding", dsse, "encoding", lambda data: data.partition(b" {")[2])
    yield Fault("encoding of another length", dsse, "encoding", lambda data: data.replace(b"DSSEv1 28 ", b"DSSEv1 29 "))
    swapped = edit(ENVELOPE, "payload", by=lambda text: b64(base64.b64decode(text) + b" "))
    yield Fault("payload changed", dsse, "bundle", swapped, also="rekor.body")
    again = edit(ENVELOPE, "signatures", 0, "sig", by=flip)
    yield Fault("signature changed", dsse, "bundle", again, also="rekor.body")
    yield Fault("another payload type", "dsse.payload-type", "payload type", value("text/plain"))
    retyped = put(ENVELOPE, "payloadType", value="text/plain")
    yield Fault("payload type changed", dsse, "bundle", retyped, also="dsse.payload-type")
    yield Fault("name twice in the payload", "statement.json", "payload", lambda data: b'{"_type": 1, ' + data[1:])
    unreadable = partial(Fault, also="unreadable")
    yield unreadable("payload is not JSON", "statement.json", "payload", value(b"{"))
    yield unreadable("payload is not UTF-8", "statement.json", "payload", value(b'"\xff"'))
    yield unreadable("NaN in the payload", "statement.json", "payload", lambda data: data[:-1] + b', "x": NaN}')
    deep = value(b"[" * 100_000 + b"]" * 100_000)
    yield unreadable("payload is deep", "statement.json", "payload", deep)
    yield Fault("payload is large", "statement.json", "payload", lambda data: data + b" " * (1 << 20))
    yield Fault("another statement type", statement, "statement", put("_type", value="https://in-toto.io/Link/v1"))
    yield Fault("no subject", statement, "statement", put("subject", value=[]), also="statement.digest")
    yield unreadable("subject without digest", statement, "statement", put("subject", 0, "digest", value=None))
    digests: Step = "statement.digest"
    other = put("subject", 0, "digest", value={"sha256": "00" * 32})
    yield Fault("another artifact", digests, "statement", other)
    sha1 = put("subject", 0, "digest", value={"sha1": "00" * 20})
    yield Fault("sha1 only", digests, "statement", sha1)
    one = put("subject", 0, "digest", "sha512", value="00" * 64)
    yield Fault("one digest of two is another's", digests, "statement", one)
    upper = put("subject", 0, "digest", "sha256", value=EXPECTED[0].value.upper())
    yield Fault("digest in capitals", statement, "statement", upper, also="statement.digest")
    yield Fault("lone surrogate", statement, "statement", put("predicateType", value="\ud800"))


def messages() -> Iterator[Fault]:
    kind = "hashedrekord/0.0.1"
    yield Fault("bundle has another digest", "message.digest", "message digest", value(b"x" * 32), kind=kind)
    yield Fault("message by another key", "message.signature", "signing key", value(OTHER), kind=kind)
    yield Fault("signature of another artifact", "message.signature", "message", value(b"another"), kind=kind)
    unhashed = put("messageSignature", "messageDigest", "algorithm", value="SHA1")
    yield Fault("digest by sha1", "bundle.shape", "bundle", unhashed, kind=kind, unsupported=True)
    only = value((EXPECTED[1],))
    yield Fault("digest not known", "message.signature", "expected", only, kind=kind, unsupported=True)
    bad = value((Digest("sha256", "x"),))
    yield Fault("digest is none", "message.digest", "expected", bad, kind=kind, also="unreadable")


def keys() -> Iterator[Fault]:
    step: Step = "signing.key"
    key_signed = partial(Fault, signer="key")
    yield key_signed("key where a certificate is expected", step, "key", value(None), also="no key")
    other = lambda key: key._replace(key=OTHER.public_key())  # noqa: E731
    yield key_signed("another key", "dsse.signature", "key", other, also="rekor.body")
    past = lambda key: key._replace(period=key.period._replace(end=SIGNED - timedelta(seconds=1)))  # noqa: E731
    yield key_signed("key no longer in use", step, "key", past)
    future = lambda key: key._replace(period=key.period._replace(start=SIGNED + timedelta(seconds=1)))  # noqa: E731
    yield key_signed("key not yet in use", step, "key", future)
    untimed = put("inclusionPromise", value=None)
    yield key_signed("key, and nobody says when", "signing.time", "entry", untimed)
    certificate = put("spec", "signatures", 0, "verifier", value=b64(pem(b"0\x00", "CERTIFICATE")))
    yield key_signed("key, entry with a certificate", "rekor.body", "body", certificate)
