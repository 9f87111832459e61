"""Nothing that a repository's configuration or attributes name is executed; each trap is shown to work first."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mcp_guard import trees
from mcp_guard.trees import Unreadable, git
from mcp_guard.trees.blobs import read_blobs
from tests.trees.repository import Repository, program


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    return tmp_path / "marker"


@pytest.fixture
def trap(tmp_path: Path, marker: Path) -> str:
    return str(program(tmp_path / "trap", f'#!/bin/sh\necho "$0 $*" >>"{marker}"\nexit 1\n'))


def set_traps(repository: Repository, trap: str) -> None:
    for key in (
        "core.fsmonitor",
        "core.pager",
        "core.editor",
        "core.askPass",
        "core.sshCommand",
        "core.gitProxy",
        "core.alternateRefsCommand",
        "credential.helper",
        "gpg.program",
        "diff.external",
        "diff.trap.command",
        "diff.trap.textconv",
        "filter.trap.clean",
        "filter.trap.smudge",
        "filter.trap.process",
        "merge.trap.driver",
    ):
        repository.git("config", key, trap)
    for command in ("diff-index", "ls-files", "ls-tree", "diff-tree", "rev-parse", "cat-file"):
        repository.git("config", f"pager.{command}", trap)
        repository.git("config", f"alias.{command}", f"!{trap}")
    for key in ("diff.relative", "submodule.recurse", "diff.ignoreSubmodules", "core.untrackedCache"):
        repository.git("config", key, "all" if key == "diff.ignoreSubmodules" else "true")
    for hook in ("post-index-change", "fsmonitor-watchman", "reference-transaction", "pre-auto-gc"):
        program(repository.path / ".git" / "hooks" / hook, f"#!/bin/sh\nexec {trap}\n")


def ask_everything(root: str) -> None:
    assert [change.path for change in trees.staged(root)] == [".gitattributes", "a.json"]
    assert len(trees.changed(root, "0" * 40, "HEAD")) == 3
    assert trees.head(root) == trees.resolve(root, "main")
    for tree in (trees.index(root), trees.commit(root, "HEAD"), trees.work_tree(root, ["a.json"])):
        content = tree.read(tree.entries, 999)
        assert len(content) >= 3
        assert all(isinstance(data, bytes) for data in content.values())


def test_traps_of_the_configuration(repository: Repository, trap: str, marker: Path) -> None:
    repository.write(".gitattributes", "* diff=trap filter=trap merge=trap\n")
    repository.write("a.json", "changed\n")
    repository.git("add", ".gitattributes", "a.json")
    set_traps(repository, trap)

    ask_everything(repository.root)
    assert not marker.exists()

    for arguments in (["status"], ["diff", "--cached"]):
        subprocess.run(["git", "-C", repository.root, *arguments], capture_output=True, check=False)
        assert marker.exists()
        marker.unlink()


def test_traps_of_the_environment(
    repository: Repository, trap: str, marker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.write(".gitattributes", "* -text\n")
    repository.write("a.json", "changed\n")
    repository.git("add", ".gitattributes", "a.json")
    for name in ("GIT_EXTERNAL_DIFF", "GIT_PAGER", "PAGER", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_ASKPASS", "GIT_EDITOR"):
        monkeypatch.setenv(name, trap)
    monkeypatch.setenv("GIT_DIFF_OPTS", "--unified=3")
    for name in ("GIT_LITERAL_PATHSPECS", "GIT_ICASE_PATHSPECS"):
        monkeypatch.setenv(name, "1")
    ask_everything(repository.root)
    assert not marker.exists()
    subprocess.run(["git", "-C", repository.root, "diff", "--cached"], capture_output=True, check=False)
    assert marker.exists()


@pytest.fixture
def promisor(repository: Repository, trap: str) -> Callable[[str], None]:
    """Make the repository a partial clone of a URL."""

    def of(url: str) -> None:
        for key, value in (
            ("core.repositoryFormatVersion", "1"),
            ("extensions.partialClone", "origin"),
            ("protocol.allow", "always"),
            ("protocol.ext.allow", "always"),
            ("protocol.file.allow", "always"),
            ("remote.origin.url", url),
            ("remote.origin.uploadpack", trap),
            ("remote.origin.promisor", "true"),
        ):
            repository.git("config", key, value)

    return of


@pytest.fixture(params=["GIT_NO_LAZY_FETCH", "GIT_ALLOW_PROTOCOL"])
def guard(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take one of the two guards away: old versions of git do not know the other."""
    monkeypatch.delitem(git._ENVIRONMENT, request.param)


@pytest.mark.usefixtures("guard")
@pytest.mark.parametrize("scheme", ["ext", "file", "ssh"])
def test_a_missing_blob_is_not_fetched(
    repository: Repository, trap: str, marker: Path, promisor: Callable[[str], None], scheme: str
) -> None:
    urls = {"ext": f"ext::{trap}", "file": f"file://{repository.root}", "ssh": "ssh://git.example/x.git"}
    tree = trees.index(repository.root)
    blob = tree.entries["a.json"].blob
    repository.object_file(blob).unlink()
    promisor(urls[scheme])
    repository.git("config", "core.sshCommand", trap)

    content = tree.read(["a.json", "b.json"], 99)
    assert isinstance(content["a.json"], Unreadable)
    assert content["b.json"] == b"b.json as committed\n"
    assert not marker.exists()

    given = f"{blob}\n".encode()
    subprocess.run(["git", "-C", repository.root, "cat-file", "--batch"], input=given, capture_output=True, check=False)
    assert marker.exists()


@pytest.mark.usefixtures("guard")
def test_a_missing_commit_is_not_fetched(
    repository: Repository, trap: str, marker: Path, promisor: Callable[[str], None]
) -> None:
    promisor(f"ext::{trap}")
    with pytest.raises(trees.TreeError):
        trees.resolve(repository.root, "1" * 40)
    with pytest.raises(trees.TreeError):
        trees.changed(repository.root, "1" * 40, "HEAD")
    assert not marker.exists()


def test_a_core_work_tree_elsewhere_hides_nothing_of_the_index(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    repository.write("a.json", "changed\n")
    repository.git("add", "a.json")
    for elsewhere in (tmp_path / "elsewhere", tmp_path):
        repository.git("config", "core.worktree", str(elsewhere))
        repository.git("config", "diff.relative", "true")
        assert [change.path for change in trees.staged(repository.root)] == ["a.json"]
        assert sorted(trees.index(repository.root).entries) == ["a.json", "b.json", "dir/c.json"]
        assert sorted(trees.commit(repository.root, "HEAD").entries) == ["a.json", "b.json", "dir/c.json"]
        assert len(trees.changed(repository.root, "0" * 40, "HEAD")) == 3


def test_the_index_is_not_written(repository: Repository) -> None:
    index = repository.path / ".git" / "index"
    repository.write("a.json", "a.json as committed\n")  # as committed, but newer: a refresh would note that
    before = index.read_bytes(), sorted((repository.path / ".git").iterdir())
    trees.staged(repository.root)
    trees.index(repository.root).read(["a.json"], 9)
    trees.work_tree(repository.root)
    assert (index.read_bytes(), sorted((repository.path / ".git").iterdir())) == before


def test_submodules_are_not_entered(repository: Repository, trap: str, marker: Path) -> None:
    repository.submodule("module")
    repository.commit("submodule")
    module = Repository(repository.path / "module")
    module.git("config", "core.fsmonitor", trap)
    module.write("a.json", "dirty\n")
    repository.git("config", "submodule.recurse", "true")
    trees.staged(repository.root)
    tree = trees.work_tree(repository.root)
    assert tree.entries["module"].mode == "160000"
    assert read_blobs(repository.root, {"module": tree.entries["module"]}, 9) == {"module": Unreadable("a submodule")}
    assert not marker.exists()
    subprocess.run(["git", "-C", repository.root, "status"], capture_output=True, check=False)
    assert marker.exists()
