"""When the receipt of a run is believed, and how long its answer holds."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from mcp_guard import hook, receipts, trees
from mcp_guard.cli.check import holds_until
from mcp_guard.hook import Passed
from mcp_guard.model import (
    JSON,
    Acceptance,
    Facts,
    Package,
    PackageFacts,
    Place,
    Policy,
    Server,
    ServerFacts,
    Word,
)
from mcp_guard.receipts import Receipts
from tests.cli.conftest import Desk
from tests.core.conftest import NOW, Site
from tests.registry import Registry

# ------------------------------------------------------------------------------------------------ receipts of runs


@pytest.fixture
def store(site: Site) -> Receipts:
    site.write("script.js", "1")
    store = Receipts(str(site.cache))
    tree = trees.index(site.root)
    seen = {"script.js": tree.entries["script.js"].blob, "missing.js": ""}
    hook.remember(store, "k", Passed(NOW, NOW + timedelta(hours=1), seen, "output\n"))
    return store


def test_a_run_is_recalled_until_its_end(site: Site, store: Receipts) -> None:
    tree = trees.index(site.root)
    assert hook.recall(store, "k", tree, NOW) == "output\n"
    assert hook.recall(store, "k", tree, NOW + timedelta(minutes=59)) == "output\n"
    assert hook.recall(store, "k", tree, NOW + timedelta(hours=1)) is None
    assert hook.recall(store, "other", tree, NOW) is None


def test_a_run_of_the_future_is_not_recalled(site: Site, store: Receipts) -> None:
    """A clock that was set back: nobody knows how old the answer is."""
    assert hook.recall(store, "k", trees.index(site.root), NOW - timedelta(microseconds=1)) is None


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (NOW - timedelta(microseconds=1), "output\n"),
        (NOW, None),
        (NOW + timedelta(microseconds=1), None),
        (NOW + timedelta(days=999), None),
    ],
)
def test_bad_news_of_later_voids_a_run(site: Site, store: Receipts, moment: datetime, expected: str | None) -> None:
    """Whatever package it is about: which ones a run rested on is not kept."""
    store.put(receipts.BAD_NEWS, {"as-of": moment.isoformat(), "about": "pkg:npm/any@1.0.0"})
    assert hook.recall(store, "k", trees.index(site.root), NOW + timedelta(minutes=1)) == expected


def test_a_run_is_not_recalled_when_what_it_saw_has_changed(site: Site, store: Receipts) -> None:
    site.write("missing.js", "")
    assert hook.recall(store, "k", trees.index(site.root), NOW) is None
    site.git("rm", "--quiet", "--cached", "missing.js")
    assert hook.recall(store, "k", trees.index(site.root), NOW) == "output\n"
    site.git("rm", "--quiet", "--cached", "script.js")
    assert hook.recall(store, "k", trees.index(site.root), NOW) is None
    site.write("script.js", "2")
    assert hook.recall(store, "k", trees.index(site.root), NOW) is None
    (site.folder / "script.js").unlink()
    (site.folder / "script.js").symlink_to("x")
    site.git("add", "--all")
    assert hook.recall(store, "k", trees.index(site.root), NOW) is None


STORED: dict[str, JSON] = {"made": NOW.isoformat(), "until": (NOW + timedelta(hours=1)).isoformat()}


@pytest.mark.parametrize("field", ["made", "until", "seen", "output"])
@pytest.mark.parametrize("value", [None, 1, True, [], "nonsense", "", "0001-01-01T00:00:00+23:59"], ids=repr)
def test_a_malformed_run_is_not_recalled(site: Site, store: Receipts, field: str, value: JSON) -> None:
    if field == "output" and isinstance(value, str):
        return  # any text may have been printed
    content: dict[str, JSON] = {**STORED, "seen": {}, "output": "x"}
    store.put("k", content)
    assert hook.recall(store, "k", trees.index(site.root), NOW) == "x"
    store.put("k", {**content, field: value})
    assert hook.recall(store, "k", trees.index(site.root), NOW) is None
    store.put("k", {name: part for name, part in content.items() if name != field})
    assert hook.recall(store, "k", trees.index(site.root), NOW) is None


@pytest.mark.parametrize(("field", "value"), [("until", "2027-01-01T00:00:00"), ("made", "2026-01-01T00:00:00")])
def test_a_time_without_a_zone_is_not_believed(site: Site, store: Receipts, field: str, value: str) -> None:
    store.put("k", {**STORED, field: value, "seen": {}, "output": "x"})
    assert hook.recall(store, "k", trees.index(site.root), NOW) is None


@pytest.mark.parametrize("seen", [{"script.js": None}, {"script.js": 1}, {"missing.js": None}, {"script.js": ["x"]}])
def test_odd_blobs_are_not_believed(site: Site, store: Receipts, seen: dict[str, JSON]) -> None:
    store.put("k", {**STORED, "seen": {}, "output": "x"})
    assert hook.recall(store, "k", trees.index(site.root), NOW) == "x"
    store.put("k", {**STORED, "seen": seen, "output": "x"})
    assert hook.recall(store, "k", trees.index(site.root), NOW) is None


# ------------------------------------------------------------------------------------------------ how long it holds

PLACE = Place(".mcp.json")


def facts(*as_of: datetime | None, now: datetime = NOW) -> Facts:
    word = Word("server", PLACE, 0, 0)
    package = Package("npm", "server", "1.0.0", "server", "registry", word)
    known = tuple(
        PackageFacts(package, "pkg:npm/server@1.0.0", None, "receipt", known=True, answer=None, as_of=moment)
        for moment in as_of
    )
    server = Server(".mcp.json", "claude-code", word, (), (), (), None, None, (), {})
    return Facts((), (ServerFacts(server, (), (), "", known, None),), (), None, (), None, Policy(), None, now)


def until(year: int, month: int, day: int) -> Policy:
    end = datetime(year, month, day, tzinfo=timezone.utc).date()
    return Policy(acceptances=(Acceptance("unpinned", "npm:a@1.0.0", None, None, None, "r", end, PLACE),))


def test_an_answer_holds_as_long_as_the_youngest_status_may_be_old() -> None:
    assert holds_until(facts(), Policy()) == NOW + timedelta(hours=24)
    old, older = NOW - timedelta(hours=3), NOW - timedelta(hours=20)
    assert holds_until(facts(old, older), Policy()) == NOW + timedelta(hours=4)
    assert holds_until(facts(NOW), Policy()) == NOW + timedelta(hours=24)
    assert holds_until(facts(NOW - timedelta(hours=23, minutes=59)), Policy()) == NOW + timedelta(minutes=1)


@pytest.mark.parametrize("moment", [None, NOW - timedelta(hours=24, seconds=1), NOW + timedelta(seconds=1)])
def test_what_passed_without_a_status_that_may_be_believed_is_not_kept(moment: datetime | None) -> None:
    """The next run may reach whom this one did not."""
    assert holds_until(facts(moment), Policy()) is None
    assert holds_until(facts(NOW, moment), Policy()) is None
    assert holds_until(facts(moment, NOW), Policy()) is None


def test_what_no_registry_is_asked_about_needs_no_status() -> None:
    one = facts(None)
    (known,) = one.servers[0].packages
    image = known._replace(package=known.package._replace(ecosystem="oci"))
    for other in (image, known._replace(purl=None)):
        server = one.servers[0]._replace(packages=(other,))
        assert holds_until(one._replace(servers=(server,)), Policy()) == NOW + timedelta(hours=24)


def test_an_answer_ends_when_an_acceptance_starts_to_warn() -> None:
    policy = until(2026, 12, 7)._replace(max_status_age=timedelta(days=9))
    assert holds_until(facts(), policy) == datetime(2026, 11, 23, tzinfo=timezone.utc)


@pytest.mark.parametrize("day", [22, 23])
def test_an_answer_ends_with_its_acceptance(day: int) -> None:
    """An acceptance permits on its last day still, and blocks from the midnight after it."""
    policy = until(2026, 11, day)._replace(max_status_age=timedelta(days=9))
    found = holds_until(facts(), policy)
    assert found is not None
    assert NOW < found <= datetime(2026, 11, day + 1, tzinfo=timezone.utc)


def test_a_policy_that_believes_no_status_at_all() -> None:
    policy = Policy(max_status_age=timedelta(0))
    assert holds_until(facts(), policy) is None
    assert holds_until(facts(NOW), policy) is None


def test_a_hook_run_under_a_policy_that_believes_no_status(desk: Desk, registry: Registry) -> None:
    registry.publish_npm("server", "1.0.0")
    desk.write("mcp-guard.toml", 'require = ["pin", "integrity"]\nmax-status-age = "0h"\n')
    desk.config(a="server")
    desk.guard("pin")
    desk.git("add", "--all")
    done = desk.guard("check", "--hook")
    assert (done.code, done.err) == (0, "")


# ------------------------------------------------------------------------------------------------ the whole way


def test_a_receipt_answers_the_second_run_and_only_that(desk: Desk, registry: Registry) -> None:
    registry.publish_npm("server", "1.0.0")
    desk.write("mcp-guard.toml", 'require = ["pin", "integrity"]\n')
    desk.config(a="server")
    desk.guard("pin")
    desk.git("add", "--all")
    first = desk.guard("check", "--hook", "-v")
    assert (first.code, first.err) == (0, "")
    count = registry.count()
    assert desk.guard("check", "--hook", "-v").code == 0
    assert registry.count() == count
    desk.config(a="server@latest")
    assert desk.guard("check", "--hook", "-v").code == 1
    assert desk.guard("check", "--hook", "-v").code == 1, "what blocked leaves no receipt"


@pytest.mark.parametrize("flags", [("-v",), ("-q",), ()])
def test_the_recalled_output_is_what_was_printed(desk: Desk, registry: Registry, flags: tuple[str, ...]) -> None:
    registry.publish_npm("server", "1.0.0", deprecated="old")
    desk.write("mcp-guard.toml", 'require = ["pin", "integrity"]\n')
    desk.config(a="server")
    desk.guard("pin")
    desk.git("add", "--all")
    first = desk.guard("check", "--hook", *flags)
    assert first.code == 0
    assert desk.guard("check", "--hook", *flags) == first


def passed(desk: Desk, registry: Registry) -> None:
    """A server, pinned and staged, and the hook has passed it."""
    registry.publish_npm("server", "1.0.0")
    desk.write("mcp-guard.toml", 'require = ["pin", "integrity"]\n')
    desk.config(a="server")
    desk.guard("pin")
    desk.git("add", "--all")
    assert desk.guard("check", "--hook").code == 0


def test_bad_news_between_two_runs_is_told_by_the_second(desk: Desk, registry: Registry) -> None:
    passed(desk, registry)
    registry.packuments.clear()
    assert desk.guard("check", "--network=required").code == 1
    for file in (desk.folder.parent / "cache").glob("*.*"):
        file.unlink()  # the answers of before
    registry.break_down("hang_up")
    done = desk.guard("check", "--hook")
    assert done.code in {1, 3}
    assert "pinned and verified" not in done.out


def test_an_answer_of_before_does_not_outlive_a_later_one(desk: Desk, registry: Registry) -> None:
    """What was published a minute ago is not, if the registry has said so since."""
    passed(desk, registry)
    registry.packuments.clear()
    assert desk.guard("check", "--network=required").code == 1
    assert desk.guard("check").code == 1
    assert desk.guard("check", "--hook").code == 1


def test_what_passed_during_an_outage_is_asked_about_the_next_time(
    desk: Desk, registry: Registry, tmp_path: Path
) -> None:
    passed(desk, registry)
    desk.git("commit", "--quiet", "-m", "all")
    registry.break_down("hang_up")
    elsewhere = ("check", "--hook", "--all", "--cache-dir", str(tmp_path / "empty"))
    assert desk.guard(*elsewhere).code == 0, "carried by the base"
    registry.mend()
    registry.packuments.clear()
    assert "error[not-published]" in desk.guard(*elsewhere).out


def test_a_recalled_run_asks_nobody(desk: Desk, registry: Registry) -> None:
    passed(desk, registry)
    registry.break_down("hang_up")
    before = registry.count()
    assert desk.guard("check", "--hook").code == 0
    assert registry.count() == before


def test_other_outputs_are_never_recalled(desk: Desk) -> None:
    desk.config(remote={"url": "https://mcp.example/x"})
    desk.write("mcp-guard.toml", '[remotes]\nallow = ["https://mcp.example/*"]\n')
    desk.git("add", "--all")
    desk.guard("pin")
    desk.git("add", "--all")
    assert desk.guard("check", "--hook").code == 0
    done = desk.guard("check", "--hook", "--format", "json")
    assert json.loads(done.out)["summary"]["allowed"] == 1
