"""Until when an acceptance is honoured, to the day, and what is said of its end."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from mcp_guard.model import (
    Basis,
    Facts,
    Finding,
    Lock,
    Network,
    OpaqueLaunch,
    Release,
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
    locked,
    only,
    package,
    permit,
    place,
    rules_of,
    server,
    untouched,
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


OTHER = RELEASE._replace(install_scripts=("postinstall",))


def compared(one: ServerFacts, base: Lock | None, network: Network = "auto") -> Facts:
    return facts(one, lock=locked(one), base_lock=base, network=network)


BLOCKING: dict[str, Facts] = {
    "required": untouched(server(known()), network="required"),
    "no base": compared(server(known()), None),
    "no lock": facts(server(known()), base_lock=locked(server(known()))),
    "not locked": compared(server(known(), locked=False), locked(server(known())), "off"),
    "new": compared(server(known()), Lock({}, {})),
    "new server of a known package": compared(server(known(), name="new"), locked(server(known()))),
    "moved to another file": compared(server(known(), file=".cursor/mcp.json"), locked(server(known()))),
    "package new": compared(server(known()), locked(server(known(entry=None)))),
    "package not locked": compared(server(known(entry=None, answer=RELEASE)), locked(server(known()))),
    "other facts": compared(server(known()), locked(server(known(entry=OTHER)))),
    "other version before": compared(server(known()), locked(server(known(package(version="1.0.11"))))),
    "definition changed": compared(changed(), locked(changed()), "off"),
}


@pytest.mark.parametrize("on", BLOCKING.values(), ids=BLOCKING)
def test_after_its_end_it_blocks_where_required_or_touched(on: Facts) -> None:
    findings = ends(-1, on)
    assert by_rule(findings, "unverified-publisher").accepted is None
    expired = by_rule(findings, "acceptance-expired")
    assert expired.severity == "error"
    assert "blocks again" in expired.message
    assert by_rule(ends(0, on), "unverified-publisher").accepted == "SEC-42"


def test_after_its_end_it_blocks_where_definition_and_lock_changed_together() -> None:
    one = changed()
    assert one.locked is not None
    relocked = one._replace(locked=one.locked._replace(fingerprint=one.fingerprint))
    findings = judged(
        permit("unverified-publisher", fingerprint=one.fingerprint, until=TODAY - DAY),
        on=compared(relocked, locked(server(known()))),
    )
    assert by_rule(findings, "unverified-publisher").accepted is None


@pytest.mark.parametrize("basis", ["receipt", "proven", "carried", "claimed"])
@pytest.mark.parametrize("network", ["auto", "off"])
def test_after_its_end_it_holds_for_what_nobody_touches_whatever_this_machine_knows(
    basis: Basis, network: Network
) -> None:
    findings = ends(-1, untouched(server(known(basis=basis, answer=RELEASE)), network=network))
    assert by_rule(findings, "unverified-publisher").accepted == "SEC-42"


def test_the_place_in_the_lock_does_not_count() -> None:
    one = server(known())
    assert one.locked is not None
    moved = one._replace(
        locked=one.locked._replace(place=place(99)),
        packages=tuple(p._replace(entry=p.entry and p.entry._replace(place=place(98))) for p in one.packages),
    )
    assert by_rule(ends(-1, compared(moved, locked(one))), "unverified-publisher").accepted == "SEC-42"


NEIGHBOUR = known(package("other"))


def test_a_package_is_touched_by_itself_and_not_by_its_neighbour() -> None:
    one, before = server(known(), NEIGHBOUR), server(known(), NEIGHBOUR._replace(entry=None))
    findings = judged(
        acceptance(until=TODAY - DAY),
        acceptance(package="npm:other@1.0.12", until=TODAY - DAY, line=8),
        on=compared(one, locked(before)),
    )
    accepted = {finding.package: finding.accepted for finding in findings if finding.rule == "unverified-publisher"}
    assert accepted == {"npm:postmark-mcp@1.0.12": "SEC-42", "npm:other@1.0.12": None}


@pytest.mark.parametrize(("release", "accepted"), [(RELEASE, "SEC-43"), (OTHER, None)])
def test_a_definition_is_touched_by_any_of_its_packages(release: Release, accepted: str | None) -> None:
    launch = OpaqueLaunch("inline code", word("-c"))
    plain = server(known())
    one = plain._replace(launches=(*plain.launches, launch))
    on = compared(one, locked(server(known(entry=release))))
    findings = judged(acceptance(), permit("opaque-launch", until=TODAY - DAY), on=on)
    assert by_rule(findings, "opaque-launch").accepted == accepted


def test_an_unpinned_package_touches_nothing_by_being_unpinned() -> None:
    subject = known(package(version=None), basis="claimed")
    findings = judged(permit("unpinned", until=TODAY - DAY), on=untouched(server(subject)))
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
