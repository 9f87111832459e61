"""Files that somebody hostile, or hurried, has written: each is a finding with a place, never a traceback or a skip."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Desk
from tests.registry import Registry


def entry(text: str) -> bytes:
    return ('{"mcpServers": {"a": ' + text + "}}").encode()


UNREADABLE = {
    "empty": b"",
    "not UTF-8": b'{"mcpServers": {"a": {"command": "npx", "args": ["\xff"]}}}',
    "UTF-16": '{"mcpServers": {}}'.encode("utf-16"),
    "oversized": b'{"mcpServers": {}}' + b" " * (1 << 20),
    "100,000 brackets": b"[" * 100_000,
    "100,000 braces": b'{"a":' * 100_000,
    "cut off": b'{"mcpServers": {"a": {"command": "npx"',
    "NaN": entry('{"command": "npx", "args": ["x"], "timeout": NaN}'),
    "5,000 digits": entry('{"command": "npx", "args": ["x"], "timeout": ' + "9" * 5000 + "}"),
    "server that is a list": entry('["npx", "server"]'),
    "server that is a string": entry('"npx server"'),
    "args with a number": entry('{"command": "npx", "args": ["server", 1]}'),
    "args that are a string": entry('{"command": "npx", "args": "server"}'),
    "command null": entry('{"command": null}'),
    "env as a list": entry('{"command": "npx", "args": ["server"], "env": ["A=b"]}'),
    "no command and no url": entry('{"disabled": true}'),
    "servers that are a list": b'{"mcpServers": [{"command": "npx"}]}',
}


@pytest.mark.parametrize("data", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_unreadable(desk: Desk, data: bytes) -> None:
    (desk.folder / ".mcp.json").write_bytes(data)
    desk.git("add", "--all")
    for argv in (("check",), ("check", "--hook"), ("check", ".mcp.json")):
        done = desk.guard(*argv, "--format", "json")
        assert done.code == 1
        report = json.loads(done.out)
        assert report["findings"][0]["rule"] == "unreadable-config"
        assert report["findings"][0]["line"] >= 1
        assert report["findings"][0]["column"] >= 1
        assert report["findings"][0]["remedy"]
        assert done.err == ""


def test_one_broken_server_hides_no_other(desk: Desk) -> None:
    servers = {"a": {"command": None}, "b": {"command": "npx", "args": ["server"]}}
    desk.write(".mcp.json", json.dumps({"mcpServers": servers}))
    desk.git("add", "--all")
    assert {"unreadable-config", "unpinned"} <= set(desk.rules("--offline"))


AMBIGUOUS = {
    "duplicate server": b'{"mcpServers": {"a": {"command": "x"}, "a": {"command": "y"}}}',
    "duplicate container": b'{"mcpServers": {}, "mcpServers": {"a": {"command": "y"}}}',
    "duplicate args": entry('{"command": "npx", "args": ["a@1.0.0"], "args": ["b"]}'),
    "case-variant container": b'{"mcpservers": {"a": {"command": "x"}}}',
    "BOM": b"\xef\xbb\xbf" + entry('{"command": "x"}'),
    "second document": entry('{"command": "x"}') + b"\n" + entry('{"command": "y"}'),
    "invalid escape": entry('{"command": "x", "args": ["\\x41"]}'),
    "command and url": entry('{"command": "x", "url": "https://mcp.example/"}'),
}


@pytest.mark.parametrize("data", AMBIGUOUS.values(), ids=AMBIGUOUS.keys())
def test_ambiguous(desk: Desk, data: bytes) -> None:
    (desk.folder / ".mcp.json").write_bytes(data)
    desk.git("add", "--all")
    assert "ambiguous-document" in desk.rules("--offline")


@pytest.mark.parametrize(
    "data",
    [
        b"{}",
        b'{"mcpServers": {}}',
        b'// nothing yet\n{"mcpServers": {},}\n',
    ],
)
def test_a_config_without_servers_is_no_finding(desk: Desk, data: bytes) -> None:
    (desk.folder / ".mcp.json").write_bytes(data)
    desk.git("add", "--all")
    assert desk.guard("check").code == 0


def test_unknown_keys_are_fine(desk: Desk, registry: Registry) -> None:
    registry.publish_npm("server", "1.0.0")
    desk.write("mcp-guard.toml", 'require = ["pin", "integrity"]\n')
    desk.config(good={"command": "npx", "args": ["server@1.0.0"], "invented": {"a": [1, None, "x"]}})
    desk.guard("pin")
    assert desk.rules() == []


def test_a_lock_with_a_merge_conflict(desk: Desk, registry: Registry) -> None:
    registry.publish_npm("server", "1.0.0")
    desk.config(good="server")
    desk.guard("pin")
    lock = desk.read("mcp-guard.lock")
    lines = lock.splitlines(keepends=True)
    desk.write("mcp-guard.lock", "".join(["<<<<<<< ours\n", *lines, "=======\n", *lines, ">>>>>>> theirs\n"]))
    done = desk.guard("check")
    assert done.code == 1
    assert "mcp-guard.lock:1:1: error[lock-unreadable]" in done.out
    assert "conflict" in done.out


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'{"version": 2, "configs": {}, "packages": {}}',
        b'{"version": 1, "configs": {}, "packages": {}, "packages": {}}',
        b'{"version": 1, "configs": {}, "packages": {"pkg:npm/a@1.0.0": {}}}',
        b"\xff\xfe",
        b"{" * 100_000,
    ],
)
def test_a_broken_lock(desk: Desk, data: bytes) -> None:
    desk.config(good="server@1.0.0")
    (desk.folder / "mcp-guard.lock").write_bytes(data)
    desk.git("add", "--all")
    done = desk.guard("check", "--offline", "--format", "json")
    assert done.code == 1
    assert "lock-unreadable" in [finding["rule"] for finding in json.loads(done.out)["findings"]]


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/.linear.app/x",
        "https://linear.app.evil.example/x",
        "https://mcp.linear.app@evil.example/x",
        "https://mcp.linear.app:8443/x",
        "http://mcp.linear.app/x",
        "https://mcp.linear.app\\@evil.example/x",
        "https://${HOST}.linear.app/x",
    ],
)
def test_a_remote_is_matched_by_origin_and_not_as_text(desk: Desk, url: str) -> None:
    desk.write("mcp-guard.toml", '[remotes]\nallow = ["https://*.linear.app/*"]\n')
    desk.config(linear={"url": url})
    desk.guard("pin")
    assert set(desk.rules()) & {"unlisted-remote", "opaque-launch", "insecure-remote"}


def test_the_allowed_remote_passes(desk: Desk) -> None:
    desk.write("mcp-guard.toml", '[remotes]\nallow = ["https://*.linear.app/*"]\n')
    desk.config(linear={"url": "https://mcp.linear.app/x?y=1"})
    desk.guard("pin")
    assert desk.rules() == []


def test_names_are_escaped(desk: Desk) -> None:
    name = "evil\x1b[2J\u202e\r\nname"
    desk.config(**{name: "server"})
    out = desk.guard("check", "--offline").out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "\\u202e" in out


def test_a_hundred_thousand_findings_do_not_hurt(desk: Desk) -> None:
    servers = {f"s{number}": {"command": "npx", "args": ["a"]} for number in range(3000)}
    desk.write(".mcp.json", json.dumps({"mcpServers": servers}))
    desk.git("add", "--all")
    done = desk.guard("check", "--offline", "--format", "json")
    assert json.loads(done.out)["summary"]["blocked"] == 3000
