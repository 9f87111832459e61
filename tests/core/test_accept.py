"""What a person's decision writes into the policy, and what cannot be decided."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from mcp_guard import accept, pipeline, rules
from mcp_guard.accept import AcceptError, Decision, Subject
from mcp_guard.policy import ACCEPTABLE
from tests.core.conftest import NOW, PIN, Site, blocking

TODAY = NOW.date()
UNTIL = TODAY + timedelta(days=90)


def decide(
    site: Site,
    subject: Subject,
    *names: str,
    listed: frozenset[str] = frozenset(),
    reason: str = "by hand, SEC-42",
    until: date | None = UNTIL,
) -> str:
    """Write the decision on the servers of these names; return what was added."""
    space = site.space()
    with site.world(space.policy) as world:
        facts = pipeline.gather(space, world, {})
    servers = [server for server in facts.servers if server.server.name.text in names]
    name, old, new = accept.edit(space, facts, rules.judge(facts), servers, Decision(subject, listed, reason, until))
    site.write(name, new)
    return "\n".join(line for line in new.splitlines() if line not in old.splitlines())


@pytest.fixture
def shop(site: Site) -> Site:
    site.registry.publish_npm("server", "1.0.0")
    return site


def test_the_kinds_share_out_what_can_be_accepted() -> None:
    subjects: tuple[Subject, ...] = ("package", "remote", "program")
    shares = [accept.rules_of(subject) for subject in subjects]
    assert frozenset().union(*shares) == ACCEPTABLE
    assert sum(map(len, shares)) == len(ACCEPTABLE)


def test_a_package(shop: Site) -> None:
    shop.servers(a="server")
    shop.pin()
    added = decide(shop, "package", "a")
    assert 'package = "npm:server@1.0.0"' in added
    assert f"until = {UNTIL}" in added
    assert "fingerprint" not in added
    assert blocking(shop.judge()) == []


def test_an_acceptance_near_its_end_can_be_renewed(shop: Site) -> None:
    shop.servers(a="server")
    shop.pin()
    decide(shop, "package", "a", until=TODAY + timedelta(days=14))
    assert decide(shop, "package", "a") == f"until = {UNTIL}"
    assert blocking(shop.judge(now=NOW + timedelta(days=30))) == []


def test_an_acceptance_far_from_its_end_needs_no_other(shop: Site) -> None:
    shop.servers(a="server")
    shop.pin()
    decide(shop, "package", "a", until=TODAY + timedelta(days=15))
    with pytest.raises(AcceptError, match="nothing blocks a, so there is nothing to accept"):
        decide(shop, "package", "a")


def test_an_acceptance_of_a_definition_near_its_end_renews_only_that_one(site: Site) -> None:
    """Two servers, the same rule, no package: the end of one is not the end of the other."""
    site.servers(one={"command": "sh", "args": ["-c", "a | b"]}, two={"command": "sh", "args": ["-c", "c | d"]})
    site.pin()
    decide(site, "program", "one", until=TODAY + timedelta(days=10))
    decide(site, "program", "two")
    with pytest.raises(AcceptError, match="nothing blocks two"):
        decide(site, "program", "two")


@pytest.mark.parametrize(
    ("reason", "until", "message"),
    [
        ("", UNTIL, "needs a reason and an end"),
        ("  ", UNTIL, "needs a reason and an end"),
        ("r", None, "needs a reason and an end"),
        ("r", TODAY - timedelta(days=1), "must lie ahead"),
        ("r", TODAY + timedelta(days=181), "at most 180 days"),
    ],
)
def test_reasons_and_ends(shop: Site, reason: str, until: date | None, message: str) -> None:
    shop.servers(a="server@1.0.0")
    with pytest.raises(AcceptError, match=message):
        decide(shop, "package", "a", reason=reason, until=until)


@pytest.mark.parametrize("days", [0, 180])
def test_the_first_and_the_last_end(shop: Site, days: int) -> None:
    shop.servers(a="server@1.0.0")
    assert decide(shop, "package", "a", until=TODAY + timedelta(days=days))


def test_unpinned_only_by_name(shop: Site) -> None:
    shop.servers(a="server")
    with pytest.raises(AcceptError, match="mcp-guard pin does that; to live with it, say --rule unpinned"):
        decide(shop, "package", "a")
    added = decide(shop, "package", "a", listed=frozenset({"unpinned"}))
    assert 'fingerprint = "sha256:' in added
    shop.pin()
    assert blocking(shop.judge()) == []
    shop.servers(a={"command": "npx", "args": ["server", "--more"]})
    assert "unpinned" in blocking(shop.judge())


def test_of_a_package_only_its_publisher_is_meant_where_no_rule_is_named(shop: Site) -> None:
    shop.registry.publish_npm("young", "1.0.0", published=NOW.isoformat())
    shop.servers(a="young@1.0.0")
    shop.pin()
    assert blocking(shop.judge()) == ["release-too-young", "unverified-publisher"]
    added = decide(shop, "package", "a")
    assert added.count("[[accept]]") == 1
    assert 'rule = "unverified-publisher"' in added
    assert blocking(shop.judge()) == ["release-too-young"]
    with pytest.raises(AcceptError, match=r"a: say what is accepted: --rule release-too-young$"):
        decide(shop, "package", "a")
    decide(shop, "package", "a", listed=frozenset({"release-too-young"}))
    assert blocking(shop.judge()) == []


def test_every_rule_that_is_left_has_to_be_said(shop: Site) -> None:
    shop.registry.publish_npm("young", "1.0.0", published=NOW.isoformat())
    shop.write("mcp-guard.toml", PIN)
    shop.write(".npmrc", "registry=https://registry.example/\n")
    shop.servers(a="young@1.0.0")
    shop.pin()
    with pytest.raises(AcceptError, match=r"--rule registry-override --rule release-too-young$"):
        decide(shop, "package", "a")
    assert shop.read("mcp-guard.toml") == PIN


def test_what_a_finding_offers_is_what_settles_it(shop: Site) -> None:
    shop.registry.publish_npm("young", "1.0.0", published=NOW.isoformat())
    shop.servers(a="young@1.0.0", b={"command": "sh", "args": ["-c", "a | b"]})
    shop.pin()
    remedies = {f.rule: f.remedy for f in shop.judge().findings}
    assert remedies["unverified-publisher"].startswith('mcp-guard accept package a --reason "why" --until ')
    assert remedies["opaque-launch"].startswith('mcp-guard accept program b --reason "why" --until ')
    assert "--rule" not in remedies["unverified-publisher"] + remedies["opaque-launch"]


def test_an_acceptance_of_an_override_covers_that_override_only(shop: Site) -> None:
    shop.write("mcp-guard.toml", PIN)
    shop.servers(a="server")
    shop.write(".npmrc", "registry=https://registry.example/\n")
    shop.pin()
    decide(shop, "package", "a", listed=frozenset({"registry-override"}))
    assert blocking(shop.judge()) == []
    for other in ("registry=https://npm.example/\n", "@corp:registry=https://registry.example/\n"):
        shop.write(".npmrc", other)
        assert "registry-override" in blocking(shop.judge())
    shop.write(".npmrc", "# a note\nregistry=https://registry.example/\n")
    assert blocking(shop.judge()) == []


def test_what_can_never_be_accepted_is_said(shop: Site) -> None:
    shop.servers(a="server@1.0.0")
    shop.write("mcp-guard.toml", PIN)
    with pytest.raises(AcceptError, match=r"not-locked cannot be accepted; see mcp-guard explain not-locked"):
        decide(shop, "package", "a")


def test_another_kind_is_said(site: Site) -> None:
    site.servers(a={"command": "gh"})
    site.pin()
    with pytest.raises(AcceptError, match=r"unmanaged-program is not decided by `accept remote`"):
        decide(site, "remote", "a")


def test_nobody_named_is_nothing(site: Site) -> None:
    with pytest.raises(AcceptError, match="nothing blocks"):
        decide(site, "package")


def test_programs_and_remotes_need_no_reason(site: Site) -> None:
    site.servers(gh={"command": "gh"}, linear={"url": "https://mcp.example/x"}, gh2={"command": "gh", "args": ["x"]})
    site.pin()
    assert 'allow = ["gh"]' in decide(site, "program", "gh", reason="", until=None)
    assert '"https://mcp.example/x"' in decide(site, "remote", "linear", reason="", until=None)
    assert blocking(site.judge()) == []


def test_an_insecure_remote_needs_a_reason(site: Site) -> None:
    site.servers(a={"url": "http://mcp.example/x"})
    site.pin()
    with pytest.raises(AcceptError):
        decide(site, "remote", "a", reason="", until=None)
    decide(site, "remote", "a")
    assert blocking(site.judge()) == []


def test_an_override_file_beside_two_configs(shop: Site) -> None:
    shop.write("mcp-guard.toml", PIN)
    shop.servers(a="server")
    shop.servers(".cursor/mcp.json", a="server")
    shop.write(".npmrc", "registry=https://registry.example/\n")
    shop.pin()
    assert blocking(shop.judge()) == ["registry-override"]
    added = decide(shop, "package", "a", listed=frozenset({"registry-override"}))
    assert added.count("[[accept]]") == 2
    assert blocking(shop.judge()) == []


@pytest.mark.parametrize(
    ("url", "pattern"),
    [
        ("https://mcp.example/sse", "https://mcp.example/sse"),
        ("https://mcp.example/sse?token=x#y", "https://mcp.example/sse"),
        ("https://mcp.example:8443/a/b", "https://mcp.example:8443/a/b"),
        ("https://mcp.example", "https://mcp.example/*"),
        ("https://mcp.example/", "https://mcp.example/"),
    ],
)
def test_the_pattern_of_a_remote(site: Site, url: str, pattern: str) -> None:
    assert accept.remote_pattern(url) == pattern
    site.servers(a={"url": url})
    site.pin()
    decide(site, "remote", "a")
    assert "unlisted-remote" not in blocking(site.judge())


@pytest.mark.parametrize(
    "user", ["user:correct-horse-battery-7", "correct-horse-battery-7", ":correct-horse-battery-7", ""]
)
def test_a_remote_with_credentials_in_its_url_is_refused(site: Site, user: str) -> None:
    """Nothing is written that leaves the server blocked by the very rule that was to be settled."""
    url = f"https://{user}@mcp.example/a"
    with pytest.raises(AcceptError, match="holds credentials"):
        accept.remote_pattern(url)
    site.servers(a={"url": url})
    site.pin()
    with pytest.raises(AcceptError, match="take them out of it") as caught:
        decide(site, "remote", "a")
    assert "battery" not in str(caught.value)
    assert not (site.folder / "mcp-guard.toml").exists()


def test_the_policy_that_is_there_is_the_one_that_is_written(site: Site) -> None:
    assert accept.policy_file(site.space()) == "mcp-guard.toml"
    site.write("pyproject.toml", '[tool.mcp-guard]\nmin-age = "48h"\n')
    assert accept.policy_file(site.space()) == "pyproject.toml"
