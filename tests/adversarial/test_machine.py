"""The real program on odd machines: encodings, pipes, homes, caches, two at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from mcp_guard import pinning
from mcp_guard.receipts import Receipts
from tests.adversarial.conftest import IN_90_DAYS, LENIENT, commit, stage
from tests.cli.conftest import Desk
from tests.registry import Registry

HOOK = ("check", "--hook")
PROGRAM = (str(Path(sys.executable).parent / "mcp-guard"),)
BAD = {"command": "npx", "args": ["-y", "evil"]}


def run(desk: Desk, *argv: str, environ: Mapping[str, str | None] | None = None) -> subprocess.CompletedProcess[bytes]:
    variables = {**os.environ, **(environ or {})}
    given = {name: value for name, value in variables.items() if value is not None}
    return subprocess.run([*PROGRAM, *argv], cwd=desk.folder, env=given, capture_output=True, timeout=60, check=False)


@pytest.mark.parametrize(
    "environ",
    [
        {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1:strict"},
        {"PYTHONIOENCODING": "utf-16"},
        {"HOME": None, "MCP_GUARD_CACHE_DIR": None},
        {"HOME": "", "MCP_GUARD_CACHE_DIR": None},
        {"HOME": "relative", "MCP_GUARD_CACHE_DIR": None, "XDG_CACHE_HOME": "relative"},
        {"MCP_GUARD_CACHE_DIR": "/dev/null/x"},
        {"MCP_GUARD_CACHE_DIR": "mcp-guard.toml"},
    ],
)
def test_an_odd_environment_changes_no_verdict(desk: Desk, registry: Registry, environ: dict[str, str | None]) -> None:
    """Repelled: what cannot be encoded or cached changes neither block nor pass."""
    registry.publish_npm("server", "1.0.0")
    stage(desk, "mcp-guard.toml", LENIENT)
    desk.servers("ä\N{SNOWMAN}/.mcp.json", {"\N{SNOWMAN}": BAD})
    for argv in (HOOK, ("check", "--format", "json")):
        done = run(desk, *argv, environ=environ)
        assert b"Traceback" not in done.stderr
        assert done.returncode == 1, done
    desk.git("rm", "-r", "--quiet", "--force", "--", "ä\N{SNOWMAN}")
    desk.servers("ö/.mcp.json", {"ö": "server@1.0.0"})
    assert run(desk, "pin", environ=environ).returncode == 0
    desk.git("add", "--all")
    for _ in range(2):
        assert run(desk, *HOOK, environ=environ).returncode == 0


@pytest.mark.parametrize("argv", ["check", "check --hook", "check --format json", "list"])
def test_a_reader_that_leaves(desk: Desk, argv: str) -> None:
    """Repelled: `| head -1` neither crashes nor turns a block into a pass."""
    desk.servers(".mcp.json", {f"server-{number}": BAD for number in range(2000)})
    program = " ".join((*PROGRAM, argv))
    expected = "0" if argv == "list" else "1"
    line = f"{program} | head -1 >/dev/null; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], cwd=desk.folder, capture_output=True, timeout=60, check=False)
    assert b"Traceback" not in done.stderr, done
    assert done.stdout.decode().strip() == expected, done


@pytest.mark.parametrize(("server", "code"), [("server@1.0.0", "0"), ("evil", "1")])
def test_no_stdout_at_all(locked: Desk, server: str, code: str) -> None:
    """With stdout closed (GUI clients, daemons) every run ends in a traceback and 1, also one that passes.

    `sys.stdout` is None then: `cli.entry` and `cli.common.publish`.
    """
    locked.servers(".mcp.json", {"a": {"command": "npx", "args": ["-y", server]}})
    line = f"{PROGRAM[0]} check >&-; echo $?"
    done = subprocess.run(["bash", "-c", line], cwd=locked.folder, capture_output=True, timeout=60, check=False)
    assert done.stdout.decode().strip() == code
    assert b"Traceback" not in done.stderr, done


def test_two_pins_at_once_never_pass_what_is_not_locked(desk: Desk, registry: Registry) -> None:
    """Repelled: two `pin`s race, and what they leave behind is either right or blocks; a third mends it."""
    for name in ("one", "two"):
        registry.publish_npm(name, "1.0.0")
    stage(desk, "mcp-guard.toml", LENIENT)
    desk.config("a/.mcp.json", one="one")
    desk.config("b/.mcp.json", two="two")
    both = [
        subprocess.Popen([*PROGRAM, "pin", name], cwd=desk.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for name in ("one", "two")
    ]
    for process in both:
        process.wait(60)
    json.loads(desk.read("mcp-guard.lock"))
    assert run(desk, "pin").returncode == 0
    assert run(desk, "check", "--all").returncode == 0
    assert not [name for name in os.listdir(desk.folder) if name.endswith(".tmp")]


def test_many_hooks_at_once_share_a_cache(locked: Desk) -> None:
    """Repelled: the SQLite file and the receipts are shared by processes that start together."""
    stage(
        locked, "sub/.mcp.json", json.dumps({"mcpServers": {"a": {"command": "npx", "args": ["-y", "server@1.0.0"]}}})
    )
    assert locked.guard("pin").code == 0
    locked.git("add", "--all")
    cache = {"MCP_GUARD_CACHE_DIR": str(locked.folder.parent / "fresh")}
    environ = {**os.environ, **cache}
    started = [
        subprocess.Popen(
            [*PROGRAM, *HOOK], cwd=locked.folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        for _ in range(6)
    ]
    ended = [(process.communicate(timeout=60)[0], process.returncode) for process in started]
    assert [code for _, code in ended] == [0] * 6, ended


@pytest.mark.parametrize(
    "value", [{}, {"until": "x", "seen": {}, "output": ""}, {"until": "9999-01-01", "seen": {}, "output": 1}]
)
def test_a_strange_receipt_is_no_receipt(
    locked: Desk, monkeypatch: pytest.MonkeyPatch, value: dict[str, object]
) -> None:
    """A receipt with an odd `until` ends in an internal error (exit 4) instead of being absent (`hook.recall`)."""
    stage(locked, ".mcp.json", json.dumps({"mcpServers": {"evil": BAD}}))
    monkeypatch.setattr(Receipts, "get", lambda *_: value)
    assert locked.guard(*HOOK).code == 1


def test_a_secret_is_in_no_debug_output(desk: Desk, registry: Registry) -> None:
    """Repelled: `--debug` shows a traceback and no secret of the config, the environment or a URL."""
    registry.publish_npm("server", "1.0.0")
    secret = "ghp_" + "a1B2" * 9
    desk.servers(
        ".mcp.json",
        {
            "a": {"command": "npx", "args": ["-y", "server"], "env": {"TOKEN": secret}},
            "b": {"url": f"https://user:{secret}@mcp.example/x?key={secret}"},
            "c": {"command": "npx", "args": ["-y", f"git+https://{secret}@example.com/x.git"]},
        },
    )
    for argv in (("check",), ("pin", "--diff"), ("pin",), ("list",), ("check", "--format", "json"), ("check", "nope")):
        done = run(desk, *argv, "--debug")
        assert secret.encode() not in done.stdout + done.stderr, argv
    for folder, _, files in os.walk(desk.folder.parent):
        for name in files:
            if ".git" not in folder and name != ".mcp.json":
                assert secret.encode() not in (Path(folder) / name).read_bytes(), name


def test_a_token_as_the_name_of_a_server(desk: Desk, registry: Registry) -> None:
    """A token that stands where a server's name should (a paste into the wrong line) is printed, and locked.

    `redaction.secrets` does not look at the name, nor do `cli.pin._say` and `pinning._lock`, which could refuse it.
    """
    registry.publish_npm("server", "1.0.0")
    secret = "ghp_" + "a1B2" * 9
    desk.servers(".mcp.json", {secret: {"command": "npx", "args": ["-y", "server"]}})
    assert secret not in desk.guard("check").out
    done = desk.guard("pin")
    assert secret not in done.out + done.err
    assert not (desk.folder / "mcp-guard.lock").exists() or secret not in desk.read("mcp-guard.lock")


@pytest.mark.parametrize("name", ['"', "'", "a b", "a\nb", "a\x1b[2Jb", "-x", "--all", "", "$(x)", "ä", "a" * 5000])
def test_odd_names_are_pinned_and_accepted(desk: Desk, registry: Registry, name: str) -> None:
    """Repelled: a server is found again by its name, whatever that is, and nothing of it reaches the terminal raw."""
    registry.publish_npm("server", "1.0.0")
    desk.servers(".mcp.json", {name: {"command": "npx", "args": ["-y", "server"]}})
    done = desk.guard("pin", "--", name) if name else desk.guard("pin")
    assert "\x1b" not in done.out
    until = ("--reason", "r", "--until", IN_90_DAYS)
    assert desk.guard("accept", "package", *until, "--", name).code == 0
    desk.git("add", "--all")
    assert desk.guard("check").code == 0
    assert desk.guard(*HOOK).code == 0
    commit(desk)
    desk.servers(".mcp.json", {name + "2": {"command": "npx", "args": ["-y", "server@1.0.0"]}})
    assert desk.guard(*HOOK).code == 1


def test_one_name_in_two_files(desk: Desk, registry: Registry) -> None:
    """Repelled: what is locked or accepted for a server in one file says nothing of its namesake in another."""
    registry.publish_npm("server", "1.0.0")
    stage(desk, "mcp-guard.toml", LENIENT)
    desk.config("a/.mcp.json", x="server@1.0.0")
    assert desk.guard("pin").code == 0
    desk.git("add", "--all")
    assert desk.guard("check").code == 0
    desk.servers("b/.mcp.json", {"x": {"command": "npx", "args": ["-y", "server@1.0.0"]}})
    assert "not-locked" in desk.rules()
    desk.servers("b/.mcp.json", {"x": BAD})
    assert desk.guard("accept", "package", "x", "--rule", "unpinned", "--reason", "r", "--until", IN_90_DAYS).code == 0
    desk.servers("a/.mcp.json", {"x": BAD})
    assert desk.guard("check", "a").code == 1


@pytest.mark.parametrize(
    "text",
    [
        '{"mcpServers": {"a": {"command": "npx", "args": ["-y", "server@1.0.0"]}}, "servers": {"evil": %s}}',
        '{"mcpServers": {"a": {"command": "npx", "args": ["-y", "server@1.0.0"]}, "evil": %s}}',
        '{"mcpServers": {"a": {"command": "npx", "args": ["-y", "server@1.0.0"]}, "evil": []}}',
        '{"mcpServers": {"a": {"command": "npx", "args": ["-y", "server@1.0.0"]}}, "MCPSERVERS": {"evil": %s}}',
        '{"mcpServers": {"a": {"command": "npx", "args": ["-y", "server@1.0.0"]}, "a": %s}}',
        '{"mcpServers": {"a": {"command": "npx", "args": ["-y", "server@1.0.0"], "args": ["-y", "evil"]}}}',
        '{"mcpServers": {"a": {"command": "npx", "args": ["-y", "server@1.0.0"], "Args": ["-y", "evil"]}}}',
        '{"mcpServers": {"a": {"command": "npx", "args": ["-y", "server@1.0.0"], "url": "https://evil.example/"}}}',
        '{"mcpServers": {"a": {"command": "npx", "args": ["-y", "server@1.0.0"]}}}{"mcpServers": {"evil": %s}}',
        '{"a": {"command": "npx", "args": ["-y", "server@1.0.0"]}, "evil": %s}',
        '{"mcpServers": {"a": {"command": "npx", "args": ["-y", "server@1.0.0"]}, "evil": {"command": "node"}}}',
    ],
)
def test_a_second_server_in_a_good_config(locked: Desk, text: str) -> None:
    """Repelled: something beside the locked server, in every way in which a reader might miss it."""
    stage(locked, ".mcp.json", text.replace("%s", json.dumps(BAD)))
    assert locked.guard("check").code == 1
    assert locked.guard(*HOOK).code == 1
    assert locked.guard(*HOOK, "--offline").code == 1


def test_an_answer_that_others_could_have_planted(desk: Desk, registry: Registry) -> None:
    """Receipts in a folder that others may write are not read; the registry's cached answers beside them are.

    `registries.store.open_store` does not look at owner and mode of the cache folder and of `http.sqlite`.
    """
    registry.publish_npm("server", "1.0.0")
    stage(desk, "mcp-guard.toml", LENIENT)
    desk.config(a="server@1.0.0")
    pin_all(desk)
    cache = desk.folder.parent / "cache"
    for file in (*(cache / "receipts").iterdir(),):
        file.unlink()
    cache.chmod(0o777)
    (cache / "http.sqlite").chmod(0o666)
    registry.requests.clear()
    assert desk.guard("check").code == 0
    assert registry.count("/npm/") > 0


def pin_all(desk: Desk) -> None:
    assert desk.guard("pin").code == 0
    desk.git("add", "--all")


def test_an_edit_during_pin_is_not_lost(desk: Desk, registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    """`pin` waits seconds for registries and then writes over whatever an editor has saved meanwhile.

    `pinning.apply` is given the old bytes and does not compare them.
    """
    registry.publish_npm("server", "1.0.0")
    stage(desk, "mcp-guard.toml", LENIENT)
    desk.config(a="server")
    plan = pinning.plan

    def slow(*arguments: object) -> pinning.Plan:
        made = plan(*arguments)  # type: ignore[arg-type]  # handed on as they came
        desk.config(a="server", b="other@1.0.0")
        return made

    monkeypatch.setattr(pinning, "plan", slow)
    desk.guard("pin")
    assert "other@1.0.0" in desk.read(".mcp.json")
