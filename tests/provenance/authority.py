"""A Sigstore instance for tests: root, intermediate, CT log, Rekor log and timestamp authority, all of our own.

`forge` makes a bundle in stages. A fault is a change to the value of one stage; everything after it is made honestly
from the changed value, so a bundle with one fault is right in every other respect.
"""

from __future__ import annotations

import json
from datetime import timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from mcp_guard.model import JSON, Digest
from mcp_guard.provenance.keys import Period, TrustedKey
from mcp_guard.provenance.trust import Authority, Log, TrustedRoot
from mcp_guard.provenance.verify import Verified, verify_bundle
from tests.provenance.issuing import issue, tsa_certificate
from tests.provenance.ledger import log_body, log_entry
from tests.provenance.material import (
    ARTIFACT,
    COMMIT,
    CT,
    EXPECTED,
    IN_TOTO,
    LEAF,
    MANAGED,
    REF,
    REKOR,
    REKOR2,
    REPOSITORY,
    SIGNED,
    TSA,
    Faults,
    Private,
    Stages,
    b64,
    log_id,
    public,
    sign,
)
from tests.provenance.stamps import stamp


class Forged(NamedTuple):
    """A bundle, the root that it should verify under, and the key for one without certificate."""

    bundle: JSON
    root: TrustedRoot
    key: TrustedKey | None
    expected: tuple[Digest, ...]

    def verify(self) -> Verified:
        return verify_bundle(self.bundle, self.expected, self.root, self.key)


def forge(faults: Faults, *, version: str = "0.3", kind: str = "dsse/0.0.1", signer: str = "certificate") -> Forged:
    """Make a bundle of this version, log entry kind and kind of signer (`certificate` or `key`)."""
    stages = Stages(faults)
    certificate, issuer = issue(stages)
    tsa = stages.at("tsa", tsa_certificate())
    private = LEAF if signer == "certificate" else MANAGED
    verifier = certificate.public_bytes(Encoding.DER) if signer == "certificate" else public(MANAGED)
    message = kind in ("hashedrekord/0.0.1", "hashedrekord/0.0.2")
    content = _message(stages, private) if message else _envelope(stages, private)
    body = log_body(stages, kind, content, verifier, signer)
    entry = log_entry(stages, kind, body)
    material: dict[str, Any] = {"tlogEntries": [entry]}
    if kind.endswith(("dsse/0.0.2", "rekord/0.0.2")):
        material["timestampVerificationData"] = {"rfc3161Timestamps": _stamps(stages, content["signature"], tsa)}
    if signer == "key":
        material["publicKey"] = {"hint": "managed"}
    elif version == "0.3":
        material["certificate"] = {"rawBytes": b64(verifier)}
    else:
        material["x509CertificateChain"] = {"certificates": [{"rawBytes": b64(verifier)}]}
    media = {"0.3": "application/vnd.dev.sigstore.bundle.v0.3+json"}.get(
        version, f"application/vnd.dev.sigstore.bundle+json;version={version}"
    )
    bundle = {"mediaType": media, "verificationMaterial": material, content["name"]: content["node"]}
    managed = TrustedKey(
        "managed", MANAGED.public_key(), Period(SIGNED - timedelta(days=9), SIGNED + timedelta(days=9))
    )
    forged = Forged(
        stages.at("bundle", bundle),
        stages.at("root", _root(issuer, tsa)),
        stages.at("key", managed if signer == "key" else None),
        stages.at("expected", EXPECTED),
    )
    unknown = set(faults) - stages.passed
    assert not unknown, f"no such stage: {unknown}"
    return forged


def statement() -> dict[str, Any]:
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "artifact", "digest": {digest.algorithm: digest.value for digest in EXPECTED}}],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "externalParameters": {"workflow": {"repository": REPOSITORY, "ref": REF, "path": "release.yml"}},
                "resolvedDependencies": [{"uri": f"git+{REPOSITORY}@{REF}", "digest": {"gitCommit": COMMIT}}],
            }
        },
    }


def _envelope(stages: Stages, private: Private) -> dict[str, Any]:
    payload = stages.at("payload", json.dumps(stages.at("statement", statement())).encode())
    kind = stages.at("payload type", IN_TOTO)
    encoded = b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)
    signature = sign(stages.at("signing key", private), stages.at("encoding", encoded))
    node = {"payload": b64(payload), "payloadType": kind, "signatures": [{"sig": b64(signature), "keyid": ""}]}
    return {"name": "dsseEnvelope", "node": node, "payload": payload, "type": kind, "signature": signature}


def _message(stages: Stages, private: Private) -> dict[str, Any]:
    signature = sign(stages.at("signing key", private), stages.at("message", ARTIFACT))
    digest = stages.at("message digest", sha256(ARTIFACT).digest())
    node = {"messageDigest": {"algorithm": "SHA2_256", "digest": b64(digest)}, "signature": b64(signature)}
    return {"name": "messageSignature", "node": node, "payload": ARTIFACT, "type": "", "signature": signature}


def _root(chain: tuple[x509.Certificate, ...], tsa: x509.Certificate) -> TrustedRoot:
    period = Period(SIGNED - timedelta(days=30), SIGNED + timedelta(days=30))
    logs = tuple(Log(log_id(item), item.public_key(), period, log_id(item)) for item in (REKOR, REKOR2))
    return TrustedRoot(
        logs=logs,
        ct_logs=(Log(log_id(CT), CT.public_key(), period, log_id(CT)),),
        authorities=(Authority(chain, period),),
        timestamp_authorities=(Authority((tsa, chain[1]), period),),
    )


def _stamps(stages: Stages, signature: bytes, tsa: x509.Certificate) -> list[dict[str, str]]:
    response = stamp(
        stages.at,
        stages.at("stamped", signature),
        stages.at("stamp time", SIGNED),
        tsa,
        lambda data: sign(stages.at("tsa key", TSA), data),
    )
    return list(stages.at("stamps", [{"signedTimestamp": b64(response)}]))
