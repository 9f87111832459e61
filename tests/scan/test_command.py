from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.registry import Registry
from tests.scan.conftest import FLOATING, PINNED, Box


@pytest.fixture
def registry() -> Iterator[Registry]:
    with Registry() as server:
        yield server


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.lstat().st_mtime_ns, path.lstat().st_size) for path in folder.rglob("*")}


def test_scan_works_in_a_plain_folder_and_writes_nothing(box: Box) -> None:
    box.servers(".cursor/mcp.json", {"pinned": PINNED, "floating": FLOATING})
    before = snapshot(box.folder)
    done = box.guard("scan")
    assert done.code == 1
    assert done.err == ""
    assert done.out.startswith("client  file                server    launches")
    assert "Cursor  ~/.cursor/mcp.json  floating  npm:server-b        blocked: unpinned\n" in done.out
    assert '~/.cursor/mcp.json:14:9: error[unpinned]: server "floating" runs' in done.out
    assert snapshot(box.folder) == before


def test_json_is_printed_whatever_is_found(box: Box) -> None:
    assert json.loads(box.guard("scan", "--format", "json").out)["files"] == []
    box.servers(".cursor/mcp.json", {"floating": FLOATING})
    done = box.guard("scan", "--format", "json", "--quiet")
    assert done.code == 1
    assert [file["file"] for file in json.loads(done.out)["files"]] == ["~/.cursor/mcp.json"]


def test_quiet_says_nothing_where_all_is_well(box: Box) -> None:
    assert box.guard("scan", "--quiet") == (0, "", "")
    box.servers(".cursor/mcp.json", {"floating": FLOATING})
    assert box.guard("scan", "--quiet").out


@pytest.mark.parametrize(
    ("name", "hint"), [("claud-code", "did you mean claude-code?"), ("", "no client is called so"), ("x" * 99, "")]
)
def test_an_unknown_client_is_a_usage_error(box: Box, name: str, hint: str) -> None:
    done = box.guard("scan", "--client", "cursor", "--client", name)
    assert done.code == 2
    assert done.out == ""
    assert done.err.startswith(f"mcp-guard: --client {name}")
    assert hint in done.err


def test_clients_can_be_named_more_than_once(box: Box) -> None:
    for path in (".cursor/mcp.json", ".kiro/settings/mcp.json", ".claude.json"):
        box.servers(path, {"floating": FLOATING})
    found = json.loads(box.guard("scan", "--client=cursor", "--client=kiro", "--format=json").out)["files"]
    assert [file["client"] for file in found] == ["Cursor", "Kiro"]


def test_a_root_must_be_a_folder(box: Box) -> None:
    box.write("file", "")
    for path in ("gone", str(box.home / "file")):
        done = box.guard("scan", "--root", path)
        assert (done.code, done.out) == (2, "")
        assert "there is no such folder" in done.err


def test_roots_are_taken_from_where_one_stands(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    box.servers("one/.mcp.json", {"floating": FLOATING})
    box.servers("two/.mcp.json", {"floating": FLOATING})
    monkeypatch.chdir(box.home)
    done = box.guard("scan", "--root", "one", "--root", str(box.home / "two"), "--format", "json")
    assert [file["file"] for file in json.loads(done.out)["files"]] == ["~/one/.mcp.json", "~/two/.mcp.json"]


def test_a_policy_can_be_given(box: Box) -> None:
    box.servers(".cursor/mcp.json", {"remote": {"url": "https://mcp.example/sse"}})
    assert box.guard("scan").code == 1
    policy = box.write("policy.toml", '[remotes]\nallow = ["https://mcp.example/*"]\n')
    assert box.guard("scan", "--config", str(policy)).code == 0
    policy.write_text("[remote]\n")
    assert box.guard("scan", "--config", str(policy)).code == 2


def test_registries_are_asked_only_on_request(box: Box, registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in registry.environ.items():
        monkeypatch.setenv(name, value)
    registry.publish_npm("server-a", "1.2.3")
    box.servers(".cursor/mcp.json", {"pinned": PINNED})
    home = snapshot(box.home)
    assert box.guard("scan").code == 3
    assert registry.count() == 0
    assert not os.path.lexists(box.folder / "cache")
    done = box.guard("scan", "--network=auto")
    assert registry.count() > 0
    assert "unverifiable" not in done.out
    assert "no registry was asked" not in done.out
    assert snapshot(box.home) == home
