"""What a hook sees that git itself starts."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import pytest

from mcp_guard import trees
from tests.trees.repository import Repository, program

SCRIPT = """
import json, os, sys
from mcp_guard import trees

root = trees.find_root(os.getcwd())
tree = trees.index(root)
changes = {change.path: change.new is not None for change in trees.staged(root)}
content = tree.read(changes, 99)
seen = {"root": root, "changes": changes, "content": {path: data.decode() for path, data in content.items()}}
open(sys.argv[1], "w").write(json.dumps(seen))
"""


class Hook:
    def __init__(self, repository: Repository, folder: Path) -> None:
        self.answer = folder / "seen.json"
        (folder / "hook.py").write_text(SCRIPT)
        words = [sys.executable, str(folder / "hook.py"), str(self.answer)]
        program(repository.path / ".git" / "hooks" / "pre-commit", f"#!/bin/sh\nexec {shlex.join(words)}\n")

    def saw(self) -> tuple[str, dict[str, bool], dict[str, str]]:
        seen = json.loads(self.answer.read_text())
        return seen["root"], seen["changes"], seen["content"]


@pytest.fixture
def hook(repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hook:
    monkeypatch.setenv("PYTHONPATH", str(Path(trees.__file__).parents[2]))
    return Hook(repository, tmp_path)


def test_commit(repository: Repository, hook: Hook) -> None:
    repository.write("a.json", "staged")
    repository.git("add", "a.json")
    repository.write("a.json", "on disk")
    repository.git("commit", "--quiet", "--message", "plain")
    assert hook.saw() == (repository.root, {"a.json": True}, {"a.json": "staged"})


def test_commit_all(repository: Repository, hook: Hook) -> None:
    repository.write("a.json", "not staged")
    (repository.path / "b.json").unlink()
    repository.git("commit", "--quiet", "--all", "--message", "all")
    assert hook.saw() == (repository.root, {"a.json": True, "b.json": False}, {"a.json": "not staged"})


def test_commit_of_a_named_file_leaves_out_what_else_is_staged(repository: Repository, hook: Hook) -> None:
    repository.write("a.json", "staged, not named")
    repository.git("add", "a.json")
    repository.write("b.json", "named")
    repository.git("commit", "--quiet", "--message", "named", "b.json")
    assert hook.saw() == (repository.root, {"b.json": True}, {"b.json": "named"})


def test_commit_from_a_folder_below(repository: Repository, hook: Hook) -> None:
    repository.write("dir/c.json", "below")
    Repository(repository.path / "dir").git("commit", "--quiet", "--message", "below", "c.json")
    assert hook.saw() == (repository.root, {"dir/c.json": True}, {"dir/c.json": "below"})


def test_commit_in_a_linked_work_tree(repository: Repository, hook: Hook, tmp_path: Path) -> None:
    linked = Repository(tmp_path / "linked")
    repository.git("worktree", "add", "--quiet", linked.root)
    linked.write("a.json", "linked")
    Repository(linked.path / "dir").git("commit", "--quiet", "--all", "--message", "linked")
    assert hook.saw() == (linked.root, {"a.json": True}, {"a.json": "linked"})


def test_first_commit_with_an_explicit_git_dir(
    empty: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(trees.__file__).parents[2]))
    hook = Hook(empty, tmp_path)
    empty.write("a.json", "first")
    empty.git("add", "a.json")
    empty.git("--git-dir=.git", "--work-tree=.", "commit", "--quiet", "--message", "first")
    assert hook.saw() == (empty.root, {"a.json": True}, {"a.json": "first"})
