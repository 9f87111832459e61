"""The program and its streams: nobody reads, nobody is there, or something odd stands in their place."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from io import StringIO

import pytest

from mcp_guard import cli
from mcp_guard.cli import main
from tests.cli.conftest import Desk


def test_entry_is_the_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["mcp-guard", "explain", "nonsense"])
    with pytest.raises(SystemExit) as stop:
        cli.entry()
    assert stop.value.code == 2
    monkeypatch.setattr(sys, "argv", ["mcp-guard", "explain", "unpinned"])
    with pytest.raises(SystemExit) as stop:
        runpy.run_module("mcp_guard", run_name="__main__")
    assert stop.value.code == 0


def unread(desk: Desk, argv: list[str], *, unbuffered: bool) -> subprocess.CompletedProcess[str]:
    """Run a command whose output nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, *(["-u"] if unbuffered else []), "-m", "mcp_guard", *argv]
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    try:
        return subprocess.run(
            command, cwd=desk.folder, env=environ, stdout=writer, stderr=subprocess.PIPE, text=True, check=False
        )
    finally:
        os.close(writer)


@pytest.mark.parametrize("argv", [["explain"], ["explain", "--all"]])
def test_a_reader_that_goes_away_is_no_error(desk: Desk, argv: list[str]) -> None:
    """`mcp-guard … | head -1`: a short output fails when it is flushed, a long one while it is printed."""
    done = unread(desk, argv, unbuffered=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("unbuffered", [False, True])
@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (["check"], 1),
        (["check", "--format=json"], 1),
        (["check", "--hook"], 1),
        (["list"], 0),
        (["pin", "--diff"], 0),
        (["pin"], 1),
        (["accept", "program", "a"], 0),
        (["--version"], 0),
        (["check", "--help"], 0),
    ],
)
def test_a_reader_that_goes_away_changes_no_exit_code(desk: Desk, argv: list[str], code: int, unbuffered: bool) -> None:
    desk.config(a={"command": "gh"})
    done = unread(desk, argv, unbuffered=unbuffered)
    assert (done.returncode, done.stderr) == (code, "")


def test_entry_without_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    """As GUI programs and daemons start others."""
    monkeypatch.setattr(sys, "argv", ["mcp-guard", "explain", "nonsense"])
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    with pytest.raises(SystemExit) as stop:
        cli.entry()
    assert stop.value.code == 2
    opened = sys.stdout
    assert opened is not None
    assert sys.stderr is opened
    opened.close()


def test_an_interrupt_is_an_exit_code(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("mcp_guard.pipeline.judge", interrupted)
    desk.config(a="server")
    assert desk.guard("check") == (130, "", "")


def test_a_stream_of_another_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that calls `main` may have put anything in the place of stdout."""
    stream = StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    assert main(["explain", "unpinned"]) == 0
    assert "What" in stream.getvalue()


def test_odd_characters_are_printed_somehow(desk: Desk) -> None:
    desk.servers(".mcp.json", {"\udc80": {"url": "https://mcp.example/x"}})
    assert desk.guard("check", "--offline").code == 1
