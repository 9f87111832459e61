"""Each subcommand at its edges: pin, accept, list, explain, and the hook."""

from __future__ import annotations

import json
import shlex
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from mcp_guard.cli import accept as cli_accept
from mcp_guard.cli import arguments
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


# ------------------------------------------------------------------------------------------------ pin


def test_a_server_that_is_called_like_a_folder(shop: Desk) -> None:
    (shop.folder / "one").mkdir()
    done = shop.guard("pin", "one")
    assert "pinned  .mcp.json  one  " in done.out
    assert shop.read(".mcp.json").count("server@1.0.0") == 1
    assert (done.code, shop.rules()) == (1, ["unpinned"]), "the other one is left"
    assert shop.guard("pin", "two").code == 0


def test_a_file_that_is_called_like_a_server(shop: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server wins over a path; `./` makes a path of the name."""
    shop.config("one", three="server")
    assert shop.guard("pin", "one").code == 1
    assert shop.read("one").count("server@1.0.0") == 0
    assert shop.guard("pin", "./one").code == 0
    assert shop.read("one").count("server@1.0.0") == 1
    shop.config("sub/.mcp.json", four="server")
    monkeypatch.chdir(shop.folder / "sub")
    done = shop.guard("pin", "two", ".mcp.json")
    assert done.code == 0
    assert shop.read("sub/.mcp.json").count("server@1.0.0") == 1
    assert shop.read(".mcp.json").count("server@1.0.0") == 2
    assert "stage:  git add ../mcp-guard.lock ../.mcp.json .mcp.json" in done.out


def test_servers_and_files_together(shop: Desk) -> None:
    shop.config(".cursor/mcp.json", three="server")
    done = shop.guard("pin", "one", ".cursor/mcp.json")
    assert shop.read(".mcp.json").count("server@1.0.0") == 1
    assert shop.read(".cursor/mcp.json").count("server@1.0.0") == 1
    assert done.code == 1
    nothing = shop.guard("pin", "zzzzzz")
    assert nothing.code == 2
    assert "no server and no file is called zzzzzz (mcp-guard list" in nothing.err


def test_a_diff_with_failures(desk: Desk) -> None:
    desk.config(a="missing")
    done = desk.guard("pin", "--diff")
    assert done.code == 1
    assert "not pinned: a: " in done.out
    assert not (desk.folder / "mcp-guard.lock").exists()


def test_pin_locks_what_has_no_package(desk: Desk) -> None:
    desk.config(a={"command": "gh"})
    done = desk.guard("pin")
    assert "locked  .mcp.json  a  definition" in done.out


def test_a_second_pin_says_that_nothing_is_to_be_staged(shop: Desk) -> None:
    shop.guard("pin")
    assert "stage:  git add mcp-guard.lock\n" in shop.guard("pin").out, "what git does not know yet is named again"
    shop.git("add", "--all")
    assert "stage:" not in shop.guard("pin").out


def test_a_broken_lock_is_not_written_in_part(shop: Desk) -> None:
    shop.guard("pin")
    shop.write("mcp-guard.lock", "<<<<<<<\n")
    done = shop.guard("pin", "one")
    assert done.code == 2
    assert "without names" in done.err
    assert shop.read("mcp-guard.lock") == "<<<<<<<\n"
    whole = shop.guard("pin")
    assert whole.code == 0
    assert "written anew" in whole.err


# ------------------------------------------------------------------------------------------------ accept, list, explain


def test_accept_asks_for_what_it_needs(shop: Desk) -> None:
    shop.guard("pin")
    unknown = shop.guard("accept", "package", "nobody")
    assert (unknown.code, "these are: one, two" in unknown.err) == (2, True)
    assert "cannot be accepted" in shop.guard("accept", "package", "one", "--rule", "not-locked").err
    only = shop.guard("accept", "package", "one", "--rule", "unverified-publisher")
    assert (only.code, "nothing blocks one" in only.err) == (2, True)
    assert "such as 2027-02-28" in shop.guard("accept", "package", "one", "--until", "28.2.2027").err
    wrong_file = shop.guard("accept", "package", "one", "--file", "other.json")
    assert wrong_file.code == 2


def test_accept_where_there_is_no_server(desk: Desk) -> None:
    done = desk.guard("accept", "program", "a")
    assert (done.code, done.err) == (2, "mcp-guard: no server is called a; these are: none\n")


def test_accept_in_several_files(desk: Desk, registry: Registry) -> None:
    registry.publish_npm("server", "1.0.0")
    desk.config(a="server")
    desk.config(".cursor/mcp.json", a="server")
    desk.guard("pin")
    done = desk.guard("accept", "package", "a", "--reason", "r", "--until", UNTIL)
    assert done.code == 0
    assert desk.guard("check").code == 0
    assert desk.read("mcp-guard.toml").count("[[accept]]") == 1


@pytest.mark.parametrize("subject", ["package", "remote", "program"])
def test_every_subject_that_the_grammar_knows_can_be_decided(subject: str) -> None:
    options = arguments.parse(["accept", subject, "a"], {})
    assert cli_accept._subject(options.subject) == subject


def test_a_remedy_can_be_typed(shop: Desk) -> None:
    """A finding's command settles it, for a server of the same name in another file too."""
    shop.config(gh={"command": "gh"})
    shop.config(".cursor/mcp.json", gh={"command": "gl"})
    shop.guard("pin")
    assert shop.rules() == ["unmanaged-program"] * 2
    several = shop.guard("accept", "program", "gh")
    assert several.code == 2
    assert "several servers are called gh (.cursor/mcp.json, .mcp.json): say which with --file" in several.err
    for _ in range(2):
        findings = json.loads(shop.guard("check", "--format", "json").out)["findings"]
        remedy = next(finding["remedy"] for finding in findings if finding["rule"] == "unmanaged-program")
        assert shop.guard(*shlex.split(remedy)[1:]).code == 0
    assert shop.rules() == []


def test_accept_says_which_rules_have_to_be_named(shop: Desk, registry: Registry) -> None:
    registry.publish_npm("young", "1.0.0", published=datetime.now(timezone.utc).isoformat())
    shop.config(a="young@1.0.0")
    shop.guard("pin")
    assert shop.rules() == ["release-too-young"]
    done = shop.guard("accept", "package", "a", "--reason", "r", "--until", UNTIL)
    assert (done.code, done.err) == (2, "mcp-guard: a: say what is accepted: --rule release-too-young\n")
    named = ("--rule", "release-too-young", "--reason", "r", "--until", UNTIL)
    assert shop.guard("accept", "package", "a", *named).code == 0
    assert shop.rules() == []


def test_a_publisher_that_cannot_be_read_back_is_not_written(desk: Desk) -> None:
    desk.write("mcp-guard.toml", "# ours\n")
    assert desk.guard("accept", "publisher", "nonsense", "github:a/b").code == 2
    assert desk.read("mcp-guard.toml") == "# ours\n"
    done = desk.guard("accept", "publisher", "npm:@a/*", "github:a/b#1")
    assert (done.code, "stage:  git add mcp-guard.toml" in done.out) == (0, True)


def test_list_of_some_files(shop: Desk) -> None:
    shop.config(".cursor/mcp.json", three="server")
    report = json.loads(shop.guard("list", "--format", "json", ".cursor").out)
    assert [server["name"] for server in report["servers"]] == ["three"]
    assert "three" in shop.guard("list", "--network", "auto", ".cursor/mcp.json").out


def test_explain_knows_no_rule_that_is_far_from_any(desk: Desk) -> None:
    done = desk.guard("explain", "zzzzzzz")
    assert (done.code, "did you mean" in done.err) == (2, False)


# ------------------------------------------------------------------------------------------------ the hook


def test_the_hook_takes_names_from_where_it_is_called(shop: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.config("sub/.mcp.json", three="server")
    shop.git("commit", "--quiet", "-m", "all")
    monkeypatch.chdir(shop.folder / "sub")
    done = shop.guard("check", "--hook", "--offline", "--format", "json", ".mcp.json")
    assert [server["file"] for server in json.loads(done.out)["servers"]] == ["sub/.mcp.json"]


def test_the_hook_outside_of_a_repository(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.config(a="server")
    done = desk.guard("check", "--hook", "../elsewhere.json")
    assert (done.code, "lies outside this repository" in done.err) == (2, True)
    plain = tmp_path / "plain"
    plain.mkdir()
    monkeypatch.chdir(plain)
    done = desk.guard("check", "--hook")
    assert (done.code, "needs a git repository" in done.err) == (2, True)


def test_the_hook_resolves_links_above_a_name_and_not_the_name(shop: Desk, tmp_path: Path) -> None:
    """As git does: what is linked is judged as a link."""
    above = tmp_path / "above"
    above.symlink_to(shop.folder)
    (shop.folder / "linked.json").symlink_to(".mcp.json")
    shop.git("add", "--all")
    shop.git("commit", "--quiet", "-m", "all")
    done = shop.guard("check", "--hook", "--offline", "--format", "json", str(above / ".mcp.json"))
    assert [server["file"] for server in json.loads(done.out)["servers"]] == [".mcp.json"] * 2
    done = shop.guard("check", "--hook", "--offline", "--format", "json", str(shop.folder / "linked.json"))
    assert json.loads(done.out)["servers"] == []


def test_configs_that_git_does_not_know_are_mentioned(shop: Desk) -> None:
    shop.write("new one/.mcp.json", "{}")
    shop.write("other/.mcp.json", "{}")
    shop.write("README.md", "")
    said = (
        "not looked at, because git does not track it: 'new one/.mcp.json' other/.mcp.json (git add it, or name it)\n"
    )
    assert shop.guard("check", "--offline").err == said
    assert "'new one/.mcp.json' (git" in shop.guard("check", "--offline", "new one").err
    assert shop.guard("check", "--offline", "other/.mcp.json").err == ""
    assert shop.guard("check", "--offline", ".mcp.json").err == ""
    assert shop.guard("check", "--offline", ".").err == said


def test_the_hook_with_an_unrelated_name_is_silent(shop: Desk) -> None:
    shop.git("commit", "--quiet", "-m", "all")
    shop.write("README.md", "")
    assert shop.guard("check", "--hook", "README.md") == (0, "", "")


def test_a_quiet_hook_prints_nothing_the_second_time_too(shop: Desk) -> None:
    shop.guard("pin")
    shop.git("add", "--all")
    for _ in range(2):
        assert shop.guard("check", "--hook", "-q") == (0, "", "")


def test_a_policy_that_requires_the_network_leaves_no_receipt(shop: Desk, registry: Registry) -> None:
    shop.write("mcp-guard.toml", PIN + 'network = "required"\n')
    shop.guard("pin")
    shop.git("add", "--all")
    assert shop.guard("check", "--hook").code == 0
    before = registry.count()
    assert shop.guard("check", "--hook").code == 0
    assert registry.count() > before
