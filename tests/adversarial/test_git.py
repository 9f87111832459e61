"""States of git, and what the hook is told to look at."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.adversarial.conftest import LENIENT, commit, stage
from tests.cli.conftest import Desk

HOOK = ("check", "--hook")
BAD = '{"mcpServers": {"evil": {"command": "npx", "args": ["-y", "evil"]}}}\n'


def test_a_name_that_is_not_staged_is_not_dropped(locked: Desk) -> None:
    """`pre-commit run --files .mcp.json` on an untracked config passes: names outside the tree are dropped.

    `hook.occasion` keeps only the names that the tree holds; by hand the same name is a finding.
    """
    locked.write("sub/.mcp.json", BAD)
    assert locked.guard("check", "sub/.mcp.json").code == 1
    assert locked.guard(*HOOK, "sub/.mcp.json").code != 0


def test_a_file_of_no_client_that_is_named_to_the_hook(locked: Desk) -> None:
    """A repository that widens `files:` to its own `agents.json` gets a silent pass for it.

    `hook._wanted` drops the names that no client owns; by hand such a file is read as `generic`.
    """
    stage(locked, "agents.json", BAD)
    assert locked.guard("check", "agents.json").code == 1
    assert locked.guard(*HOOK, "agents.json").code == 1


def test_an_untracked_config_in_a_named_folder_is_mentioned(locked: Desk) -> None:
    """`check sub` passes in silence over an untracked `sub/.mcp.json` where something else of `sub` is tracked.

    `cli.common.open_work_tree` mentions untracked configs only where nothing is named.
    """
    stage(locked, "sub/README.md", "x\n")
    locked.write("sub/.mcp.json", BAD)
    done = locked.guard("check", "sub")
    assert done.code != 0 or "sub/.mcp.json" in done.err


def test_a_name_outside_of_the_repository_is_not_dropped(locked: Desk, tmp_path: Path) -> None:
    """A file of another repository is a usage error by hand and a silent pass in the hook (`hook.occasion`)."""
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / ".mcp.json").write_text(BAD, encoding="utf-8")
    name = str(tmp_path / "other" / ".mcp.json")
    assert locked.guard("check", name).code == 2
    assert locked.guard(*HOOK, name).code == 2


def test_an_absolute_name_through_a_linked_folder(locked: Desk, tmp_path: Path) -> None:
    """lint-staged passes absolute names; behind a link (`/tmp` on macOS) they are "outside", and dropped.

    `cli.check._as_hook` compares `os.path.abspath(name)` with the root, whose links are resolved.
    """
    stage(locked, "sub/.mcp.json", BAD)
    commit(locked)
    (tmp_path / "link").symlink_to(locked.folder)
    assert locked.guard(*HOOK, str(locked.folder / "sub/.mcp.json")).code == 1
    assert locked.guard(*HOOK, str(tmp_path / "link/sub/.mcp.json")).code == 1


def test_a_config_that_is_not_checked_out_is_judged(desk: Desk) -> None:
    """A sparse checkout has no config on disk, and `check --all`, the CI gate, finds "nothing" and passes.

    `trees.work_tree` leaves out what is not there, without asking whether it is deleted or skipped.
    """
    stage(desk, "sub/.mcp.json", BAD)
    commit(desk)
    desk.git("update-index", "--skip-worktree", "sub/.mcp.json")
    (desk.folder / "sub/.mcp.json").unlink()
    assert desk.guard(*HOOK, "--all").code == 1
    assert desk.guard("check", "--all").code == 1


def test_the_first_push_of_another_branch(locked: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """At a first push pre-commit gives no range, only `PRE_COMMIT_LOCAL_BRANCH`: the checked-out index is judged.

    `hook.occasion` reads FROM_REF and TO_REF alone (pre-commit: commands/hook_impl.py `_pre_push_ns`, all_files).
    """
    locked.git("checkout", "--quiet", "-b", "bad")
    stage(locked, ".mcp.json", BAD)
    commit(locked)
    locked.git("checkout", "--quiet", "-")
    monkeypatch.setenv("PRE_COMMIT", "1")
    monkeypatch.setenv("PRE_COMMIT_REMOTE_NAME", "origin")
    monkeypatch.setenv("PRE_COMMIT_REMOTE_URL", "file:///nowhere")
    monkeypatch.setenv("PRE_COMMIT_LOCAL_BRANCH", "refs/heads/bad")
    monkeypatch.setenv("PRE_COMMIT_REMOTE_BRANCH", "refs/heads/bad")
    assert locked.guard(*HOOK, "--all").code == 1


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_hidden_changes_are_judged_as_staged(locked: Desk, flag: str) -> None:
    """Repelled: what the index holds is judged, however git was told to look away."""
    stage(locked, ".mcp.json", BAD)
    locked.git("update-index", flag, ".mcp.json")
    locked.git("show", "HEAD:.mcp.json")
    locked.write(".mcp.json", '{"mcpServers": {}}\n')
    assert locked.guard(*HOOK).code == 1
    assert locked.guard(*HOOK, "--all").code == 1


@pytest.mark.parametrize(
    "path", [".MCP.json", ".Cursor/MCP.json", "a/b/.VSCode/mcp.json", "ä ö/.mcp.json", "-x/.mcp.json"]
)
def test_every_spelling_of_a_config_is_judged(locked: Desk, path: str) -> None:
    """Repelled: names that only some file systems take for a config's."""
    stage(locked, path, BAD)
    assert locked.guard(*HOOK).code == 1
    assert locked.guard("check").code == 1
    commit(locked)
    assert locked.guard(*HOOK, "--all").code == 1
    assert locked.guard(*HOOK, "--offline", path if path[0] != "-" else f"./{path}").code == 1


def test_renames_deletions_and_intent_to_add(locked: Desk) -> None:
    """Repelled: a config that moves loses its lock entry; a promised one is judged when it is there."""
    locked.git("mv", ".mcp.json", "claude_desktop_config.json")
    assert locked.guard(*HOOK).code == 1
    locked.git("reset", "--quiet", "--hard")
    locked.git("rm", "--quiet", "mcp-guard.lock")
    assert locked.guard(*HOOK).code == 1
    locked.git("reset", "--quiet", "--hard")
    locked.write("sub/.mcp.json", BAD)
    locked.git("add", "--intent-to-add", "sub/.mcp.json")
    assert locked.guard(*HOOK, "--all").code == 0
    assert locked.guard("check").code == 1


def test_an_index_of_its_own(locked: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Repelled: `git commit FILE` judges the index that git made for it."""
    monkeypatch.setenv("GIT_INDEX_FILE", str(locked.folder / ".git" / "next-index"))
    locked.git("read-tree", "HEAD")
    locked.write(".mcp.json", BAD)
    locked.git("add", ".mcp.json")
    assert locked.guard(*HOOK).code == 1
    monkeypatch.delenv("GIT_INDEX_FILE")
    assert locked.guard(*HOOK).code == 0


def test_the_hook_in_a_subfolder(locked: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Repelled: names are taken from where the hook is called, everything else from the root."""
    stage(locked, "sub/.mcp.json", BAD)
    commit(locked)
    monkeypatch.chdir(locked.folder / "sub")
    assert locked.guard(*HOOK, ".mcp.json").code == 1
    assert locked.guard(*HOOK, "../.mcp.json").code == 0
    assert locked.guard(*HOOK).code == 1


@pytest.mark.parametrize("start", ["0" * 40, "HEAD~1", "HEAD"])
def test_a_push_range(locked: Desk, monkeypatch: pytest.MonkeyPatch, start: str) -> None:
    """Repelled: what is pushed is judged, also with everything, and from nothing."""
    stage(locked, ".mcp.json", BAD)
    commit(locked)
    locked.git("rm", "--quiet", "--cached", ".mcp.json")
    monkeypatch.setenv("PRE_COMMIT_FROM_REF", start)
    monkeypatch.setenv("PRE_COMMIT_TO_REF", "HEAD")
    assert locked.guard(*HOOK, "--all").code == 1
    assert locked.guard(*HOOK, ".mcp.json").code == 1
    monkeypatch.setenv("PRE_COMMIT_TO_REF", "nowhere")
    assert locked.guard(*HOOK, "--all").code == 2


def test_a_submodule_that_holds_a_config(locked: Desk, tmp_path: Path) -> None:
    """Repelled: a submodule in the place of a client's folder."""
    other = tmp_path / "other"
    other.mkdir()
    locked.git("-C", str(other), "init", "--quiet")
    (other / "mcp.json").write_text(BAD, encoding="utf-8")
    locked.git("-C", str(other), "add", "--all")
    locked.git("-C", str(other), "commit", "--quiet", "-m", "x")
    locked.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other), ".cursor")
    assert locked.guard(*HOOK).code == 1
    commit(locked)
    assert locked.guard("check").code == 1


@pytest.mark.parametrize("exclude", [["tests/**"], ["sub"], ["/sub/.mcp.jso?"], ["**/x/**"], ["*.lock"]])
def test_exclude_leaves_out_what_it_names_only(locked: Desk, exclude: list[str]) -> None:
    """Repelled: patterns that look as if they took more with them."""
    stage(locked, "mcp-guard.toml", f"exclude = {exclude}\n" + LENIENT)
    stage(locked, "sub2/.mcp.json", BAD)
    assert locked.guard(*HOOK).code == 1
    assert locked.guard("check").code == 1


def test_a_policy_in_pyproject_and_one_of_its_own(locked: Desk) -> None:
    """Repelled: two policies are an error, and one in a folder below is none."""
    stage(locked, "sub/mcp-guard.toml", 'exclude = ["**"]\n')
    stage(locked, "sub/.mcp.json", BAD)
    assert locked.guard(*HOOK).code == 1
    stage(locked, "pyproject.toml", "[tool.mcp-guard]\nexclude = ['**']\n")
    assert locked.guard(*HOOK).code == 2
    assert os.path.exists(locked.folder / "pyproject.toml")
