"""On what facts rest, what is believed of an entry, and what an answer makes of it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from mcp_guard import evidence, lock, pipeline, vouching
from mcp_guard.evidence import Status
from mcp_guard.model import (
    JSON,
    Digest,
    Lock,
    LockedPackage,
    Missing,
    Network,
    Package,
    PackageFacts,
    Place,
    Policy,
    Proof,
    Publisher,
    Refused,
    Release,
    Signature,
    Unreachable,
    Word,
    purl,
)
from mcp_guard.rules.integrity_mismatch import contradictions
from tests.core.conftest import HOUR, NETWORKS, NOW, PIN, RECEIPT, Site, blocking, of

PLACE = Place("mcp-guard.lock")
OLD = NOW - timedelta(days=400)
RELEASE = Release((Digest("sha512", "ab" * 64),), OLD, Publisher("declared", "someone"), account="someone")


# ------------------------------------------------------------------------------------------------ the pure parts


def package(ecosystem: str = "npm", name: str = "server", version: str | None = "1.0.0") -> Package:
    word = Word(name, PLACE, 0, 0)
    assert ecosystem in {"npm", "pypi", "oci"}
    if ecosystem == "oci":
        return Package("oci", name, version, name, "registry", word)
    return Package("npm" if ecosystem == "npm" else "pypi", name, version, name, "registry", word)


def test_what_has_a_purl() -> None:
    assert evidence.purl_of(package()) == "pkg:npm/server@1.0.0"
    assert evidence.purl_of(package(version=None)) is None
    assert evidence.purl_of(package()._replace(source="git")) is None


@pytest.mark.parametrize(
    ("locked", "asked_for", "known"),
    [
        (purl("npm", "server", "9.9.9"), package(), True),
        (purl("npm", "server", "9.9.9"), package(version=None), True),
        (purl("npm", "server-x", "1.0.0"), package(), False),
        (purl("npm", "@a/server", "1.0.0"), package(), False),
        (purl("npm", "@a/server", "1.0.0"), package(name="@a/server"), True),
        (purl("pypi", "server", "1.0.0"), package(), False),
        (purl("oci", "mcp.example/fetch", "sha256:" + "0" * 64), package("oci", "mcp.example/fetch", None), True),
        (purl("oci", "evil.example/x/fetch", "sha256:" + "0" * 64), package("oci", "mcp.example/fetch", None), False),
    ],
)
def test_what_a_lock_knows(locked: str, asked_for: Package, known: bool) -> None:
    base = Lock({locked: LockedPackage(locked, RELEASE, PLACE)}, {})
    assert evidence.knows(base, asked_for) is known


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (RELEASE, True),
        (RELEASE._replace(digests=()), False),
        (RELEASE._replace(digests=(Digest("sha512", "cd" * 64),)), False),
        (RELEASE._replace(digests=(*RELEASE.digests, Digest("sha1", "ab" * 20))), False),
        (RELEASE._replace(published=None), False),
        (RELEASE._replace(published=OLD + timedelta(milliseconds=999)), True),
        (RELEASE._replace(published=OLD + timedelta(seconds=1)), False),
        (RELEASE._replace(published=OLD - timedelta(seconds=1)), False),
        (RELEASE._replace(install_scripts=("postinstall",)), False),
        (RELEASE._replace(publisher=Publisher("declared", "other")), True),
        (RELEASE._replace(withdrawn="yanked"), True),
    ],
)
def test_when_lock_and_registry_agree(other: Release, expected: bool) -> None:
    assert evidence.agrees(RELEASE, other) is expected


def test_a_time_that_only_the_registry_has_is_no_contradiction() -> None:
    """Mirrors serve fewer parts; a time that only the lock has is nobody's word."""
    assert evidence.agrees(RELEASE._replace(published=None), RELEASE)
    assert evidence.agrees(RELEASE._replace(published=None), RELEASE._replace(published=None))


def test_contradictions_are_named() -> None:
    other = RELEASE._replace(published=NOW, install_scripts=("install",))
    assert contradictions(RELEASE, other) == ("publication time", "install scripts")
    assert contradictions(RELEASE._replace(published=None), other) == ("install scripts",)


def answered(site: Site, network: Network = "auto", now: datetime = NOW) -> PackageFacts:
    """What is known of the one package."""
    space = site.space()
    with site.world(space.policy, network, now) as world:
        (server,) = pipeline.gather(space, world, {}).servers
    return server.packages[0]


def test_a_status_has_the_time_of_the_entry_and_the_news_of_the_registry(pinned: Site) -> None:
    """npm's document of one version has no times."""
    pinned.registry.publish_npm("server", "1.0.0", deprecated="use other")
    facts = answered(pinned, now=NOW + 30 * HOUR)
    assert facts.entry is not None
    assert isinstance(facts.answer, Release)
    assert facts.entry.release.published is not None
    assert facts.answer.published == facts.entry.release.published
    assert facts.answer.deprecated == "use other"
    assert facts.as_of == NOW + 30 * HOUR
    assert pinned.registry.requests[-1].path == "/npm/server/1.0.0"


def test_a_time_that_the_registry_gives_is_the_registrys(pinned: Site) -> None:
    pinned.registry.publish_npm("server", "1.0.0", published="2026-02-02T00:00:00.000Z")
    answer = answered(pinned, "required").answer
    assert isinstance(answer, Release)
    assert answer.published == datetime(2026, 2, 2, tzinfo=timezone.utc)
    assert blocking(pinned.judge(network="required")) == ["integrity-mismatch"]


def test_a_whole_answer_without_a_time_is_not_filled(pinned: Site) -> None:
    pinned.registry.packuments["server"]["time"] = {}
    answer = answered(pinned, "required").answer
    assert isinstance(answer, Release)
    assert answer.published is None


@pytest.mark.parametrize(
    ("change", "bad"),
    [
        ({}, False),
        ({"deprecated": "d"}, False),
        ({"agreed": False}, True),
        ({"withdrawn": "w"}, True),
        ({"withdrawn": ""}, True),
        ({"missing": "m"}, True),
        ({"missing": ""}, True),
    ],
)
def test_which_news_is_bad(change: dict[str, JSON], bad: bool) -> None:
    status = evidence.read_status({**RECEIPT, **change})
    assert status is not None
    assert status.bad is bad


def test_on_what_facts_rest() -> None:
    entry = LockedPackage("pkg:npm/server@1.0.0", RELEASE, PLACE)
    other = entry._replace(release=RELEASE._replace(published=NOW))
    agreed, contradicted = Status(NOW, agreed=True), Status(NOW, agreed=False)
    assert evidence.basis(None, entry, agreed, proven=True) == "claimed"
    assert evidence.basis(entry, entry, agreed, proven=True) == "receipt"
    assert evidence.basis(entry, entry, contradicted, proven=True) == "claimed", "nothing outweighs a contradiction"
    assert evidence.basis(entry, None, None, proven=True) == "proven"
    assert evidence.basis(entry, entry, None, proven=False) == "carried"
    assert evidence.basis(entry, other, None, proven=False) == "claimed"
    assert evidence.basis(entry, None, None, proven=False) == "claimed"


@pytest.mark.parametrize(
    "proven",
    [
        RELEASE._replace(publisher=Publisher("proven", "a"), attestations="proven", proofs=(Proof("", "0" * 64),)),
        RELEASE._replace(signatures="proven", signed=(Signature("k", "AAAA"),)),
        RELEASE._replace(attestations="proven", proofs=(Proof("", "0" * 64),)),
    ],
)
def test_a_proof_that_is_gone_outweighs_a_receipt(proven: Release) -> None:
    entry, base = (LockedPackage("pkg:npm/server@1.0.0", release, PLACE) for release in (RELEASE, proven))
    assert evidence.basis(entry, base, Status(NOW, agreed=True), proven=False) == "weaker"
    assert evidence.basis(base, entry, Status(NOW, agreed=True), proven=False) == "receipt"
    assert evidence.to_ask("weaker", "required", fresh_status=False) == "release"


def test_what_is_believed_of_an_entry() -> None:
    """It cannot say that something is proven: without signed objects nothing is, and to say so is a problem."""
    claimed = RELEASE._replace(
        publisher=Publisher("proven", "github:a/b"), signatures="proven", attestations="proven", account="alice"
    )
    shelf = vouching.Shelf({}, None, "https://registry.example/")

    def vouched(release: Release) -> vouching.Vouched:
        return vouching.entry(LockedPackage("pkg:npm/server@1.0.0", release, PLACE), package(), shelf)

    found = vouched(claimed)
    assert found.release == claimed._replace(
        publisher=Publisher("declared", "alice"), signatures="declared", attestations="declared"
    )
    assert len(found.problems) == 2
    assert vouched(RELEASE) == vouching.Vouched(RELEASE)
    absent = RELEASE._replace(publisher=Publisher("absent"), signatures="unavailable", attestations="absent")
    assert vouched(absent) == vouching.Vouched(absent)


def test_a_lock_that_claims_proofs_is_not_believed(pinned: Site) -> None:
    own = pinned.space().lock
    assert own is not None
    (entry,) = own.packages.values()
    release = entry.release._replace(
        publisher=Publisher("proven", "github:a/b#1"), attestations="proven", proofs=(Proof("", "0" * 64),), account="x"
    )
    proven = entry._replace(release=release)
    pinned.write("mcp-guard.lock", lock.dump(own._replace(packages={entry.purl: proven})))
    written = pinned.space().lock
    assert written is not None
    assert written.packages[entry.purl].release.publisher.level == "proven", "so it stands there"
    for network in NETWORKS:
        assert blocking(pinned.judge(network=network)) == ["proof-invalid"]


def test_what_is_fresh() -> None:
    policy = Policy(max_status_age=HOUR)
    assert evidence.is_fresh(NOW, NOW, policy)
    assert evidence.is_fresh(NOW - HOUR, NOW, policy)
    assert not evidence.is_fresh(NOW - HOUR - timedelta(microseconds=1), NOW, policy)
    assert not evidence.is_fresh(NOW + timedelta(microseconds=1), NOW, policy)


def test_settling() -> None:
    entry = LockedPackage("pkg:npm/server@1.0.0", RELEASE, PLACE)
    facts = PackageFacts(package(), entry.purl, entry, "carried", known=True, answer=Unreachable("x"))
    assert evidence.settle(facts, None, "auto").answer is None
    assert evidence.settle(facts, Status(NOW, True, deprecated="d"), "auto").answer == RELEASE._replace(deprecated="d")
    assert evidence.settle(facts, Status(NOW, agreed=True, missing="m"), "auto").answer == Missing("m")
    assert evidence.settle(facts._replace(entry=None), Status(NOW, agreed=True), "auto").answer is None
    for answer in (Missing("gone"), RELEASE, Refused("https://registry.example/"), None):
        same = facts._replace(answer=answer)
        assert evidence.settle(same, Status(NOW, agreed=True), "auto") is same


# ------------------------------------------------------------------------------------------------ other packages


def test_images_are_not_asked_about(site: Site) -> None:
    digest = "sha256:" + "0" * 64
    site.write("mcp-guard.toml", PIN)
    site.servers(a={"command": "docker", "args": ["run", f"mcp/fetch@{digest}"]})
    site.pin()
    for network in NETWORKS:
        report = site.judge(network=network)
        assert blocking(report) == []
        assert report.subjects[0].notes == ("its registry was not asked",)
    assert site.registry.count() == 0


def test_a_registry_that_only_the_repository_names_is_not_contacted(site: Site) -> None:
    site.registry.publish_npm("@corp/server", "1.0.0")
    other = "https://npm.example/"
    site.write("mcp-guard.toml", PIN + f'[registries]\n"npm:@corp" = "{other}"\n')
    site.servers(a="@corp/server@1.0.0", b="server@1.0.0")
    report = site.judge()
    (finding,) = [f for f in of(report, "registry-override") if f.package == "npm:@corp/server@1.0.0"]
    assert '"npm:@corp" = "https://npm.example/"' in finding.message
    assert site.registry.count("/npm/@corp") == 0
    site.write("mcp-guard.toml", PIN + f'[registries]\nnpm = "{other}"\n')
    lines = [f.message for f in of(site.judge(), "registry-override")]
    assert any('"npm" = "https://npm.example/"' in line for line in lines)


def test_each_question_is_asked_once(site: Site) -> None:
    site.registry.publish_npm("server", "1.0.0")
    site.servers(**{f"s{number}": "server@1.0.0" for number in range(5)})
    site.judge()
    paths = [request.path for request in site.registry.requests]
    assert sorted(paths) == sorted(set(paths))


def test_times_are_of_utc() -> None:
    status = evidence.read_status({**RECEIPT, "as-of": "2026-11-22T23:30:00-02:00"})
    assert status == Status(datetime(2026, 11, 23, 1, 30, tzinfo=timezone.utc), agreed=True)
