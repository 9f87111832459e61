"""Rules on publishers, one by one: what each says, and where it is silent."""

from __future__ import annotations

import pytest

from mcp_guard.model import Answer, Basis, Finding, Level, Lock, Package, Policy, Publisher, Release
from mcp_guard.rules import (
    new_publisher,
    provenance_downgrade,
    publisher_changed,
    publisher_mismatch,
    unverified_publisher,
    workflow_changed,
)

from .factories import (
    ANSWERS,
    COMMIT,
    EVIL,
    IMAGE,
    OCTO,
    PURL,
    RELEASE,
    STRICT,
    TERMS,
    attested,
    base,
    facts,
    known,
    naming,
    only,
    package,
    place,
    server,
)

CORP = "https://npm.corp.example/"
OCTO_SHOWN = "github:octo/server#4711 (workflow .github/workflows/release.yml, ref refs/tags/v1.0.0)"
EVIL_SHOWN = "github:evil/server#9999 (workflow .github/workflows/release.yml, ref refs/tags/v1.0.0)"

# ------------------------------------------------------------------------------------------------ unverified-publisher


def unverified(
    release: Release, policy: Policy = STRICT, subject: Package | None = None, unproven: str | None = None
) -> list[Finding]:
    asked = known(subject or package(), basis="claimed", answer=release)._replace(unproven=unproven)
    return list(unverified_publisher.check(facts(server(asked), policy=policy)))


def test_a_declared_account_is_shown_as_a_claim() -> None:
    finding = only(unverified(RELEASE._replace(signatures="proven", account="phanpak")))
    assert finding.message == (
        'nothing proves who published npm:postmark-mcp@1.0.12 of server "postmark": the npm registry claims that it '
        'was "phanpak"; it has the registry\'s signature, which says nothing about who, and no attestation'
    )
    assert finding.remedy == f"mcp-guard accept package postmark {TERMS}"
    assert finding.package == "npm:postmark-mcp@1.0.12"


@pytest.mark.parametrize(
    ("level", "text"),
    [
        ("absent", "names no account;"),
        ("unavailable", "was not asked for an account;"),
        ("declared", "names no account;"),
    ],
)
def test_an_account_that_nobody_names_is_not_made_up(level: Level, text: str) -> None:
    assert text in only(unverified(RELEASE._replace(publisher=Publisher(level)))).message


@pytest.mark.parametrize("signatures", ["proven", "declared", "absent", "unavailable"])
@pytest.mark.parametrize("attestations", ["proven", "declared", "absent", "unavailable"])
def test_neither_a_signature_nor_an_attestation_without_publisher_is_proof(
    signatures: Level, attestations: Level
) -> None:
    message = only(unverified(RELEASE._replace(signatures=signatures, attestations=attestations))).message
    assert "signature" in message
    assert "attestation" in message
    assert ("not been verified" in message) == ("declared" in (signatures, attestations))
    assert "this version" not in message


def test_why_the_attestations_prove_nothing_is_said() -> None:
    why = "its attestations cannot be verified: signed with a key that this mcp-guard does not know: update it"
    message = only(unverified(RELEASE._replace(attestations="declared"), unproven=why)).message
    assert message.endswith(f'"phanpak"; {why}')


def test_pypi_has_no_signature_of_the_registry_to_miss() -> None:
    message = only(unverified(RELEASE, subject=package("py-server", "1.0", "pypi"))).message
    assert message.endswith('PyPI claims that it was "phanpak"; it has no attestation')


def test_who_is_wanted_is_shown() -> None:
    policy = naming("github:octo/server#4711", "release.yml", key="npm:postmark-mcp")
    message = only(unverified(RELEASE, policy)).message
    assert message.endswith("; [publishers] names github:octo/server#4711 (workflow release.yml)")


@pytest.mark.parametrize("answer", ANSWERS)
def test_who_published_what_nobody_could_ask_about_is_not_judged(answer: Answer | None) -> None:
    everything = facts(server(known(basis="claimed", answer=answer)), policy=STRICT)
    assert len(list(unverified_publisher.check(everything))) == isinstance(answer, Release)


@pytest.mark.parametrize("key", ["npm:postmark-mcp", "npm:other", "pypi:postmark-mcp"])
def test_provenance_that_is_not_required_is_missed_only_where_a_publisher_is_named(key: str) -> None:
    lenient = naming("github:octo/server#4711", key=key)._replace(require=("pin", "integrity"))
    assert len(unverified(RELEASE, lenient)) == (key == "npm:postmark-mcp")
    assert not unverified(RELEASE, Policy(require=("pin", "integrity")))


def test_images_and_full_commits_have_publishers_too_and_unpinned_packages_none_yet() -> None:
    image = only(unverified(Release((), None, Publisher("unavailable")), subject=IMAGE))
    assert image.message.endswith("; its digest says which image it is, and nothing about who")
    commit = facts(server(known(COMMIT, basis="claimed")), policy=STRICT)
    assert "comes from git" in only(unverified_publisher.check(commit)).message
    assert not unverified(RELEASE, subject=package(version=None))


@pytest.mark.parametrize(
    ("identity", "registry", "counts"),
    [
        (f"registry:{CORP}", CORP, True),
        (f"registry:{CORP}", CORP.rstrip("/"), True),
        (f"registry:{CORP}", "https://npm.other.example/", False),
        (f"registry:{CORP}", f"{CORP}sub/", False),
        (f"registry:{CORP}", None, False),
        ("github:corp/server#1", CORP, False),
        ("registry:", "", False),
    ],
)
def test_a_registry_counts_when_it_is_the_one_that_publishers_names(
    *, identity: str, registry: str | None, counts: bool
) -> None:
    policy = naming(identity, key="npm:@corp/*")
    release = RELEASE._replace(registry=registry)
    assert bool(unverified(release, policy, package("@corp/server"))) != counts
    assert unverified(release, policy, package("server"))


def test_what_comes_from_elsewhere_than_the_named_registry_is_not_saved_by_its_attestation() -> None:
    """Dependency confusion: anybody can take the name at the public registry, and attest it."""
    policy = naming(f"registry:{CORP}", key="npm:@corp/*")
    finding = only(unverified(attested(EVIL), policy, package("@corp/server")))
    assert f"names the registry {CORP}, and it comes from the npm registry ({EVIL_SHOWN})" in finding.message
    assert not unverified(attested(EVIL)._replace(registry=CORP), policy, package("@corp/server"))


# ------------------------------------------------------------------------------------------------ the other publishers


def asked(release: Release, lock: Lock | None, policy: Policy = STRICT, spec: str = "server@1.2.0") -> list[Finding]:
    name, _, version = spec.rpartition("@")
    subject = known(package(name, version), basis="claimed", entry=None, answer=release)
    everything = facts(server(subject), base_lock=lock, policy=policy)
    rules = (new_publisher, publisher_mismatch, publisher_changed, workflow_changed, provenance_downgrade)
    return [finding for rule in rules for finding in rule.check(everything)]


def test_a_new_publisher_is_shown_with_workflow_and_ref() -> None:
    finding = only(asked(attested(), None))
    assert (finding.rule, finding.severity, finding.place) == ("new-publisher", "error", place(5))
    assert f"was published by {OCTO_SHOWN}, which is proven" in finding.message
    assert (finding.remedy, finding.package) == ("mcp-guard accept publisher postmark", "npm:server@1.2.0")


def test_a_mismatch_shows_both_and_what_differs() -> None:
    finding = only(asked(attested(EVIL), None, naming("github:octo/server#4711", "release.yml", "refs/tags/*")))
    assert (finding.rule, finding.severity, finding.place) == ("publisher-mismatch", "error", place(5))
    assert finding.message.startswith(f'npm:server@1.2.0 of server "postmark" was published by {EVIL_SHOWN}, and ')
    assert "names github:octo/server#4711 (workflow release.yml, ref refs/tags/*): another " in finding.message
    assert finding.remedy == "mcp-guard explain publisher-mismatch"


def test_a_change_shows_from_whom_to_whom() -> None:
    lock = base(("server@1.1.0", attested()), ("server@1.0.0", RELEASE), ("server@1.0.9", attested(OCTO)))
    finding = only(asked(attested(EVIL), lock))
    assert (finding.rule, finding.severity, finding.place) == ("publisher-changed", "error", place(5))
    assert f"by {EVIL_SHOWN}, and the base's lock has 1.1.0 from {OCTO_SHOWN}: another repository" in finding.message
    assert finding.remedy == "mcp-guard accept publisher postmark"


@pytest.mark.parametrize(
    ("now", "how"),
    [
        (OCTO._replace(identity="github:octo/server#9999"), "another repository under the same name"),
        (OCTO._replace(identity="github:OCTO/Server#9999"), "another repository under the same name"),
        (OCTO._replace(identity="github:evil/server#4711", owner_id="66"), "another owner of the repository"),
        (OCTO._replace(owner_id="66"), "another owner of the repository"),
        (OCTO._replace(identity="gitlab:octo/server#4711"), "another repository"),
        (Publisher("proven", "google:octo@octo.example"), "another account"),
    ],
)
def test_a_change_says_how_they_differ(now: Publisher, how: str) -> None:
    assert only(asked(attested(now), base(("server@1.1.0", attested())))).message.endswith(f": {how}")


def test_a_change_of_workflow_says_what_has_changed() -> None:
    now = Publisher(
        "proven",
        "github:octo/server#4711",
        ".github/workflows/other.yml",
        "refs/heads/main",
        "pull_request_target",
        "https://github.com/evil/build/.github/workflows/b.yml@refs/heads/main",
        "42",
    )
    finding = only(asked(attested(now), base(("server@1.1.0", attested()))))
    assert (finding.rule, finding.severity, finding.place) == ("workflow-changed", "warning", place(5))
    assert finding.remedy == "mcp-guard explain workflow-changed"
    assert finding.message == (
        'npm:server@1.2.0 of server "postmark" was published by github:octo/server#4711 as 1.1.0 was, but in another '
        "way (workflow was .github/workflows/release.yml, is .github/workflows/other.yml; event was release, is "
        "pull_request_target; source was a tag, is a branch; signed by "
        "https://github.com/evil/build/.github/workflows/b.yml and not by its own workflow)"
    )


def test_a_reusable_workflow_that_is_gone_is_a_change_too() -> None:
    before = OCTO._replace(signer="https://github.com/slsa/build/.github/workflows/b.yml@refs/tags/v1")
    message = only(asked(attested(), base(("server@1.1.0", attested(before))))).message
    assert "signed by its own workflow and not by https://github.com/slsa/build/" in message


@pytest.mark.parametrize("name", ["two words", "-x", "--file"])
def test_a_publisher_is_accepted_by_a_command_that_can_be_typed(name: str) -> None:
    subject = known(package("server"), basis="claimed", answer=attested())
    shared = [server(subject, name=name, file=file) for file in (".mcp.json", "a b/.mcp.json")]
    remedies = [finding.remedy for finding in new_publisher.check(facts(*shared, policy=STRICT))]
    shown = {"two words": "'two words'", "-x": "-- -x", "--file": "-- --file"}[name]
    files = ("--file .mcp.json", "--file 'a b/.mcp.json'")
    if name == "two words":
        assert remedies == [f"mcp-guard accept publisher {shown} {file}" for file in files]
    else:
        assert remedies == [f"mcp-guard accept publisher {file} {shown}" for file in files]


# ------------------------------------------------------------------------------------------------ provenance-downgrade


def test_weaker_evidence_than_in_the_base_is_named() -> None:
    proven = RELEASE._replace(publisher=Publisher("proven", "github:a/b"), attestations="proven", signatures="proven")
    lock = base(("postmark-mcp@1.0.12", proven))
    finding = only(provenance_downgrade.check(facts(server(known(basis="weaker")), base_lock=lock)))
    lost = "publisher was proven, is declared, attestation was proven, is absent, signature was proven, is absent"
    assert f"in the base's lock ({lost})" in finding.message
    assert (finding.place, finding.remedy) == (place(5), "mcp-guard pin postmark")


@pytest.mark.parametrize("lock", [None, Lock({}, {}), base(("postmark-mcp@1.0.12", RELEASE))])
def test_weaker_evidence_is_a_finding_whatever_the_base_tells(lock: Lock | None) -> None:
    everything = facts(server(known(basis="weaker")), base_lock=lock)
    assert "a proof is missing" in only(provenance_downgrade.check(everything)).message
    assert list(lock.packages if lock else ()) in ([], [PURL])


@pytest.mark.parametrize("basis", ["receipt", "proven", "carried", "claimed"])
def test_evidence_as_good_as_before_is_no_downgrade(basis: Basis) -> None:
    assert not list(provenance_downgrade.check(facts(server(known(basis=basis)))))


def test_the_version_that_had_more_is_named() -> None:
    lock = base(("server@1.0.0", attested(EVIL)), ("server@1.1.0", attested()), ("server@2.0.0", attested(EVIL)))
    finding = only(asked(RELEASE, lock))
    assert finding.message == (
        f'npm:server@1.2.0 of server "postmark" has weaker evidence than 1.1.0, which the base\'s lock has from '
        f"{OCTO_SHOWN} (publisher was proven, is declared, attestation was proven, is absent)"
    )
    assert finding.remedy == "mcp-guard explain provenance-downgrade"


def test_what_the_registry_had_before_is_named_where_the_base_knows_nothing() -> None:
    finding = only(asked(RELEASE._replace(weaker_than="1.1.0 (an attestation)"), None))
    assert finding.message.endswith(
        "has weaker evidence than 1.1.0 (an attestation) in the history that the npm registry has of it"
    )
    assert finding.remedy == "mcp-guard explain provenance-downgrade"
