"""sigstore-python and pypi-attestations as oracles: what both can read, both judge the same, and of whom."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from mcp_guard.model import JSON
from mcp_guard.provenance import pypi
from mcp_guard.provenance.errors import VerificationError
from mcp_guard.provenance.keys import Period, spki
from mcp_guard.provenance.shape import Node, read_json
from mcp_guard.provenance.trust import Authority, Log, TrustedRoot, trusted_root
from mcp_guard.provenance.verify import Verified, verify_bundle
from tests.provenance import recorded
from tests.provenance.authority import Forged, forge
from tests.provenance.faults import FAULTS, Fault
from tests.provenance.material import ARTIFACT

models = pytest.importorskip("sigstore.models", reason="the oracles are not installed")
verifying = pytest.importorskip("sigstore.verify", reason="the oracles are not installed")
pypi_attestations = pytest.importorskip("pypi_attestations", reason="the oracles are not installed")

# What sigstore-python does not read: then it says nothing. Its issue 1384; bundles signed by keys.
SILENT = (
    "Integrated time only supported for dsse/hashedrekord 0.0.1 types",
    "failed to load bundle",
    "entry must contain inclusion proof",
    "expected certificate chain in bundle",
)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """The oracle warns that it is asked about no identity; that is compared here."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


def oracle(document: JSON, verifier: Any, artifact: bytes | None = None) -> x509.Certificate | str:  # noqa: ANN401
    """The signing certificate that the oracle has verified, or what it says against it."""
    try:
        bundle = models.Bundle.from_json(json.dumps(document))
        policy = verifying.policy.UnsafeNoOp()
        if "dsseEnvelope" in json.dumps(document):
            verifier.verify_dsse(bundle, policy)
        else:
            verifier.verify_artifact(artifact, bundle, policy)
    except Exception as error:  # noqa: BLE001 - it has no one class of errors
        return str(error) or type(error).__name__
    certificate = bundle.signing_certificate
    assert isinstance(certificate, x509.Certificate)
    return certificate


def subject(certificate: x509.Certificate) -> str:
    (name,) = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return str(name.value)


def agree(said: x509.Certificate | str, verified: Verified | VerificationError) -> None:
    if isinstance(said, str):
        if not said.startswith(SILENT):
            assert isinstance(verified, VerificationError), said
        return
    assert isinstance(verified, Verified), f"the oracle accepts what was refused: {verified}"
    assert verified.identity
    assert verified.identity.subject == subject(said)


# ------------------------------------------------------------------------------------------------ recorded

# One has a payload that is no statement, which the oracle does not mind.
BUNDLES = [
    path
    for path in recorded.files("sigstore/bundles/*")
    if path.suffix in (".json", ".sigstore") and path.name != "gh-sigstoreBundle-invalid-signature.json"
]


@recorded.needed
@pytest.mark.parametrize("path", BUNDLES, ids=lambda path: path.name)
def test_recorded_bundles_are_judged_the_same(path: Path) -> None:
    root = models.TrustedRoot.from_file(str(recorded.FOLDER / "sigstore" / "trusted_root.2026.json"))
    document = recorded.load(path)
    payload = recorded.statement(Node(document, "bundle", "bundle.shape").get("dsseEnvelope"), "payload")
    judged: Verified | VerificationError
    try:
        judged = verify_bundle(document, recorded.digests(payload), trusted_root())
    except VerificationError as error:
        judged = error
    agree(oracle(document, verifying.Verifier(trusted_root=root)), judged)


@recorded.needed
@pytest.mark.parametrize("path", recorded.files("pypi/*.attestation"), ids=lambda path: path.name)
def test_pypi_attestations_are_converted_the_same(path: Path) -> None:
    theirs = pypi_attestations.Attestation.model_validate_json(path.read_text("utf-8")).to_bundle()
    ours: Any = pypi.to_bundle(recorded.load(path))
    assert json.loads(theirs.to_json())["dsseEnvelope"]["payload"] == ours["dsseEnvelope"]["payload"]
    root = models.TrustedRoot.from_file(str(recorded.FOLDER / "sigstore" / "trusted_root.2026.json"))
    verifier = verifying.Verifier(trusted_root=root)
    payload = recorded.statement(Node(ours, "bundle", "bundle.shape").get("dsseEnvelope"), "payload")
    judged: Verified | VerificationError
    try:
        judged = verify_bundle(ours, recorded.digests(payload), trusted_root())
    except VerificationError as error:
        judged = error
    for document in (ours, read_json(theirs.to_json().encode())):
        agree(oracle(document, verifier), judged)


# ------------------------------------------------------------------------------------------------ forged


def as_json(root: TrustedRoot) -> JSON:
    """The root in Sigstore's own form."""
    document: JSON = {
        "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
        "tlogs": [_log(log) for log in root.logs],
        "ctlogs": [_log(log) for log in root.ct_logs],
        "certificateAuthorities": [_authority(authority) for authority in root.authorities],
        "timestampAuthorities": [_authority(authority) for authority in root.timestamp_authorities],
    }
    return document


def _log(log: Log) -> JSON:
    key: dict[str, JSON] = {"rawBytes": _text(spki(log.key)), "validFor": _period(log.period)}
    elliptic = len(spki(log.key)) > 64
    key["keyDetails"] = "PKIX_ECDSA_P256_SHA_256" if elliptic else "PKIX_ED25519"
    return {
        "baseUrl": "https://log.example",
        "hashAlgorithm": "SHA2_256",
        "publicKey": key,
        "logId": {"keyId": _text(log.id)},
    }


def _authority(authority: Authority) -> JSON:
    chain: list[JSON] = [{"rawBytes": _text(item.public_bytes(Encoding.DER))} for item in authority.chain]
    return {
        "subject": {"organization": "x", "commonName": "x"},
        "uri": "https://authority.example",
        "certChain": {"certificates": chain},
        "validFor": _period(authority.period),
    }


def _period(period: Period) -> JSON:
    def text(time: datetime) -> str:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ")

    found: dict[str, JSON] = {"start": text(period.start)}
    return found | ({"end": text(period.end)} if period.end else {})


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def judge(forged: Forged, folder: Path) -> tuple[x509.Certificate | str, Verified | VerificationError]:
    path = folder / "root.json"
    path.write_text(json.dumps(as_json(forged.root)), "utf-8")
    verifier = verifying.Verifier(trusted_root=models.TrustedRoot.from_file(str(path)))
    said = oracle(forged.bundle, verifier, ARTIFACT)
    try:
        return said, forged.verify()
    except VerificationError as error:
        return said, error


BOTH = [(version, kind) for version in ("0.1", "0.2", "0.3") for kind in ("dsse/0.0.1", "hashedrekord/0.0.1")]


@pytest.mark.parametrize(("version", "kind"), [*BOTH, ("0.2", "hashedrekord/0.0.2"), ("0.3", "hashedrekord/0.0.2")])
def test_a_forged_bundle_is_accepted_by_both(version: str, kind: str, tmp_path: Path) -> None:
    said, judged = judge(forge({}, version=version, kind=kind), tmp_path)
    assert isinstance(said, x509.Certificate), said
    agree(said, judged)


# sigstore-python leaves the statement and the identity to its caller.
CALLERS = ("dsse.payload-type", "identity.certificate", "statement.json", "statement.shape", "statement.digest")
# … and it accepts these, which we refuse: periods of keys and authorities, lines of checkpoints, fields of tokens.
STRICTER = {
    "SCT after the log's key",
    "SCT before the log's key",
    "SCT by an unknown log",
    "another name",
    "another origin",
    "another version inside",
    "attributes of another type",
    "authority not in use",
    "checkpoint of a larger tree",
    "junk under it",
    "log not in use",
    "name twice in the entry",
    "second signature is bad",
    "size with a leading zero",
    "stray bits in base64",
    "timestamp by DSA",
    "too many signatures",
    "timestamp names another certificate",
    "two signers",
    "v2 entry elsewhere",
}
COMPARED = [fault for fault in FAULTS if fault.signer == "certificate" and fault.stage != "expected"]


@pytest.mark.parametrize("fault", COMPARED, ids=lambda fault: f"{fault.name}-{fault.kind}")
def test_what_is_refused_is_refused_by_both(fault: Fault, tmp_path: Path) -> None:
    forged = forge({fault.stage: fault.change}, version=fault.version, kind=fault.kind)
    said, judged = judge(forged, tmp_path)
    assert isinstance(judged, VerificationError)
    if isinstance(said, x509.Certificate):
        assert fault.step in CALLERS or fault.name in STRICTER


def test_the_list_of_what_only_we_refuse_is_current(tmp_path: Path) -> None:
    faults = [fault for fault in COMPARED if fault.name in STRICTER and fault.step not in CALLERS]
    forged = [forge({fault.stage: fault.change}, version=fault.version, kind=fault.kind) for fault in faults]
    accepted = {
        fault.name
        for fault, bundle in zip(faults, forged, strict=True)
        if isinstance(judge(bundle, tmp_path)[0], x509.Certificate)
    }
    assert accepted == STRICTER
