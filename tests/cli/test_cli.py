"""The commands, their texts and exit codes, in a repository beside a local registry."""

from __future__ import annotations

import json
import os
import stat
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from mcp_guard.cli import main
from tests.cli.conftest import Desk
from tests.registry import Registry

# The command line judges by the machine's clock; everything that depends on it lies far from its edges.
UNTIL = (datetime.now(timezone.utc) + timedelta(days=90)).date().isoformat()
LATE = (datetime.now(timezone.utc) + timedelta(days=400)).date().isoformat()
ACCEPT = ("--reason", "vendor publishes by hand, SEC-42", "--until", UNTIL)


# ------------------------------------------------------------------------------------------------ check


def test_nothing_to_check_is_no_error(desk: Desk) -> None:
    done = desk.guard()
    assert done.code == 0
    assert done.err == ""


def test_a_bare_call_is_check(desk: Desk, registry: Registry) -> None:
    registry.publish_npm("server", "1.0.0")
    desk.config(good="server")
    assert desk.guard() == desk.guard("check")
    assert desk.guard().code == 1
    assert desk.guard("--format", "json").out == desk.guard("check", "--format", "json").out


@pytest.mark.parametrize("name", ["missing.json", ".mcp.json"])
def test_a_named_file_that_is_missing_or_a_folder_is_a_finding(desk: Desk, name: str) -> None:
    (desk.folder / ".mcp.json").mkdir()
    done = desk.guard("check", name)
    assert done.code == 1
    assert "error[unreadable-config]" in done.out


def test_a_named_file_of_no_client_is_checked_as_generic(desk: Desk, registry: Registry) -> None:
    registry.publish_npm("server", "1.0.0")
    desk.write("configs/mine.json", '{"mcpServers": {"a": {"command": "npx", "args": ["server"]}}}')
    assert desk.guard("check").code == 0
    done = desk.guard("check", "configs/mine.json")
    assert done.code == 1
    assert "configs/mine.json:1:50: error[unpinned]" in done.out


def test_an_untracked_config_is_not_passed_over_in_silence(desk: Desk) -> None:
    desk.write(".mcp.json", '{"mcpServers": {"a": {"command": "npx", "args": ["server"]}}}')
    done = desk.guard("check", "--offline")
    assert done.code == 0
    assert "git does not track it: .mcp.json" in done.err
    desk.write(".gitignore", ".mcp.json\n")
    assert desk.guard("check", "--offline").err == ""


def test_a_folder_means_every_config_below_it(desk: Desk) -> None:
    desk.config("a/.mcp.json", one="server")
    desk.config("b/.mcp.json", two="server")
    report = json.loads(desk.guard("check", "a", "--offline", "--format", "json").out)
    assert [server["name"] for server in report["servers"]] == ["one"]


def test_a_file_outside_the_repository_is_a_usage_error(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text("{}")
    done = desk.guard("check", str(tmp_path / "other.json"))
    assert done.code == 2
    assert "outside this repository" in done.err


def test_without_a_repository(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / ".mcp.json").write_text('{"mcpServers": {"a": {"command": "npx", "args": ["server"]}}}')
    monkeypatch.chdir(folder)
    assert "error[unpinned]" in desk.guard("check").out
    assert desk.guard("check", ".mcp.json").code == 1
    hook = desk.guard("check", "--hook")
    assert hook.code == 2
    assert "git repository" in hook.err


def test_formats_and_outputs(desk: Desk, tmp_path: Path) -> None:
    desk.config(good="server")
    out = tmp_path / "report.json"
    done = desk.guard("check", "--offline", "--format", "github", "--output", f"json={out}")
    assert done.out.startswith("::error file=.mcp.json,line=7,")
    assert json.loads(out.read_text())["summary"]["blocked"] == 1
    wrong = desk.guard("check", "--output", "xml=report.xml")
    assert wrong.code == 2
    assert "FORMAT=FILE" in wrong.err


def test_quiet_verbose_and_color(desk: Desk, registry: Registry) -> None:
    registry.publish_npm("server", "1.0.0")
    desk.write("mcp-guard.toml", 'require = ["pin", "integrity"]\n')
    desk.config(good="server")
    desk.guard("pin")
    desk.git("add", "--all")
    assert desk.guard("check", "-q") == (0, "", "")
    assert "good" not in desk.guard("check").out
    assert "npm:server@1.0.0" in desk.guard("check", "-v").out
    desk.config(good="server@latest")
    assert "\x1b[" not in desk.guard("check").out
    assert "\x1b[" in desk.guard("check", "--color", "always").out


def test_strict_makes_warnings_block(desk: Desk, registry: Registry) -> None:
    registry.publish_npm("server", "1.0.0", deprecated="use other-server")
    desk.write("mcp-guard.toml", 'require = ["pin", "integrity"]\n')
    desk.config(good="server@1.0.0")
    desk.guard("pin")
    assert desk.guard("check").code == 0
    assert desk.guard("check", "--strict").code == 1
    desk.write("mcp-guard.toml", 'preset = "strict"\nrequire = ["pin", "integrity"]\n')
    assert desk.guard("check").code == 1


def test_a_policy_error_is_exit_2_with_its_place(desk: Desk) -> None:
    desk.config(good="server")
    desk.write("mcp-guard.toml", 'min_age = "72h"\n')
    done = desk.guard("check")
    assert done.code == 2
    assert done.err.startswith("mcp-guard: mcp-guard.toml:1:1: ")
    assert "min-age" in done.err
    desk.write("mcp-guard.toml", '[[accept]]\nrule = "unpinned"\npackage = "npm:a@1.0.0"\nuntil = 2027-01-01\n')
    assert "reason" in desk.guard("check").err


def test_a_policy_from_elsewhere(desk: Desk, tmp_path: Path) -> None:
    desk.config(remote={"url": "https://mcp.example/x"})
    own = tmp_path / "own.toml"
    own.write_text('[remotes]\nallow = ["https://mcp.example/*"]\n')
    assert "unlisted-remote" in desk.rules()
    assert "unlisted-remote" not in desk.rules("--config", str(own))
    assert desk.guard("check", "--config", str(tmp_path / "missing.toml")).code == 2
    own.write_text("nonsense = 1\n")
    assert str(own) in desk.guard("check", "--config", str(own)).err


@pytest.mark.parametrize(
    ("argv", "word"),
    [
        (("chek",), "check"),
        (("check", "--ofline"), "--offline"),
        (("check", "--format", "jsn"), "json"),
        (("accept", "packge", "x"), "package"),
        (("check", "--network", "never"), "auto"),
    ],
)
def test_usage_errors_suggest(desk: Desk, argv: tuple[str, ...], word: str) -> None:
    done = desk.guard(*argv)
    assert done.code == 2
    assert word in done.err
    assert "Traceback" not in done.err


def test_settings_by_environment(desk: Desk, registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    registry.publish_npm("server", "1.0.0")
    desk.config(good="server@1.0.0")
    monkeypatch.setenv("MCP_GUARD_NETWORK", "off")
    desk.guard("check")
    assert registry.count() == 0
    monkeypatch.setenv("MCP_GUARD_NETWORK", "sometimes")
    assert desk.guard("check").code == 2
    monkeypatch.delenv("MCP_GUARD_NETWORK")
    monkeypatch.setenv("MCP_GUARD_DEADLINE", "soon")
    assert desk.guard("check").code == 2
    monkeypatch.setenv("MCP_GUARD_DEADLINE", "5s")
    monkeypatch.setenv("MCP_GUARD_REGISTRIES", "npm=http://registry.example/")
    assert desk.guard("check").code == 2


def test_an_unknown_base_is_exit_2(desk: Desk) -> None:
    desk.config(good="server")
    done = desk.guard("check", "--base", "nowhere")
    assert done.code == 2
    assert "nowhere" in done.err


def test_an_internal_error_is_one_line(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret")

    desk.config(good="server")
    monkeypatch.setattr("mcp_guard.pipeline.judge", broken)
    done = desk.guard("check")
    assert done.code == 4
    assert done.err.count("\n") == 1
    assert "--debug" in done.err
    assert "secret" not in done.err
    assert "Traceback" in desk.guard("check", "--debug").err


def test_interrupted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("mcp_guard.pipeline.judge", stopped)
    assert desk.guard("check").code == 130


def test_version_and_help(desk: Desk) -> None:
    assert desk.guard("--version").out.startswith("mcp-guard 0.")
    assert "exit codes" in desk.guard("--help").out
    for command in ("check", "pin", "list", "explain", "accept"):
        assert desk.guard(command, "--help").code == 0


# ------------------------------------------------------------------------------------------------ pin


def test_pin_changes_nothing_but_the_version(desk: Desk, registry: Registry) -> None:
    for version in ("1.0.0", "1.2.0"):
        registry.publish_npm("@corp/server", version)
        registry.publish_pypi("py-server", version)
    text = (
        '{\r\n\t// why\r\n\t"mcpServers": {\r\n'
        '\t\t"b": {"command": "npx", "args": ["-y",   "@corp/server@latest"], "x": 1,},\r\n'
        '\t\t"a": {"command": "uvx", "args": ["--from", "py-server", "run-it"]}, /* last */\r\n\t}\r\n}'
    )
    file = desk.folder / ".mcp.json"
    file.write_bytes(text.encode())
    desk.git("add", "--all")
    done = desk.guard("pin")
    expected = text.replace("@latest", "@1.2.0").replace('"py-server"', '"py-server==1.2.0"')
    assert file.read_bytes() == expected.encode()
    assert "pinned  .mcp.json  b  npm:@corp/server@1.2.0" in done.out
    assert "stage:  git add mcp-guard.lock .mcp.json" in done.out
    assert done.code == 1
    again = (desk.read("mcp-guard.lock"), file.read_bytes())
    desk.guard("pin")
    assert (desk.read("mcp-guard.lock"), file.read_bytes()) == again


def test_pin_diff_writes_nothing(desk: Desk, registry: Registry) -> None:
    registry.publish_npm("server", "1.0.0")
    desk.config(good="server")
    before = desk.read(".mcp.json")
    done = desk.guard("pin", "--diff")
    assert done.code == 0
    assert '+        "server@1.0.0"' in done.out
    assert "+++ b/mcp-guard.lock" in done.out
    assert desk.read(".mcp.json") == before
    assert not (desk.folder / "mcp-guard.lock").exists()


def test_pin_toml(desk: Desk, registry: Registry) -> None:
    registry.publish_pypi("py-server", "2.0")
    desk.write(".codex/config.toml", "[mcp_servers.a]\ncommand = \"uvx\" # c\nargs = ['py-server']\n")
    desk.git("add", "--all")
    desk.guard("pin")
    assert desk.read(".codex/config.toml") == "[mcp_servers.a]\ncommand = \"uvx\" # c\nargs = ['py-server@2.0']\n"


def test_each_server_is_all_or_nothing(desk: Desk, registry: Registry) -> None:
    registry.publish_npm("good", "1.0.0")
    both = {"command": "npx", "args": ["-p", "good", "-p", "missing", "good"]}
    desk.config(both=both, good="good")
    done = desk.guard("pin")
    assert done.code == 1
    assert ".mcp.json:3:5: not pinned: both: npm:missing: " in done.out
    config = json.loads(desk.read(".mcp.json"))["mcpServers"]
    assert config["both"] == both
    assert config["good"]["args"] == ["-y", "good@1.0.0"]
    assert "both" not in json.loads(desk.read("mcp-guard.lock"))["configs"][".mcp.json"]


def test_pin_waits_for_a_new_version(desk: Desk, registry: Registry) -> None:
    now = datetime.now(timezone.utc)
    registry.publish_npm("server", "1.0.0", published=(now - timedelta(days=100)).isoformat())
    registry.publish_npm("server", "1.1.0", published=(now - timedelta(days=10)).isoformat())
    registry.publish_npm("server", "1.2.0", published=(now - timedelta(hours=1)).isoformat())
    desk.config(good="server")
    desk.guard("pin")
    assert "server@1.0.0" in desk.read(".mcp.json"), "a package seen for the first time must be 14 days old"
    desk.git("add", "--all")
    desk.git("commit", "--quiet", "-m", "pinned")
    desk.config(good="server")
    desk.guard("pin")
    assert "server@1.1.0" in desk.read(".mcp.json"), "a known one 72 hours"


def test_pin_refuses_what_check_would_block(desk: Desk, registry: Registry) -> None:
    now = datetime.now(timezone.utc)
    registry.publish_npm("young", "1.0.0", published=(now - timedelta(days=1)).isoformat())
    registry.publish_npm("held", "0.0.1-security", published=(now - timedelta(days=900)).isoformat())
    desk.config(young="young", gone="gone", held="held@0.0.1-security")
    done = desk.guard("pin")
    assert done.code == 1
    assert "not pinned: young: no version of young has been out for 14 days" in done.out
    assert "not pinned: gone: " in done.out
    assert "not pinned: held: " in done.out
    assert desk.read(".mcp.json").count("@") == 1


def test_pin_refuses_another_digest_for_a_locked_version(desk: Desk, registry: Registry) -> None:
    registry.publish_npm("server", "1.0.0")
    desk.config(good="server")
    desk.guard("pin")
    lock = desk.read("mcp-guard.lock")
    registry.publish_npm("server", "1.0.0", dist={"integrity": "sha512-" + "A" * 86 + "=="})
    assert "integrity-mismatch" in desk.rules("--network", "required")
    done = desk.guard("pin", "--network", "required")
    assert done.code == 1
    assert "integrity-mismatch" in done.out
    assert desk.read("mcp-guard.lock") == lock


def test_pin_by_name_and_path(desk: Desk, registry: Registry) -> None:
    registry.publish_npm("server", "1.0.0")
    desk.config(one="server", two="server")
    desk.config(".cursor/mcp.json", three="server")
    desk.guard("pin", "two")
    assert desk.read(".mcp.json").count("server@1.0.0") == 1
    desk.guard("pin", ".cursor/mcp.json")
    assert desk.read(".cursor/mcp.json").count("server@1.0.0") == 1
    assert set(json.loads(desk.read("mcp-guard.lock"))["configs"]) == {".mcp.json", ".cursor/mcp.json"}
    done = desk.guard("pin", "twoo")
    assert done.code == 2
    assert "did you mean two" in done.err


def test_pin_drops_what_nothing_references(desk: Desk, registry: Registry) -> None:
    registry.publish_npm("server", "1.0.0")
    registry.publish_npm("other", "1.0.0")
    desk.config(one="server", two="other")
    desk.guard("pin")
    desk.config(one="server@1.0.0")
    assert "lock-unused" in desk.guard("check").out
    desk.guard("pin")
    lock = json.loads(desk.read("mcp-guard.lock"))
    assert list(lock["configs"][".mcp.json"]) == ["one"]
    assert len(lock["packages"]) == 1


def test_a_crash_between_the_files_blocks_and_is_repaired(
    desk: Desk, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.publish_npm("server", "1.0.0")
    desk.write("mcp-guard.toml", 'require = ["pin", "integrity"]\n')
    desk.config(good="server")
    real = os.replace

    def once(source: str, target: str) -> None:
        if target.endswith(".mcp.json"):
            raise OSError(28, "No space left on device", target)
        real(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", once)
        done = desk.guard("pin")
    assert done.code == 4
    assert "No space left" in done.err
    assert (desk.folder / "mcp-guard.lock").exists()
    assert not [name for name in os.listdir(desk.folder) if name.endswith(".tmp")]
    assert desk.guard("check").code == 1
    assert desk.guard("pin").code == 0
    assert desk.guard("check").code == 0


def test_pin_writes_a_broken_lock_anew_only_as_a_whole(desk: Desk, registry: Registry) -> None:
    registry.publish_npm("server", "1.0.0")
    desk.config(one="server@1.0.0", two="server@1.0.0")
    desk.guard("pin")
    lock = desk.read("mcp-guard.lock")
    desk.write("mcp-guard.lock", "<<<<<<< ours\n" + lock)
    refused = desk.guard("pin", "one")
    assert refused.code == 2
    assert "without names" in refused.err
    assert desk.read("mcp-guard.lock").startswith("<<<<<<<")
    desk.guard("pin")
    assert desk.read("mcp-guard.lock") == lock


def test_pin_keeps_to_a_range_or_leaves_it_to_a_person(desk: Desk, registry: Registry) -> None:
    for version in ("1.0.0", "1.5.0", "2.0.0"):
        registry.publish_pypi("py-server", version)
        registry.publish_npm("server", version)
    desk.config(
        py={"command": "uvx", "args": ["--from", "py-server<2", "run-it"]},
        none={"command": "uvx", "args": ["--from", "py-server<1", "run-it"]},
        caret="server@^1.0.0",
        tag="server@beta",
    )
    done = desk.guard("pin")
    assert "py-server==1.5.0" in desk.read(".mcp.json")
    for name in ("none", "caret", "tag"):
        assert f"not pinned: {name}: " in done.out
    assert "server@^1.0.0" in desk.read(".mcp.json")


def test_pin_asks_each_registry_document_once(desk: Desk, registry: Registry) -> None:
    for number in range(12):
        registry.publish_npm(f"server-{number}", "1.0.0")
    desk.servers(".mcp.json", {f"s{n}": {"command": "npx", "args": [f"server-{n % 12}"]} for n in range(24)})
    desk.guard("pin")
    assert registry.count() == 12


def test_pin_keeps_permissions(desk: Desk, registry: Registry) -> None:
    registry.publish_npm("server", "1.0.0")
    desk.config(good="server")
    file = desk.folder / ".mcp.json"
    file.chmod(0o600)
    desk.guard("pin")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


# ------------------------------------------------------------------------------------------------ accept


def test_accept_package_writes_the_policy_and_keeps_it(desk: Desk, registry: Registry) -> None:
    registry.publish_npm("server", "1.0.0")
    desk.config(good="server")
    desk.write("mcp-guard.toml", '# ours\nmin-age = "48h" # why\n')
    desk.guard("pin")
    done = desk.guard("accept", "package", "good", *ACCEPT)
    assert done.code == 0
    assert 'package = "npm:server@1.0.0"' in done.out
    text = desk.read("mcp-guard.toml")
    assert text.startswith('# ours\nmin-age = "48h" # why\n')
    report = desk.guard("check")
    assert report.code == 0
    assert "vendor publishes by hand, SEC-42" in report.out
    assert desk.guard("accept", "package", "good", *ACCEPT).code == 2, "nothing is left to accept"


@pytest.mark.parametrize(
    "argv",
    [
        ("accept", "package", "good"),
        ("accept", "package", "good", "--reason", " ", "--until", UNTIL),
        ("accept", "package", "good", "--reason", "x", "--until", LATE),
        ("accept", "package", "good", "--reason", "x", "--until", "2020-01-01"),
        ("accept", "package", "good", "--reason", "x", "--until", "soon"),
        ("accept", "package", "good", "--rule", "integrity-mismatch", *ACCEPT),
        ("accept", "package", "nobody", *ACCEPT),
        ("accept", "remote", "good", *ACCEPT),
        ("accept", "program", "good", *ACCEPT),
        ("accept", "publisher", "npm:server", "nonsense"),
    ],
)
def test_what_accept_refuses(desk: Desk, registry: Registry, argv: tuple[str, ...]) -> None:
    registry.publish_npm("server", "1.0.0")
    desk.config(good="server")
    desk.guard("pin")
    done = desk.guard(*argv)
    assert done.code == 2, done
    assert not (desk.folder / "mcp-guard.toml").exists()


def test_accept_dies_with_the_version(desk: Desk, registry: Registry) -> None:
    for version in ("1.0.0", "1.1.0"):
        registry.publish_npm("server", version)
    desk.config(good="server@1.0.0")
    desk.guard("pin")
    desk.guard("accept", "package", "good", *ACCEPT)
    assert desk.guard("check").code == 0
    desk.config(good="server@1.1.0")
    desk.guard("pin")
    assert desk.rules() == ["unverified-publisher"]


def test_accept_remote_and_program(desk: Desk) -> None:
    desk.config(
        linear={"url": "https://mcp.linear.example/sse?x=1"},
        gh={"command": "gh", "args": ["mcp"]},
        script={"command": "sh", "args": ["-c", "a | b"]},
    )
    desk.guard("pin")
    assert sorted(desk.rules()) == ["opaque-launch", "unlisted-remote", "unmanaged-program"]
    assert desk.guard("accept", "remote", "linear").code == 0
    assert desk.guard("accept", "program", "gh").code == 0
    assert desk.guard("accept", "program", "script").code == 2, "what cannot be known needs a reason and an end"
    assert desk.guard("accept", "program", "script", *ACCEPT).code == 0
    assert desk.rules() == []
    desk.config(
        linear={"url": "https://mcp.linear.example/sse?x=1"},
        gh={"command": "gh", "args": ["mcp"]},
        script={"command": "sh", "args": ["-c", "a | c"]},
    )
    assert sorted(desk.rules()) == ["definition-changed", "opaque-launch"]


def test_accept_publisher_in_pyproject(desk: Desk) -> None:
    desk.write("pyproject.toml", '[project]\nname = "x"\n\n[tool.mcp-guard]\nmin-age = "48h"\n')
    desk.git("add", "--all")
    done = desk.guard("accept", "publisher", "npm:@corp/*", "registry:https://npm.corp.example/")
    assert done.code == 0, done
    assert "npm.corp.example" in desk.read("pyproject.toml")
    assert not (desk.folder / "mcp-guard.toml").exists()


def test_accept_says_which_of_two(desk: Desk) -> None:
    desk.config(gh={"command": "gh"})
    desk.config(".cursor/mcp.json", gh={"command": "gh"})
    done = desk.guard("accept", "program", "gh")
    assert done.code == 2
    assert "--file" in done.err
    assert desk.guard("accept", "program", "gh", "--file", ".mcp.json").code == 0


# ------------------------------------------------------------------------------------------------ list, explain


def test_list_asks_nobody(desk: Desk, registry: Registry) -> None:
    registry.publish_npm("server", "1.0.0")
    desk.config(good="server", remote={"url": "https://mcp.example/x"})
    done = desk.guard("list")
    assert done.code == 0
    assert "npm:server" in done.out
    assert "https://mcp.example/x" in done.out
    assert registry.count() == 0
    report = json.loads(desk.guard("list", "--format", "json").out)
    assert [server["launch"]["kind"] for server in report["servers"]] == ["package", "remote"]


def test_explain(desk: Desk) -> None:
    listed = desk.guard("explain")
    assert listed.code == 0
    assert "unpinned" in listed.out
    page = desk.guard("explain", "unpinned")
    assert page.code == 0
    assert all(heading in page.out for heading in ("What", "Why", "Bad", "Good", "Remedy"))
    assert len(desk.guard("explain", "--all").out) > len(page.out) * 5
    wrong = desk.guard("explain", "unpined")
    assert wrong.code == 2
    assert "did you mean unpinned" in wrong.err


def test_main_is_what_the_program_calls() -> None:
    assert main(["explain", "unpinned"]) == 0
