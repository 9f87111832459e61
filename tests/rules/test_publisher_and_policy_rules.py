"""Rules on publishers and on the policy: when each fires, and when it does not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mcp_guard.model import (
    Answer,
    Basis,
    Finding,
    Lock,
    LockedPackage,
    Package,
    Policy,
    Publisher,
    Release,
)
from mcp_guard.rules import (
    policy_weakened,
    provenance_downgrade,
    unverified_publisher,
)

from .factories import (
    ANSWERS,
    COMMIT,
    IMAGE,
    LOCK_PLACE,
    POLICY_PLACE,
    PURL,
    RELEASE,
    STRICT,
    facts,
    known,
    only,
    package,
    place,
    server,
)

# ------------------------------------------------------------------------------------------------ publishers

CORP = "https://npm.corp.example/"


def publisher(release: Release, policy: Policy = STRICT, subject: Package | None = None) -> list[Finding]:
    everything = facts(server(known(subject or package(), basis="claimed", answer=release)), policy=policy)
    return list(unverified_publisher.check(everything))


def test_a_declared_account_is_shown_as_a_claim() -> None:
    finding = only(publisher(RELEASE._replace(attestations="declared")))
    assert 'the npm registry claims that it was "phanpak"' in finding.message
    assert "signatures absent, attestations declared" in finding.message
    assert finding.remedy == 'mcp-guard accept package postmark --reason "why" --until 2027-02-20'
    assert finding.package == "npm:postmark-mcp@1.0.12"


@pytest.mark.parametrize(
    ("level", "text"),
    [("absent", "names no account"), ("unavailable", "was not asked"), ("proven", "claims that it was")],
)
def test_nothing_that_a_registry_or_a_lock_says_is_proof(level: str, text: str) -> None:
    release = RELEASE._replace(publisher=Publisher(level, "github:a/b"), signatures="proven")  # type: ignore[arg-type]  # a table of literals
    assert text in only(publisher(release)).message


@pytest.mark.parametrize("answer", ANSWERS)
def test_who_published_what_nobody_could_ask_about_is_not_judged(answer: Answer | None) -> None:
    everything = facts(server(known(basis="claimed", answer=answer)), policy=STRICT)
    assert len(list(unverified_publisher.check(everything))) == isinstance(answer, Release)


def test_provenance_that_is_not_required_is_not_missed() -> None:
    assert not publisher(RELEASE, Policy(require=("pin", "integrity")))


def test_images_and_full_commits_have_publishers_too_and_unpinned_packages_none_yet() -> None:
    assert only(publisher(Release((), None, Publisher("unavailable")), subject=IMAGE))
    commit = facts(server(known(COMMIT, basis="claimed")), policy=STRICT)
    assert "comes from git" in only(unverified_publisher.check(commit)).message
    assert not publisher(RELEASE, subject=package(version=None))


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
    policy = Policy(publishers=(("npm:@corp/*", identity),))
    release = RELEASE._replace(registry=registry)
    assert bool(publisher(release, policy, package("@corp/server"))) != counts
    assert publisher(release, policy, package("server"))


def test_weaker_evidence_than_in_the_base_is_named() -> None:
    proven = RELEASE._replace(publisher=Publisher("proven", "github:a/b"), attestations="proven")
    base = Lock({PURL: LockedPackage(PURL, proven, LOCK_PLACE)}, {})
    finding = only(provenance_downgrade.check(facts(server(known(basis="weaker")), base_lock=base)))
    assert "(publisher was proven, is declared, attestation was proven, is absent)" in finding.message
    assert (finding.place, finding.remedy) == (place(5), "mcp-guard pin postmark")


@pytest.mark.parametrize("base", [None, Lock({}, {}), Lock({PURL: LockedPackage(PURL, RELEASE, LOCK_PLACE)}, {})])
def test_weaker_evidence_is_a_finding_whatever_the_base_tells(base: Lock | None) -> None:
    everything = facts(server(known(basis="weaker")), base_lock=base)
    assert "a proof is missing" in only(provenance_downgrade.check(everything)).message


@pytest.mark.parametrize("basis", ["receipt", "proven", "carried", "claimed"])
def test_evidence_as_good_as_before_is_no_downgrade(basis: Basis) -> None:
    assert not list(provenance_downgrade.check(facts(server(known(basis=basis)))))


# ------------------------------------------------------------------------------------------------ the policy


def test_a_loosened_policy_is_shown_with_both_lines() -> None:
    policy = Policy(file="mcp-guard.toml", min_age=timedelta(0), places=(("min-age", POLICY_PLACE),))
    finding = only(policy_weakened.check(facts(policy=policy, base_policy=Policy())))
    assert (finding.severity, finding.place) == ("warning", POLICY_PLACE)
    assert 'was min-age = "72h", is min-age = "0' in finding.message
    assert finding.remedy == "git diff HEAD -- mcp-guard.toml"


def test_what_is_added_or_dropped_has_one_line() -> None:
    more = Policy(programs=("gh",), registries=())
    base = Policy(registries=(("npm:@corp", CORP),))
    messages = [finding.message for finding in policy_weakened.check(facts(policy=more, base_policy=base))]
    assert len(messages) == 2
    assert any("added " in message and "gh" in message for message in messages)
    assert any("dropped " in message and CORP in message for message in messages)


@pytest.mark.parametrize("base", [None, Policy()])
def test_nothing_is_loosened_without_a_base_or_a_change(base: Policy | None) -> None:
    assert not list(policy_weakened.check(facts(policy=Policy(), base_policy=base)))
