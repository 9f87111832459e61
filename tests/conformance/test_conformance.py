"""The bundle verification cases of the official Sigstore conformance suite, through its command line protocol."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conformance import client

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "recorded" / "sigstore-conformance" / "bundle-verify"
CASES = sorted(path.parent for path in FOLDER.glob("*/bundle.sigstore.json"))
BEACON = "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon"
DEFAULTS = {
    "identity": f"{BEACON}/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main",
    "issuer": "https://token.actions.githubusercontent.com",
}

pytestmark = pytest.mark.skipif(not CASES, reason="the conformance cases are not beside this repository")


def arguments(case: Path) -> list[str]:
    """What the suite calls a client with, all but the artifact; files in the case override the suite's defaults."""
    found = ["verify-bundle", "--bundle", str(case / "bundle.sigstore.json")]
    if (case / "key.pub").exists():
        found += ["--key", str(case / "key.pub")]
    else:
        own = {name: (case / name).read_text("utf-8").strip() for name in DEFAULTS if (case / name).exists()}
        texts = DEFAULTS | own
        found += ["--certificate-identity", texts["identity"], "--certificate-oidc-issuer", texts["issuer"]]
    if (case / "trusted_root.json").exists():
        found += ["--trusted-root", str(case / "trusted_root.json")]
    return found


def artifact(case: Path) -> Path:
    own = case / "artifact"
    return own if own.exists() else FOLDER / "a.txt"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_ends_as_its_name_says(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    expected = 1 if case.name.endswith("_fail") else 0
    assert client.main([*arguments(case), str(artifact(case))]) == expected
    digest = hashlib.sha256(artifact(case).read_bytes()).hexdigest()
    assert client.main([*arguments(case), f"sha256:{digest}"]) == expected
    assert bool(capsys.readouterr().err) == bool(expected)


# Where the case says more than that it must fail.
STEPS = {
    "bundle-from-wrong-instance_fail": "rekor.log",
    "bundle-malformed-json_fail": "bundle.json",
    "bundle-unknown-version_fail": "bundle.version",
    "checkpoint-wrong-roothash_fail": "rekor.checkpoint",
    "dsse-mismatch-envelope_fail": "rekor.body",
    "intoto-expired-certificate_fail": "fulcio.validity",
    "intoto-missing-inclusion-proof_fail": "rekor.inclusion-proof",
    "intoto-tsa-timestamp-outside-cert-validity_fail": "fulcio.validity",
    "invalid-checkpoint-signature_fail": "rekor.checkpoint",
    "invalid-inclusion-proof_fail": "rekor.inclusion-proof",
    "managed-key-wrong-key_fail": "signing.key",
    "rekor2-checkpoint-missing-origin_fail": "rekor.checkpoint",
    "rekor2-checkpoint-missing-size_fail": "rekor.checkpoint",
    "rekor2-checkpoint-no-matching-signature_fail": "rekor.checkpoint",
    "rekor2-dsse-mismatch-envelope_fail": "rekor.body",
    "rekor2-no-timestamp_fail": "signing.time",
    "rekor2-timestamp-outside-tsa-cert-validity_fail": "rfc3161.chain",
    "rekor2-timestamp-untrusted-tsa-with-embedded-cert_fail": "signing.time",
    "rekor2-timestamp-with-incorrect-time_fail": "fulcio.validity",
    "set-invalid-signature_fail": "rekor.promise",
    "trust-root-tlog-missing-validity-start_fail": "trust.root",
    "wrong-hashedrekord-cert-and-sig_fail": "rekor.body",
    "wrong-material_fail": "message.digest",
}


@pytest.mark.parametrize("name", STEPS)
def test_a_case_fails_at_the_step_that_it_is_about(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    case = FOLDER / name
    assert client.main([*arguments(case), str(artifact(case))]) == 1
    assert capsys.readouterr().err.startswith(f"{STEPS[name]}: ")


@pytest.mark.parametrize(("option", "other"), [("--certificate-identity", "x"), ("--certificate-oidc-issuer", "x")])
def test_another_identity_is_refused(option: str, other: str, capsys: pytest.CaptureFixture[str]) -> None:
    case = FOLDER / "happy-path-v0.2"
    options = arguments(case)
    options[options.index(option) + 1] = other
    assert client.main([*options, str(artifact(case))]) == 1
    assert capsys.readouterr().err.startswith("identity.certificate: ")


def test_staging_is_refused_and_not_taken_for_production(capsys: pytest.CaptureFixture[str]) -> None:
    case = FOLDER / "happy-path-v0.2"
    command, *rest = arguments(case)
    assert client.main([command, "--staging", *rest, str(artifact(case))]) == 1
    assert "staging" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "status"), [("happy-path-v0.2", 0), ("wrong-material_fail", 1)])
def test_the_client_is_a_program(name: str, status: int) -> None:
    case = FOLDER / name
    command = [sys.executable, client.__file__, *arguments(case), str(artifact(case))]
    run = subprocess.run(command, check=False, capture_output=True, cwd=Path(__file__).resolve().parents[2])
    assert run.returncode == status
    assert bool(run.stderr) == bool(status)
