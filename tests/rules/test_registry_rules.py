"""Rules on what registries say: when each fires, and when it does not."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from mcp_guard.model import (
    Answer,
    Basis,
    Digest,
    Finding,
    Missing,
    Network,
    Package,
    Policy,
    Publisher,
    Refused,
    Release,
    Unreachable,
)
from mcp_guard.rules import (
    integrity_mismatch,
    not_published,
    release_too_young,
    unverifiable,
    unverified_publisher,
    withdrawn,
)

from .factories import (
    ANSWERS,
    COMMIT,
    EVIL,
    IMAGE,
    NOW,
    OCTO,
    ONLINE,
    RELEASE,
    STRICT,
    TERMS,
    attested,
    facts,
    known,
    locked,
    only,
    package,
    place,
    server,
)

# ------------------------------------------------------------------------------------------------ answers


@pytest.mark.parametrize("answer", ANSWERS)
def test_only_missing_is_not_published(answer: Answer | None) -> None:
    findings = list(not_published.check(facts(server(known(answer=answer)))))
    assert len(findings) == isinstance(answer, Missing)
    for finding in findings:
        assert (finding.place, finding.package) == (place(5), "npm:postmark-mcp@1.0.12")
        assert "(404)" in finding.message


def test_an_unpinned_name_that_is_free_is_not_published() -> None:
    finding = only(not_published.check(facts(server(known(package(version=None), answer=Missing("404"))))))
    assert finding.package is None


@pytest.mark.parametrize("basis", ["receipt", "proven", "carried", "claimed", "weaker"])
@pytest.mark.parametrize("answer", ANSWERS)
def test_unverifiable_is_what_could_not_be_asked(basis: Basis, answer: Answer | None) -> None:
    findings = list(unverifiable.check(facts(server(known(basis=basis, answer=answer)))))
    unasked = answer is None and basis in {"claimed", "weaker"}
    assert len(findings) == (isinstance(answer, Unreachable | Refused) or unasked)
    for finding in findings:
        assert "not a pass" in finding.message
        assert (finding.severity, finding.remedy) == ("error", ONLINE)


@pytest.mark.parametrize(
    ("network", "answer", "text"),
    [
        ("off", None, "the network is off"),
        ("auto", None, "its registry was not asked"),
        ("auto", Unreachable("timed out after 3 s"), "timed out after 3 s"),
        ("auto", Refused("https://u:p@npm.example/x"), ": https://npm.example is named by this repository alone;"),
    ],
)
def test_unverifiable_says_what_was_tried(network: Network, answer: Answer | None, text: str) -> None:
    one = server(known(basis="claimed", answer=answer))
    assert text in only(unverifiable.check(facts(one, network=network))).message


@pytest.mark.parametrize("subject", [package(version=None), COMMIT])
def test_what_no_registry_can_be_asked_about_is_not_unverifiable(subject: Package) -> None:
    assert not list(unverifiable.check(facts(server(known(subject, basis="claimed")))))


@pytest.mark.parametrize("check", [integrity_mismatch.check, withdrawn.check, release_too_young.check])
@pytest.mark.parametrize("basis", ["claimed", "weaker"])
def test_a_mere_claim_of_the_lock_is_not_judged(check: object, basis: Basis) -> None:
    bad = Release((), None, Publisher("absent"), withdrawn="x", deprecated="y")
    assert callable(check)
    assert not list(check(facts(server(known(basis=basis, entry=bad)))))
    assert not list(check(facts(server(known(basis=basis, entry=bad, answer=Unreachable("timed out"))))))
    assert not list(unverified_publisher.check(facts(server(known(basis=basis, entry=bad)), policy=STRICT)))


@pytest.mark.parametrize("basis", ["receipt", "proven", "carried"])
def test_a_lock_that_was_checked_is_judged_without_an_answer(basis: Basis) -> None:
    bad = RELEASE._replace(digests=(), withdrawn="x", published=None)
    everything = facts(server(known(basis=basis, entry=bad)), policy=STRICT)
    for rule in (integrity_mismatch, withdrawn, release_too_young, unverified_publisher):
        assert list(rule.check(everything))


# ------------------------------------------------------------------------------------------------ integrity


def digests(*pairs: tuple[str, str]) -> Release:
    return RELEASE._replace(digests=tuple(Digest("sha256", value * 64, name) for name, value in pairs))


def integrity(entry: Release | None, answer: Release | None, policy: Policy = STRICT) -> list[Finding]:
    return list(
        integrity_mismatch.check(facts(server(known(basis="carried", entry=entry, answer=answer)), policy=policy))
    )


def test_equal_digests_agree_as_a_set() -> None:
    one, other = digests(("a.whl", "1"), ("b.tar.gz", "2")), digests(("b.tar.gz", "2"), ("a.whl", "1"))
    assert not integrity(one, other)
    assert not integrity(RELEASE, None)
    assert not integrity(None, RELEASE)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (digests(("a.whl", "1"), ("b.tar.gz", "2"), ("c.whl", "3")), "added: c.whl"),
        (digests(("a.whl", "1")), "removed: b.tar.gz"),
        (digests(("a.whl", "9"), ("b.tar.gz", "2")), "changed: a.whl"),
        (digests(("b.tar.gz", "2"), ("c.whl", "1")), "added: c.whl; removed: a.whl"),
    ],
)
@pytest.mark.parametrize("policy", [STRICT, Policy(require=())])
def test_every_file_that_differs_is_named(answer: Release, message: str, policy: Policy) -> None:
    finding = only(integrity(digests(("a.whl", "1"), ("b.tar.gz", "2")), answer, policy))
    assert f"({message})" in finding.message
    assert (finding.place, finding.remedy, finding.package) == (place(5), ONLINE, "npm:postmark-mcp@1.0.12")


def test_another_digest_of_the_one_artifact_is_a_change() -> None:
    assert "changed: its artifact" in only(integrity(RELEASE, digests(("", "1")))).message


@pytest.mark.parametrize(
    "weak",
    [
        (),
        (Digest("sha1", "ab" * 20),),
        (Digest("md5", "ab" * 16), Digest("sha1", "ab" * 20)),
        (Digest("sha512", ""),),
        (Digest("sha256", "1" * 64, "a.whl"), Digest("sha1", "1" * 40, "b.tar.gz")),
    ],
)
def test_weak_or_missing_digests_block_where_integrity_is_required(weak: tuple[Digest, ...]) -> None:
    release = RELEASE._replace(digests=weak)
    assert "has no " in only(integrity(release, release)).message
    assert "has no " in only(integrity(release, None)).message
    assert not integrity(release, release, Policy(require=("pin",)))


def test_a_weak_digest_beside_a_strong_one_is_fine() -> None:
    release = RELEASE._replace(digests=(*RELEASE.digests, Digest("sha1", "ab" * 20)))
    assert not integrity(release, release)


def test_digests_that_vanish_are_both() -> None:
    assert len(integrity(RELEASE, RELEASE._replace(digests=()))) == 2


@pytest.mark.parametrize(
    ("claimed", "served", "named"),
    [
        (attested(), attested(), ()),
        (RELEASE, attested(), ()),
        (attested(), RELEASE, ()),
        (attested(), attested()._replace(account="somebody"), ("account",)),
        (attested(), attested()._replace(account=""), ()),
        (RELEASE._replace(account=""), RELEASE._replace(account="a"), ()),
        (attested(), attested(EVIL), ("publisher",)),
        (attested(), attested(OCTO._replace(ref="refs/heads/main")), ()),
        (attested(), RELEASE._replace(publisher=Publisher("declared", "evil"), account="evil"), ("account",)),
        (
            attested(),
            attested(EVIL)._replace(account="e", install_scripts=("postinstall",), published=NOW),
            ("publication time", "install scripts", "account", "publisher"),
        ),
    ],
)
def test_a_lock_that_states_something_else_was_edited(
    claimed: Release, served: Release, named: tuple[str, ...]
) -> None:
    assert integrity_mismatch.contradictions(claimed, served) == named
    assert integrity_mismatch.contradictions(served, claimed) == named
    findings = integrity(claimed, served)
    assert [finding.remedy for finding in findings] == ["mcp-guard pin postmark"] * bool(named)
    assert all(f"(other {', '.join(named)})" in finding.message for finding in findings)


# ------------------------------------------------------------------------------------------------ withdrawn, age


@pytest.mark.parametrize(
    ("release", "severities"),
    [
        (RELEASE, []),
        (RELEASE._replace(withdrawn="yanked: broken"), ["error"]),
        (RELEASE._replace(withdrawn=""), ["error"]),
        (RELEASE._replace(deprecated="use other"), ["warning"]),
        (RELEASE._replace(deprecated=""), ["warning"]),
        (RELEASE._replace(withdrawn="a", deprecated="b"), ["error", "warning"]),
    ],
)
def test_withdrawn_blocks_and_deprecated_warns(release: Release, severities: list[str]) -> None:
    findings = list(withdrawn.check(facts(server(known(answer=release)))))
    assert [finding.severity for finding in findings] == severities
    assert {finding.rule for finding in findings} <= {"withdrawn"}
    assert all("()" not in finding.message for finding in findings)


def young(published: datetime | None, policy: Policy = STRICT, *, is_known: bool = True) -> list[Finding]:
    release = RELEASE._replace(published=published)
    return list(release_too_young.check(facts(server(known(answer=release, known=is_known)), policy=policy)))


SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(("is_known", "least"), [(True, timedelta(hours=72)), (False, timedelta(days=14))])
def test_a_release_is_too_young_to_the_second(*, is_known: bool, least: timedelta) -> None:
    assert not young(NOW - least, is_known=is_known)
    assert only(young(NOW - least + SECOND, is_known=is_known))


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (timedelta(days=13, hours=5), "came out 13 days ago"),
        (timedelta(hours=26), "came out 26 hours ago"),
        (timedelta(hours=5), "came out 5 hours ago"),
        (timedelta(minutes=90), "came out 90 minutes ago"),
        (timedelta(0), "came out 0 minutes ago"),
    ],
)
def test_the_age_is_rounded_down(age: timedelta, text: str) -> None:
    finding = only(young(NOW - age, is_known=False))
    assert text in finding.message
    assert "the policy waits 14 days" in finding.message


@pytest.mark.parametrize("policy", [STRICT, Policy(min_age=timedelta(0), min_age_new=timedelta(0))])
def test_a_time_in_the_future_is_never_old_enough(policy: Policy) -> None:
    assert "in the future" in only(young(NOW + SECOND, policy)).message


def test_an_unknown_time_is_not_old_but_matters_only_where_an_age_is_wanted() -> None:
    finding = only(young(None))
    assert "the npm registry gives no publication time" in finding.message
    assert finding.remedy == f"mcp-guard accept package postmark --rule release-too-young {TERMS}"
    assert not young(None, Policy(min_age=timedelta(0)))


def test_images_have_no_age() -> None:
    answer = Release((Digest("sha256", "0" * 64),), None, Publisher("unavailable"))
    assert not list(release_too_young.check(facts(server(known(IMAGE, entry=answer, answer=answer)), policy=STRICT)))


@pytest.mark.parametrize("basis", ["receipt", "proven", "carried"])
def test_a_release_that_changed_since_the_base_is_a_mismatch_though_the_registry_agrees(basis: Basis) -> None:
    other = RELEASE._replace(digests=(Digest("sha512", "cd" * 64),))
    replaced = server(known(basis=basis, entry=other, answer=other))
    finding = only(integrity_mismatch.check(facts(replaced, base_lock=locked(server(known())))))
    assert "base's lock" in finding.message
    assert finding.remedy == "mcp-guard explain integrity-mismatch"
    assert not list(integrity_mismatch.check(facts(replaced, base_lock=locked(replaced))))


def test_a_file_that_was_added_since_the_base_is_no_mismatch() -> None:
    wheel, archive = Digest("sha256", "ab" * 32, "x-1.0.whl"), Digest("sha256", "cd" * 32, "x-1.0.tar.gz")
    tool = package("x", "1.0", "pypi")
    before = server(known(tool, entry=RELEASE._replace(digests=(wheel,))))
    grown = RELEASE._replace(digests=(wheel, archive))
    after = server(known(tool, entry=grown, answer=grown))
    assert not list(integrity_mismatch.check(facts(after, base_lock=locked(before))))
