"""Until when an acceptance is honoured, to the day, and what is said of its end."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from mcp_guard.model import (
    Basis,
    Facts,
    Finding,
    Network,
    OpaqueLaunch,
    ServerFacts,
)

from .factories import (
    RELEASE,
    TERMS,
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
    rules_of,
    server,
    word,
)

DAY = timedelta(days=1)
YOUNG = RELEASE._replace(published=None)


def ends(days: int, on: Facts | None = None) -> tuple[Finding, ...]:
    return judged(acceptance(until=TODAY + days * DAY), on=on)


@pytest.mark.parametrize(
    ("days", "accepted", "said"),
    [
        (181, False, "error"),
        (180, True, None),
        (15, True, None),
        (14, True, "warning"),
        (1, True, "warning"),
        (0, True, "warning"),
        (-1, True, "warning"),
        (-400, True, "warning"),
    ],
)
def test_the_end_to_the_day_where_nothing_is_touched(*, days: int, accepted: bool, said: str | None) -> None:
    findings = ends(days)
    assert (by_rule(findings, "unverified-publisher").accepted is not None) == accepted
    reviews = [finding for finding in findings if finding.rule == "acceptance-expired"]
    assert [finding.severity for finding in reviews] == ([said] if said else [])
    for finding in reviews:
        assert finding.place == acceptance().place
        assert str(TODAY + days * DAY) in finding.message
        assert finding.remedy == f"mcp-guard accept package postmark {TERMS}"


BLOCKING: list[tuple[ServerFacts, Network]] = [
    (server(known()), "required"),
    (server(known(basis="claimed", answer=RELEASE)), "auto"),
    (server(known(basis="weaker", answer=RELEASE)), "auto"),
    (server(known(), locked=False), "off"),
    (changed(), "off"),
]


@pytest.mark.parametrize(("one", "network"), BLOCKING)
def test_after_its_end_it_blocks_where_required_or_touched(one: ServerFacts, network: Network) -> None:
    findings = ends(-1, facts(one, network=network))
    assert by_rule(findings, "unverified-publisher").accepted is None
    expired = by_rule(findings, "acceptance-expired")
    assert expired.severity == "error"
    assert "blocks again" in expired.message
    assert by_rule(ends(0, facts(one, network=network)), "unverified-publisher").accepted == "SEC-42"


@pytest.mark.parametrize("basis", ["receipt", "proven", "carried"])
@pytest.mark.parametrize("network", ["auto", "off"])
def test_after_its_end_it_holds_for_what_nobody_touches(basis: Basis, network: Network) -> None:
    findings = ends(-1, facts(server(known(basis=basis)), network=network))
    assert by_rule(findings, "unverified-publisher").accepted == "SEC-42"


def test_a_package_is_touched_by_itself_and_not_by_its_neighbour() -> None:
    neighbour = known(package("other"), basis="claimed", answer=RELEASE)
    ended = acceptance(until=TODAY - DAY)
    findings = judged(ended, acceptance(package="npm:other@1.0.12", line=8), on=facts(server(known(), neighbour)))
    assert [finding.accepted for finding in findings if finding.rule == "unverified-publisher"] == ["SEC-42"] * 2


@pytest.mark.parametrize(("neighbour", "accepted"), [("carried", "SEC-43"), ("claimed", None)])
def test_a_definition_is_touched_by_any_of_its_packages(neighbour: Basis, accepted: str | None) -> None:
    launch = OpaqueLaunch("inline code", word("-c"))
    plain = server(known(basis=neighbour, answer=RELEASE))
    one = plain._replace(launches=(*plain.launches, launch))
    findings = judged(acceptance(), permit("opaque-launch", until=TODAY - DAY), on=facts(one))
    assert by_rule(findings, "opaque-launch").accepted == accepted


def test_an_unpinned_package_touches_nothing_by_being_unpinned() -> None:
    subject = known(package(version=None), basis="claimed")
    findings = judged(permit("unpinned", until=TODAY - DAY), on=facts(server(subject)))
    assert by_rule(findings, "unpinned").accepted == "SEC-43"


def test_an_end_too_far_ahead_is_an_error_even_where_nothing_matches() -> None:
    far = acceptance(package="npm:gone@1.0.0", until=date(2099, 1, 1))
    findings = judged(far, on=facts(whole=False))
    assert only(findings).severity == "error"
    assert only(findings).remedy == "mcp-guard explain acceptance-expired"
    assert "permits nothing" in only(findings).message


def test_an_ended_acceptance_of_something_else_is_only_unused() -> None:
    assert rules_of(judged(acceptance(package="npm:gone@1.0.0", until=TODAY - DAY), on=facts())) == [
        "acceptance-unused"
    ]
    assert not judged(acceptance(package="npm:gone@1.0.0", until=TODAY - DAY), on=facts(whole=False))


def test_the_remedy_renews_with_the_subject_of_the_rule() -> None:
    launch = OpaqueLaunch("inline code", word("-c"))
    one = facts(server(launches=(launch,), name="tools"))
    findings = judged(permit("opaque-launch", "tools", until=TODAY + DAY), on=one)
    expired = by_rule(findings, "acceptance-expired")
    assert expired.remedy == f"mcp-guard accept program tools {TERMS}"
    assert 'server "tools" of .mcp.json' in expired.message
