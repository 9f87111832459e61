"""Certificates' identities in the words of policies: who published, by which workflow, and who asked for it."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_guard.model import Digest, NamedPublisher, Publisher
from mcp_guard.policy import publisher_differs
from mcp_guard.policy.grammar import identity as named
from mcp_guard.provenance.errors import Unsupported, VerificationError
from mcp_guard.provenance.identity import GITHUB, Identity
from mcp_guard.provenance.npm import verify_npm_attestations
from mcp_guard.provenance.publisher import publisher_of
from mcp_guard.provenance.pypi import to_bundle, verify_pypi_provenance
from mcp_guard.provenance.shape import Node
from mcp_guard.provenance.trust import trusted_root
from mcp_guard.provenance.verify import verify_bundle
from tests.provenance import recorded

REPOSITORY = "https://github.com/octo/server"
PATH, REF = ".github/workflows/release.yml", "refs/tags/v1.2.3"
WORKFLOW = f"{REPOSITORY}/{PATH}@{REF}"
IDENTITY = Identity(
    issuer=GITHUB,
    subject=WORKFLOW,
    repository=REPOSITORY,
    repository_id="4711",
    owner="https://github.com/octo",
    owner_id="42",
    commit="c0ffee",
    ref=REF,
    signer=WORKFLOW,
    workflow=WORKFLOW,
    trigger="release",
)
OCTO = Publisher("proven", "github:octo/server#4711", PATH, REF, "release", "", "42")


def refused(identity: Identity) -> str:
    with pytest.raises(Unsupported) as raised:
        publisher_of(identity)
    assert raised.value.step == "identity.certificate"
    return raised.value.reason


# ------------------------------------------------------------------------------------------------ GitHub


def test_a_workflow_of_github() -> None:
    assert publisher_of(IDENTITY) == OCTO


def test_what_is_found_can_be_written_into_the_policy_and_is_met_then() -> None:
    for repository in ("octo/server", "o/.github", "octo-cat/a_b.c-d", "0/0"):
        found = publisher_of(IDENTITY._replace(repository=f"https://github.com/{repository}"))
        assert named(found.identity) == found.identity
        assert publisher_differs(NamedPublisher(found.identity), found) is None


@pytest.mark.parametrize(
    "signer",
    [
        "https://github.com/shared/workflows/.github/workflows/build.yml@refs/heads/main",
        f"{REPOSITORY}/.github/workflows/other.yml@{REF}",
        f"{REPOSITORY}s/{PATH}@{REF}",  # the repository's name only begins so
        f"https://github.com/Octo/server/{PATH}@{REF}",
        f"https://git.example/octo/server/{PATH}@{REF}",
    ],
)
def test_a_workflow_that_was_called_is_kept_as_the_signer(signer: str) -> None:
    """The source repository is who published; who was called for it is shown and compared beside it."""
    assert publisher_of(IDENTITY._replace(signer=signer, subject=signer)) == OCTO._replace(signer=signer)


def test_the_workflow_itself_at_another_ref_is_no_other_signer() -> None:
    again = f"{REPOSITORY}/{PATH}@refs/heads/main"
    assert publisher_of(IDENTITY._replace(signer=again, subject=again)) == OCTO


@pytest.mark.parametrize("subject", [WORKFLOW, f"{REPOSITORY}/{PATH}"])
def test_an_old_certificate_has_no_id_and_its_name_is_the_workflow(subject: str) -> None:
    old = Identity(issuer=GITHUB, subject=subject, repository=REPOSITORY, ref=REF, trigger="push")
    assert publisher_of(old) == Publisher("proven", "github:octo/server", PATH, REF, "push")


def test_an_old_certificate_of_a_called_workflow_names_that_one_alone() -> None:
    """Then which workflow of the repository was started is not known, and is not made up."""
    subject = "https://github.com/shared/workflows/.github/workflows/build.yml@refs/heads/main"
    old = Identity(issuer=GITHUB, subject=subject, repository=REPOSITORY, ref=REF, trigger="push")
    assert publisher_of(old) == Publisher("proven", "github:octo/server", "", REF, "push", subject)


def test_an_owner_without_a_repository_id() -> None:
    found = publisher_of(IDENTITY._replace(repository_id=""))
    assert found == OCTO._replace(identity="github:octo/server")
    assert publisher_differs(NamedPublisher("github:octo/server#4711"), found) == "repository id"


@pytest.mark.parametrize(
    ("workflow", "expected"),
    [
        (f"{REPOSITORY}/{PATH}@refs/tags/@octo/server@1.2.3", PATH),  # as changesets names its tags
        (f"{REPOSITORY}/{PATH}", PATH),
        (f"{REPOSITORY}//{PATH}@{REF}", PATH),
        (f"{REPOSITORY}@{REF}", ""),
        (f"{REPOSITORY}-x/{PATH}@{REF}", ""),
        (f"https://github.com/mallory/server/{PATH}@{REF}", ""),
        ("release.yml", ""),
    ],
)
def test_the_path_of_a_workflow_lies_in_the_repository(workflow: str, expected: str) -> None:
    ref = workflow.partition("@")[2]
    assert publisher_of(IDENTITY._replace(workflow=workflow, ref=ref)).workflow == expected


def test_a_file_whose_name_goes_on_after_an_at_sign_is_another_workflow() -> None:
    """GitHub starts `release.yml@evil.yml` like any other file; the policy's `release.yml` is not it."""
    other = f"{REPOSITORY}/{PATH}@evil.yml@{REF}"
    found = publisher_of(IDENTITY._replace(workflow=other, subject=other, signer=other))
    wanted = NamedPublisher("github:octo/server#4711", workflow="release.yml")
    assert publisher_differs(wanted, publisher_of(IDENTITY)) is None
    assert publisher_differs(wanted, found) == "workflow"


# ------------------------------------------------------------------------------------------------ other hosts


@pytest.mark.parametrize("group", ["group", "group/sub", "group/sub/deeper.still"])
def test_a_project_of_gitlab(group: str) -> None:
    repository = f"https://gitlab.com/{group}/project"
    workflow = f"{repository}//.gitlab-ci.yml@refs/heads/main"
    found = publisher_of(
        Identity(
            issuer="https://gitlab.com",
            subject=workflow,
            repository=repository,
            repository_id="7",
            owner_id="8",
            ref="refs/heads/main",
            signer=workflow,
            workflow=workflow,
            trigger="push",
        )
    )
    identity = f"gitlab:{group}/project#7"
    assert found == Publisher("proven", identity, ".gitlab-ci.yml", "refs/heads/main", "push", "", "8")
    assert publisher_differs(NamedPublisher(named(identity)), found) is None
    assert publisher_differs(NamedPublisher(identity.replace("gitlab", "github")), found) is not None


def test_an_account_of_google() -> None:
    found = publisher_of(Identity("https://accounts.google.com", "robot@project.iam.example", repository=REPOSITORY))
    assert found == Publisher("proven", "google:robot@project.iam.example"), "and no repository, whatever it says"


def test_a_pipeline_of_circleci() -> None:
    one, other = "0a1b2c3d-0000-4000-8000-00000000000a", "0a1b2c3d-0000-4000-8000-00000000000b"
    signer = f"https://circleci.com/api/v2/projects/{one}/pipeline-definitions/{other}"
    found = publisher_of(Identity("https://oidc.circleci.com", "x", repository=REPOSITORY, signer=signer))
    assert found == Publisher("proven", f"circleci:{one}/{other}")
    assert named(found.identity) == found.identity


@pytest.mark.parametrize(
    "signer",
    [
        "",
        "https://circleci.com",
        "https://circleci.com/api/v2/projects/a",
        "https://circleci.com/api/v2/projects/a/pipeline-definitions/b/c",
        "https://circleci.com/api/v2/orgs/a/pipeline-definitions/b",
    ],
)
def test_another_uri_of_circleci_names_nobody(signer: str) -> None:
    assert "oidc.circleci.com" in refused(Identity("https://oidc.circleci.com", "x", signer=signer))


@pytest.mark.parametrize(
    "issuer",
    [
        "",
        f"{GITHUB}/acme",  # an enterprise's own
        f"{GITHUB}/",
        GITHUB.upper(),
        GITHUB.replace("https", "http"),
        "https://github.com/login/oauth",
        "https://gitlab.com/",
        "https://gitlab.example",
        "https://accounts.google.com.evil.example",
        "https://login.microsoftonline.com/x/v2.0",
        "https://agent.buildkite.com",
        "https://token.actions.example",
        "x" * 5000,
    ],
)
def test_an_unknown_issuer_names_nobody(issuer: str) -> None:
    reason = refused(IDENTITY._replace(issuer=issuer))
    assert repr(issuer[:120]) in reason
    assert len(reason) < 250


@pytest.mark.parametrize(
    "repository",
    [
        "",
        "octo/server",
        "https://github.com",
        "https://github.com/",
        "https://github.com/octo",
        "https://gitlab.com/octo/server",
        "https://github.com.evil.example/octo/server",
        "https://github.comevil/octo/server",
        "http://github.com/octo/server",
        "https://GitHub.com/octo/server",
        "https://user@github.com/octo/server",
        "git+https://github.com/octo/server",
        "https://github.com/" + "x" * 5000,
    ],
)
def test_a_repository_of_another_host_names_nobody(repository: str) -> None:
    reason = refused(IDENTITY._replace(repository=repository))
    assert "no repository of github.com" in reason
    assert len(reason) < 250


# ------------------------------------------------------------------------------------------------ spellings


@pytest.mark.parametrize("name", ["se%72ver", "se%2572ver", "s e", "serv\u0435r", "server/", "/server", ""])
def test_what_no_repository_is_called_is_nobody(name: str) -> None:
    with pytest.raises(Unsupported, match="no repository of"):
        publisher_of(IDENTITY._replace(repository=f"https://github.com/octo/{name}"))


@pytest.mark.parametrize(
    ("escape", "what"),
    [("%234711", "an id"), ("%2Fother", "another repository"), ("%0Aother", "a line"), ("%00", "a NUL")],
)
@pytest.mark.parametrize("number", ["", "666"])
def test_no_escape_makes_one_repository_look_like_another(escape: str, what: str, number: str) -> None:
    """Where the certificate has no id, `server%234711` must not read like the `#4711` of somebody else."""
    odd = IDENTITY._replace(repository=f"{REPOSITORY}{escape}", repository_id=number, workflow="", subject="")
    try:
        found = publisher_of(odd)
    except Unsupported:
        return
    for identity in ("github:octo/server#4711", "github:octo/server"):
        assert publisher_differs(NamedPublisher(identity), found) is not None, what


@given(st.text(max_size=30), st.text(max_size=30), st.sampled_from(["", "7", "4711"]))
def test_only_the_repository_itself_is_who_a_policy_names(owner: str, name: str, number: str) -> None:
    """Whatever stands in a certificate: the identity names octo/server only if owner and name are these."""
    odd = IDENTITY._replace(repository=f"https://github.com/{owner}/{name}", repository_id=number)
    try:
        found = publisher_of(odd)
    except Unsupported:
        return
    assert found.level == "proven"
    if publisher_differs(NamedPublisher("github:octo/server"), found) is None:
        assert (owner.lower(), name.lower()) == ("octo", "server")
    if publisher_differs(NamedPublisher("github:octo/server#4711"), found) is None:
        assert (owner.lower(), number) == ("octo", "4711")


# ------------------------------------------------------------------------------------------------ real ones

NPM = [
    "%40getmcpm%2fcli@0.21.0",
    "%40laurentsimon%2fprovenance-npm-test@1.0.3",
    "%40laurentsimon%2fprovenance-npm-test@1.0.5",
    "%40trishankatdatadog%2fsupreme-goggles@1.0.5",
    "gundam-visor@1.0.1",
    "nuxt@3.13.0",
    "nuxt@4.1.2",
    "sigstore@0.4.0",
    "sigstore@1.0.0",
    "sigstore@2.3.1",
    "tuf-js@1.0.0",
]


def source(payload: Node) -> tuple[str, str, str]:
    """Repository, path and ref that a provenance names, "" where it names none."""
    predicate = payload.get("predicate")
    definition = predicate.optional("buildDefinition")
    if definition is not None:
        workflow = definition.get("externalParameters").get("workflow")
        return workflow.get("repository").text(), workflow.get("path").text(), workflow.get("ref").text()
    config = predicate.get("invocation").get("configSource")
    repository, _, ref = config.get("uri").text().removeprefix("git+").partition("@")
    entry = config.get("entryPoint").text()  # the first ones wrote owner/repository/path@ref
    own = repository.removeprefix("https://github.com/")
    return repository, entry.removeprefix(f"{own}/").removesuffix(f"@{ref}"), ref


@recorded.needed
@pytest.mark.parametrize("name", NPM)
def test_a_recorded_release_of_npm_is_by_whom_its_payload_names(name: str) -> None:
    path = recorded.FOLDER / "npm" / "attestations" / f"{name}.json"
    document = recorded.load(path)
    found = verify_npm_attestations(*recorded.npm_pin(path), document)
    assert found.provenance is not None
    assert found.provenance.identity is not None
    who = publisher_of(found.provenance.identity)

    items = Node(document, "document", "bundle.shape").get("attestations").items()
    (built,) = (item for item in items if "slsa.dev" in item.get("predicateType").text())
    payload = recorded.statement(built.get("bundle").get("dsseEnvelope"), "payload")
    repository, workflow, ref = source(payload)
    identity, _, number = who.identity.partition("#")
    assert identity == f"github:{repository.removeprefix('https://github.com/')}"
    assert (who.workflow, who.ref) == (workflow, ref)
    assert bool(number) is bool(who.owner_id) is (name not in {"sigstore@0.4.0", "sigstore@1.0.0", "tuf-js@1.0.0"})
    assert who.trigger
    called = "slsa-framework/slsa-github-generator" if name.endswith("test@1.0.5") else ""
    assert (called in who.signer) if called else who.signer == ""
    assert publisher_differs(NamedPublisher(named(who.identity), workflow.rpartition("/")[2], "refs/*"), who) is None


@recorded.needed
@pytest.mark.parametrize("path", recorded.files("pypi/*.provenance"), ids=lambda path: str(path.name))
def test_a_recorded_file_of_pypi_is_by_whom_its_object_names(path: Path) -> None:
    document = recorded.load(path)
    (bundle,) = Node(document, "provenance", "pep740.shape").get("attestation_bundles").items()
    payload = recorded.statement(bundle.get("attestations").items()[0].get("envelope"), "statement")
    (digest,) = recorded.digests(payload)
    filename = payload.get("subject").items()[0].get("name").text()
    (attested, *_) = verify_pypi_provenance(filename, digest.value, document)
    who, said = publisher_of(attested.identity), bundle.get("publisher")
    identity, _, number = who.identity.partition("#")
    assert identity == f"{said.get('kind').text().lower()}:{said.get('repository').text()}"
    assert number.isdigit()
    github = said.optional("workflow")
    workflow = f".github/workflows/{github.text()}" if github else said.get("workflow_filepath").text()
    assert (who.workflow, who.signer) == (workflow, "")
    assert publisher_differs(NamedPublisher(named(who.identity), workflow, who.ref), who) is None


@recorded.needed
def test_a_recorded_project_of_gitlab() -> None:
    attestation = recorded.load(recorded.FOLDER / "pypi" / "gitlab_oidc_project-0.0.3.tar.gz.publish.attestation")
    payload = recorded.statement(Node(attestation, "attestation", "pep740.shape").get("envelope"), "statement")
    (digest,) = recorded.digests(payload)
    verified = verify_bundle(to_bundle(attestation), (digest,), trusted_root())
    assert verified.identity is not None
    who = publisher_of(verified.identity)
    assert who.identity.startswith("gitlab:")
    assert who.identity.partition("#")[2].isdigit()
    assert who.workflow.endswith(".yml")
    assert not who.workflow.startswith("/")
    assert who.signer == ""
    assert named(who.identity) == who.identity


@recorded.needed
def test_recorded_bundles_are_named_or_refused_and_nothing_else() -> None:
    seen: set[str] = set()
    for path in recorded.files("sigstore/bundles/*"):
        identity = _identity(path)
        if identity is None:
            continue
        try:
            seen.add(publisher_of(identity).identity.partition(":")[0])
        except Unsupported as error:
            seen.add(error.step)
    assert "github" in seen
    assert seen <= {"github", "gitlab", "google", "circleci", "identity.certificate"}


def _identity(path: Path) -> Identity | None:
    try:
        document = json.loads(path.read_bytes().splitlines()[0] if path.suffix == ".jsonl" else path.read_bytes())
        payload = json.loads(base64.b64decode(document["dsseEnvelope"]["payload"]))
        found = payload["subject"][0]["digest"]
        digests = tuple(Digest(name, value) for name, value in found.items())
        return verify_bundle(document, digests, trusted_root()).identity
    except (VerificationError, ValueError, LookupError):
        return None
