"""Exactly which rules on publishers fire, for what the base knows, what the policy names and what is served."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from mcp_guard.model import Basis, Ecosystem, Facts, NamedPublisher, Policy, Publisher, Release
from mcp_guard.rules import judge

from .factories import (
    EVIL,
    OCTO,
    RELEASE,
    STRICT,
    acceptance,
    attested,
    base,
    facts,
    known,
    naming,
    package,
    server,
)

UNVERIFIED, NEW, MISMATCH = "unverified-publisher", "new-publisher", "publisher-mismatch"
CHANGED, WORKFLOW, DOWNGRADE = "publisher-changed", "workflow-changed", "provenance-downgrade"
ABOUT = {UNVERIFIED, NEW, MISMATCH, CHANGED, WORKFLOW, DOWNGRADE}

CORP = "https://npm.corp.example/"
LENIENT = Policy(require=("pin", "integrity"))
NONE = attested()._replace(publisher=Publisher("absent"), attestations="absent", account="")
OLD = OCTO._replace(identity="github:octo/server", owner_id="", trigger="")  # a certificate from before March 2023
BUILDER = "https://github.com/slsa/build/.github/workflows/b.yml"


def by(**parts: str) -> Release:
    """Build a release of the usual publisher, which differs in some parts."""
    return attested(OCTO._replace(**parts))  # type: ignore[arg-type]  # fields by name


class Case(NamedTuple):
    """What is known and served, and the rules on publishers that fire."""

    fires: set[str]
    release: Release
    before: dict[str, Release] | None = None
    policy: Policy = STRICT
    spec: str = "server@1.2.0"
    ecosystem: Ecosystem = "npm"


BEFORE = {"server@1.1.0": attested()}

CASES: dict[str, Case] = {
    # nobody knows anything yet
    "first, nothing proven": Case({UNVERIFIED}, RELEASE),
    "first, proven": Case({NEW}, attested()),
    "first, proven, provenance not required": Case(set(), attested(), policy=LENIENT),
    "first, nothing proven nor required": Case(set(), RELEASE, policy=LENIENT),
    # the policy
    "named, with id": Case(set(), attested(), policy=naming("github:octo/server#4711")),
    "named, without id": Case(set(), attested(), policy=naming("github:Octo/Server")),
    "named, renamed since": Case(set(), attested(), policy=naming("github:octo/old-name#4711")),
    "named, and another": Case({MISMATCH}, attested(EVIL), policy=naming("github:octo/server#4711")),
    "named, resurrected": Case(
        {MISMATCH}, by(identity="github:octo/server#9"), policy=naming("github:octo/server#4711")
    ),
    "named, without id, resurrected": Case(
        set(), by(identity="github:octo/server#9"), policy=naming("github:octo/server")
    ),
    "named, nothing proven": Case({UNVERIFIED}, RELEASE, policy=naming("github:octo/server#4711")),
    "named, nothing proven, not required": Case(
        {UNVERIFIED}, RELEASE, policy=naming("github:octo/server#4711")._replace(require=("pin",))
    ),
    "named, another, not required": Case(
        {MISMATCH}, attested(EVIL), policy=naming("github:octo/server#4711")._replace(require=())
    ),
    "scope named": Case(
        set(), attested(), policy=naming("github:octo/server#4711", key="npm:@octo/*"), spec="@octo/server@1.2.0"
    ),
    "scope named, the name otherwise": Case(
        {MISMATCH},
        attested(),
        policy=Policy(
            publishers=(
                ("npm:@octo/*", NamedPublisher("github:octo/server#4711")),
                ("npm:@octo/server", NamedPublisher("github:evil/server#9999")),
            )
        ),
        spec="@octo/server@1.2.0",
    ),
    "another package named": Case({NEW}, attested(), policy=naming("github:octo/server#4711", key="npm:other")),
    "workflow named": Case(set(), attested(), policy=naming("github:octo/server#4711", "release.yml", "refs/tags/*")),
    "workflow named, and another": Case({MISMATCH}, attested(), policy=naming("github:octo/server#4711", "other.yml")),
    "ref named, and another": Case(
        {MISMATCH}, by(ref="refs/heads/main"), policy=naming("github:octo/server#4711", None, "refs/tags/*")
    ),
    # a registry that the policy names
    "registry, met": Case(set(), RELEASE._replace(registry=CORP), policy=naming(f"registry:{CORP}")),
    "registry, met and proven": Case(set(), attested()._replace(registry=CORP), policy=naming(f"registry:{CORP}")),
    "registry, from elsewhere": Case({UNVERIFIED}, RELEASE, policy=naming(f"registry:{CORP}")),
    "registry, from elsewhere and proven": Case({UNVERIFIED}, attested(EVIL), policy=naming(f"registry:{CORP}")),
    "registry, from elsewhere, known": Case({UNVERIFIED}, attested(), BEFORE, naming(f"registry:{CORP}")),
    # the base's lock
    "known": Case(set(), attested(), BEFORE),
    "known, same version": Case(set(), attested(), {"server@1.2.0": attested()}),
    "known, renamed": Case(set(), by(identity="github:octo/renamed#4711"), BEFORE),
    "known, owner renamed": Case(set(), by(identity="github:octopus/server#4711"), BEFORE),
    "known from another package": Case(set(), attested(), {"sibling@7.0.0": attested()}),
    "known from another package, transferred": Case({NEW}, by(owner_id="66"), {"sibling@7.0.0": attested()}),
    "known from another package, resurrected": Case(
        {NEW}, by(identity="github:octo/server#9"), {"sibling@7.0.0": attested()}
    ),
    "declared only": Case({NEW}, attested(), {"server@1.1.0": RELEASE}),
    "another": Case({CHANGED}, attested(EVIL), BEFORE),
    "another, provenance not required": Case({CHANGED}, attested(EVIL), BEFORE, LENIENT),
    "another that the base knows from elsewhere": Case(
        {CHANGED}, attested(EVIL), {**BEFORE, "sibling@7.0.0": attested(EVIL)}
    ),
    "another, same version": Case({CHANGED}, attested(EVIL), {"server@1.2.0": attested()}),
    "transferred": Case({CHANGED}, by(identity="github:evil/server#4711", owner_id="66"), BEFORE),
    "transferred under the same name": Case({CHANGED}, by(owner_id="66"), BEFORE),
    "resurrected": Case({CHANGED}, by(identity="github:octo/server#9"), BEFORE),
    "resurrected, owner too": Case({CHANGED}, by(identity="github:octo/server#9", owner_id="66"), BEFORE),
    "both are known": Case(set(), attested(EVIL), {"server@1.0.0": attested(EVIL), "server@1.1.0": attested()}),
    "old certificate before": Case(set(), attested(), {"server@1.1.0": attested(OLD)}),
    "old certificate before, another name": Case({CHANGED}, attested(EVIL), {"server@1.1.0": attested(OLD)}),
    "old certificate now": Case({WORKFLOW}, attested(OLD), BEFORE),  # it does not say what started it
    "old certificate before, another owner": Case(
        {CHANGED}, by(identity="github:evil/server#4711"), {"server@1.1.0": attested(OLD)}
    ),
    "another account": Case(
        {CHANGED},
        attested(Publisher("proven", "google:evil@octo.example")),
        {"server@1.1.0": attested(Publisher("proven", "google:octo@octo.example"))},
    ),
    "the same account": Case(
        set(),
        attested(Publisher("proven", "google:octo@octo.example")),
        {"server@1.1.0": attested(Publisher("proven", "google:octo@octo.example"))},
    ),
    # both
    "named with id, and changed": Case(set(), attested(EVIL), BEFORE, naming("github:evil/server#9999")),
    "named without id, and another id in the base": Case(
        {CHANGED}, by(identity="github:octo/server#9"), BEFORE, naming("github:octo/server")
    ),
    "named as in the base, and another": Case(
        {CHANGED, MISMATCH}, attested(EVIL), BEFORE, naming("github:octo/server#4711")
    ),
    "known, and the policy names another": Case({MISMATCH}, attested(), BEFORE, naming("github:evil/server#9999")),
    # the workflow
    "another workflow": Case({WORKFLOW}, by(workflow=".github/workflows/other.yml"), BEFORE),
    "another workflow, named": Case(
        set(), by(workflow=".github/workflows/other.yml"), BEFORE, naming("github:octo/server#4711", "other.yml")
    ),
    "another workflow, publisher named": Case(
        {WORKFLOW}, by(workflow=".github/workflows/other.yml"), BEFORE, naming("github:octo/server#4711")
    ),
    "another tag": Case(set(), by(ref="refs/tags/v1.2.0"), BEFORE),
    "tag to branch": Case({WORKFLOW}, by(ref="refs/heads/main"), BEFORE),
    "branch to branch": Case(set(), by(ref="refs/heads/x"), {"server@1.1.0": by(ref="refs/heads/main")}),
    "branch to tag": Case({WORKFLOW}, attested(), {"server@1.1.0": by(ref="refs/heads/main")}),
    "tag to pull request": Case({WORKFLOW}, by(ref="refs/pull/7/merge"), BEFORE),
    "tag to nothing": Case({WORKFLOW}, by(ref=""), BEFORE),
    "pull_request_target": Case({WORKFLOW}, by(trigger="pull_request_target"), BEFORE),
    "signer's version": Case(
        set(), by(signer=f"{BUILDER}@refs/tags/v2"), {"server@1.1.0": by(signer=f"{BUILDER}@refs/tags/v1")}
    ),
    "another signer": Case(
        {WORKFLOW}, by(signer=f"{BUILDER}2@refs/tags/v1"), {"server@1.1.0": by(signer=f"{BUILDER}@refs/tags/v1")}
    ),
    "signer lost": Case({WORKFLOW}, attested(), {"server@1.1.0": by(signer=f"{BUILDER}@refs/tags/v1")}),
    "another workflow, not the highest's": Case(
        {WORKFLOW}, by(trigger="push"), {"server@1.0.9": by(trigger="push"), "server@1.0.10": attested()}
    ),
    "another workflow than long ago": Case(
        set(), by(trigger="push"), {"server@1.0.10": by(trigger="push"), "server@1.0.9": attested()}
    ),
    "same version, in the base as it is": Case(
        set(), by(trigger="push"), {"server@1.2.0": by(trigger="push"), "server@1.3.0": attested()}
    ),
    "same version, otherwise in the base": Case({WORKFLOW}, by(trigger="push"), {"server@1.2.0": attested()}),
    "workflow of another's versions": Case(
        set(), by(trigger="push"), {"server@1.0.0": by(trigger="push"), "server@1.1.0": attested(EVIL)}
    ),
    "several files, the same workflows": Case(
        set(),
        by(ref="refs/tags/v2", signer=f"{BUILDER}@b, {BUILDER}@c"),
        {"server@1.1.0": by(ref="refs/tags/v1, refs/tags/v1b", signer=f"{BUILDER}@a")},
    ),
    "several files, one from a branch": Case({WORKFLOW}, by(ref="refs/heads/main, refs/tags/v2"), BEFORE),
    # downgrades
    "no provenance any more": Case({DOWNGRADE}, RELEASE, BEFORE),
    "no provenance any more, named": Case({DOWNGRADE}, RELEASE, BEFORE, naming("github:octo/server#4711")),
    "no provenance any more, not required": Case({DOWNGRADE}, RELEASE, BEFORE, LENIENT),
    "nothing any more": Case({DOWNGRADE}, NONE, BEFORE),
    "same version without": Case({DOWNGRADE}, RELEASE, {"server@1.2.0": attested()}),
    "backport of an old line": Case({UNVERIFIED}, RELEASE, {"server@2.0.0": attested()}),
    "backport of a line that had it": Case({DOWNGRADE}, RELEASE, {"server@1.1.0": attested(), "server@2.0.0": RELEASE}),
    "back to a version before it": Case({UNVERIFIED}, RELEASE, {"server@1.2.1": attested()}),
    "higher major without": Case({DOWNGRADE}, RELEASE, BEFORE, spec="server@2.0.0"),
    "prerelease without": Case({DOWNGRADE}, RELEASE, BEFORE, spec="server@1.2.0-rc.1"),
    "prerelease of a higher major without": Case({DOWNGRADE}, RELEASE, BEFORE, spec="server@2.0.0-rc.1"),
    "before: a prerelease with": Case({DOWNGRADE}, RELEASE, {"server@1.2.0-rc.1": attested()}),
    "before: a prerelease of the next major": Case({UNVERIFIED}, RELEASE, {"server@2.0.0-rc.1": attested()}),
    "compared as numbers": Case({DOWNGRADE}, RELEASE, {"server@1.9.0": attested()}, spec="server@1.10.0"),
    "build metadata takes no part": Case({DOWNGRADE}, RELEASE, {"server@1.2.0+b": attested()}, spec="server@1.2.0+a"),
    "no version that compares": Case({DOWNGRADE}, RELEASE, {"server@9.x": attested()}),
    "no version that compares, now": Case({DOWNGRADE}, RELEASE, {"server@9.0.0": attested()}, spec="server@1.2"),
    "another package had it": Case({UNVERIFIED}, RELEASE, {"serve@1.0.0": attested(), "server2@1.0.0": attested()}),
    "the same name elsewhere had it": Case({UNVERIFIED}, RELEASE, BEFORE, spec="server@1.2.0", ecosystem="pypi"),
    "an unattested publisher is no such thing": Case({DOWNGRADE}, attested()._replace(attestations="absent"), BEFORE),
    "the signature alone may go": Case(set(), attested()._replace(signatures="absent"), BEFORE),
    "history": Case({DOWNGRADE}, RELEASE._replace(weaker_than="1.1.0 (an attestation)")),
    "history, and proven": Case(set(), attested()._replace(weaker_than="1.1.0 (an attestation)"), BEFORE),
    "history, registry named and met": Case(
        {DOWNGRADE}, RELEASE._replace(registry=CORP, weaker_than="1.1.0 (x)"), policy=naming(f"registry:{CORP}")
    ),
}

PYPI: dict[str, Case] = {
    "pypi, known": Case(set(), attested(), BEFORE),
    "pypi, no provenance any more": Case({DOWNGRADE}, RELEASE, {"server@1.9": attested()}, spec="server@1.10"),
    "pypi, equal": Case({DOWNGRADE}, RELEASE, {"server@1.10.0": attested()}, spec="server@1.10"),
    "pypi, backport": Case({UNVERIFIED}, RELEASE, {"server@2.0": attested()}, spec="server@1.10.post1"),
    "pypi, prerelease": Case({DOWNGRADE}, RELEASE, {"server@1.10rc1": attested()}, spec="server@1.10"),
    "pypi, epoch": Case({DOWNGRADE}, RELEASE, {"server@2024.1": attested()}, spec="server@1!0.5"),
    "pypi, earlier epoch": Case({UNVERIFIED}, RELEASE, {"server@1!0.5": attested()}, spec="server@2024.1"),
    "pypi, no version": Case({DOWNGRADE}, RELEASE, {"server@banana": attested()}, spec="server@1.0"),
    "pypi, too many digits": Case({DOWNGRADE}, RELEASE, {f"server@{'9' * 5000}": attested()}, spec="server@1.0"),
    "pypi, the highest's workflow": Case(
        {WORKFLOW},
        by(trigger="push"),
        {"server@1.9": by(trigger="push"), "server@1.10": attested()},
        spec="server@1.11",
    ),
}
TABLE = CASES | {name: case._replace(ecosystem="pypi") for name, case in PYPI.items()}


def judged(case: Case) -> Facts:
    name, _, version = case.spec.rpartition("@")
    subject = known(package(name, version, case.ecosystem), basis="claimed", entry=None, answer=case.release)
    elsewhere = case is CASES["the same name elsewhere had it"]
    lock = base(*(case.before or {}).items(), ecosystem="npm" if elsewhere else case.ecosystem)
    return facts(server(subject), base_lock=lock if case.before else None, policy=case.policy)


@pytest.mark.parametrize("name", TABLE)
def test_exactly_these_rules_fire(name: str) -> None:
    findings = [finding for finding in judge(judged(TABLE[name])) if finding.rule in ABOUT]
    assert {finding.rule for finding in findings} == TABLE[name].fires
    assert len(findings) == len(TABLE[name].fires)
    assert {finding.severity for finding in findings if finding.rule == WORKFLOW} <= {"warning"}
    assert {finding.severity for finding in findings if finding.rule != WORKFLOW} <= {"error"}


@pytest.mark.parametrize("name", [name for name, case in TABLE.items() if len(case.fires) == 1])
def test_what_fires_can_be_accepted_and_leaves_nothing_else(name: str) -> None:
    case = TABLE[name]
    (rule,) = case.fires
    permit = acceptance(rule, f"{case.ecosystem}:{case.spec}")
    everything = judged(case)._replace(policy=case.policy._replace(acceptances=(permit,)))
    found = [finding for finding in judge(everything) if finding.rule in ABOUT or finding.rule.startswith("acceptance")]
    assert [(finding.rule, finding.accepted) for finding in found] == [(rule, "SEC-42")]


@pytest.mark.parametrize("basis", ["receipt", "proven", "carried"])
def test_a_lock_that_holds_is_judged_without_an_answer(basis: Basis) -> None:
    for name, case in TABLE.items():
        spec, _, version = case.spec.rpartition("@")
        subject = package(spec, version, case.ecosystem)
        entry = known(subject, basis=basis, entry=case.release, answer=None)
        everything = judged(case)._replace(servers=(server(entry),))
        assert {finding.rule for finding in judge(everything)} & ABOUT == case.fires, name


@pytest.mark.parametrize("basis", ["claimed", "weaker"])
def test_a_mere_claim_of_the_lock_names_no_publisher(basis: Basis) -> None:
    entry = known(package("server", "1.2.0"), basis=basis, entry=attested(EVIL))
    everything = facts(server(entry), base_lock=base(*BEFORE.items()), policy=STRICT)
    rules = {finding.rule for finding in judge(everything)} & ABOUT
    assert rules == ({DOWNGRADE} if basis == "weaker" else set())


# ------------------------------------------------------------------------------------------------ size


def test_a_lock_of_many_publishers_is_gone_through_once() -> None:
    """Two thousand servers against two thousand publishers would take seconds if each met each."""
    count = 2000
    lock = base(*((f"p{n}@1.0.0", by(identity=f"github:o/r{n}#{n}")) for n in range(count)))
    asked = (known(package(f"q{n}"), answer=by(identity=f"github:o/s{n}#{n}")) for n in range(count))
    servers = (server(one, name=f"s{n}") for n, one in enumerate(asked))
    assert judge(facts(*servers, base_lock=lock, policy=STRICT)) == ()
