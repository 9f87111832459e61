"""The library: what it returns, raises and writes, in a repository and in a plain folder."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import mcp_guard
from mcp_guard import Policy, PolicyError, Report, SettingsError, TreeError
from mcp_guard.pinning import ChangedError
from tests.core.conftest import NOW, PIN, Site, blocking

OWN = Policy(require=("pin", "integrity"))


def known(site: Site) -> dict[str, Any]:
    return {"environ": site.environ, "cache_directory": site.cache, "now": NOW}


@pytest.fixture
def shop(site: Site) -> Site:
    site.registry.publish_npm("server", "1.0.0")
    site.write("mcp-guard.toml", PIN)
    site.servers(a="server", b="server")
    return site


@pytest.fixture
def folder(shop: Site, tmp_path: Path) -> Path:
    plain = tmp_path / "plain"
    plain.mkdir()
    (plain / ".mcp.json").write_text(shop.read(".mcp.json"))
    return plain


def test_check_pin_apply(shop: Site) -> None:
    assert blocking(mcp_guard.check(shop.folder, **known(shop))) == ["unpinned"]
    plan = mcp_guard.pin(shop.folder, **known(shop))
    assert "server@1.0.0" in plan.diff()
    assert not (shop.folder / "mcp-guard.lock").exists()
    mcp_guard.apply(plan, shop.folder)
    report = mcp_guard.check(shop.folder, **known(shop))
    assert (report.exit_code, [subject.verdict for subject in report.subjects]) == (0, ["verified"] * 2)
    assert mcp_guard.pin(shop.folder, **known(shop)).files == ()


def test_a_folder_within_the_repository_is_the_repository(shop: Site) -> None:
    (shop.folder / "deep" / "er").mkdir(parents=True)
    inside = shop.folder / "deep" / "er"
    assert len(mcp_guard.check(inside, **known(shop)).subjects) == 2
    mcp_guard.apply(mcp_guard.pin(str(inside), **known(shop)), inside)
    assert (shop.folder / "mcp-guard.lock").exists()
    assert list(inside.iterdir()) == []


def test_pin_some(shop: Site) -> None:
    plan = mcp_guard.pin(shop.folder, ["a"], **known(shop))
    assert [pinned.server.name.text for pinned in plan.pinned] == ["a"]
    assert mcp_guard.pin(shop.folder, [], **known(shop)).pinned == ()
    assert mcp_guard.pin(shop.folder, iter(["a", "b"]), **known(shop)).pinned[1].server.name.text == "b"


def test_a_server_that_is_not_there_is_an_error(shop: Site) -> None:
    for names in (["zzz"], ["a", "zzz", "b"], iter(["zzz"])):
        with pytest.raises(ValueError, match=r"no server is called zzz$"):
            mcp_guard.pin(shop.folder, names, **known(shop))
    with pytest.raises(ValueError, match=r"no server is called , B$"):
        mcp_guard.pin(shop.folder, ["B", ""], **known(shop))
    assert shop.registry.count() == 0, "nobody was asked"


def test_a_plan_for_files_that_have_changed_is_not_applied(shop: Site) -> None:
    plan = mcp_guard.pin(shop.folder, **known(shop))
    before = shop.read(".mcp.json")
    (shop.folder / ".mcp.json").write_text(before + "\n")
    with pytest.raises(ChangedError, match=r"^\.mcp\.json was changed"):
        mcp_guard.apply(plan, shop.folder)
    assert not (shop.folder / "mcp-guard.lock").exists(), "nothing is written before every file has been looked at"
    assert shop.read(".mcp.json") == before + "\n"


def test_names(shop: Site) -> None:
    shop.write("mine.json", shop.read(".mcp.json"))
    report = mcp_guard.check(shop.folder, iter(["mine.json", "missing.json"]), **known(shop))
    assert {finding.place.file for finding in report.findings} == {"mine.json", "missing.json"}
    assert report.configs == 2
    assert mcp_guard.check(shop.folder, [], **known(shop)).configs == 0


def test_network(shop: Site) -> None:
    assert mcp_guard.check(shop.folder, network="off", **known(shop)).exit_code == 1
    assert shop.registry.count() == 0
    mcp_guard.apply(mcp_guard.pin(shop.folder, **known(shop)), shop.folder)
    assert mcp_guard.check(shop.folder, network="off", **known(shop)).exit_code == 3
    assert mcp_guard.check(shop.folder, network="required", **known(shop)).exit_code == 0
    shop.write("mcp-guard.toml", PIN + 'network = "off"\n')
    before = shop.registry.count()
    mcp_guard.check(shop.folder, **known(shop))
    assert shop.registry.count() == before


def test_base(shop: Site) -> None:
    mcp_guard.apply(mcp_guard.pin(shop.folder, **known(shop)), shop.folder)
    assert mcp_guard.check(shop.folder, network="off", **known(shop)).exit_code == 3, "no commit is no base"
    shop.commit()
    assert mcp_guard.check(shop.folder, network="off", **known(shop)).exit_code == 0
    assert mcp_guard.check(shop.folder, network="off", base=None, **known(shop)).exit_code == 3
    assert mcp_guard.check(shop.folder, network="off", base="main", **known(shop)).exit_code == 0


def test_own_policy_and_strict(shop: Site) -> None:
    mcp_guard.apply(mcp_guard.pin(shop.folder, **known(shop)), shop.folder)
    assert blocking(mcp_guard.check(shop.folder, policy=Policy(), **known(shop))) == ["unverified-publisher"]
    shop.registry.publish_npm("server", "1.0.0", deprecated="old")
    settings = known(shop) | {"network": "required"}
    assert mcp_guard.check(shop.folder, **settings).exit_code == 0
    assert mcp_guard.check(shop.folder, strict=True, **settings).exit_code == 1


def test_a_plain_folder(shop: Site, folder: Path) -> None:
    assert blocking(mcp_guard.check(folder, policy=OWN, **known(shop))) == ["unpinned"]
    mcp_guard.apply(mcp_guard.pin(folder, policy=OWN, **known(shop)), folder)
    assert mcp_guard.check(folder, policy=OWN, **known(shop)).exit_code == 0
    assert mcp_guard.check(folder, [".mcp.json"], policy=OWN, **known(shop)).exit_code == 0
    assert mcp_guard.check(folder, base="anything", policy=OWN, **known(shop)).exit_code == 0
    assert sorted(path.name for path in folder.iterdir()) == [".mcp.json", "mcp-guard.lock"]


def test_names_outside_are_no_pass(shop: Site, folder: Path) -> None:
    (shop.folder.parent / "outside.json").write_text("{}")
    for root in (shop.folder, folder):
        with pytest.raises(TreeError, match="outside"):
            mcp_guard.check(root, ["../outside.json"], **known(shop))
        for name in ("/etc/hostname", "../missing.json", "missing/../../outside.json"):
            assert blocking(mcp_guard.check(root, [name], **known(shop))) == ["unreadable-config"]


def test_errors(shop: Site) -> None:
    settings = known(shop)
    with pytest.raises(TreeError, match="nowhere"):
        mcp_guard.check(shop.folder, base="nowhere", **settings)
    with pytest.raises(TreeError):
        mcp_guard.pin(shop.folder, base="--help", **settings)
    with pytest.raises(SettingsError):
        mcp_guard.check(shop.folder, **{**settings, "environ": {"MCP_GUARD_REGISTRIES": "nonsense"}})
    shop.write("mcp-guard.toml", "nonsense = 1\n")
    with pytest.raises(PolicyError) as caught:
        mcp_guard.check(shop.folder, **settings)
    assert caught.value.place.file == "mcp-guard.toml"
    with pytest.raises(PolicyError):
        mcp_guard.pin(shop.folder, **settings)


def test_apply_raises_what_the_system_says(shop: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = mcp_guard.pin(shop.folder, **known(shop))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    before = shop.read(".mcp.json")
    with pytest.raises(OSError, match="No space"):
        mcp_guard.apply(plan, shop.folder)
    assert shop.read(".mcp.json") == before
    assert not (shop.folder / "mcp-guard.lock").exists()


def test_render(shop: Site) -> None:
    report = mcp_guard.check(shop.folder, network="off", **known(shop))
    assert "error[unpinned]" in mcp_guard.render(report)
    assert json.loads(mcp_guard.render(report, "json"))["summary"]["blocked"] == 2
    assert mcp_guard.render(report, "github").startswith("::error ")
    with pytest.raises(KeyError):
        mcp_guard.render(report, "xml")


def test_the_process_is_where_defaults_come_from(shop: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**shop.environ, "MCP_GUARD_CACHE_DIR": str(shop.cache)}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(shop.folder)
    mcp_guard.apply(mcp_guard.pin())
    assert mcp_guard.check().exit_code == 0
    assert (shop.cache / "receipts").is_dir()


def test_a_cache_that_cannot_be_is_no_obstacle(shop: Site) -> None:
    settings = known(shop) | {"cache_directory": os.devnull}
    mcp_guard.apply(mcp_guard.pin(shop.folder, **settings), shop.folder)
    assert mcp_guard.check(shop.folder, **settings).exit_code == 0


# ------------------------------------------------------------------------------------------------ names


@pytest.mark.parametrize("name", mcp_guard.__all__)
def test_every_public_name_is_there(name: str) -> None:
    vars(mcp_guard).pop(name, None)
    found = getattr(mcp_guard, name)
    assert found is not None
    assert vars(mcp_guard)[name] is found, "looked up once"


@pytest.mark.parametrize("name", ["nonsense", "World", "_HOMES", "__wrapped__", "Server"])
def test_no_other_name_is_there(name: str) -> None:
    with pytest.raises(AttributeError, match=f"no attribute '{name}'"):
        getattr(mcp_guard, name)


def test_a_report_is_a_value(shop: Site) -> None:
    first, second = (mcp_guard.check(shop.folder, network="off", **known(shop)) for _ in range(2))
    assert isinstance(first, Report)
    assert first == second
    assert isinstance(NOW, datetime)
