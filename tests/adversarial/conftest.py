"""A desk as the command line's tests have it, and a clock that the tests set."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone, tzinfo
from pathlib import Path

import pytest

from mcp_guard.cli import check as cli_check
from mcp_guard.cli import common
from tests.cli.conftest import Desk, desk, registry
from tests.registry import Registry

__all__ = ["desk", "registry"]

# A policy under which a locked package that the registry agrees with passes, so that only the attack can block.
LENIENT = 'require = ["pin", "integrity"]\n'
IN_90_DAYS = (datetime.now(timezone.utc) + timedelta(days=90)).date().isoformat()
NOON = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)


class Clock:
    """The machine's clock, as far as the command line reads it."""

    def __init__(self, cache: Path) -> None:
        self.now = NOON
        self._answers = cache / "http.sqlite"

    def tick(self, **span: float) -> None:
        """Let time pass; answers of registries are kept for minutes, by a clock that tests cannot set."""
        self.now += timedelta(**span)
        self._answers.unlink(missing_ok=True)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Clock:
    made = Clock(tmp_path / "cache")

    class Frozen(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # a plain datetime will do
            return made.now.astimezone(tz)

    monkeypatch.setattr(common, "datetime", Frozen)
    monkeypatch.setattr(cli_check, "_now", lambda: made.now)
    return made


@pytest.fixture
def locked(desk: Desk, registry: Registry, request: pytest.FixtureRequest) -> Desk:
    """A committed repository whose one server, npm:server@1.0.0, is pinned, locked and passes."""
    if "clock" in request.fixturenames:
        request.getfixturevalue("clock")  # before anything is remembered
    registry.publish_npm("server", "1.0.0")
    desk.write("mcp-guard.toml", LENIENT)
    desk.config(a="server@1.0.0")
    pin(desk)
    commit(desk)
    return desk


def pin(desk: Desk) -> None:
    """Lock every server and stage the lock; a trial without a lock would prove nothing."""
    done = desk.guard("pin")
    assert "not pinned" not in done.out, done
    desk.git("add", "--all", "--", "mcp-guard.lock", ".mcp.json")


def commit(desk: Desk, message: str = "change") -> None:
    desk.git("add", "--all")
    desk.git("commit", "--quiet", "--no-verify", "-m", message)


def stage(desk: Desk, path: str, text: str) -> None:
    desk.write(path, text)
    desk.git("add", "--all")


def link(desk: Desk, path: str, target: str) -> None:
    file: Path = desk.folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    file.symlink_to(target)
    desk.git("add", "--all")


def forge(desk: Desk, old: str, new: str) -> None:
    """Edit the lock as an attacker would, and stage it."""
    text = desk.read("mcp-guard.lock")
    assert old in text
    stage(desk, "mcp-guard.lock", text.replace(old, new))


def lock(desk: Desk, registry: Registry, *argv: str, **fields: object) -> None:
    """Lock a server with this command line."""
    registry.publish_npm("server", "1.0.0", bin={"server": "x.js"})
    desk.write("mcp-guard.toml", LENIENT)
    desk.servers(".mcp.json", {"a": {"command": argv[0], "args": argv[1:], **fields}})
    pin(desk)
