"""A folder, a fake home and a local registry; the command line is called in this process."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from mcp_guard.cli import main
from tests.registry import Registry


class Done(NamedTuple):
    code: int
    out: str
    err: str


class Desk:
    """A git repository to work in."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys

    def guard(self, *argv: str) -> Done:
        self._capsys.readouterr()
        code = main(argv)
        out, err = self._capsys.readouterr()
        return Done(code, out, err)

    def git(self, *argv: str) -> str:
        done = subprocess.run(["git", *argv], cwd=self.folder, capture_output=True, text=True, check=True)
        return done.stdout

    def write(self, path: str, text: str) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def read(self, path: str) -> str:
        return (self.folder / path).read_text(encoding="utf-8")

    def config(self, path: str = ".mcp.json", /, **servers: object) -> None:
        """Write a config; a text is the specification that npx runs, anything else the definition itself."""
        self.servers(path, servers)

    def servers(self, path: str, servers: Mapping[str, object]) -> None:
        entries = {
            name: {"command": "npx", "args": ["-y", spec]} if isinstance(spec, str) else spec
            for name, spec in servers.items()
        }
        self.write(path, json.dumps({"mcpServers": entries}, indent=2) + "\n")
        self.git("add", "--all")

    def rules(self, *argv: str) -> list[str]:
        """Run check and list the rules that block."""
        done = self.guard("check", "--format", "json", *argv)
        findings = json.loads(done.out)["findings"]
        return [f["rule"] for f in findings if f["severity"] == "error" and f["accepted"] is None]


@pytest.fixture
def registry() -> Iterator[Registry]:
    with Registry() as server:
        yield server


@pytest.fixture
def desk(
    tmp_path: Path, registry: Registry, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Desk:
    home, folder = tmp_path / "home", tmp_path / "repository"
    home.mkdir()
    folder.mkdir()
    for name in [*os.environ]:
        if name.startswith(("MCP_GUARD_", "GIT_", "PRE_COMMIT", "NPM_", "npm_", "UV_", "XDG_", "PIP_")):
            monkeypatch.delenv(name)
    settings = {
        "HOME": str(home),
        "MCP_GUARD_CACHE_DIR": str(tmp_path / "cache"),
        **registry.environ,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_AUTHOR_NAME": "test",
        "GIT_AUTHOR_EMAIL": "test@example.com",
        "GIT_COMMITTER_NAME": "test",
        "GIT_COMMITTER_EMAIL": "test@example.com",
        "NO_COLOR": "1",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(folder)
    made = Desk(folder, capsys)
    made.git("init", "--quiet")
    return made
