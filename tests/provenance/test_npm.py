"""npm's proofs, made by the test authority: what each must be about, and what contradicts it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from mcp_guard.model import JSON
from mcp_guard.provenance.errors import Step, Unsupported, VerificationError
from mcp_guard.provenance.keys import Period, TrustedKey
from mcp_guard.provenance.npm import (
    PUBLISH,
    NpmAttestations,
    purl,
    verify_npm_attestations,
    verify_npm_signature,
)
from mcp_guard.provenance.predicates import SLSA_V02, SLSA_V1
from tests.provenance.authority import forge
from tests.provenance.faults import edit, put
from tests.provenance.material import COMMIT, EXPECTED, MANAGED, OTHER, REF, REPOSITORY, SIGNED, Change, Private, sign

NAME, VERSION = "@octo/server", "1.2.3"
SRI = "sha512-" + base64.b64encode(bytes.fromhex(EXPECTED[1].value)).decode()
KEY = TrustedKey("managed", MANAGED.public_key(), Period(SIGNED - timedelta(days=9), SIGNED + timedelta(days=9)))


def same(value: Any) -> Any:  # noqa: ANN401 - any stage
    return value


def subject() -> list[JSON]:
    return [{"name": purl(NAME, VERSION), "digest": {"sha512": EXPECTED[1].value}}]


def provenance(change: Change = same, bundle: Change = same) -> dict[str, Any]:
    made = forge({"statement": lambda old: change(put("subject", value=subject())(old)), "bundle": bundle})
    return {"predicateType": SLSA_V1, "bundle": made.bundle}


def publish(change: Change = same, bundle: Change = same) -> dict[str, Any]:
    statement = {
        "_type": "https://in-toto.io/Statement/v0.1",
        "subject": subject(),
        "predicateType": PUBLISH,
        "predicate": {"name": NAME, "version": VERSION, "registry": "https://registry.example"},
    }
    keyed = put("dsseEnvelope", "signatures", 0, "keyid", value="managed")
    faults: dict[str, Change] = {"statement": lambda _old: change(statement), "bundle": lambda old: bundle(keyed(old))}
    return {"predicateType": PUBLISH, "bundle": forge(faults, signer="key").bundle}


def verify(*attestations: dict[str, Any], integrity: str = SRI) -> NpmAttestations:
    document: JSON = {"attestations": list(attestations)}
    return verify_npm_attestations(NAME, VERSION, integrity, document, root=forge({}).root, keys=(KEY,))


def test_both_attestations_verify() -> None:
    found = verify(publish(), provenance())
    assert found.registry == "https://registry.example"
    assert found.publish
    assert found.publish.key_id == "managed"
    assert found.provenance
    assert found.provenance.identity
    assert found.provenance.identity.repository == REPOSITORY
    assert found.publish.steps[-3:] == ("statement.predicate-type", "statement.subject", "npm.publish")
    assert found.provenance.steps[-3:] == ("statement.predicate-type", "statement.subject", "statement.predicate")


def test_one_attestation_says_what_is_missing() -> None:
    assert verify(provenance()).publish is None
    assert verify(publish()).provenance is None


SLSA02 = {
    "invocation": {"configSource": {"uri": f"git+{REPOSITORY}@{REF}", "digest": {"sha1": COMMIT}, "entryPoint": "x"}},
}
WORKFLOW = ("predicate", "buildDefinition", "externalParameters", "workflow")
COMMITTED = ("predicate", "buildDefinition", "resolvedDependencies", 0, "digest", "gitCommit")


def slsa02(change: Change = same) -> dict[str, Any]:
    def old(statement: Any) -> Any:  # noqa: ANN401 - any JSON
        return change(statement | {"predicateType": SLSA_V02, "predicate": SLSA02})

    return provenance(old) | {"predicateType": SLSA_V02}


def test_provenance_v02_is_held_against_the_certificate() -> None:
    assert verify(slsa02()).provenance
    for path, value in (("uri", f"git+{REPOSITORY}x@{REF}"), ("uri", f"git+{REPOSITORY}@refs/heads/x"), ("uri", "")):
        refused("statement.predicate", slsa02(put("predicate", "invocation", "configSource", path, value=value)))
    other = put("predicate", "invocation", "configSource", "digest", "sha1", value="00" * 20)
    refused("statement.predicate", slsa02(other))


def refused(step: Step, *attestations: dict[str, Any], integrity: str = SRI) -> None:
    with pytest.raises(VerificationError) as error:
        verify(*attestations, integrity=integrity)
    assert error.value.step == step


OTHER_SOURCE = {"uri": "git+https://github.com/octo/tool", "digest": {"gitCommit": "11" * 20}}
BAD_COMMIT = {"uri": f"git+{REPOSITORY}.git", "digest": {"gitCommit": "00" * 20}}


def test_another_source_may_be_used_too() -> None:
    add = edit("predicate", "buildDefinition", "resolvedDependencies", by=lambda rows: [OTHER_SOURCE, *rows])
    assert verify(provenance(add)).provenance


MUTATIONS: dict[str, tuple[Step, Callable[[], dict[str, Any]]]] = {
    "another package": ("statement.subject", lambda: provenance(put("subject", 0, "name", value="pkg:npm/x@1.2.3"))),
    "another version": (
        "statement.subject",
        lambda: provenance(put("subject", 0, "name", value=purl(NAME, "1.2.4"))),
    ),
    "unencoded scope": (
        "statement.subject",
        lambda: provenance(put("subject", 0, "name", value=f"pkg:npm/{NAME}@{VERSION}")),
    ),
    "extra subject": ("statement.subject", lambda: provenance(edit("subject", by=lambda rows: [*rows, *rows]))),
    "another digest": ("statement.digest", lambda: provenance(put("subject", 0, "digest", "sha512", value="00" * 64))),
    "sha1 only": ("statement.digest", lambda: provenance(put("subject", 0, "digest", value={"sha1": "00" * 20}))),
    "another type inside": ("statement.predicate-type", lambda: provenance(put("predicateType", value=SLSA_V02))),
    "another type outside": ("statement.predicate-type", lambda: provenance() | {"predicateType": SLSA_V02}),
    "another repository": ("statement.predicate", lambda: provenance(put(*WORKFLOW, "repository", value="https://x"))),
    "no repository": ("statement.predicate", lambda: provenance(put(*WORKFLOW, "repository", value=None))),
    "another ref": ("statement.predicate", lambda: provenance(put(*WORKFLOW, "ref", value="refs/heads/main"))),
    "another commit": ("statement.predicate", lambda: provenance(put(*COMMITTED, value="00" * 20))),
    "another commit elsewhere": (
        "statement.predicate",
        lambda: provenance(
            edit(
                "predicate",
                "buildDefinition",
                "resolvedDependencies",
                by=lambda rows: [OTHER_SOURCE, BAD_COMMIT, *rows],
            )
        ),
    ),
    "no predicate": ("statement.predicate", lambda: provenance(put("predicate", value=None))),
    "key id beside a certificate": (
        "signing.key",
        lambda: provenance(bundle=put("dsseEnvelope", "signatures", 0, "keyid", value="managed")),
    ),
    "hint is not the key id": (
        "signing.key",
        lambda: publish(bundle=put("verificationMaterial", "publicKey", "hint", value="other")),
    ),
    "publish with a certificate": ("signing.key", lambda: provenance() | {"predicateType": PUBLISH}),
    "provenance with the registry's key": ("signing.key", lambda: publish() | {"predicateType": SLSA_V1}),
    "published another package": ("npm.publish", lambda: publish(put("predicate", "name", value="x"))),
    "published another version": ("npm.publish", lambda: publish(put("predicate", "version", value="1.2.4"))),
    "published nowhere": ("npm.publish", lambda: publish(put("predicate", "registry", value=None))),
    "no bundle": ("npm.attestations", lambda: {"predicateType": SLSA_V1}),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_what_contradicts_is_refused(name: str) -> None:
    step, make = MUTATIONS[name]
    refused(step, make())


def test_a_document_is_refused_as_a_whole() -> None:
    refused("npm.attestations")
    refused("npm.attestations", provenance(), provenance())
    refused("npm.attestations", provenance(), slsa02())
    refused("statement.predicate", publish(), provenance(put(*WORKFLOW, "ref", value="x")))
    documents: list[JSON] = [{}, [], {"attestations": {}}, {"attestations": None}]
    for wrong in documents:
        with pytest.raises(VerificationError, match=r"npm\.attestations"):
            verify_npm_attestations(NAME, VERSION, SRI, wrong)


def test_what_is_not_known_is_unsupported() -> None:
    unknown = publish(
        bundle=lambda old: put("verificationMaterial", "publicKey", "hint", value="new")(
            put("dsseEnvelope", "signatures", 0, "keyid", value="new")(old)
        )
    )
    with pytest.raises(Unsupported, match=r"signing\.key: .*update it"):
        verify(unknown)
    with pytest.raises(Unsupported, match=r"statement\.predicate-type"):
        verify(provenance() | {"predicateType": "https://example.com/x"})


@pytest.mark.parametrize(
    "integrity", ["", "sha1-x", f"{SRI} {SRI}", f"{SRI}?x", SRI[:-1], "sha512-" + "A" * 87 + "=", SRI.upper()]
)
def test_only_one_sha512_is_a_pin(integrity: str) -> None:
    refused("npm.integrity", provenance(), integrity=integrity)
    with pytest.raises(VerificationError, match=r"npm\.integrity"):
        verify_npm_signature(NAME, VERSION, integrity, [])


# ------------------------------------------------------------------------------------------------ signatures


def signature(
    text: str = f"{NAME}@{VERSION}:{SRI}", key_id: str = "managed", private: Private = MANAGED
) -> dict[str, JSON]:
    return {"keyid": key_id, "sig": base64.b64encode(sign(private, text.encode())).decode()}


def test_a_signature_proves_the_pin() -> None:
    verified = verify_npm_signature(NAME, VERSION, SRI, [signature()], keys=(KEY,), published=SIGNED)
    assert verified == (NAME, VERSION, SRI, "managed")
    other: JSON = [{"keyid": "x", "sig": "junk"}, signature()]
    assert verify_npm_signature(NAME, VERSION, SRI, other, keys=(KEY,)) == verified


@pytest.mark.parametrize(
    "signatures",
    [
        [],
        {},
        None,
        [signature(f"{NAME}@1.2.4:{SRI}")],
        [signature(private=OTHER)],
        [signature(), signature(private=OTHER)],
        [signature() | {"sig": "junk"}],
        [{"keyid": "managed"}],
        [{"sig": "x"}],
    ],
)
def test_any_bad_signature_is_refused(signatures: JSON) -> None:
    with pytest.raises(VerificationError, match=r"^npm\.signature: ") as error:
        verify_npm_signature(NAME, VERSION, SRI, signatures, keys=(KEY,))
    assert not isinstance(error.value, Unsupported)


def test_an_unknown_key_is_unsupported_and_a_late_one_refused() -> None:
    with pytest.raises(Unsupported, match="update it"):
        verify_npm_signature(NAME, VERSION, SRI, [signature()])
    late = SIGNED + timedelta(days=10)
    with pytest.raises(VerificationError, match="not in use"):
        verify_npm_signature(NAME, VERSION, SRI, [signature()], keys=(KEY,), published=late)


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("a:b", "1"),
        ("a", "1:sha512-x"),
        ("a@1", "2"),
        ("@a/b/c", "1"),
        ("a", "1@2"),
        ("", "1"),
        ("a", ""),
        ("a b", "1"),
    ],
)
def test_no_text_means_two_packages(name: str, version: str) -> None:
    with pytest.raises(VerificationError, match=r"npm\.name"):
        verify_npm_signature(name, version, SRI, [signature()], keys=(KEY,))
    with pytest.raises(VerificationError, match=r"npm\.name"):
        verify_npm_attestations(name, version, SRI, {})
