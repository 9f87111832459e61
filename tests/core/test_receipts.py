"""What this machine remembers of packages, and when it asks again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mcp_guard import evidence, lock, receipts
from mcp_guard.evidence import Status
from mcp_guard.model import (
    JSON,
)
from mcp_guard.provenance.proofs import key_set
from tests.core.conftest import HOUR, NOW, PIN, RECEIPT, Site, asked, blocking

# ------------------------------------------------------------------------------------------------ ages


def test_a_status_is_asked_again_when_it_is_too_old(pinned: Site) -> None:
    assert asked(pinned, lambda: pinned.judge(now=NOW + 24 * HOUR)) == 0
    assert asked(pinned, lambda: pinned.judge(now=NOW + 24 * HOUR + timedelta(seconds=1))) > 0
    assert asked(pinned, lambda: pinned.judge(now=NOW + 47 * HOUR)) == 0, "the answer is remembered"


def test_a_status_of_the_future_is_not_believed(pinned: Site) -> None:
    assert asked(pinned, lambda: pinned.judge(now=NOW - timedelta(seconds=1))) > 0


def test_the_age_is_the_policys(pinned: Site) -> None:
    pinned.write("mcp-guard.toml", PIN + 'max-status-age = "1h"\n')
    assert asked(pinned, lambda: pinned.judge(now=NOW + HOUR)) == 0
    assert asked(pinned, lambda: pinned.judge(now=NOW + 2 * HOUR)) > 0


def test_off_asks_nobody_and_says_of_when_the_status_is(pinned: Site) -> None:
    assert asked(pinned, lambda: pinned.judge(network="off", now=NOW + 900 * HOUR)) == 0
    report = pinned.judge(network="off", now=NOW + 900 * HOUR)
    assert report.exit_code == 0
    assert report.subjects[0].notes == ("status as of 2026-11-22 12:00 UTC",)


def test_required_believes_no_receipt(pinned: Site) -> None:
    assert asked(pinned, lambda: pinned.judge(network="required")) > 0
    pinned.registry.break_down("status", status=503)
    report = pinned.judge(network="required")
    assert (report.exit_code, blocking(report)) == (3, ["unverifiable"])


def test_an_outage_leaves_the_last_status_and_its_time(pinned: Site) -> None:
    later = NOW + 100 * HOUR
    pinned.registry.break_down("hang_up")
    report = pinned.judge(now=later)
    assert report.exit_code == 0
    assert report.subjects[0].notes == ("status as of 2026-11-22 12:00 UTC",)


def test_withdrawn_and_gone_are_remembered_and_forgotten(pinned: Site) -> None:
    later = NOW + 30 * HOUR
    packument = dict(pinned.registry.packuments)
    pinned.registry.packuments.clear()
    assert blocking(pinned.judge(now=later)) == ["not-published"]
    pinned.registry.break_down("hang_up")
    assert blocking(pinned.judge(now=later + 30 * HOUR)) == ["not-published"], "this machine knows better"
    assert blocking(pinned.judge(network="off", now=later)) == ["not-published"]
    pinned.registry.mend()
    pinned.registry.packuments.update(packument)
    assert blocking(pinned.judge(now=later + 31 * HOUR)) == []


def test_a_yank_is_remembered(site: Site) -> None:
    site.registry.publish_pypi("server", "1.0")
    site.write("mcp-guard.toml", PIN)
    site.servers(a={"command": "uvx", "args": ["server"]})
    site.pin()
    assert site.judge().exit_code == 0
    site.registry.publish_pypi("server", "1.0", yanked="CVE")
    assert blocking(site.judge(now=NOW + 30 * HOUR)) == ["withdrawn"]
    assert blocking(site.judge(network="off", now=NOW + 31 * HOUR)) == ["withdrawn"]


def test_a_deprecation_is_shown_offline_too(pinned: Site) -> None:
    pinned.registry.publish_npm("server", "1.0.0", deprecated="use other")
    first = pinned.judge(now=NOW + 30 * HOUR)
    second = pinned.judge(network="off", now=NOW + 31 * HOUR)
    assert [f.rule for f in first.findings] == [f.rule for f in second.findings]


# ------------------------------------------------------------------------------------------------ receipts


def test_a_receipt_of_an_older_verifier_is_not_believed(pinned: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(pinned, pinned.judge) == 0
    monkeypatch.setattr(receipts, "VERIFIER", receipts.VERIFIER + "1")
    assert asked(pinned, pinned.judge) > 0
    monkeypatch.setattr(receipts, "VERIFIER", receipts.VERIFIER + "2")
    assert blocking(pinned.judge(network="off", based=False)) == ["unverifiable"]


def test_a_receipt_is_for_one_entry_and_one_registry(pinned: Site) -> None:
    text = pinned.read("mcp-guard.lock")
    pinned.write("mcp-guard.lock", text.replace("2026-01-01T00:00:00Z", "2025-01-01T00:00:00Z"))
    assert blocking(pinned.judge(network="off", based=False)) == ["unverifiable"]
    pinned.write("mcp-guard.lock", text)
    assert blocking(pinned.judge(network="off", based=False)) == []
    pinned.npm_url = f"{pinned.registry.origin}/other/"
    assert blocking(pinned.judge(network="off", based=False)) == ["unverifiable"]


def test_a_contradiction_is_no_reason_to_pass(pinned: Site) -> None:
    pinned.forget()
    pinned.registry.publish_npm("server", "1.0.0", dist={"integrity": "sha512-" + "A" * 86 + "=="})
    assert blocking(pinned.judge()) == ["integrity-mismatch"]
    assert blocking(pinned.judge(network="off", based=False)) == ["unverifiable"]
    assert blocking(pinned.judge(network="off")) == ["unverifiable"], "the base's word is older than the contradiction"


def test_a_contradiction_takes_the_agreement_of_before_away(pinned: Site) -> None:
    right = dict(pinned.registry.packuments)
    pinned.registry.packuments.clear()
    pinned.registry.publish_npm("server", "1.0.0", dist={"integrity": "sha512-" + "A" * 86 + "=="})
    assert blocking(pinned.judge(now=NOW + 30 * HOUR)) == ["integrity-mismatch"]
    pinned.registry.break_down("hang_up")
    assert blocking(pinned.judge(now=NOW + 31 * HOUR)) == ["unverifiable"]
    pinned.registry.mend()
    assert blocking(pinned.judge(now=NOW + 32 * HOUR)) == ["integrity-mismatch"]
    pinned.registry.packuments.update(right)
    assert blocking(pinned.judge(now=NOW + 33 * HOUR)) == []
    assert blocking(pinned.judge(network="off", now=NOW + 34 * HOUR)) == []


def test_bad_news_is_asked_about_again_however_fresh(pinned: Site) -> None:
    packument = dict(pinned.registry.packuments)
    pinned.registry.packuments.clear()
    later = NOW + 30 * HOUR
    assert blocking(pinned.judge(now=later)) == ["not-published"]
    assert asked(pinned, lambda: pinned.judge(now=later)) > 0
    pinned.registry.packuments.update(packument)
    assert blocking(pinned.judge(now=later)) == []
    assert asked(pinned, lambda: pinned.judge(now=later)) == 0


def bad_news(site: Site) -> dict[str, JSON] | None:
    return receipts.Receipts(str(site.cache)).get(receipts.BAD_NEWS)


def test_good_news_is_no_bad_news(pinned: Site) -> None:
    pinned.registry.publish_npm("server", "1.0.0", deprecated="use other")
    pinned.judge(now=NOW + 30 * HOUR)
    assert bad_news(pinned) is None


def test_that_a_package_is_gone_is_bad_news(pinned: Site) -> None:
    pinned.registry.packuments.clear()
    pinned.judge(now=NOW + 30 * HOUR)
    assert bad_news(pinned) == {"as-of": (NOW + 30 * HOUR).isoformat(), "about": "pkg:npm/server@1.0.0"}


def test_that_a_package_is_another_is_bad_news(pinned: Site) -> None:
    pinned.registry.publish_npm("server", "1.0.0", dist={"integrity": "sha512-" + "A" * 86 + "=="})
    pinned.judge(network="required", now=NOW + HOUR)
    assert bad_news(pinned) == {"as-of": (NOW + HOUR).isoformat(), "about": "pkg:npm/server@1.0.0"}


def test_that_nobody_answers_is_no_news(pinned: Site) -> None:
    pinned.registry.break_down("hang_up")
    pinned.judge(now=NOW + 30 * HOUR)
    assert bad_news(pinned) is None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, Status(NOW, agreed=True)),
        ({"as-of": "2026-11-22T13:00:00+01:00"}, Status(NOW, agreed=True)),
        ({"withdrawn": "w", "deprecated": "d", "missing": "m"}, Status(NOW, True, "w", "d", "m")),
        ({"withdrawn": 1, "deprecated": ["d"], "missing": {}}, Status(NOW, agreed=True)),
        ({"agreed": False}, Status(NOW, agreed=False)),
        ({"agreed": None}, Status(NOW, agreed=False)),
        ({"agreed": 1}, Status(NOW, agreed=False)),
        ({"agreed": "true"}, Status(NOW, agreed=False)),
        ({"as-of": "2026-11-22T12:00:00"}, None),
        ({"as-of": "2026-11-22"}, None),
        ({"as-of": "soon"}, None),
        ({"as-of": ""}, None),
        ({"as-of": None}, None),
        ({"as-of": 5}, None),
        ({"as-of": [NOW.isoformat()]}, None),
        ({"as-of": "0001-01-01T00:00:00+23:59"}, None),
    ],
)
def test_what_a_receipt_says(change: dict[str, JSON], expected: Status | None) -> None:
    assert evidence.read_status({**RECEIPT, **change}) == expected


def test_an_empty_receipt_says_nothing() -> None:
    assert evidence.read_status({}) is None
    assert evidence.read_status({"as-of": NOW.isoformat()}) == Status(NOW, agreed=False), "no word is no agreement"


@pytest.mark.parametrize("content", [{}, {"as-of": "soon"}, {"as-of": "2026-11-22T12:00:00"}])
def test_a_malformed_receipt_is_no_receipt(pinned: Site, content: dict[str, JSON]) -> None:
    space = pinned.space(based=False)
    assert space.lock is not None
    (entry,) = space.lock.packages.values()
    with pinned.world(space.policy) as world:
        registry = world.registries.registry("npm", "server")
        key = receipts.key("package", receipts.VERIFIER, key_set(), entry.purl, lock.entry_digest(entry), str(registry))
        assert world.receipts.get(key), "this is the receipt's name"
        world.receipts.put(key, content)
    assert blocking(pinned.judge(network="off", based=False)) == ["unverifiable"]
