"""What signatures and attestations prove of a release, and everything that they do not."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256, sha512
from itertools import combinations
from typing import Any

import pytest

from mcp_guard.model import JSON, Digest, Proof, Publisher, Release, Signature
from mcp_guard.provenance import npm as npm_verifier
from mcp_guard.provenance import pypi as pypi_verifier
from mcp_guard.provenance.proofs import canonical
from mcp_guard.provenance.trust import trusted_root
from mcp_guard.proving import Proven, Subject, prove
from tests.provenance import attest
from tests.provenance.attest import Build, npm_provenance, npm_publish, pypi_provenance, registry_signature
from tests.provenance.material import EXTENSIONS, SIGNED
from tests.registry.trusted import trusted

REGISTRY = "https://npm.example"
NAME, VERSION = "@octo/server", "1.2.3"
HEX = sha512(b"a tarball").hexdigest()
OTHER_HEX = sha512(b"another tarball").hexdigest()
SUBJECT = Subject("npm", NAME, VERSION, REGISTRY)
BUILD = Build()
OCTO = Publisher(
    "proven", "github:octo/server#4711", ".github/workflows/release.yml", "refs/tags/v1.2.3", "release", "", "42"
)
NOBODY = Publisher("absent")
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def authority(monkeypatch: pytest.MonkeyPatch) -> None:
    trusted(monkeypatch)


def pin(value: str = HEX) -> str:
    return f"sha512-{base64.b64encode(bytes.fromhex(value)).decode()}"


def proof(document: JSON, artifact: str = "") -> Proof:
    text = canonical(document)
    return Proof(artifact, sha256(text.encode()).hexdigest(), text)


def signature(name: str = NAME, version: str = VERSION, value: str = HEX) -> Signature:
    row = registry_signature(name, version, pin(value))
    return Signature(str(row["keyid"]), str(row["sig"]))


def built(build: Build = BUILD, name: str = NAME, version: str = VERSION, value: str = HEX) -> dict[str, JSON]:
    return npm_provenance(name, version, pin(value), build)


def taken(registry: str = REGISTRY, name: str = NAME, version: str = VERSION) -> dict[str, JSON]:
    return npm_publish(name, version, pin(), registry, SIGNED)


def npm(*attestations: JSON, signed: Iterable[Signature] = ()) -> Release:
    """A release as the registry serves it; without attestations it has no proof."""
    proofs = (proof({"attestations": list(attestations)}),) if attestations else ()
    return Release((Digest("sha512", HEX),), SIGNED + HOUR, NOBODY, signed=tuple(signed), proofs=proofs)


def nobody(found: Proven) -> bool:
    """Whether nothing at all was proven."""
    return (found.signed, found.publisher, found.signed_at) == (False, None, None)


# ------------------------------------------------------------------------------------------------ npm


def test_without_signed_objects_there_is_nothing_to_say() -> None:
    assert prove(SUBJECT, npm()) == Proven()
    assert prove(SUBJECT, npm()._replace(digests=())) == Proven()


def test_a_signature_proves_the_digest_and_nobody() -> None:
    assert prove(SUBJECT, npm(signed=[signature()])) == Proven(signed=True)


@pytest.mark.parametrize("documents", [[built()], [taken(), built()], [built(), taken()]])
def test_attestations_prove_who_published_and_no_signature(documents: list[JSON]) -> None:
    assert prove(SUBJECT, npm(*documents)) == Proven(publisher=OCTO, signed_at=SIGNED)


def test_both() -> None:
    found = prove(SUBJECT, npm(taken(), built(), signed=[signature()]))
    assert found == Proven(signed=True, publisher=OCTO, signed_at=SIGNED)


def test_what_the_registry_took_in_says_nothing_of_who_built_it() -> None:
    found = prove(SUBJECT, npm(taken()))
    assert nobody(found)
    assert found.problems == ()
    assert found.unproven is not None
    assert "do not say who published" in found.unproven


@pytest.mark.parametrize(
    ("attested", "asked", "same"),
    [
        (REGISTRY, REGISTRY, True),
        (REGISTRY, f"{REGISTRY}/", True),
        (f"{REGISTRY}/", REGISTRY, True),
        ("https://registry.example", REGISTRY, False),
        (f"{REGISTRY}.evil.example", REGISTRY, False),
        (f"{REGISTRY}/npm", REGISTRY, False),
        (REGISTRY.replace("https", "http"), REGISTRY, False),
        (REGISTRY, "", False),
    ],
)
def test_a_publish_attestation_is_of_the_registry_that_is_asked(attested: str, asked: str, same: bool) -> None:
    found = prove(SUBJECT._replace(registry=asked), npm(taken(attested), built()))
    assert (found.publisher == OCTO) is same
    assert found.problems == (() if same else ("has a publish attestation of another registry",))


def test_a_build_alone_is_of_no_registry() -> None:
    assert prove(SUBJECT._replace(registry=""), npm(built())).publisher == OCTO


@pytest.mark.parametrize("registry", ["", 7, None])
def test_a_publish_attestation_that_names_no_registry_does_not_hold(registry: Any) -> None:  # noqa: ANN401 - any JSON
    found = prove(SUBJECT, npm(taken(registry), built()))
    assert nobody(found)
    assert len(found.problems) == 1


def test_an_unknown_key_proves_nothing_and_forges_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(npm_verifier, "npm_keys", lambda _usage: ())
    found = prove(SUBJECT, npm(signed=[signature()]))
    assert found == Proven(unproven=found.unproven, unsupported=True)
    assert found.unproven is not None
    assert "registry signature" in found.unproven
    assert "does not know" in found.unproven

    found = prove(SUBJECT, npm(taken(), built(), signed=[signature()]))
    assert nobody(found), "a publish attestation by an unknown key spoils the document"
    assert found.problems == ()
    assert found.unproven is not None
    assert "attestations cannot be verified" in found.unproven


def test_a_build_under_an_authority_that_is_not_trusted_proves_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(npm_verifier, "trusted_root", trusted_root)
    found = prove(SUBJECT, npm(built(), signed=[signature()]))
    assert (found.signed, found.publisher, found.signed_at) == (True, None, None)
    assert found.problems or found.unproven


def test_a_signature_under_another_key_id_is_by_an_unknown_key() -> None:
    """Valid as it is, it could be of whoever holds that other key."""
    found = prove(SUBJECT, npm(signed=[signature()._replace(key_id="SHA256:unknown")]))
    assert nobody(found)
    assert found.problems == ()
    assert found.unproven


@pytest.mark.parametrize(
    "others",
    [
        [Signature("SHA256:unknown", "AAAA"), signature()],
        [signature(), Signature("SHA256:unknown", "AAAA")],
        [signature(), signature()],
    ],
)
def test_one_known_signature_suffices(others: list[Signature]) -> None:
    assert prove(SUBJECT, npm(signed=others)) == Proven(signed=True)


@pytest.mark.parametrize(
    "forged",
    [
        signature(version="1.2.4"),
        signature(name="@octo/serve"),
        signature(value=OTHER_HEX),
        signature()._replace(value=""),
        signature()._replace(value="no base64"),
        signature()._replace(value=signature().value[:-4]),
    ],
)
@pytest.mark.parametrize("beside", [(), (signature(),)])
def test_a_forged_signature_is_told_whatever_stands_beside_it(forged: Signature, beside: tuple[Signature, ...]) -> None:
    found = prove(SUBJECT, npm(built(), signed=[*beside, forged]))
    assert not found.signed
    assert len(found.problems) == 1
    assert found.problems[0].startswith("has a registry signature that does not hold (npm.signature: ")
    assert found.publisher == OCTO, "what the attestations prove is another matter"


@pytest.mark.parametrize("moment", [SIGNED - timedelta(days=366), SIGNED + timedelta(days=366)])
def test_the_key_was_in_use_when_the_version_was_published(moment: datetime) -> None:
    release = npm(signed=[signature()])
    assert prove(SUBJECT, release._replace(published=None)).signed
    found = prove(SUBJECT, release._replace(published=moment))
    assert not found.signed
    assert "not in use" in found.problems[0]


@pytest.mark.parametrize(
    "digests",
    [
        (),
        (Digest("sha1", "ab" * 20),),
        (Digest("sha256", "ab" * 32),),
        (Digest("sha384", HEX[:96]),),
        (Digest("sha512", HEX), Digest("sha1", "ab" * 20)),
        (Digest("sha512", HEX), Digest("sha512", OTHER_HEX)),
        (Digest("sha512", HEX), Digest("sha512", HEX)),
    ],
)
def test_only_one_sha512_is_covered(digests: tuple[Digest, ...]) -> None:
    found = prove(SUBJECT, npm(taken(), built(), signed=[signature()])._replace(digests=digests))
    assert nobody(found)
    assert found.unproven == "no signature covers a digest other than one sha512"


@pytest.mark.parametrize(
    "subject",
    [
        SUBJECT._replace(version="1.2.4"),
        SUBJECT._replace(version="1.2.3 "),
        SUBJECT._replace(version=""),
        SUBJECT._replace(name="@octo/servers"),
        SUBJECT._replace(name="octo/server"),
        SUBJECT._replace(name="@Octo/server"),
        SUBJECT._replace(name=""),
    ],
)
def test_what_is_about_something_else_is_a_problem_of_each_object(subject: Subject) -> None:
    found = prove(subject, npm(taken(), built(), signed=[signature()]))
    assert nobody(found)
    assert len(found.problems) == 2
    assert "registry signature" in found.problems[0]
    assert "attestations" in found.problems[1]


def test_another_digest_is_a_problem_of_each_object() -> None:
    release = npm(taken(), built(), signed=[signature()])._replace(digests=(Digest("sha512", OTHER_HEX),))
    found = prove(SUBJECT, release)
    assert nobody(found)
    assert len(found.problems) == 2


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        "text",
        {"attestations": []},
        {"attestations": {}},
        {"attestations": [built(), built()]},
        {"attestations": [taken(), taken(), built()]},
        {"attestations": [built(), {}]},
        {"attestations": [built(), None]},
        {"attestations": [taken() | {"predicateType": str(built()["predicateType"])}]},
        {"attestations": [built() | {"bundle": taken()["bundle"]}]},
    ],
)
def test_a_document_of_which_any_part_is_wrong_proves_nothing(document: JSON) -> None:
    found = prove(SUBJECT, npm()._replace(proofs=(proof(document),)))
    assert nobody(found)
    assert found.problems or found.unproven


def test_an_unknown_type_of_attestation_proves_nothing_and_forges_nothing() -> None:
    found = prove(SUBJECT, npm(built() | {"predicateType": "https://slsa.dev/provenance/v9"}))
    assert nobody(found)
    assert found.problems == ()
    assert found.unproven is not None
    assert "provenance/v9" in found.unproven


@pytest.mark.parametrize(
    ("issuer", "repository"),
    [
        (f"{EXTENSIONS[8]}/acme", BUILD.repository),  # an enterprise's own issuer
        ("https://gitlab.com", BUILD.repository),  # a project of another host
        (EXTENSIONS[8], "https://git.example/octo/server"),
        ("https://oidc.example", BUILD.repository),
    ],
)
def test_an_identity_that_cannot_be_named_proves_nobody(
    issuer: str, repository: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attest, "EXTENSIONS", EXTENSIONS | {8: issuer})
    found = prove(SUBJECT, npm(built(Build(repository=repository)), signed=[signature()]))
    assert found == Proven(signed=True, unproven=found.unproven, unsupported=True)
    assert found.unproven is not None
    assert "identity.certificate" not in found.unproven, "a clause for people"
    assert issuer in found.unproven or repository in found.unproven


def test_images_prove_nothing_whatever_they_come_with() -> None:
    release = npm(taken(), built(), signed=[signature()])
    assert prove(SUBJECT._replace(ecosystem="oci"), release) == Proven()


# ------------------------------------------------------------------------------------------------ PyPI

PYPI = Subject("pypi", "octo-server", "1.2.3")
WHEEL, SOURCE = "octo_server-1.2.3-py3-none-any.whl", "octo_server-1.2.3.tar.gz"


def digest(artifact: str) -> Digest:
    return Digest("sha256", sha256(artifact.encode()).hexdigest(), artifact)


def attested(artifact: str, build: Build = BUILD, about: str | None = None) -> Proof:
    """The proof of a file; `about` is the file that it really speaks of."""
    spoken = digest(about or artifact)
    return proof(pypi_provenance(spoken.artifact, spoken.value, build), artifact)


def pypi(*proofs: Proof, files: Iterable[str] = (WHEEL, SOURCE)) -> Release:
    return Release(tuple(map(digest, files)), SIGNED + HOUR, NOBODY, proofs=proofs)


def test_every_file_by_one_publisher() -> None:
    found = prove(PYPI, pypi(attested(WHEEL), attested(SOURCE)))
    assert found == Proven(publisher=OCTO, signed_at=SIGNED)


def test_the_order_of_files_and_proofs_says_nothing() -> None:
    found = prove(PYPI, pypi(attested(SOURCE), attested(WHEEL), files=(WHEEL, SOURCE)))
    assert found == prove(PYPI, pypi(attested(WHEEL), attested(SOURCE), files=(SOURCE, WHEEL)))
    assert found.publisher == OCTO


def test_the_time_is_that_of_the_last_build() -> None:
    early, late = Build(signed_at=SIGNED - 5 * HOUR), Build(signed_at=SIGNED + 7 * HOUR)
    for one, other in ((early, late), (late, early)):
        found = prove(PYPI, pypi(attested(WHEEL, one), attested(SOURCE, other)))
        assert found.signed_at == SIGNED + 7 * HOUR
    assert prove(SUBJECT, npm(taken(), built(late))).signed_at == SIGNED + 7 * HOUR
    assert prove(SUBJECT, npm(taken(), built(early))).signed_at == SIGNED, "when the registry took it in"


@pytest.mark.parametrize(
    "subject",
    [
        PYPI._replace(version="1.2.4"),
        PYPI._replace(version="1.2"),
        PYPI._replace(version="1.2.3.post1"),
        PYPI._replace(version="no version"),
        PYPI._replace(name="octo-servers"),
        PYPI._replace(name="octo"),
    ],
)
def test_files_of_another_project_or_version_prove_nothing_of_this_one(subject: Subject) -> None:
    """What is signed is a file's name and digest; a lock could name the attested files of any other release."""
    found = prove(subject, pypi(attested(WHEEL), attested(SOURCE)))
    assert nobody(found)
    (problem,) = found.problems
    assert WHEEL in problem
    assert SOURCE in problem


def test_one_file_of_another_release_is_enough() -> None:
    other = "octo_server-1.2.4.tar.gz"
    found = prove(PYPI, pypi(attested(WHEEL), attested(other), files=(WHEEL, other)))
    assert nobody(found)
    assert found.problems == (f"has files that are of another project or version ({other})",)


def test_other_spellings_of_name_and_version_are_the_same_release() -> None:
    files = ("Octo.Server-1.2.3.tar.gz", "octo_server-1.2.3-py3-none-any.whl")
    for name, version in (("octo-server", "1.2.3"), ("octo-server", "v1.2.3"), ("octo-server", "1.2.3.0")):
        found = prove(Subject("pypi", name, version), pypi(*map(attested, files), files=files))
        assert found.publisher == OCTO, (name, version)


def test_workflows_of_one_repository_make_one_publisher() -> None:
    linux = Build(workflow=".github/workflows/linux.yml", ref="refs/tags/v1.2.3", trigger="push")
    windows = Build(workflow=".github/workflows/windows.yml", ref="refs/heads/main", trigger="release")
    found = prove(PYPI, pypi(attested(WHEEL, windows), attested(SOURCE, linux)))
    assert found.unproven is None
    assert found.publisher == OCTO._replace(
        workflow=".github/workflows/linux.yml, .github/workflows/windows.yml",
        ref="refs/heads/main, refs/tags/v1.2.3",
        trigger="push, release",
    )


def test_a_reusable_workflow_of_some_files_is_kept() -> None:
    shared = "https://github.com/shared/workflows/.github/workflows/build.yml@refs/heads/main"
    found = prove(PYPI, pypi(attested(WHEEL, Build(signer=shared)), attested(SOURCE)))
    assert found.publisher == OCTO._replace(signer=shared)


@pytest.mark.parametrize(
    ("other", "names"),
    [
        (Build(repository="https://github.com/mallory/server", repository_id="666"), ["octo/server#4711", "mallory"]),
        (Build(repository_id="4712"), ["github:octo/server#4711", "github:octo/server#4712"]),
        (Build(owner_id="43"), ["github:octo/server#4711"]),
    ],
)
def test_files_of_different_publishers_are_nobodys(other: Build, names: list[str]) -> None:
    found = prove(PYPI, pypi(attested(WHEEL), attested(SOURCE, other)))
    assert nobody(found)
    assert found.problems == ()
    assert found.unproven is not None
    assert all(name in found.unproven for name in names)


def test_a_file_that_nobody_attested_is_told_before_who_attested_the_others() -> None:
    other, windows = Build(repository_id="4712"), "octo_server-1.2.3-cp311-cp311-win32.whl"
    found = prove(PYPI, pypi(attested(WHEEL), attested(SOURCE, other), files=(WHEEL, SOURCE, windows)))
    assert nobody(found)
    assert found.unproven == f"1 of 3 files have no attestation ({windows})"


@pytest.mark.parametrize("count", range(4))
def test_a_release_is_as_good_as_the_least_of_its_files(count: int) -> None:
    files = [WHEEL, SOURCE, "octo_server-1.2.3-cp311-cp311-win32.whl"]
    for chosen in combinations(files, count):
        found = prove(PYPI, pypi(*map(attested, chosen), files=files))
        assert (found.publisher is not None) is (count == len(files))
        assert nobody(found) is (count < len(files))
        left = sorted(set(files) - set(chosen))
        expected = f"{len(left)} of 3 files have no attestation ({', '.join(left)})"
        assert found.unproven == (expected if 0 < count < len(files) else None)


def test_the_attestation_of_a_file_that_is_not_in_the_release_helps_no_other() -> None:
    found = prove(PYPI, pypi(attested(WHEEL), attested("octo_server-1.2.3.zip")))
    assert nobody(found)
    assert found.unproven == f"1 of 2 files have no attestation ({SOURCE})"


def test_a_release_without_files_proves_nobody() -> None:
    assert nobody(prove(PYPI, pypi(attested(WHEEL), files=())))


@pytest.mark.parametrize("algorithm", ["sha512", "sha384", "sha1", "md5"])
def test_a_file_without_sha256_cannot_be_covered(algorithm: str) -> None:
    release = pypi(attested(WHEEL), attested(SOURCE))
    release = release._replace(digests=(digest(WHEEL), Digest(algorithm, digest(SOURCE).value, SOURCE)))
    found = prove(PYPI, release)
    assert nobody(found)
    assert found.unproven == f"{SOURCE} has no sha256 that an attestation could cover"


def test_two_different_digests_of_one_file_are_not_both_covered() -> None:
    release = pypi(attested(WHEEL), attested(SOURCE))
    found = prove(PYPI, release._replace(digests=(*release.digests, Digest("sha256", "0" * 64, SOURCE))))
    assert nobody(found)
    assert SOURCE in found.problems[0]


def test_the_attestation_of_another_file_is_a_problem() -> None:
    found = prove(PYPI, pypi(attested(WHEEL), attested(SOURCE, about=WHEEL)))
    assert nobody(found)
    assert len(found.problems) == 1
    assert found.problems[0].startswith(f"has attestations of {SOURCE} that do not hold (")


def test_swapped_attestations_are_two_problems() -> None:
    found = prove(PYPI, pypi(attested(WHEEL, about=SOURCE), attested(SOURCE, about=WHEEL)))
    assert nobody(found)
    assert len(found.problems) == 2


def test_what_is_forged_is_told_beside_what_is_missing() -> None:
    found = prove(PYPI, pypi(attested(SOURCE, about=WHEEL)))
    assert nobody(found)
    assert len(found.problems) == 1
    assert found.unproven == f"1 of 2 files have no attestation ({WHEEL})"


def test_an_unsupported_publisher_proves_nobody() -> None:
    document: Any = pypi_provenance(SOURCE, digest(SOURCE).value, BUILD)
    document["attestation_bundles"][0]["publisher"]["kind"] = "ActiveState"
    found = prove(PYPI, pypi(attested(WHEEL), proof(document, SOURCE)))
    assert nobody(found)
    assert found.problems == ()
    assert found.unproven is not None
    assert found.unproven.startswith(f"the attestations of {SOURCE} cannot be verified: ")
    assert "ActiveState" in found.unproven


def test_a_publisher_that_the_certificate_does_not_bear_out_is_a_problem() -> None:
    document: Any = pypi_provenance(SOURCE, digest(SOURCE).value, BUILD)
    document["attestation_bundles"][0]["publisher"]["repository"] = "octo/other"
    found = prove(PYPI, pypi(attested(WHEEL), proof(document, SOURCE)))
    assert nobody(found)
    assert "pep740.publisher" in found.problems[0]


def test_an_authority_that_is_not_trusted_proves_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pypi_verifier, "trusted_root", trusted_root)
    found = prove(PYPI, pypi(attested(WHEEL), attested(SOURCE)))
    assert nobody(found)
    assert found.problems or found.unproven


def test_a_signature_of_the_npm_registry_says_nothing_of_files() -> None:
    found = prove(PYPI, pypi()._replace(signed=(signature(),)))
    assert nobody(found)
    assert found.unproven == f"2 of 2 files have no attestation ({WHEEL}, {SOURCE})"


@pytest.mark.parametrize("document", [None, [], {}, "text", {"version": 1}, {"version": 2, "attestation_bundles": []}])
def test_what_is_no_provenance_object_is_a_problem(document: JSON) -> None:
    found = prove(PYPI, pypi(attested(WHEEL), proof(document, SOURCE)))
    assert nobody(found)
    assert len(found.problems) == 1


def test_texts_are_what_is_verified_and_not_their_names() -> None:
    honest = attested(SOURCE)
    renamed = honest._replace(name="0" * 64)
    assert prove(PYPI, pypi(attested(WHEEL), renamed)).publisher == OCTO
    changed = honest._replace(text=json.dumps({"version": 1}))
    assert prove(PYPI, pypi(attested(WHEEL), changed)).problems
