"""The command line at its edges: what is printed, where, and with which exit code."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from mcp_guard.accept import AcceptError
from mcp_guard.cli import arguments, common, errors
from mcp_guard.cli.common import UsageError
from mcp_guard.model import Place, Policy
from mcp_guard.policy import PolicyError
from mcp_guard.registries import SettingsError
from mcp_guard.trees import TreeError
from tests.cli.conftest import Desk
from tests.core.conftest import PIN
from tests.registry import Registry

# The command line judges by the machine's clock; everything that depends on it lies far from its edges.
UNTIL = (datetime.now(timezone.utc) + timedelta(days=90)).date().isoformat()


@pytest.fixture
def shop(desk: Desk, registry: Registry) -> Desk:
    """Two servers that can be pinned."""
    registry.publish_npm("server", "1.0.0")
    desk.write("mcp-guard.toml", PIN)
    desk.config(one="server", two="server")
    return desk


# ------------------------------------------------------------------------------------------------ errors


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (PolicyError(Place("mcp-guard.toml", 3, 7), "no\x1b[31m"), 2, "mcp-guard.toml:3:7: no\\x1b[31m"),
        (AcceptError("a"), 2, "a"),
        (UsageError("u"), 2, "u"),
        (TreeError("t\u202e"), 2, "t\\u202e"),
        (OSError(28, "No space", "file"), 4, "cannot write or read file: No space"),
        (OSError("odd"), 4, "cannot write or read a file: odd"),
        (RuntimeError("secret"), 4, "internal error: RuntimeError; run again with --debug and report it"),
    ],
)
def test_errors(error: Exception, code: int, line: str) -> None:
    assert errors.explain(error) == (code, line)


def test_a_bad_configuration_of_the_users_own(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MCP_GUARD_REGISTRIES", "nonsense")
    desk.config(a="server")
    done = desk.guard("check")
    assert (done.code, done.out) == (2, "")
    assert "Traceback" not in done.err
    assert issubclass(SettingsError, Exception)


def test_debug_prints_the_traceback(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("why")

    monkeypatch.setattr("mcp_guard.pipeline.judge", broken)
    desk.config(a="server")
    assert "Traceback" not in desk.guard("check").err
    done = desk.guard("check", "--debug")
    assert "Traceback" in done.err
    assert done.code == 4
    monkeypatch.setenv("MCP_GUARD_DEBUG", "1")
    assert "Traceback" in desk.guard("check").err


# ------------------------------------------------------------------------------------------------ grammar


@pytest.mark.parametrize(
    ("argv", "hint"),
    [
        (["chekc"], "did you mean check?"),
        (["check", "--offlin"], "did you mean --offline?"),
        (["check", "--network=sometimes"], "invalid choice"),
        (["--stric"], "did you mean --strict?"),
        (["accept"], "required"),
        (["accept", "packge", "a"], "did you mean package?"),
        (["accept", "package"], "required"),
        (["check", "--network"], "expected one argument"),
        (["check", "--zzzzzzzz"], "see mcp-guard"),
    ],
)
def test_usage(desk: Desk, argv: list[str], hint: str) -> None:
    done = desk.guard(*argv)
    assert done.code == 2
    assert hint in done.err
    assert done.err.startswith("mcp-guard: ")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    "argv", [["--help"], ["-h"], ["pin", "--help"], ["accept", "package", "--help"], ["--version"]]
)
def test_help(desk: Desk, argv: list[str]) -> None:
    done = desk.guard(*argv)
    assert (done.code, done.err) == (0, "")
    assert "mcp-guard" in done.out


def test_a_flag_wins_over_its_variable() -> None:
    environ = {
        "MCP_GUARD_NETWORK": "required",
        "MCP_GUARD_BASE": "main",
        "MCP_GUARD_STRICT": "1",
        "MCP_GUARD_COLOR": "never",
        "MCP_GUARD_CONFIG": "",
        "MCP_GUARD_DEADLINE": "3s",
    }
    by_variable = arguments.parse([], environ)
    assert (by_variable.network, by_variable.base, by_variable.strict) == ("required", "main", True)
    assert (by_variable.color, by_variable.config, by_variable.deadline) == ("never", None, "3s")
    by_flag = arguments.parse(["--offline", "--base=HEAD", "--color=always", "--deadline", "1s"], environ)
    assert (by_flag.network, by_flag.base, by_flag.color, by_flag.deadline) == ("off", "HEAD", "always", "1s")


def test_a_bad_variable_is_a_usage_error(shop: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MCP_GUARD_NETWORK", "sometimes")
    for argv in (("check",), ("check", "--hook"), ("pin",), ("list",)):
        done = shop.guard(*argv)
        assert (done.code, done.out) == (2, "")
        assert "MCP_GUARD_NETWORK" in done.err
    assert shop.guard("check", "--offline").code == 1


def test_deadlines(shop: Desk) -> None:
    assert shop.guard("check", "--deadline", "2s").code == 1
    done = shop.guard("check", "--deadline", "soon")
    assert done.code == 2
    assert done.err.startswith("mcp-guard: --")
    assert "deadline" in done.err


# ------------------------------------------------------------------------------------------------ where things are


def test_a_config_that_is_missing_or_wrong(shop: Desk, tmp_path: Path) -> None:
    done = shop.guard("check", "--config", "missing.toml")
    assert (done.code, done.err) == (2, "mcp-guard: --config missing.toml: No such file or directory\n")
    assert "Is a directory" in shop.guard("check", "--config", str(tmp_path)).err
    other = tmp_path / "other.toml"
    other.write_text("min_age = 1\n")
    assert shop.guard("check", "--config", str(other)).err.startswith(f"mcp-guard: {other}:1:1: ")
    project = tmp_path / "pyproject.toml"
    project.write_text('[tool.mcp-guard]\nexclude = ["**"]\n')
    assert shop.guard("check", "--config", str(project), "--offline").code == 0
    assert shop.guard("check", "--hook", "--config", str(project), "--offline").code == 0


def test_accepting_under_another_policy_does_not_lose_the_trees_own(shop: Desk, tmp_path: Path) -> None:
    shop.guard("pin")
    other = tmp_path / "other.toml"
    other.write_text('min-age = "48h"\n')
    before = shop.read("mcp-guard.toml")
    done = shop.guard("accept", "package", "one", "--reason", "r", "--until", UNTIL, "--config", str(other))
    assert done.code in {0, 2}
    assert shop.read("mcp-guard.toml").startswith(before)


def test_base_and_cache(shop: Desk, tmp_path: Path) -> None:
    shop.guard("pin")
    shop.git("add", "--all")
    shop.git("commit", "--quiet", "-m", "all")
    empty = str(tmp_path / "empty")
    assert shop.guard("check", "--offline", "--cache-dir", empty).code == 0
    assert shop.guard("check", "--offline", "--cache-dir", empty, "--base", "HEAD").code == 0
    assert shop.guard("check", "--hook", "--all", "--offline", "--cache-dir", empty, "--base", "HEAD").code == 0
    assert shop.guard("check", "--hook", "--all", "--offline", "--cache-dir", empty, "--base", "nowhere").code == 2
    assert shop.guard("pin", "--base", "nowhere").code == 2


# ------------------------------------------------------------------------------------------------ color, outputs


@pytest.mark.parametrize(
    ("color", "environ", "tty", "expected"),
    [
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {}, False, False),
        ("auto", {"TERM": "xterm"}, True, True),
        ("auto", {"TERM": "dumb"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
    ],
)
def test_color(monkeypatch: pytest.MonkeyPatch, color: str, environ: dict[str, str], tty: bool, expected: bool) -> None:
    options = arguments.parse(["--color", color], environ)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: tty, raising=False)
    assert common._color(options) is expected


@pytest.mark.parametrize("text", ["json", "=x", "json=", "nope=x"])
def test_outputs_that_name_no_format_or_file(shop: Desk, text: str) -> None:
    done = shop.guard("check", "--offline", "--output", text)
    assert (done.code, done.out) == (2, "")
    assert "FORMAT=FILE" in done.err


def test_several_outputs(shop: Desk, tmp_path: Path) -> None:
    files = {name: tmp_path / f"out.{name}" for name in ("json", "text", "github")}
    outputs = [f"--output={name}={file}" for name, file in files.items()]
    assert shop.guard("check", "--offline", "-q", *outputs).code == 1
    assert json.loads(files["json"].read_text())["summary"]["blocked"] == 2
    assert files["text"].read_text() == shop.guard("check", "--offline").out
    done = shop.guard("check", "--offline", "--output", f"json={tmp_path}/missing/x.json")
    assert done.code == 4
    assert "No such file" in done.err


def test_an_output_through_a_link_leaves_the_link(shop: Desk, tmp_path: Path) -> None:
    """`--output json=/dev/stdout` must not put a file in the place of the device."""
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("")
    link.symlink_to(target)
    assert shop.guard("check", "--offline", "--output", f"json={link}").code == 1
    assert link.is_symlink()
    assert json.loads(target.read_text())


def test_network_of_the_policy() -> None:
    options = arguments.parse([], {})
    assert common.network(options, Policy(network="off")) == "off"
    assert common.network(arguments.parse(["--network", "auto"], {}), Policy(network="off")) == "auto"


# ------------------------------------------------------------------------------------------------ folders


def test_from_a_folder_within(shop: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.config("sub/.mcp.json", three="server")
    monkeypatch.chdir(shop.folder / "sub")
    report = json.loads(shop.guard("check", "--offline", "--format", "json", ".mcp.json").out)
    assert [server["file"] for server in report["servers"]] == ["sub/.mcp.json"]
    assert len(json.loads(shop.guard("check", "--offline", "--format", "json").out)["servers"]) == 3
    assert len(json.loads(shop.guard("check", "--offline", "--format", "json", "..").out)["servers"]) == 3
    assert shop.guard("pin", ".mcp.json").code == 0
    assert shop.read("sub/.mcp.json").count("@1.0.0") == 1
    assert shop.read(".mcp.json").count("@1.0.0") == 0
    assert shop.guard("check", "../../elsewhere.json").code == 2


def test_pin_says_what_to_stage_in_words_that_a_shell_understands(shop: Desk) -> None:
    shop.config("with space/.mcp.json", three="server")
    done = shop.guard("pin")
    assert "'with space/.mcp.json'" in done.out


def test_a_plain_folder(shop: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = tmp_path / "plain"
    plain.mkdir()
    (plain / ".mcp.json").write_text(shop.read(".mcp.json"))
    (plain / "mcp-guard.toml").write_text(PIN)
    monkeypatch.chdir(plain)
    assert shop.guard("pin").code == 0
    assert shop.guard("check") == (0, *shop.guard("check")[1:])
    assert shop.guard("check", ".mcp.json").code == 0
    outside = shop.guard("check", "../x.json")
    assert outside.code == 2
    assert "outside this folder" in outside.err
    assert shop.guard("list").code == 0
