from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mcp_guard import trees
from mcp_guard.trees import Change, Entry, TreeError, Unreadable
from tests.trees.repository import Repository, by_path

ZEROS = "0" * 40

ODD_NAMES = [
    "with space.json",
    "with\nline.json",
    "with\ttab.json",
    "with\"quote's.json",
    "back\\slash.json",
    "-rf.json",
    ":(top)magic.json",
    "*",
    "ünïcödé/日本.json",
    "HEAD",
    "\x1b[31mred.json",
]


def test_nothing_staged(repository: Repository) -> None:
    repository.write("a.json", "only on disk\n")
    assert trees.staged(repository.root) == ()


def test_added_modified_deleted_renamed(repository: Repository) -> None:
    old = dict(trees.index(repository.root).entries)
    repository.write("new.json", "new\n")
    repository.write("a.json", "modified\n")
    repository.git("add", "new.json", "a.json")
    repository.git("rm", "--quiet", "b.json")
    repository.git("mv", "dir/c.json", "dir/d.json")

    assert by_path(trees.staged(repository.root)) == {
        "new.json": (None, Entry("100644", repository.blob("new\n"))),
        "a.json": (old["a.json"], Entry("100644", repository.blob("modified\n"))),
        "b.json": (old["b.json"], None),
        "dir/c.json": (old["dir/c.json"], None),
        "dir/d.json": (None, old["dir/c.json"]),
    }


def test_mode_and_type_changes(repository: Repository) -> None:
    old = trees.index(repository.root).entries
    repository.git("update-index", "--chmod=+x", "a.json")
    (repository.path / "b.json").unlink()
    (repository.path / "b.json").symlink_to("a.json")
    repository.git("add", "b.json")

    assert by_path(trees.staged(repository.root)) == {
        "a.json": (old["a.json"], Entry("100755", old["a.json"].blob)),
        "b.json": (old["b.json"], Entry("120000", repository.blob("a.json"))),
    }
    assert trees.index(repository.root).read(["b.json"], 99) == {"b.json": b"a.json"}


def test_a_submodule_is_seen_although_its_gitmodules_says_to_ignore_it(repository: Repository) -> None:
    pointed = repository.submodule("module")
    repository.git("config", "--file", ".gitmodules", "submodule.module.ignore", "all")
    repository.git("add", ".gitmodules")
    entry = Entry("160000", pointed)

    assert by_path(trees.staged(repository.root))["module"] == (None, entry)
    assert trees.index(repository.root).entries["module"] == entry
    assert trees.index(repository.root).read(["module"], 99) == {"module": Unreadable("a submodule")}

    repository.git("commit", "--quiet", "--message", "submodule")
    assert by_path(trees.changed(repository.root, "HEAD~", "HEAD"))["module"] == (None, entry)
    assert trees.commit(repository.root, "HEAD").entries["module"] == entry

    repository.git("update-index", "--cacheinfo", f"160000,{'1' * 40},module")
    assert trees.staged(repository.root) == (Change("module", entry, Entry("160000", "1" * 40)),)


def test_a_partially_staged_file_is_read_from_the_index(repository: Repository) -> None:
    repository.write("a.json", "staged\n")
    repository.git("add", "a.json")
    repository.write("a.json", "on disk\n")
    assert trees.index(repository.root).read(["a.json"], 99) == {"a.json": b"staged\n"}
    assert trees.commit(repository.root, "HEAD").read(["a.json"], 99) == {"a.json": b"a.json as committed\n"}


@pytest.mark.parametrize("base", ["unborn", "committed"])
def test_odd_names(empty: Repository, base: str) -> None:
    names = list(ODD_NAMES)
    if sys.platform == "linux":  # elsewhere the file system wants Unicode
        names.append(os.fsdecode(b"latin-\xe9.json"))
    if base == "committed":
        empty.write("a.json", "first\n")
        empty.commit("first")
    for name in names:
        empty.write(name, f"content of {name!r}")
    empty.git("add", "--all")

    assert sorted(change.path for change in trees.staged(empty.root)) == sorted(names)
    expected = {name: f"content of {name!r}".encode() for name in names}
    assert trees.index(empty.root).read(names, 200) == expected
    assert trees.work_tree(empty.root).read(names, 200) == expected
    empty.git("commit", "--quiet", "--message", "odd")
    assert trees.commit(empty.root, "main").read(names, 200) == expected
    assert {change.path for change in trees.changed(empty.root, ZEROS, "main")} >= set(names)


def test_without_a_commit_everything_is_an_addition(empty: Repository) -> None:
    assert trees.staged(empty.root) == ()
    assert trees.index(empty.root).entries == {}
    empty.write("a.json", "first\n")
    empty.git("add", "a.json")
    assert trees.head(empty.root) is None
    assert trees.staged(empty.root) == (Change("a.json", None, Entry("100644", empty.blob("first\n"))),)


def test_intent_to_add_is_not_in_the_commit(repository: Repository) -> None:
    repository.write("promised.json", "later\n")
    repository.git("rm", "--quiet", "--cached", "b.json")
    repository.git("add", "--intent-to-add", "promised.json", "b.json")

    assert [(change.path, change.new) for change in trees.staged(repository.root)] == [("b.json", None)]
    assert sorted(trees.index(repository.root).entries) == ["a.json", "dir/c.json"]
    assert trees.work_tree(repository.root).read(["promised.json"], 99) == {"promised.json": b"later\n"}


def test_an_unmerged_index_is_refused(repository: Repository) -> None:
    repository.git("checkout", "--quiet", "-b", "other")
    repository.write("a.json", "theirs\n")
    repository.commit("theirs")
    repository.git("checkout", "--quiet", "main")
    repository.write("a.json", "ours\n")
    repository.commit("ours")
    repository.git("merge", "other", expect=1)

    for ask in (trees.staged, trees.index):
        with pytest.raises(TreeError, match=r"'a\.json' is unmerged.*git add"):
            ask(repository.root)
    work_tree = trees.work_tree(repository.root)
    assert sorted(work_tree.entries) == ["a.json", "b.json", "dir/c.json"]
    assert b"<<<<<<<" in (work_tree.read(["a.json"], 999)["a.json"])

    repository.write("a.json", "both\n")
    repository.git("add", "a.json")
    assert [change.path for change in trees.staged(repository.root)] == ["a.json"]


def test_another_index_file(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/other")
    repository.git("read-tree", "HEAD")
    repository.git("update-index", "--add", "--cacheinfo", f"100644,{repository.blob('other')},other.json")
    assert [change.path for change in trees.staged(repository.root)] == ["other.json"]
    assert trees.index(repository.root).read(["other.json"], 99) == {"other.json": b"other"}
    monkeypatch.delenv("GIT_INDEX_FILE")
    assert trees.staged(repository.root) == ()


def test_sha256(tmp_path: Path) -> None:
    repository = Repository.create(tmp_path / "sha256", "--object-format=sha256")
    repository.write("a.json", "first\n")
    repository.git("add", "a.json")
    entry = Entry("100644", repository.blob("first\n"))
    assert len(entry.blob) == 64
    assert trees.staged(repository.root) == (Change("a.json", None, entry),)
    assert trees.index(repository.root).entries == {"a.json": entry}

    first = repository.commit("first")
    assert trees.head(repository.root) == trees.resolve(repository.root, "main") == first
    assert trees.changed(repository.root, "0" * 64, "HEAD") == (Change("a.json", None, entry),)
    assert trees.staged(repository.root) == ()
    assert trees.commit(repository.root, first).read(["a.json"], 99) == {"a.json": b"first\n"}


def test_changed_between_commits(repository: Repository) -> None:
    first = trees.resolve(repository.root, "HEAD")
    old = trees.commit(repository.root, first).entries
    repository.write("a.json", "modified\n")
    repository.git("mv", "b.json", "c.json")
    second = repository.commit("second")

    changes = {
        "a.json": (old["a.json"], Entry("100644", repository.blob("modified\n"))),
        "b.json": (old["b.json"], None),
        "c.json": (None, old["b.json"]),
    }
    assert by_path(trees.changed(repository.root, first, second)) == changes
    assert by_path(trees.changed(repository.root, second, first)) == {
        path: (new, old) for path, (old, new) in changes.items()
    }
    assert trees.changed(repository.root, second, "main") == ()
    assert {change.path: change.new for change in trees.changed(repository.root, ZEROS, second)} == trees.commit(
        repository.root, second
    ).entries


def test_a_commits_tree(repository: Repository) -> None:
    repository.git("tag", "--annotate", "--message", "tag", "v1")
    full = trees.resolve(repository.root, "v1")
    assert full == repository.git("rev-parse", "HEAD") == trees.head(repository.root)
    tree = trees.commit(repository.root, "v1")
    assert (tree.root, tree.title) == (repository.root, f"commit {full[:7]}")
    assert sorted(tree.entries) == ["a.json", "b.json", "dir/c.json"]
    assert trees.index(repository.root).title == "the index"
    assert trees.index(repository.root).entries == tree.entries


@pytest.mark.parametrize(
    "revision",
    [
        "",
        "-h",
        "--all",
        "none",
        "f" * 40,
        ZEROS,
        "HEAD:a.json",
        "HEAD..HEAD",
        "^HEAD",
        "HEAD HEAD",
        "a\0b",
        "\ud800",
        "\n",
    ],
)
def test_what_is_no_commit(repository: Repository, revision: str) -> None:
    for ask in (trees.resolve, trees.commit):
        with pytest.raises(TreeError):
            ask(repository.root, revision)
    with pytest.raises(TreeError):
        trees.changed(repository.root, "HEAD", revision)
    if revision != ZEROS:
        with pytest.raises(TreeError):
            trees.changed(repository.root, revision, "HEAD")


def test_an_option_is_refused_before_git_sees_it(repository: Repository, git_log: Path) -> None:
    with pytest.raises(TreeError, match="no revision"):
        trees.commit(repository.root, "--output=x")
    assert git_log.read_text() == ""


def test_a_shallow_clone_says_what_to_do(repository: Repository, tmp_path: Path) -> None:
    first = trees.resolve(repository.root, "HEAD")
    repository.write("a.json", "second\n")
    repository.commit("second")
    shallow = Repository(tmp_path / "shallow")
    repository.git("clone", "--quiet", "--depth=1", f"file://{repository.root}", shallow.root)
    for revision in (first, "HEAD~1"):
        with pytest.raises(TreeError, match="git fetch --unshallow"):
            trees.changed(shallow.root, revision, "HEAD")
    assert len(trees.changed(shallow.root, ZEROS, "HEAD")) == 3


def test_a_head_whose_commit_is_missing_is_no_unborn_branch(repository: Repository) -> None:
    full = repository.git("rev-parse", "HEAD")
    repository.object_file(full).unlink()
    assert trees.head(repository.root) == full
    with pytest.raises(TreeError, match="diff-index failed"):
        trees.staged(repository.root)


def test_replaced_objects_are_read_as_others_get_them(repository: Repository) -> None:
    entry = trees.index(repository.root).entries["a.json"]
    repository.git("replace", entry.blob, repository.blob("harmless\n"))
    assert repository.git("show", ":a.json") == "harmless"
    assert trees.index(repository.root).read(["a.json"], 99) == {"a.json": b"a.json as committed\n"}


def test_a_path_twice_in_one_commit(repository: Repository) -> None:
    records = b"".join(
        b"100644 .mcp.json\0" + bytes.fromhex(repository.blob(content)) for content in ("harmless", "harmful")
    )
    tree = repository.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", given=records)
    with pytest.raises(TreeError, match="twice"):
        trees.commit(repository.root, repository.git("commit-tree", tree))


def test_an_unreadable_index_is_an_error(repository: Repository) -> None:
    repository.write(".git/index", b"nonsense")
    for ask in (trees.staged, trees.index, trees.work_tree):
        with pytest.raises(TreeError, match="index"):
            ask(repository.root)


def test_how_many_processes(repository: Repository, git_log: Path) -> None:
    repository.write("a.json", "staged\n")
    subprocess.run(["git", "-C", repository.root, "add", "a.json"], check=True)
    git_log.write_text("")
    assert len(trees.staged(repository.root)) == 1
    assert len(git_log.read_text().splitlines()) == 1
    tree = trees.index(repository.root)
    assert len(git_log.read_text().splitlines()) == 2
    tree.read(["a.json", "b.json"], 99)
    assert len(git_log.read_text().splitlines()) == 3
