"""A planted secret appears in nothing that is printed or written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Desk
from tests.cli.test_cli import ACCEPT
from tests.registry import Registry

TOKEN = "ghp_0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX"
PASSWORD = "correct-horse-battery-7"
KEY = "sk-proj-Zz9Yy8Xx7Ww6Vv5Uu4Tt3Ss2Rr1Qq0"
SECRETS = (TOKEN, PASSWORD, KEY)


def written(*folders: Path) -> Iterator[tuple[str, bytes]]:
    for folder in folders:
        for parent, _, names in os.walk(folder):
            if ".git" in parent.split(os.sep):
                continue
            for name in names:
                path = os.path.join(parent, name)
                with open(path, "rb") as file:
                    yield path, file.read()


def servers() -> dict[str, object]:
    return {
        "env": {"command": "npx", "args": ["-y", "server"], "env": {"GITHUB_TOKEN": TOKEN, "DB_PASSWORD": PASSWORD}},
        "args": {"command": "npx", "args": ["-y", "server@1.0.0", "--api-key", KEY, f"--token={TOKEN}"]},
        "remote": {
            "url": f"https://user:{PASSWORD}@mcp.example/x?api_key={KEY}",
            "headers": {"Authorization": f"Bearer {TOKEN}"},
        },
        "shell": {"command": "sh", "args": ["-c", f"API_KEY={KEY} npx server | cat"]},
        "program": {"command": "tool", "args": ["--password", PASSWORD]},
        "git": {"command": "uvx", "args": ["--from", f"git+https://user:{TOKEN}@git.example/x", "x"]},
        "broken": {"command": "npx", "args": [1], "env": [f"GITHUB_TOKEN={TOKEN}"]},
    }


@pytest.mark.parametrize("layout", ["lines", "one line"])
def test_nowhere(desk: Desk, registry: Registry, tmp_path: Path, layout: str) -> None:
    registry.publish_npm("server", "1.0.0")
    desk.servers(".mcp.json", servers())
    if layout == "one line":
        desk.write(".mcp.json", " ".join(desk.read(".mcp.json").split()))
    desk.git("add", "--all")
    printed: list[str] = []
    for argv in (
        ("check",),
        ("check", "-v", "--debug"),
        ("check", "--hook"),
        ("check", "--format", "json"),
        ("check", "--format", "github"),
        ("pin",),
        ("pin",),
        ("accept", "package", "env", "args", *ACCEPT),
        ("accept", "remote", "remote", *ACCEPT),
        ("accept", "program", "shell", *ACCEPT),
        ("accept", "program", "program"),
        ("check", "--network", "required", "-v"),
        ("list",),
        ("list", "--format", "json"),
    ):
        done = desk.guard(*argv)
        printed += [done.out, done.err]
    for secret in SECRETS:
        assert not [text for text in printed if secret in text]
        found = [path for path, data in written(tmp_path) if secret.encode() in data]
        assert found == [str(desk.folder / ".mcp.json")]


def test_pin_diff_shows_no_secret_of_the_lines_around(desk: Desk, registry: Registry) -> None:
    registry.publish_npm("server", "1.0.0")
    desk.servers(".mcp.json", servers())
    done = desk.guard("pin", "--diff")
    for secret in SECRETS:
        assert secret not in done.out + done.err


def test_not_in_an_exception(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(TOKEN)

    desk.servers(".mcp.json", servers())
    monkeypatch.setattr("mcp_guard.pipeline.judge", broken)
    assert TOKEN not in desk.guard("check").err
