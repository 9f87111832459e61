"""Acceptances over time: before, at and after their end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone

import pytest

from mcp_guard.model import (
    Network,
    Report,
)
from tests.core.conftest import Site, blocking, of

UNTIL = date(2026, 12, 20)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=timezone.utc)


def verdicts(report: Report) -> dict[str, str]:
    return {subject.server.name.text: subject.verdict for subject in report.subjects}


# ------------------------------------------------------------------------------------------------ ends of acceptances


ACCEPT = """
[[accept]]
rule = "unverified-publisher"
package = "npm:server@1.0.0"
reason = "by hand, SEC-42"
until = 2026-12-20
"""


@pytest.fixture
def accepted(site: Site) -> Site:
    """A server with an acceptance, all of it committed."""
    site.registry.publish_npm("server", "1.0.0")
    site.servers(a="server")
    site.pin()
    site.write("mcp-guard.toml", ACCEPT)
    site.commit()
    return site


ENDS: list[tuple[date, Network, int, str | None]] = [
    (UNTIL - timedelta(days=28), "auto", 0, None),
    (UNTIL - timedelta(days=15), "auto", 0, None),
    (UNTIL - timedelta(days=14), "auto", 0, "warning"),
    (UNTIL, "auto", 0, "warning"),
    (UNTIL, "required", 0, "warning"),
    (UNTIL + timedelta(days=1), "auto", 0, "warning"),
    (UNTIL + timedelta(days=1), "off", 0, "warning"),
    (UNTIL + timedelta(days=1), "required", 1, "error"),
    (UNTIL + timedelta(days=400), "auto", 0, "warning"),
    (UNTIL + timedelta(days=400), "required", 1, "error"),
]


@pytest.mark.parametrize(("day", "network", "code", "severity"), ENDS)
def test_the_end_of_an_acceptance_untouched(
    accepted: Site, day: date, network: Network, code: int, severity: str | None
) -> None:
    report = accepted.judge(network=network, now=noon(day))
    assert report.exit_code == code
    assert [f.severity for f in of(report, "acceptance-expired")] == ([severity] if severity else [])
    (unverified,) = of(report, "unverified-publisher")
    assert (unverified.accepted is None) == (code == 1)
    assert verdicts(report) == {"a": "blocked" if code else "accepted"}


def test_the_last_second_of_an_acceptance(accepted: Site) -> None:
    end = datetime(2026, 12, 21, tzinfo=timezone.utc)
    assert accepted.judge(network="required", now=end - timedelta(seconds=1)).exit_code == 0
    assert accepted.judge(network="required", now=end).exit_code == 1


def touched_definition(site: Site) -> None:
    site.servers(a={"command": "npx", "args": ["-y", "server@1.0.0", "--more"]})


def touched_lock(site: Site) -> None:
    site.write("mcp-guard.lock", site.read("mcp-guard.lock").replace("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"))


def touched_by_another_server(site: Site) -> None:
    site.servers(a="server@1.0.0", b={"command": "npx", "args": ["server@1.0.0", "--other"]})


@pytest.mark.parametrize("touch", [touched_definition, touched_lock, touched_by_another_server])
@pytest.mark.parametrize("network", ["auto", "off", "required"])
def test_what_is_touched_after_the_end_blocks(accepted: Site, touch: Callable[[Site], None], network: Network) -> None:
    touch(accepted)
    report = accepted.judge(network=network, now=noon(UNTIL + timedelta(days=1)))
    undecided = touch is touched_lock and network == "off"  # nobody can be asked about the new entry
    assert report.exit_code == (3 if undecided else 1)
    assert ("unverifiable" if undecided else "unverified-publisher") in blocking(report)


def test_what_is_new_after_the_end_blocks_every_time(accepted: Site) -> None:
    """A receipt says that the registry was asked, and not that anybody accepted the entry while that was allowed."""
    now = noon(UNTIL + timedelta(days=1))
    accepted.git("rm", "--quiet", "--cached", "mcp-guard.lock")
    accepted.git("commit", "--quiet", "-m", "without a lock")
    accepted.forget()
    first = accepted.judge(now=now)
    assert blocking(first) == ["acceptance-expired", "unverified-publisher"]
    assert blocking(accepted.judge(now=now)) == blocking(first)


def test_an_acceptance_too_far_ahead_permits_nothing(accepted: Site) -> None:
    report = accepted.judge(now=noon(UNTIL - timedelta(days=181)))
    assert "acceptance-expired" in blocking(report)
    assert of(report, "unverified-publisher")[0].accepted is None
    assert "acceptance-expired" not in blocking(accepted.judge(now=noon(UNTIL - timedelta(days=180))))


def test_an_unused_acceptance(accepted: Site) -> None:
    accepted.registry.publish_npm("server", "1.1.0")
    accepted.servers(a="server@1.1.0")
    accepted.pin()
    report = accepted.judge()
    assert len(of(report, "acceptance-unused")) == 1
    assert blocking(report) == ["unverified-publisher"]
    assert of(accepted.judge(names=[".mcp.json"]), "acceptance-unused") == []
