"""A fake machine: a home, a place for system files, and the command line called in this process."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple

import pytest

from mcp_guard import registries, scanning, searching
from mcp_guard.cli import main
from mcp_guard.clients.locations import Host, Platform
from mcp_guard.model import Network, Policy
from mcp_guard.pipeline import World
from mcp_guard.receipts import Receipts
from mcp_guard.scanning import Inventory

NOW = datetime(2026, 11, 22, tzinfo=timezone.utc)
PINNED = {"command": "npx", "args": ["-y", "server-a@1.2.3"]}
FLOATING = {"command": "npx", "args": ["-y", "server-b"]}


class Done(NamedTuple):
    code: int
    out: str
    err: str


class Box:
    """One machine."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.system = folder / "system"
        self.platform: Platform = "linux"
        self.environ: dict[str, str] = {}
        self._capsys = capsys

    def become(self, platform: Platform) -> None:
        """Change the operating system."""
        self.platform = platform
        if platform == "windows":
            for name in ("PROGRAMDATA", "PROGRAMFILES"):
                self.environ[name] = str(self.system / name)

    @property
    def host(self) -> Host:
        return Host(self.platform, self.environ, str(self.home), str(self.system))

    def write(self, path: str, content: str | bytes) -> Path:
        """Write a file below the home."""
        file = self.home / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def servers(self, path: str, servers: Mapping[str, object], key: str = "mcpServers") -> Path:
        """Write a config below the home."""
        return self.write(path, json.dumps({key: servers}, indent=2))

    def scan(self, *roots: Path, client: str | None = None, policy: Policy | None = None) -> Inventory:
        """Scan as a library, without a network."""
        rules = policy or Policy()
        network: Network = "off"
        asker = registries.Registries(registries.settings({}), rules, os.devnull, fresh=False, deadline=1.0)
        world = World(asker, Receipts(os.devnull), NOW, network)
        try:
            wanted = None if client is None else scanning.rows(client)
            return scanning.scan(self.host, map(str, roots), wanted, rules, world)
        finally:
            asker.close()

    def guard(self, *argv: str) -> Done:
        """Run the command line."""
        self._capsys.readouterr()
        code = main(argv)
        out, err = self._capsys.readouterr()
        return Done(code, out, err)


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Box:
    made = Box(tmp_path, capsys)
    made.home.mkdir()
    made.system.mkdir()
    (tmp_path / "elsewhere").mkdir()
    for name in [*os.environ]:
        if name.startswith(
            ("MCP_GUARD_", "XDG_", "GIT_", "NPM_", "npm_", "UV_", "PIP_", "CODEX_", "CLAUDE_", "CLINE_")
        ):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(made.home))
    monkeypatch.setenv("MCP_GUARD_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path / "elsewhere")  # no repository
    monkeypatch.setattr(searching, "this_host", lambda _environ: made.host)
    return made
