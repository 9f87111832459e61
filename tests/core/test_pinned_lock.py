"""What `pin` writes: the lock, the configs, and the diff of both."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcp_guard import pinning
from mcp_guard.pinning import Plan
from tests.core.conftest import PIN, Site, blocking
from tests.registry.documents import integrity


def written(site: Site, name: str = "a") -> list[str]:
    found = [server for config in site.space().configs for server in config.servers]
    return [word.text for server in found if server.name.text == name for word in server.argv]


def reasons(plan: Plan) -> list[str]:
    return [failure.reason for failure in plan.failures]


@pytest.fixture
def shop(site: Site) -> Site:
    for name in ("one", "two", "@corp/three"):
        site.registry.publish_npm(name, "1.0.0")
    site.write("mcp-guard.toml", PIN)
    return site


# ------------------------------------------------------------------------------------------------ the lock


def test_failures_and_unselected_servers_keep_their_entries(shop: Site) -> None:
    shop.servers(a="one", b="two")
    shop.servers(".cursor/mcp.json", c="@corp/three")
    shop.pin()
    before = shop.lock()
    shop.registry.break_down("status", path="/npm/two", status=500)
    shop.servers(a="one@1.0.0", b="two")
    plan = shop.pin()
    assert [failure.server.name.text for failure in plan.failures] == ["b"]
    assert shop.lock() == before
    shop.registry.mend()
    shop.servers(a="one", b="two")
    shop.pin("a")
    assert shop.lock() == before
    assert written(shop, "b") == ["npx", "-y", "two"]


def test_a_run_over_some_files_keeps_the_others(shop: Site) -> None:
    shop.servers(a="one")
    shop.servers(".cursor/mcp.json", c="two")
    shop.pin()
    before = shop.lock()
    plan = shop.plan(names=[".mcp.json"])
    assert plan.files == ()
    shop.servers(a="two")
    plan = shop.plan(names=[".mcp.json"])
    pinning.apply(shop.root, plan.files)
    after = shop.lock()
    assert after["configs"][".cursor/mcp.json"] == before["configs"][".cursor/mcp.json"]
    assert list(after["packages"]) == ["pkg:npm/two@1.0.0"]


def test_a_shared_package_stays_as_long_as_somebody_uses_it(shop: Site) -> None:
    shop.servers(a="one", b="one")
    shop.pin()
    assert list(shop.lock()["packages"]) == ["pkg:npm/one@1.0.0"]
    shop.servers(b="one@1.0.0")
    shop.pin("b")
    assert list(shop.lock()["packages"]) == ["pkg:npm/one@1.0.0"]
    assert list(shop.lock()["configs"][".mcp.json"]) == ["b"]
    shop.servers()
    shop.pin()
    assert shop.lock() == {"configs": {}, "packages": {}, "version": 1}


def test_nothing_to_lock_writes_no_lock(shop: Site) -> None:
    shop.write(".mcp.json", '{"mcpServers": {}}')
    assert shop.plan().files == ()


def test_other_digests_than_the_locked_ones_are_never_written(shop: Site) -> None:
    shop.servers(a="one")
    shop.pin()
    shop.registry.publish_npm("one", "1.0.0", dist={"integrity": integrity("other", "1.0.0")})
    plan = shop.plan()
    assert [reason for reason in reasons(plan) if "integrity-mismatch" in reason]
    assert plan.files == ()


def test_words_of_the_lock_that_disagree_are_written_anew(shop: Site) -> None:
    shop.servers(a="one")
    shop.pin()
    right = shop.read("mcp-guard.lock")
    shop.write("mcp-guard.lock", right.replace("2026-01-01T00:00:00Z", "2020-01-01T00:00:00Z"))
    assert blocking(shop.judge()) == ["integrity-mismatch"]
    shop.pin()
    assert shop.read("mcp-guard.lock") == right


def test_a_registry_of_the_policy_is_named_in_the_lock(shop: Site) -> None:
    shop.write("mcp-guard.toml", PIN + f'[registries]\n"npm:@corp" = "{shop.registry.npm_url}"\n')
    shop.servers(a="@corp/three", b="one")
    assert reasons(shop.pin()) == []
    packages = shop.lock()["packages"]
    assert packages["pkg:npm/%40corp/three@1.0.0"]["registry"] == shop.registry.npm_url
    assert blocking(shop.judge(network="required")) == []


def test_a_users_own_registry_is_not_named_in_the_lock(shop: Site) -> None:
    shop.servers(a="one")
    shop.pin()
    assert shop.registry.origin not in shop.read("mcp-guard.lock")


def test_a_broken_lock_is_written_anew(shop: Site) -> None:
    shop.servers(a="one")
    shop.write("mcp-guard.lock", "<<<<<<< HEAD\n{}\n")
    shop.pin()
    assert blocking(shop.judge()) == []


@pytest.mark.parametrize("what", ["folder", "outside", "missing"])
def test_a_config_that_cannot_be_read_does_not_stop_the_others(shop: Site, tmp_path: Path, what: str) -> None:
    shop.servers("a/.mcp.json", a="one")
    shop.servers(b="two")
    (shop.folder / "a" / ".mcp.json").unlink()
    if what == "folder":
        (shop.folder / "a" / ".mcp.json").mkdir()
    elif what == "outside":
        (shop.folder / "a").rmdir()
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "elsewhere" / ".mcp.json").write_text("{}")
        (shop.folder / "a").symlink_to(tmp_path / "elsewhere")
    plan = shop.plan(names=["a/.mcp.json", ".mcp.json"])
    assert [pinned.server.name.text for pinned in plan.pinned] == ["b"]
    assert [path for path, _, _ in plan.files] == ["mcp-guard.lock", ".mcp.json"]


def test_a_config_that_cannot_be_read_keeps_its_entries(shop: Site) -> None:
    shop.servers("a/.mcp.json", a="one")
    shop.servers(b="two")
    shop.pin()
    before = shop.lock()
    (shop.folder / "a" / ".mcp.json").unlink()
    (shop.folder / "a" / ".mcp.json").mkdir()
    assert shop.plan().files == ()
    (shop.folder / ".mcp.json").write_text(shop.read(".mcp.json").replace("two@1.0.0", "one@1.0.0"))  # not staged
    pinning.apply(shop.root, shop.plan().files)
    after = shop.lock()
    assert after["configs"]["a/.mcp.json"] == before["configs"]["a/.mcp.json"]
    assert list(after["packages"]) == ["pkg:npm/one@1.0.0"]


def test_a_config_that_is_gone_loses_its_entries(shop: Site) -> None:
    shop.servers("a/.mcp.json", a="one")
    shop.servers(b="two")
    shop.pin()
    shop.git("rm", "--quiet", "--force", "a/.mcp.json")
    shop.pin()
    assert list(shop.lock()["configs"]) == [".mcp.json"]
    assert list(shop.lock()["packages"]) == ["pkg:npm/two@1.0.0"]


def test_what_is_locked_is_the_definition_with_what_is_beside_it(shop: Site) -> None:
    shop.servers(a="one")
    shop.write(".npmrc", "registry=https://registry.example/\n")
    shop.pin()
    assert blocking(shop.judge()) == ["registry-override"], "and not definition-changed"


@pytest.mark.parametrize(
    "edited",
    [
        b'{"mcpServers": {}}',
        b'{"mcpServers": {"a": {"command": "npx", "args": ["one@9.9.9"]}}}',
        b'{"mcpServers": {"a": {"command": "npx", "args": ["one"]}}}',
    ],
)
def test_an_edit_that_does_not_read_back_is_never_written(
    shop: Site, monkeypatch: pytest.MonkeyPatch, edited: bytes
) -> None:
    shop.servers(a="one")
    monkeypatch.setattr("mcp_guard.clients.edited", lambda *_: edited)
    plan = shop.plan()
    assert [failure.reason for failure in plan.failures] == [
        "this spelling cannot be edited in place: write npm:one@1.0.0 by hand"
    ]
    assert (plan.files, plan.pinned) == ((), ())


# ------------------------------------------------------------------------------------------------ writing


def test_the_lock_is_written_first(shop: Site) -> None:
    shop.servers("a/.mcp.json", a="one")
    shop.servers(b="two")
    assert [path for path, _, _ in shop.plan().files] == ["mcp-guard.lock", ".mcp.json", "a/.mcp.json"]


def test_a_diff_shows_files_and_no_secret(shop: Site) -> None:
    secret = "correct-horse-battery-7"
    shop.servers(
        a={"command": "npx", "args": ["one"], "env": {"API_TOKEN": secret}},
        b={"command": "tool", "args": ["--password", secret]},
    )
    diff = shop.plan().diff()
    assert diff.startswith("--- a/mcp-guard.lock\n+++ b/mcp-guard.lock\n@@ ")
    assert '+        "one@1.0.0"' in diff
    assert '"API_TOKEN": "' + "*" * len(secret) in diff
    assert secret not in diff


def test_a_diff_of_a_file_without_a_last_line_end(shop: Site) -> None:
    shop.write(".mcp.json", '{"mcpServers": {"a": {"command": "npx", "args": ["one"]}}}')
    lines = shop.plan().diff().splitlines()
    assert lines.count("\\ No newline at end of file") == 2
    assert sum(line.startswith("+++ ") for line in lines) == 2
