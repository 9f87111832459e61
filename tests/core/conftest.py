"""A git repository beside a local registry, read and judged in this process at a moment that the test gives."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from mcp_guard import pinning, pipeline, receipts, registries, trees, workspace
from mcp_guard.model import JSON, Finding, Network, Policy, Report, Server
from mcp_guard.pinning import Plan
from mcp_guard.pipeline import World
from mcp_guard.workspace import Workspace
from tests.cli.conftest import Desk, desk
from tests.registry import Registry

__all__ = ["Desk", "desk"]

NOW = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)
NETWORKS: tuple[Network, ...] = ("auto", "off", "required")
PIN = 'require = ["pin", "integrity"]\n'  # nothing is proven about publishers yet

# What this machine remembers of a package whose registry agrees with the lock.
RECEIPT: dict[str, JSON] = {
    "as-of": NOW.isoformat(),
    "agreed": True,
    "withdrawn": None,
    "deprecated": None,
    "missing": None,
}


class Site:
    """A repository, this user's empty home and cache, and a registry that the user has named."""

    def __init__(self, folder: Path, registry: Registry) -> None:
        self.folder = folder / "repository"
        self.home = folder / "home"
        self.cache = folder / "cache"
        self.registry = registry
        self.npm_url = registry.npm_url
        self.folder.mkdir()
        self.home.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")

    @property
    def root(self) -> str:
        return str(self.folder)

    @property
    def environ(self) -> dict[str, str]:
        named = f"npm={self.npm_url} pypi={self.registry.pypi_url}"
        return {"HOME": str(self.home), "MCP_GUARD_REGISTRIES": named}

    def git(self, *argv: str) -> str:
        done = subprocess.run(["git", *argv], cwd=self.folder, capture_output=True, text=True, check=True)
        return done.stdout

    def write(self, path: str, data: str | bytes) -> None:
        """Write a file and stage everything."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data if isinstance(data, bytes) else data.encode())
        self.git("add", "--all")

    def read(self, path: str) -> str:
        return (self.folder / path).read_text(encoding="utf-8")

    def servers(self, path: str = ".mcp.json", /, **servers: object) -> None:
        """Write a config; a text is what npx runs, anything else the definition itself."""
        entries = {
            name: {"command": "npx", "args": ["-y", entry]} if isinstance(entry, str) else entry
            for name, entry in servers.items()
        }
        self.write(path, json.dumps({"mcpServers": entries}, indent=2) + "\n")

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--no-verify", "--allow-empty", "-m", "all")

    # -------------------------------------------------------------------------------------------- reading, judging

    def space(self, names: Iterable[str] | None = None, *, based: bool = True, own: Policy | None = None) -> Workspace:
        """Read the work tree; `based` compares with HEAD."""
        named = None if names is None else list(names)
        head = trees.head(self.root) if based else None
        base = trees.commit(self.root, head) if head else None
        return workspace.read(trees.work_tree(self.root, workspace.on_disk(self.root, named or ())), base, named, own)

    @contextmanager
    def world(self, policy: Policy, network: Network = "auto", now: datetime = NOW) -> Iterator[World]:
        """This machine's receipts, and registries without the answers of before: their cache has a clock of its own."""
        answers, settings = self.cache / "answers", registries.settings(self.environ)
        shutil.rmtree(answers, ignore_errors=True)
        asker = registries.Registries(settings, policy, str(answers), fresh=network == "required", deadline=10)
        try:
            yield World(asker, receipts.Receipts(str(self.cache)), now, network)
        finally:
            asker.close()

    def judge(
        self,
        *,
        network: Network = "auto",
        now: datetime = NOW,
        names: Iterable[str] | None = None,
        based: bool = True,
        own: Policy | None = None,
    ) -> Report:
        space = self.space(names, based=based, own=own)
        with self.world(space.policy, network, now) as world:
            return pipeline.judge(space, world)

    def plan(
        self,
        wanted: Callable[[Server], bool] = lambda _: True,
        *,
        names: Iterable[str] | None = None,
        now: datetime = NOW,
        own: Policy | None = None,
    ) -> Plan:
        space = self.space(names, own=own)
        with self.world(space.policy, now=now) as world:
            return pinning.plan(space, world, wanted)

    def pin(self, *names: str, now: datetime = NOW) -> Plan:
        """Pin the servers of these names, or all, and write."""
        plan = self.plan(lambda server: not names or server.name.text in names, now=now)
        pinning.apply(self.root, plan.files)
        self.git("add", "--all")
        return plan

    def lock(self) -> dict[str, dict[str, dict[str, object]]]:
        found: dict[str, dict[str, dict[str, object]]] = json.loads(self.read("mcp-guard.lock"))
        return found

    def forget(self) -> None:
        """Clear this machine's receipts."""
        for file in (self.cache / "receipts").glob("*"):
            file.unlink()


def blocking(report: Report) -> list[str]:
    """The rules of the findings that block."""
    return sorted({f.rule for f in report.findings if f.severity == "error" and f.accepted is None})


def of(report: Report, rule: str) -> list[Finding]:
    return [finding for finding in report.findings if finding.rule == rule]


def asked(site: Site, judge: Callable[[], object]) -> int:
    """Count the requests that something costs."""
    before = site.registry.count()
    judge()
    return site.registry.count() - before


def clean(monkeypatch: pytest.MonkeyPatch, settings: Mapping[str, str]) -> None:
    """Take the developer's own configuration out of the environment."""
    for name in [*os.environ]:
        if name.startswith(("MCP_GUARD_", "GIT_", "PRE_COMMIT", "NPM_", "npm_", "UV_", "XDG_", "PIP_")):
            monkeypatch.delenv(name)
    own = {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_AUTHOR_NAME": "test",
        "GIT_AUTHOR_EMAIL": "test@example.com",
        "GIT_COMMITTER_NAME": "test",
        "GIT_COMMITTER_EMAIL": "test@example.com",
    }
    for name, value in {**own, **settings}.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def registry() -> Iterator[Registry]:
    with Registry() as server:
        yield server


@pytest.fixture
def site(tmp_path: Path, registry: Registry, monkeypatch: pytest.MonkeyPatch) -> Site:
    clean(monkeypatch, {"HOME": str(tmp_path / "nobody")})
    return Site(tmp_path, registry)


@pytest.fixture
def pinned(site: Site) -> Site:
    """One server, pinned, locked, committed, checked once at NOW."""
    site.registry.publish_npm("server", "1.0.0")
    site.write("mcp-guard.toml", PIN)
    site.servers(a="server")
    site.pin()
    site.commit()
    assert site.judge().exit_code == 0
    return site
