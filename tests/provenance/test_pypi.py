"""PEP 740 attestations, made by the test authority: file, publisher, and the order of things."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest
from cryptography import x509

from mcp_guard.model import JSON
from mcp_guard.provenance import pypi
from mcp_guard.provenance.errors import Step, Unsupported, VerificationError
from mcp_guard.provenance.predicates import SLSA_V1
from tests.provenance.authority import forge
from tests.provenance.faults import edit, put
from tests.provenance.issuing import der_text
from tests.provenance.material import COMMIT, EXPECTED, REPOSITORY, Change

FILE, DIGEST = "octo_server-1.0a1.tar.gz", EXPECTED[0].value
PUBLISH = "https://docs.pypi.example/attestations/publish/v1"
GITHUB = {"kind": "GitHub", "repository": "octo/server", "workflow": "release.yml", "environment": ""}


@pytest.fixture(autouse=True)
def _our_predicate_type(monkeypatch: pytest.MonkeyPatch) -> None:
    """PyPI's own type names its host, which no file here may."""
    monkeypatch.setattr(pypi, "_PUBLISH", sha256(PUBLISH.encode()).hexdigest())


def attestation(
    file: str = FILE, kind: str = PUBLISH, change: Change | None = None, **faults: Change
) -> dict[str, Any]:
    def statement(old: Any) -> Any:  # noqa: ANN401 - any JSON
        made = old | {"subject": [{"name": file, "digest": {"sha256": DIGEST}}], "predicateType": kind}
        made = made if kind == SLSA_V1 else made | {"predicate": None}
        return change(made) if change else made

    bundle: Any = forge({"statement": statement, **faults}).bundle
    material, envelope = bundle["verificationMaterial"], bundle["dsseEnvelope"]
    return {
        "version": 1,
        "verification_material": {
            "certificate": material["certificate"]["rawBytes"],
            "transparency_entries": material["tlogEntries"],
        },
        "envelope": {"statement": envelope["payload"], "signature": envelope["signatures"][0]["sig"]},
    }


def provenance(*attestations: dict[str, Any], publisher: dict[str, Any] | None = None) -> dict[str, Any]:
    bundle = {"publisher": GITHUB if publisher is None else publisher, "attestations": list(attestations)}
    return {"version": 1, "attestation_bundles": [bundle]}


def verify(document: JSON, file: str = FILE, digest: str = DIGEST) -> tuple[pypi.Attested, ...]:
    return pypi.verify_pypi_provenance(file, digest, document, root=forge({}).root)


def refused(step: Step, document: JSON, file: str = FILE, digest: str = DIGEST) -> None:
    with pytest.raises(VerificationError) as error:
        verify(document, file, digest)
    assert error.value.step == step


def test_publish_and_slsa_verify() -> None:
    found = verify(provenance(attestation(), attestation(kind=SLSA_V1)))
    assert [item.predicate_type for item in found] == [PUBLISH, SLSA_V1]
    assert {item.identity.repository for item in found} == {REPOSITORY}
    assert {item.publisher for item in found} == {"GitHub"}


@pytest.mark.parametrize(
    ("signed", "file"),
    [
        ("octo_server-1.0a1.tar.gz", "octo-server-1.0.alpha1.tar.gz"),
        ("octo_server-1.0-py2.py3-none-any.whl", "Octo.Server-1.0.0-py3.py2-none-any.whl"),
        ("s-1-cp310-cp310-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",) * 2,
    ],
)
def test_another_spelling_of_the_same_file_is_the_same_file(signed: str, file: str) -> None:
    assert verify(provenance(attestation(signed)), file)


@pytest.mark.parametrize(
    ("signed", "file"),
    [
        ("octo_server-1.0.tar.gz", "octo_server-1.1.tar.gz"),
        ("octo_server-1.0.tar.gz", "octo_server2-1.0.tar.gz"),
        ("octo_server-1.0.tar.gz", "octo_server-1.0.zip"),
        ("octo_server-1.0.tar.gz", "octo_server-1.0-py3-none-any.whl"),
        ("octo_server-1.0-py3-none-any.whl", "octo_server-1.0-py2-none-any.whl"),
        ("octo_server-1.0.exe", "octo_server-1.0.tar.gz"),
        ("../octo_server-1.0.tar.gz", "octo_server-1.0.tar.gz"),
    ],
)
def test_another_file_is_refused(signed: str, file: str) -> None:
    refused("statement.subject", provenance(attestation(signed)), file)


def test_another_statement_is_refused() -> None:
    refused("statement.digest", provenance(attestation()), digest="00" * 32)
    refused("statement.subject", provenance(attestation(change=edit("subject", by=lambda rows: rows * 2))))
    refused("statement.predicate-type", provenance(attestation(kind="https://example.com/x")))
    lie = put("predicate", "buildDefinition", "externalParameters", "workflow", "repository", value="https://x")
    refused("statement.predicate", provenance(attestation(kind=SLSA_V1, change=lie)))


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        {"version": 2, "attestation_bundles": []},
        {"version": 1, "attestation_bundles": []},
        {"version": 1, "attestation_bundles": [{"publisher": GITHUB, "attestations": []}]},
        {"version": 1, "attestation_bundles": [{"publisher": GITHUB, "attestations": [{"version": 2}]}]},
        {"version": 1, "attestation_bundles": [{"publisher": GITHUB, "attestations": [{}]}]},
        {"version": True, "attestation_bundles": []},
    ],
)
def test_what_has_another_form_proves_nothing(document: JSON) -> None:
    refused("pep740.shape", document)


def test_two_attestations_of_one_type_and_a_bundle_without_publisher_are_refused() -> None:
    refused("pep740.shape", provenance(attestation(), attestation()))
    refused("pep740.shape", {"version": 1, "attestation_bundles": [{"attestations": [attestation()]}]})


# ------------------------------------------------------------------------------------------------ publishers


@pytest.mark.parametrize(
    "other",
    [
        {"repository": "octo/other"},
        {"repository": "Octo/server"},
        {"workflow": "other.yml"},
        {"workflow": "release.yml@refs/tags/v1"},
        {"kind": "GitLab", "workflow_filepath": "release.yml"},
        {"kind": "Google", "email": "a@example.com"},
        {"kind": "CircleCI", "project_id": "p", "pipeline_definition_id": "d"},
    ],
)
def test_another_publisher_is_refused(other: dict[str, str]) -> None:
    refused("pep740.publisher", provenance(attestation(), publisher=GITHUB | other))


@pytest.mark.parametrize("kind", ["ActiveState", "SomebodyNew"])
def test_a_publisher_that_signs_nothing_is_unsupported(kind: str) -> None:
    with pytest.raises(Unsupported, match=r"pep740\.publisher"):
        verify(provenance(attestation(), publisher={"kind": kind}))


def asserted(**values: str) -> Change:
    """The certificate's identity, with these extensions by their last arc."""
    arcs = {int(arc[1:]): der_text(text) for arc, text in values.items()}
    return lambda own: {arc: value for arc, value in {**own, **arcs}.items() if value != der_text("-")}


def test_gitlab_signs_with_a_double_slash() -> None:
    project = "https://gitlab.com/group/sub/project"
    workflow = f"{project}//.gitlab-ci.yml@{COMMIT}"
    identity = asserted(_8="https://gitlab.com", _12=project, _18=workflow)
    publisher = {"kind": "GitLab", "repository": "group/sub/project", "workflow_filepath": ".gitlab-ci.yml"}
    signed = attestation(identity=identity)
    assert verify(provenance(signed, publisher=publisher))[0].identity.workflow == workflow
    refused("pep740.publisher", provenance(signed, publisher=publisher | {"workflow_filepath": "other.yml"}))
    refused("pep740.publisher", provenance(signed))


def test_google_signs_with_an_account() -> None:
    identity = asserted(_8="https://accounts.google.com", _12="-", _18="-")
    signed = attestation(identity=identity, names=lambda _old: [x509.RFC822Name("a@example.com")])
    publisher = {"kind": "Google", "email": "a@example.com"}
    assert verify(provenance(signed, publisher=publisher))[0].identity.subject == "a@example.com"
    refused("pep740.publisher", provenance(signed, publisher=publisher | {"email": "b@example.com"}))


def test_circleci_signs_with_a_pipeline() -> None:
    signer = "https://circleci.com/api/v2/projects/p/pipeline-definitions/d"
    identity = asserted(_8="https://oidc.circleci.com", _9=signer, _12="github.com/octo/server")
    signed = attestation(identity=identity)
    publisher = {"kind": "CircleCI", "project_id": "p", "pipeline_definition_id": "d"}
    assert verify(provenance(signed, publisher=publisher))
    assert verify(provenance(signed, publisher=publisher | {"vcs_origin": "github.com/octo/server"}))
    for other in ({"project_id": "q"}, {"vcs_origin": "github.com/octo/other"}, {"vcs_ref": "refs/heads/x"}):
        refused("pep740.publisher", provenance(signed, publisher=publisher | other))
