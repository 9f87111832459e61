"""The test registry: what it signs and attests verifies under the test authority, and under nobody else."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from packageurl.validate import DEFINITIONS_BY_TYPE

from mcp_guard.model import Digest, Publisher, Release
from mcp_guard.provenance import proofs
from mcp_guard.provenance.errors import Unsupported, VerificationError
from mcp_guard.provenance.npm import NpmAttestations, verify_npm_attestations, verify_npm_signature
from mcp_guard.provenance.publisher import publisher_of
from mcp_guard.provenance.pypi import Attested, verify_pypi_provenance
from mcp_guard.registries import Question, Registries
from tests.provenance.material import SIGNED as AUTHORITY_SIGNED
from tests.registry import SIGNED, Registry
from tests.registry.trusted import trusted

Make = Callable[..., Registries]

NPM, PYPI = Question("npm", "@octo/server", "1.2.3", "release"), Question("pypi", "octo-server", "1.2.3", "release")
OCTO = Publisher(
    "proven", "github:octo/server#4711", ".github/workflows/release.yml", "refs/tags/v1.2.3", "release", "", "42"
)


def release(registries: Registries, question: Question) -> Release:
    (found,) = registries.ask([question])
    assert isinstance(found, Release), found
    return found


def sri(digests: tuple[Digest, ...]) -> str:
    return "sha512-" + base64.b64encode(bytes.fromhex(digests[0].value)).decode()


def npm(found: Release) -> NpmAttestations:
    (proof,) = found.proofs
    return verify_npm_attestations(NPM.name, NPM.version, sri(found.digests), json.loads(proof.text))


def signed(found: Release) -> str:
    rows: Any = [{"keyid": one.key_id, "sig": one.value} for one in found.signed]
    return verify_npm_signature(NPM.name, NPM.version, sri(found.digests), rows, published=found.published).key_id


def pypi(found: Release) -> list[Attested]:
    digests = {digest.artifact: digest.value for digest in found.digests}
    return [
        attested
        for proof in found.proofs
        for attested in verify_pypi_provenance(proof.artifact, digests[proof.artifact], json.loads(proof.text))
    ]


def publish(registry: Registry) -> None:
    registry.publish_npm(NPM.name, NPM.version, signed=True)
    registry.publish_pypi(PYPI.name, PYPI.version)


def test_what_is_served_verifies(make: Make, registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    trusted(monkeypatch)
    publish(registry)
    registry.attest_npm(NPM.name, NPM.version)
    registry.attest_pypi(PYPI.name, PYPI.version)
    registries = make()
    first, second = release(registries, NPM), release(registries, PYPI)
    assert signed(first).startswith("SHA256:")
    verified = npm(first)
    assert verified.registry == DEFINITIONS_BY_TYPE["npm"].default_repository_url.rstrip("/")
    assert verified.registry + "/" == registries.default("npm")
    assert verified.publish
    assert verified.provenance
    assert verified.provenance.identity
    assert publisher_of(verified.provenance.identity) == OCTO
    found = pypi(second)
    assert [publisher_of(one.identity) for one in found] == [OCTO, OCTO]
    assert [one.publisher for one in found] == ["GitHub", "GitHub"]
    for one in (first, second):
        assert one.published == SIGNED + timedelta(seconds=7)


def test_without_trust_it_is_all_unknown(make: Make, registry: Registry) -> None:
    publish(registry)
    registry.attest_npm(NPM.name, NPM.version)
    registry.attest_pypi(PYPI.name, PYPI.version)
    registries = make()
    for verify in (npm, signed):
        with pytest.raises(Unsupported):
            verify(release(registries, NPM))
    with pytest.raises(Unsupported):
        pypi(release(registries, PYPI))


def test_trust_ends_with_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    before = proofs.key_set()
    with monkeypatch.context() as inner:
        trusted(inner)
        assert proofs.key_set() != before
        assert len(proofs.key_set()) == len(before)
    assert proofs.key_set() == before


def test_every_part_can_be_another(make: Make, registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    trusted(monkeypatch)
    publish(registry)
    signer = "https://github.com/octo/shared/.github/workflows/publish.yml@refs/heads/main"
    for attest, name in ((registry.attest_npm, NPM.name), (registry.attest_pypi, PYPI.name)):
        attest(
            name,
            "1.2.3",
            repository="https://github.com/0cto/other",
            repository_id="7",
            owner_id="8",
            workflow=".github/workflows/other.yml",
            ref="refs/heads/main",
            trigger="push",
            signer=signer,
            published="2026-02-01T00:00:00.000Z",
        )
    expected = Publisher(
        "proven", "github:0cto/other#7", ".github/workflows/other.yml", "refs/heads/main", "push", signer, "8"
    )
    registries = make()
    first, second = release(registries, NPM), release(registries, PYPI)
    provenance = npm(first).provenance
    assert provenance
    assert provenance.identity
    assert publisher_of(provenance.identity) == expected
    assert [publisher_of(one.identity) for one in pypi(second)] == [expected, expected]
    assert {str(one.published)[:10] for one in (first, second)} == {"2026-02-01"}


@pytest.mark.parametrize("days", [-300, -40, 40, 300])
def test_another_time_within_a_year(make: Make, registry: Registry, monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    trusted(monkeypatch)
    publish(registry)
    then = SIGNED + timedelta(days=days)
    registry.attest_npm(NPM.name, NPM.version, signed_at=then)
    registry.attest_pypi(PYPI.name, PYPI.version, signed_at=then)
    registries = make()
    first, second = release(registries, NPM), release(registries, PYPI)
    provenance = npm(first).provenance
    assert provenance
    assert {time.replace(microsecond=0) for time in provenance.times} == {then}
    assert len(pypi(second)) == 2
    assert signed(first)
    assert first.published == second.published == then + timedelta(seconds=7)


def test_without_a_publish_attestation_and_as_another_registry(
    make: Make, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted(monkeypatch)
    publish(registry)
    registry.attest_npm(NPM.name, NPM.version, publish=False)
    assert npm(release(make(), NPM)).publish is None
    registry.attest_npm(NPM.name, NPM.version, registry="https://npm.example")
    assert npm(release(make(fresh=True), NPM)).registry == "https://npm.example"


def test_one_attestation_does_not_do_for_another_version(
    make: Make, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted(monkeypatch)
    publish(registry)
    registry.publish_npm(NPM.name, "1.2.4")
    registry.attest_npm(NPM.name, "1.2.4")
    registry.attest_npm(NPM.name, NPM.version)
    registry.attestations["@octo/server@1.2.3"] = registry.attestations["@octo/server@1.2.4"]
    with pytest.raises(VerificationError, match=r"statement\.(subject|digest)"):
        npm(release(make(), NPM))


def test_the_times_of_both_authorities_are_one() -> None:
    assert SIGNED == AUTHORITY_SIGNED
    assert isinstance(SIGNED, datetime)
