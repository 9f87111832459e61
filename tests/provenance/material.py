"""The keys, names and times of the test authority, and how it signs and writes."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from hashlib import sha256, sha512
from typing import Any, TypeAlias

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mcp_guard.model import Digest

Private: TypeAlias = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
Change: TypeAlias = Callable[[Any], Any]
Faults: TypeAlias = Mapping[str, Change]
SIGNED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
ARTIFACT = b"an artifact"
EXPECTED = (Digest("sha256", sha256(ARTIFACT).hexdigest()), Digest("sha512", sha512(ARTIFACT).hexdigest()))
REPOSITORY, COMMIT, REF = "https://github.com/octo/server", "c0ffee" * 6 + "beef", "refs/tags/v1"
WORKFLOW = f"{REPOSITORY}/.github/workflows/release.yml@{REF}"
ISSUER = "https://token.actions.githubusercontent.com"
IN_TOTO = "application/vnd.in-toto+json"
EXTENSIONS = {
    8: ISSUER,
    9: WORKFLOW,
    12: REPOSITORY,
    13: COMMIT,
    14: REF,
    15: "4711",
    16: "https://github.com/octo",
    17: "42",
    18: WORKFLOW,
    20: "release",
}
LEAVES, OURS = 7, 4


def key(secret: int) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(secret, ec.SECP256R1())


ROOT, INTERMEDIATE, CT, REKOR, LEAF, OTHER, TSA, MANAGED = map(key, range(11, 19))
REKOR2 = ed25519.Ed25519PrivateKey.from_private_bytes(b"rekor, second ed" * 2)


def sign(private: Private, data: bytes) -> bytes:
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return private.sign(data)
    return private.sign(data, ec.ECDSA(hashes.SHA256()))


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def pem(der: bytes, kind: str) -> bytes:
    text = b64(der)
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----", ""]).encode()


def public(private: Private) -> bytes:
    return private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def log_id(private: Private) -> bytes:
    return sha256(public(private)).digest()


class Stages:
    """The stages of one bundle, with the faults that change them."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.passed: set[str] = set()

    def at(self, stage: str, value: Any) -> Any:  # noqa: ANN401 - each stage has its own type
        self.passed.add(stage)
        return self.faults[stage](value) if stage in self.faults else value
