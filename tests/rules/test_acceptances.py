"""Which findings an acceptance covers, and when it covers nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mcp_guard.model import (
    Acceptance,
    Facts,
    Missing,
    Override,
    PackageFacts,
    Policy,
    RemoteLaunch,
    Unreachable,
)
from mcp_guard.rules import judge

from .factories import (
    FINGERPRINT,
    IMAGE,
    POLICY_PLACE,
    RELEASE,
    TODAY,
    acceptance,
    by_rule,
    changed,
    facts,
    judged,
    known,
    only,
    package,
    permit,
    place,
    rules_of,
    server,
    word,
)

DAY = timedelta(days=1)
YOUNG = RELEASE._replace(published=None)


def test_a_finding_on_one_exact_package_is_accepted_with_the_reason() -> None:
    finding = only(judged(acceptance()))
    assert (finding.rule, finding.severity, finding.accepted) == ("unverified-publisher", "error", "SEC-42")


@pytest.mark.parametrize(
    "other",
    [
        acceptance(package="npm:postmark-mcp@1.0.13"),
        acceptance(package="npm:postmark-mcp@1.0.1"),
        acceptance(package="npm:postmark-mcp"),
        acceptance(package="pypi:postmark-mcp@1.0.12"),
        acceptance(rule="release-too-young"),
        permit("unverified-publisher", name="other"),
        permit("unverified-publisher", file=".cursor/mcp.json"),
        permit("unverified-publisher", fingerprint="sha256:" + "b" * 64),
        Acceptance("unverified-publisher", None, None, None, None, "why", TODAY, POLICY_PLACE),
        Acceptance("unverified-publisher", None, ".mcp.json", "postmark", None, "why", TODAY, POLICY_PLACE),
    ],
)
def test_what_names_something_else_is_unused_and_accepts_nothing(other: Acceptance) -> None:
    findings = judged(other)
    assert rules_of(findings) == ["acceptance-unused", "unverified-publisher"]
    assert all(finding.accepted is None for finding in findings)
    unused = by_rule(findings, "acceptance-unused")
    assert (unused.severity, unused.place) == ("warning", other.place)
    assert unused.remedy == "mcp-guard explain acceptance-unused"


def test_a_definition_is_accepted_by_its_fingerprint() -> None:
    assert only(judged(permit("unverified-publisher"))).accepted == "SEC-43"


def test_an_unversioned_package_is_accepted_by_its_definition_only() -> None:
    unpinned = facts(server(known(package(version=None)), locked=False))
    assert only(judged(permit("unpinned"), on=unpinned)).accepted == "SEC-43"
    findings = judged(acceptance("unpinned", "npm:postmark-mcp"), on=unpinned)
    assert by_rule(findings, "unpinned").accepted is None


def test_an_acceptance_is_for_one_rule() -> None:
    both = facts(server(known(answer=YOUNG)))
    findings = judged(acceptance(), on=both)
    assert by_rule(findings, "unverified-publisher").accepted == "SEC-42"
    assert by_rule(findings, "release-too-young").accepted is None


def test_the_same_package_of_two_servers_is_accepted_on_both() -> None:
    two = facts(server(known()), server(known(), name="second", file=".cursor/mcp.json"))
    assert [finding.accepted for finding in judged(acceptance(), on=two)] == ["SEC-42"] * 2


def test_servers_of_one_name_are_told_apart_by_their_file() -> None:
    two = facts(server(known()), server(known(), file=".cursor/mcp.json"))
    findings = judged(permit("unverified-publisher", file=".cursor/mcp.json"), on=two)
    assert {finding.place.file: finding.accepted for finding in findings} == {
        ".mcp.json": None,
        ".cursor/mcp.json": "SEC-43",
    }


NEVER: list[tuple[str, Facts]] = [
    ("integrity-mismatch", facts(server(known(answer=RELEASE._replace(digests=()))))),
    ("not-locked", facts(server(known(), locked=False))),
    ("definition-changed", facts(server(known())._replace(fingerprint="sha256:" + "b" * 64))),
    ("unverifiable", facts(server(known(answer=Unreachable("timed out"))))),
]


@pytest.mark.parametrize(("rule", "on"), NEVER)
def test_what_nobody_can_accept_stays(rule: str, on: Facts) -> None:
    fingerprint = on.servers[0].fingerprint
    findings = judged(acceptance(rule), permit(rule, fingerprint=fingerprint), on=on)
    assert all(finding.accepted is None for finding in findings if finding.rule == rule)
    assert rules_of(findings).count("acceptance-unused") == 2


def test_of_several_acceptances_the_longest_gives_the_reason_and_all_are_used() -> None:
    short = acceptance(until=TODAY + 30 * DAY, reason="short", line=1)
    long = permit("unverified-publisher", until=TODAY + 60 * DAY, reason="long", line=2)
    ended = acceptance(until=TODAY - DAY, reason="ended", line=3)
    far = acceptance(until=TODAY + 181 * DAY, reason="far", line=4)
    findings = judged(short, long, ended, far)
    assert by_rule(findings, "unverified-publisher").accepted == "long"
    reviews = [(f.place.line, f.rule, f.severity) for f in findings if f.rule.startswith("acceptance")]
    assert reviews == [(3, "acceptance-expired", "warning"), (4, "acceptance-expired", "error")]


NPMRC = Override("npm", "registry in .npmrc", "https://npm.example/", None, place(1, ".npmrc"))


def test_an_override_beside_two_configs_has_to_be_accepted_for_both() -> None:
    files = (".mcp.json", ".cursor/mcp.json")
    two = facts(*(server(known(), file=file, overrides=(NPMRC,)) for file in files))
    vouched = acceptance()
    permits = [permit("registry-override", file=file) for file in files]
    one = judged(vouched, permits[0], on=two)
    assert [finding.accepted for finding in one if finding.rule == "registry-override"] == [None, None]
    both = judged(vouched, *permits, on=two)
    assert [finding.accepted for finding in both if finding.rule == "registry-override"] == ["SEC-43"] * 2
    assert "acceptance-unused" not in rules_of(both)


# ------------------------------------------------------------------------------------------------ unused


@pytest.mark.parametrize("whole", [True, False])
def test_unused_is_only_said_of_a_whole_tree(*, whole: bool) -> None:
    assert bool(judged(acceptance(), on=facts(whole=whole))) == whole


UNDECIDED: list[PackageFacts] = [
    known(basis="claimed"),
    known(basis="claimed", answer=Unreachable("timed out")),
    known(basis="claimed", answer=Missing("404")),
    known(basis="weaker"),
]


@pytest.mark.parametrize("subject", UNDECIDED)
@pytest.mark.parametrize("given", [acceptance(), permit("unverified-publisher")])
def test_what_nobody_could_ask_about_is_not_called_unused(subject: PackageFacts, given: Acceptance) -> None:
    assert "acceptance-unused" not in rules_of(judged(given, on=facts(server(subject))))


def test_a_finding_that_has_gone_leaves_its_acceptance_unused() -> None:
    findings = judged(acceptance(), acceptance("release-too-young", line=8))
    assert by_rule(findings, "acceptance-unused").place.line == 8


def test_an_acceptance_of_what_the_policy_lists_by_now_is_unused() -> None:
    remote = facts(server(launches=(RemoteLaunch("https://mcp.example.com/", word("x")),), name="wiki"))
    given = permit("unlisted-remote", "wiki")
    assert only(judged(given, on=remote)).accepted == "SEC-43"
    listed = Policy(acceptances=(given,), remotes=("https://mcp.example.com/*",))
    assert rules_of(judge(remote._replace(policy=listed))) == ["acceptance-unused"]


def test_an_image_is_accepted_by_its_digest() -> None:
    digest = IMAGE.version or ""
    on = facts(server(known(IMAGE)))
    assert only(judged(acceptance(package=f"oci:{IMAGE.name}@{digest}"), on=on)).accepted == "SEC-42"


def test_the_fingerprint_is_the_one_of_the_definition_in_the_tree() -> None:
    findings = judged(permit("unverified-publisher", fingerprint=FINGERPRINT), on=facts(changed()))
    assert by_rule(findings, "unverified-publisher").accepted is None
