"""Every real object verifies, or is refused at the step that the index of the recordings gives a reason for."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
from pathlib import Path

import pytest

from mcp_guard.model import Digest
from mcp_guard.provenance.errors import Unsupported, VerificationError
from mcp_guard.provenance.npm import verify_npm_attestations, verify_npm_signature
from mcp_guard.provenance.pypi import verify_pypi_attestation, verify_pypi_provenance
from mcp_guard.provenance.shape import Node, read_json
from mcp_guard.provenance.trust import npm_keys, read_trusted_root, trusted_root
from mcp_guard.provenance.verify import verify_bundle
from tests.provenance import recorded

pytestmark = recorded.needed

GH = "https://github.com/"
GITHUB = "https://token.actions.githubusercontent.com"
DIGEST = (Digest("sha256", "00" * 32), Digest("sha512", "00" * 64))

# ------------------------------------------------------------------------------------------------ npm

# File: source repository, its id, repository of the workflow that signed.
NPM = {
    "%40getmcpm%2fcli@0.21.0": ("getmcpm/cli", "1194736883", "getmcpm/cli"),
    "%40laurentsimon%2fprovenance-npm-test@1.0.3": (
        "laurentsimon/provenance-npm-test",
        "602223945",
        "laurentsimon/provenance-npm-test",
    ),
    "%40laurentsimon%2fprovenance-npm-test@1.0.5": (
        "laurentsimon/provenance-npm-test",
        "602223945",
        "slsa-framework/slsa-github-generator",
    ),
    "%40trishankatdatadog%2fsupreme-goggles@1.0.5": (
        "trishankatdatadog/supreme-goggles",
        "636292006",
        "trishankatdatadog/supreme-goggles",
    ),
    "gundam-visor@1.0.1": ("ramonpetgrave64/gundam-visor", "810002373", "ramonpetgrave64/gundam-visor"),
    "nuxt@3.13.0": ("nuxt/nuxt", "71995937", "nuxt/nuxt"),
    "nuxt@4.1.2": ("nuxt/nuxt", "71995937", "nuxt/nuxt"),
    "sigstore@0.4.0": ("sigstore/sigstore-js", "", "sigstore/sigstore-js"),
    "sigstore@1.0.0": ("sigstore/sigstore-js", "", "sigstore/sigstore-js"),
    "sigstore@2.3.1": ("sigstore/sigstore-js", "495574555", "sigstore/sigstore-js"),
    "tuf-js@1.0.0": ("theupdateframework/tuf-js", "", "theupdateframework/tuf-js"),
}
NPM_REFUSED = {
    "gundam-visor@1.0.1.bad-provenance-signature": "dsse.signature",
    "gundam-visor@1.0.1.bad-publish-signature": "dsse.signature",
    "sigstore@0.4.0.invalid": "bundle.shape",  # a signature that is no base64
    "sigstore@0.4.0.malformed-subject": "dsse.signature",  # the payload was changed
    "sigstore@0.4.0.mismatched-keyid": "signing.key",
    "sigstore@0.4.0.mismatched-subject-digest": "dsse.signature",
    "sigstore@0.4.0.mismatched-subject-name": "dsse.signature",
    "sigstore@0.4.0.no-keyid": "bundle.shape",
    "sigstore@0.4.0.unsupported": "dsse.signature",
}


def test_every_npm_recording_is_judged() -> None:
    names = {path.name.removesuffix(".json") for path in recorded.files("npm/attestations/*")}
    assert names == NPM.keys() | NPM_REFUSED.keys()


@pytest.mark.parametrize("name", NPM)
def test_npm_attestations_verify(name: str) -> None:
    path = recorded.FOLDER / "npm" / "attestations" / f"{name}.json"
    repository, identifier, signer = NPM[name]
    found = verify_npm_attestations(*recorded.npm_pin(path), recorded.load(path))
    assert found.publish
    assert found.publish.identity is None
    assert found.registry.startswith("https://registry.")
    assert found.provenance
    assert found.provenance.identity
    identity = found.provenance.identity
    assert (identity.issuer, identity.repository, identity.repository_id) == (GITHUB, GH + repository, identifier)
    assert identity.subject.startswith(GH + signer + "/.github/workflows/")
    assert found.provenance.times


@pytest.mark.parametrize("name", NPM_REFUSED)
def test_npm_attestations_are_refused(name: str) -> None:
    path = recorded.FOLDER / "npm" / "attestations" / f"{name}.json"
    with pytest.raises(VerificationError) as refused:
        verify_npm_attestations(*recorded.npm_pin(path), recorded.load(path))
    assert refused.value.step == NPM_REFUSED[name]


TARBALLS = {
    "gundam-visor-1.0.1.tgz": "gundam-visor@1.0.1",
    "sigstore-2.3.1.tgz": "sigstore@2.3.1",
    "supreme-goggles-1.0.5.tgz": "%40trishankatdatadog%2fsupreme-goggles@1.0.5",
}


@pytest.mark.parametrize("tarball", TARBALLS)
def test_tarballs_have_the_attested_digest(tarball: str) -> None:
    path = recorded.FOLDER / "npm" / "attestations" / f"{TARBALLS[tarball]}.json"
    data = (recorded.FOLDER / "npm" / "tarballs" / tarball).read_bytes()
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode()
    name, version, _ = recorded.npm_pin(path)
    assert verify_npm_attestations(name, version, integrity, recorded.load(path)).provenance


def test_an_attestation_of_another_version_or_digest_is_refused() -> None:
    path = recorded.FOLDER / "npm" / "attestations" / "nuxt@4.1.2.json"
    name, version, integrity = recorded.npm_pin(path)
    for step, pin in {
        "statement.subject": (name, "4.1.3", integrity),
        "statement.digest": (name, version, recorded.npm_pin(path.with_name("nuxt@3.13.0.json"))[2]),
    }.items():
        with pytest.raises(VerificationError) as refused:
            verify_npm_attestations(*pin, recorded.load(path))
        assert refused.value.step == step


def signatures() -> list[tuple[str, str, str, object]]:
    found: list[tuple[str, str, str, object]] = []
    for path in recorded.files("npm/packuments/*"):
        document = json.loads(path.read_bytes())
        for version, manifest in document["versions"].items():
            dist = manifest["dist"]
            if dist.get("signatures"):
                found.append((document["name"], version, dist["integrity"], dist["signatures"]))
    (table,) = recorded.files("npm/registry-signatures.2025-key.tsv")
    for row in csv.DictReader(table.read_text("utf-8").splitlines(), delimiter="\t"):
        signed = [{"keyid": row["keyid"], "sig": row["sig"]}]
        found.append((row["name"], row["version"], row["integrity"], signed))
    return found


def test_npm_signatures_verify_and_sign_nothing_else() -> None:
    rows = signatures()
    assert len(rows) >= 146
    for name, version, integrity, signed in rows:
        document = read_json(json.dumps(signed).encode())
        assert verify_npm_signature(name, version, integrity, document).integrity == integrity
        with pytest.raises(VerificationError, match=r"npm\.signature"):
            verify_npm_signature(name, f"{version}0", integrity, document)


# ------------------------------------------------------------------------------------------------ PyPI

PROVENANCE = {
    "pypi_attestations-0.0.19.tar.gz": (
        "GitHub",
        GH + "trailofbits/pypi-attestations",
        GH + "trailofbits/pypi-attestations/.github/workflows/release.yml@refs/tags/v0.0.19",
    ),
    "sampleproject-4.0.0.tar.gz": (
        "GitHub",
        GH + "pypa/sampleproject",
        GH + "pypa/sampleproject/.github/workflows/release.yml@refs/heads/main",
    ),
    "pep740-sampleproject-1.0.0.tar.gz": ("GitLab", "", ""),
}
ATTESTATIONS = {
    "gitlab_oidc_project-0.0.3.tar.gz.publish.attestation": "",
    "pypi_attestations-0.0.19.tar.gz.publish.attestation": "",
    "pypi_attestations-0.0.19.tar.gz.slsa.attestation": "",
    "sampleproject-3.0.0.tar.gz.publish.attestation": "",
    "rfc8785-0.1.2-py3-none-any.whl.attestation": "rekor.log",  # of the staging instance
    "rfc8785-0.1.2-py3-none-any.whl.publish.attestation": "rekor.log",
    "spt3g-1.0-cp310-cp310-manylinux_2_17_x86_64.manylinux2014_x86_64.whl.publish.attestation": "rekor.log",
}


def test_every_pypi_recording_is_judged() -> None:
    assert {path.name for path in recorded.files("pypi/*.attestation")} == ATTESTATIONS.keys()
    assert {path.name for path in recorded.files("pypi/*.provenance")} == {f"{name}.provenance" for name in PROVENANCE}


@pytest.mark.parametrize("name", PROVENANCE)
def test_provenance_objects_verify(name: str) -> None:
    document = recorded.load(recorded.FOLDER / "pypi" / f"{name}.provenance")
    bundle = Node(document, "provenance", "pep740.shape").get("attestation_bundles").items()[0]
    subject = recorded.statement(bundle.get("attestations").items()[0].get("envelope"), "statement")
    filename = subject.get("subject").items()[0].get("name").text()
    (attested,) = verify_pypi_provenance(filename, recorded.digests(subject)[0].value, document)
    kind, repository, workflow = PROVENANCE[name]
    assert attested.publisher == kind
    assert attested.predicate_type.endswith("/attestations/publish/v1")
    if repository:
        assert (attested.identity.repository, attested.identity.workflow) == (repository, workflow)
    with pytest.raises(VerificationError, match=r"statement\.subject"):
        verify_pypi_provenance(f"x{filename}", recorded.digests(subject)[0].value, document)
    with pytest.raises(VerificationError, match=r"statement\.digest"):
        verify_pypi_provenance(filename, "00" * 32, document)


@pytest.mark.parametrize("name", ATTESTATIONS)
def test_pypi_attestations_are_judged(name: str) -> None:
    document = recorded.load(recorded.FOLDER / "pypi" / name)
    filename = name.removesuffix(".attestation").removesuffix(".publish").removesuffix(".slsa")
    file = recorded.FOLDER / "pypi" / filename
    payload = recorded.statement(Node(document, "attestation", "pep740.shape").get("envelope"), "statement")
    digest = recorded.digests(payload)[0].value
    assert not file.exists() or hashlib.sha256(file.read_bytes()).hexdigest() == digest
    if step := ATTESTATIONS[name]:
        with pytest.raises(Unsupported) as refused:
            verify_pypi_attestation(filename, digest, document)
        assert refused.value.step == step
    else:
        verified = verify_pypi_attestation(filename, digest, document)
        assert verified.identity
        google = name.startswith("sampleproject-3")
        assert (verified.identity.repository == "") == google
        assert ("@" in verified.identity.subject and "/" not in verified.identity.subject) == google


# ------------------------------------------------------------------------------------------------ bundles

ISSUERS = {
    "cosign-oci-attestation.sigstore.json": (GH + "login/oauth", ""),
    "gh-custom-issuer.sigstore.json": (GITHUB + "/hammer-time", GH + "too-legit/attest"),
    "gh-reusable-workflow-attestation.sigstore.json": (GITHUB, GH + "malancas/attest-demo"),
    "gh-sigstore-js-2.1.0-bundle-v0.1.json": (GITHUB, GH + "sigstore/sigstore-js"),
    "gh-sigstore-js-2.1.0-bundle.json": (GITHUB, GH + "sigstore/sigstore-js"),
}
BUNDLES_REFUSED = {
    "gh-github_provenance_demo-0.0.12-py3-none-any-bundle.jsonl": "rekor.log",  # GitHub's own trust domain
    "gh-sigstoreBundle-invalid-signature.json": "dsse.signature",
}


@pytest.mark.parametrize(
    "path",
    [path for path in recorded.files("sigstore/bundles/*") if path.suffix in (".json", ".jsonl", ".sigstore")],
    ids=lambda path: path.name,
)
def test_bundles_are_judged(path: Path) -> None:
    document = read_json(path.read_bytes().splitlines()[0] if path.suffix == ".jsonl" else path.read_bytes())
    try:
        payload = recorded.statement(Node(document, "bundle", "bundle.shape").get("dsseEnvelope"), "payload")
        expected = recorded.digests(payload)
    except ValueError:  # the payload is no statement
        expected = DIGEST
    if step := BUNDLES_REFUSED.get(path.name):
        with pytest.raises(VerificationError) as refused:
            verify_bundle(document, expected, trusted_root())
        assert refused.value.step == step
        return
    verified = verify_bundle(document, expected, trusted_root())
    assert verified.identity
    if path.name in ISSUERS:
        assert (verified.identity.issuer, verified.identity.repository) == ISSUERS[path.name]


def test_a_reusable_workflow_signs_for_the_repository_that_calls_it() -> None:
    path = recorded.FOLDER / "sigstore" / "bundles" / "gh-reusable-workflow-attestation.sigstore.json"
    artifact = path.with_name("gh-reusable-workflow-artifact").read_bytes()
    digest = Digest("sha256", hashlib.sha256(artifact).hexdigest())
    identity = verify_bundle(recorded.load(path), (digest,), trusted_root()).identity
    assert identity
    assert identity.repository == GH + "malancas/attest-demo"
    assert identity.signer.startswith(GH + "github/artifact-attestations-workflows/")
    assert identity.workflow.startswith(identity.repository)


@pytest.mark.parametrize("year", ["2024", "2026"])
def test_trusted_roots_are_read(year: str) -> None:
    root = read_trusted_root(recorded.load(recorded.FOLDER / "sigstore" / f"trusted_root.{year}.json"))
    assert (root == trusted_root()) == (year == "2026")


def test_the_shipped_npm_keys_are_the_recorded_ones() -> None:
    document = Node(recorded.load(recorded.FOLDER / "npm" / "keys" / "keys.tuf-target.json"), "keys", "trust.root")
    recorded_keys = {(row.get("keyUsage").text(), row.get("keyId").text()) for row in document.get("keys").items()}
    usages = ("npm:signatures", "npm:attestations")
    assert recorded_keys == {(usage, key.id) for usage in usages for key in npm_keys(usage)}
