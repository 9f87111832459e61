from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mcp_guard import trees
from mcp_guard.trees import TreeError
from tests.trees.repository import Repository


def test_no_repository(tmp_path: Path) -> None:
    assert trees.find_root(str(tmp_path)) is None


def test_from_the_top_from_below_and_from_what_does_not_exist(repository: Repository) -> None:
    for start in (".", "dir", "dir/none/such", "a.json"):
        assert trees.find_root(str(repository.path / start)) == repository.root


def test_git_is_not_called(repository: Repository, git_log: Path) -> None:
    assert trees.find_root(repository.root)
    assert git_log.read_text() == ""


def test_a_link_to_a_folder_below_is_followed_as_git_does(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(repository.path / "dir")
    assert trees.find_root(str(tmp_path / "link")) == repository.root


def test_an_empty_git_folder_hides_no_repository(repository: Repository) -> None:
    (repository.path / "dir" / ".git").mkdir()
    assert trees.find_root(str(repository.path / "dir")) == repository.root


def test_an_unusable_repository_is_an_error_of_its_first_use(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: nowhere\n")
    assert trees.find_root(str(tmp_path)) == str(tmp_path)
    with pytest.raises(TreeError, match="not a git repository"):
        trees.staged(str(tmp_path))


def test_somebody_elses_repository_is_refused_by_git(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    for ask in (trees.staged, trees.index, trees.head, trees.work_tree):
        with pytest.raises(TreeError, match=r"safe\.directory"):
            ask(repository.root)
    with pytest.raises(TreeError, match=r"safe\.directory"):
        trees.resolve(repository.root, "HEAD")


def test_a_linked_work_tree_has_its_own_index(repository: Repository, tmp_path: Path) -> None:
    linked = tmp_path / "linked"
    repository.git("worktree", "add", "--quiet", str(linked))
    (linked / "a.json").write_text("changed\n")
    Repository(linked).git("add", "a.json")

    assert trees.find_root(str(linked / "dir")) == str(linked)
    assert [change.path for change in trees.staged(str(linked))] == ["a.json"]
    assert trees.index(str(linked)).read(["a.json"], 99) == {"a.json": b"changed\n"}
    assert trees.staged(repository.root) == ()


def test_a_submodule_is_a_root(repository: Repository) -> None:
    repository.submodule("module")
    module = repository.path / "module"
    (module / "new.json").write_text("new\n")
    Repository(module).git("add", "new.json")

    assert (module / ".git").is_file()
    assert trees.find_root(str(module / "dir")) == str(module)
    assert [change.path for change in trees.staged(str(module))] == ["new.json"]


def test_a_work_tree_named_by_the_environment_alone(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_WORK_TREE", "..")
    assert trees.find_root(str(repository.path / "dir")) == repository.root
    assert trees.staged(repository.root) == ()
    assert sorted(trees.work_tree(repository.root).entries) == ["a.json", "b.json", "dir/c.json"]


@pytest.mark.parametrize("work_tree", [None, "absolute", "relative"])
def test_git_dir_elsewhere(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, work_tree: str | None
) -> None:
    (repository.path / ".git").rename(tmp_path / "elsewhere")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.chdir(repository.path)
    start = repository.root
    if work_tree:
        monkeypatch.setenv("GIT_WORK_TREE", "../../repository" if work_tree == "relative" else repository.root)
        monkeypatch.setenv("GIT_DIR", "../../elsewhere")
        (tmp_path / "home" / "deep").mkdir()
        start = str(tmp_path / "home" / "deep")
        monkeypatch.chdir(start)

    assert trees.find_root(start) == repository.root
    assert sorted(trees.index(repository.root).entries) == ["a.json", "b.json", "dir/c.json"]
    repository.write("b.json", "on disk")
    assert trees.work_tree(repository.root).read(["b.json"], 99) == {"b.json": b"on disk"}


def test_a_relative_git_dir_counts_from_the_top(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", ".git")
    assert trees.find_root(str(repository.path / "dir")) == repository.root
    assert trees.staged(repository.root) == ()


def test_a_bare_repository_in_a_work_tree(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    bare = str(repository.path / "bare.git")
    repository.git("clone", "--quiet", "--bare", repository.root, bare)
    monkeypatch.setenv("GIT_DIR", ".")  # as in its pre-receive hook
    assert trees.find_root(bare) == bare
    assert "a.json" in trees.commit(bare, "main").entries


def test_a_git_dir_that_is_none_is_an_error_and_no_missing_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "none"))
    root = trees.find_root(str(tmp_path))
    assert root == str(tmp_path)
    with pytest.raises(TreeError, match="not a git repository"):
        trees.staged(root)


def test_importing_is_cheap() -> None:
    code = "import sys, mcp_guard.trees; print(*{'pathlib', 'dataclasses', 'tempfile', 'json'} & set(sys.modules))"
    package = Path(trees.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-B", "-S", "-c", code],
        cwd=package,
        env={"PYTHONPATH": str(package)},
        capture_output=True,
        check=True,
    )
    assert done.stdout.strip() == b""
