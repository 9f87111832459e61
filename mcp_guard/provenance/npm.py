"""npm's proofs: the registry's signature over a version, and its document of attestations.

Source: npm's "About registry signatures"; npm/pacote, lib/registry.js; npm/attestation, specs/publish/v0.1.
"""

from __future__ import annotations

import base64
import re
from datetime import datetime
from typing import Final, NamedTuple

from mcp_guard.model import JSON, Digest
from mcp_guard.provenance.bundle import Bundle, Envelope, KeyHint, parse_bundle
from mcp_guard.provenance.errors import Step, Unsupported, VerificationError, require
from mcp_guard.provenance.keys import TrustedKey, is_signed
from mcp_guard.provenance.predicates import SLSA_V02, SLSA_V1, check_source
from mcp_guard.provenance.shape import Node
from mcp_guard.provenance.statement import Statement, only_subject
from mcp_guard.provenance.trust import TrustedRoot, npm_keys, trusted_root
from mcp_guard.provenance.verify import Verified, verify_parsed

PUBLISH: Final = "https://github.com/npm/attestation/tree/main/specs/publish/v0.1"
_NAME = re.compile(r"(?:@[^@/:\s]+/)?[^@/:\s]+")
_VERSION = re.compile(r"[0-9A-Za-z.+-]+")
_MAX_SIGNATURES = 32
_STATEMENT: tuple[Step, ...] = ("statement.predicate-type", "statement.subject")
_SHA512 = re.compile(r"sha512-([A-Za-z0-9+/]{86}==)")


class VerifiedSignature(NamedTuple):
    """The registry has signed this digest for this name and version. It proves nothing about who published."""

    name: str
    version: str
    integrity: str
    key_id: str


class NpmAttestations(NamedTuple):
    """The verified attestations of one version; None for one that the document does not have."""

    publish: Verified | None  # by the registry: that it took this tarball in, and when
    provenance: Verified | None  # by a workflow: where the tarball was built
    registry: str  # that the publish attestation names, for the caller to compare; "" without one


def verify_npm_signature(
    name: str,
    version: str,
    integrity: str,
    signatures: JSON,
    *,
    keys: tuple[TrustedKey, ...] | None = None,
    published: datetime | None = None,
) -> VerifiedSignature:
    """Verify the registry's signatures (`dist.signatures`) over `name@version:integrity`.

    `integrity` is the pin, as one canonical sha512 SRI: the signature then proves the pin, whatever else a document
    says. At least one signature must be by a known key, and every such one valid; others say nothing. With
    `published` the key must have been in use then, but that time is the registry's own word.
    Raises VerificationError, or Unsupported where all keys are unknown. `keys` defaults to those shipped.
    """
    _check_name(name, version)
    _digest(integrity)
    known = {key.id: key for key in (npm_keys("npm:signatures") if keys is None else keys)}
    rows = Node(signatures, "signatures", "npm.signature").items()
    require("npm.signature", 0 < len(rows) <= _MAX_SIGNATURES, "no signature, or too many")
    given = [(known.get(row.get("keyid").text()), row.get("sig")) for row in rows]
    ours = [(key, signature) for key, signature in given if key is not None]
    if not ours:
        raise Unsupported("npm.signature", "signed with a key that this mcp-guard does not know: update it")
    for key, signature in ours:
        data = f"{name}@{version}:{integrity}".encode()
        require("npm.signature", is_signed(key.key, signature.data(), data), "not the registry's signature of this pin")
        current = published is None or key.period is None or key.period.contains(published)
        require("npm.signature", current, "signed with a key that was not in use when the version was published")
    return VerifiedSignature(name, version, integrity, ours[0][0].id)


def verify_npm_attestations(
    name: str,
    version: str,
    integrity: str,
    document: JSON,
    *,
    root: TrustedRoot | None = None,
    keys: tuple[TrustedKey, ...] | None = None,
) -> NpmAttestations:
    """Verify every attestation of an attestations document, each about exactly this version with this digest.

    Raises VerificationError, or Unsupported, for the first that is not proven; an empty document is refused.
    `root` and `keys` default to those shipped.
    """
    _check_name(name, version)
    pin = _Pin(name, version, (_digest(integrity),))
    root = trusted_root() if root is None else root
    keys = npm_keys("npm:attestations") if keys is None else keys
    found: dict[str, Verified] = {}
    items = Node(document, "document", "npm.attestations").get("attestations").items()
    require("npm.attestations", bool(items), "a document without attestations")
    for item in items:
        kind = "publish" if item.get("predicateType").text() == PUBLISH else "provenance"
        require("npm.attestations", kind not in found, f"two attestations of {kind}")
        found[kind] = _publish(item, pin, root, keys) if kind == "publish" else _provenance(item, pin, root)
    publish = found.get("publish")
    return NpmAttestations(publish, found.get("provenance"), _registry(publish) if publish else "")


class _Pin(NamedTuple):
    name: str
    version: str
    expected: tuple[Digest, ...]


def _publish(item: Node, pin: _Pin, root: TrustedRoot, keys: tuple[TrustedKey, ...]) -> Verified:
    """Verify what the registry says that it took in."""
    bundle = parse_bundle(item.get("bundle").value)
    verified = verify_parsed(bundle, pin.expected, root, _key(bundle, keys))
    predicate = Node(_statement(verified, PUBLISH, pin).predicate, "predicate", "npm.publish")
    said = (predicate.get("name").text(), predicate.get("version").text())
    require("npm.publish", said == (pin.name, pin.version), "the registry took in another package or version")
    return verified._replace(steps=(*verified.steps, *_STATEMENT, "npm.publish"))


def _registry(publish: Verified) -> str:
    statement = publish.statement
    return Node(statement.predicate if statement else None, "predicate", "npm.publish").get("registry").text()


def _provenance(item: Node, pin: _Pin, root: TrustedRoot) -> Verified:
    """Verify where the tarball was built, as the certificate says; the predicate must not say otherwise."""
    said, bundle = item.get("predicateType").text(), parse_bundle(item.get("bundle").value)
    if said not in (SLSA_V02, SLSA_V1):
        raise Unsupported("statement.predicate-type", f"an attestation of the unknown type {said[:120]!r}")
    _check_keyless(bundle)
    verified = verify_parsed(bundle, pin.expected, root)
    if verified.identity is None:
        raise VerificationError("signing.key", "a provenance that nobody in particular has signed")
    check_source(_statement(verified, said, pin), verified.identity)
    return verified._replace(steps=(*verified.steps, *_STATEMENT, "statement.predicate"))


def purl(name: str, version: str) -> str:
    """The package URL as npm writes it into subjects: only the `@` of a scope is encoded (npm-package-arg, toPurl)."""
    return f"pkg:npm/{name.replace('@', '%40', 1)}@{version}"


def _statement(verified: Verified, predicate_type: str, pin: _Pin) -> Statement:
    """The statement, which must be of this type and about this version alone."""
    statement = verified.statement
    if statement is None:
        raise VerificationError("statement.shape", "a signature without statement")
    same = statement.predicate_type == predicate_type
    require("statement.predicate-type", same, "another type than the document says")
    about = only_subject(statement).name
    require("statement.subject", about == purl(pin.name, pin.version), f"about {about[:120]!r}, another package")
    return statement


def _key(bundle: Bundle, keys: tuple[TrustedKey, ...]) -> TrustedKey:
    """The registry's key that hint and envelope agree on; whoever reads only one of them must take the same."""
    signer, content = bundle.signer, bundle.content
    if not isinstance(signer, KeyHint) or not isinstance(content, Envelope):
        raise VerificationError("signing.key", "a publish attestation that is not signed with a key of the registry")
    require("signing.key", signer.hint == content.key_id, "key hint and key id differ")
    for key in keys:
        if key.id == signer.hint:
            return key
    raise Unsupported("signing.key", "signed with a key that this mcp-guard does not know: update it")


def _check_keyless(bundle: Bundle) -> None:
    """Refuse a key id beside a certificate: npm's own client would take the key."""
    keyless = isinstance(bundle.content, Envelope) and bundle.content.key_id == ""
    require("signing.key", keyless, "a key id beside a certificate")


def _check_name(name: str, version: str) -> None:
    """Refuse what could make one signed text mean two packages."""
    clear = _NAME.fullmatch(name) is not None and _VERSION.fullmatch(version) is not None
    require("npm.name", clear, f"{name[:80]!r} at {version[:40]!r} is not an npm package with an exact version")


def _digest(integrity: str) -> Digest:
    match = _SHA512.fullmatch(integrity)
    if match is None:
        raise VerificationError("npm.integrity", "the pin is not one sha512 in SRI form, so no signature covers it")
    return Digest("sha512", base64.b64decode(match[1]).hex())
