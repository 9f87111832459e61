"""Ecosystems that are read and never vouched for: a purl, a pin verdict, and a publisher that nobody has proven."""

from __future__ import annotations

import json
from datetime import date

import pytest

from tests.core.conftest import Desk

COMMIT = "0123456789abcdef0123456789abcdef01234567"
UNTIL = date(2027, 2, 20).isoformat()
STARTED = [
    ("dnx", ["Acme.Mcp@1.2.3", "--yes"], "nuget:acme.mcp@1.2.3", "pkg:nuget/acme.mcp@1.2.3"),
    ("go", ["run", "github.com/a/mcp@v1.2.3"], "golang:github.com/a/mcp@v1.2.3", "pkg:golang/github.com/a/mcp@v1.2.3"),
    ("deno", ["run", "-A", "jsr:@acme/mcp@1.0.0"], "jsr:@acme/mcp@1.0.0", "pkg:jsr/%40acme/mcp@1.0.0"),
    ("nix", ["run", f"github:acme/mcp/{COMMIT}"], f"nix:github:acme/mcp@{COMMIT}", None),
]


@pytest.mark.parametrize(("command", "args", "label", "purl"), STARTED)
def test_pinned_it_is_locked_and_needs_a_person(
    desk: Desk, command: str, args: list[str], label: str, purl: str | None
) -> None:
    desk.config(one={"command": command, "args": args})
    desk.git("add", "--all")
    assert "error[not-locked]" in desk.guard("check").out
    desk.guard("pin")
    assert list(json.loads(desk.read("mcp-guard.lock"))["packages"]) == ([purl] if purl else [])
    blocked = desk.guard("check", "--offline")
    assert (blocked.code, blocked.out.count("error[")) == (1, 1)
    assert f"error[unverified-publisher]: nothing proves who published {label}" in blocked.out
    assert desk.guard("accept", "package", "one", "--reason", "ours", "--until", UNTIL).code == 0
    assert f'package = "{label}"' in desk.read("mcp-guard.toml")
    passed = desk.guard("check", "--network=required")
    assert (passed.code, "1 accepted" in passed.out) == (0, True)


@pytest.mark.parametrize(
    ("command", "args"),
    [
        ("dnx", ["Acme.Mcp", "--yes"]),
        ("dnx", ["Acme.Mcp@2.*", "--yes"]),
        ("go", ["run", "github.com/a/mcp@latest"]),
        ("deno", ["run", "-A", "jsr:@acme/mcp@^1.0.0"]),
    ],
)
def test_unpinned_it_is_blocked_and_no_version_is_found_for_it(desk: Desk, command: str, args: list[str]) -> None:
    desk.config(one={"command": command, "args": args})
    desk.git("add", "--all")
    desk.guard("pin")
    assert json.loads(desk.read("mcp-guard.lock"))["packages"] == {}
    blocked = desk.guard("check", "--offline")
    assert (blocked.code, blocked.out.count("error[")) == (1, 1)
    assert "error[unpinned]" in blocked.out
    assert "by hand" in blocked.out
