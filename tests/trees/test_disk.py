from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from mcp_guard import trees
from mcp_guard.trees import Entry, Tree, TreeError, Unreadable, disk
from tests.trees.repository import Repository


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder that is no repository."""
    folder = tmp_path / "folder"
    for path in ("a.json", "dir/b.json"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(path)
    return folder


def reason(tree: Tree, path: str) -> str:
    answer = tree.read([path], 99)[path]
    assert isinstance(answer, Unreadable)
    return answer.reason


def test_the_work_tree_is_what_is_tracked_as_it_is_on_disk(repository: Repository) -> None:
    repository.write("untracked.json", "untracked")
    repository.write("a.json", "on disk").chmod(0o755)
    (repository.path / "b.json").unlink()
    tree = trees.work_tree(repository.root)
    assert (tree.root, tree.title) == (repository.root, "the work tree")
    assert tree.entries == {"a.json": Entry("100755", ""), "dir/c.json": Entry("100644", "")}
    assert tree.read(["a.json", "b.json", "untracked.json"], 99) == {"a.json": b"on disk"}


def test_named_files_need_not_be_tracked(repository: Repository) -> None:
    repository.write("sub/untracked.json", "untracked")
    absolute = str(repository.path / "a.json")
    tree = trees.work_tree(repository.root, ["sub/untracked.json", "./dir/../b.json", absolute])
    assert sorted(tree.entries) == ["a.json", "b.json", "dir/c.json", "sub/untracked.json"]
    assert tree.read(["sub/untracked.json"], 99) == {"sub/untracked.json": b"untracked"}


@pytest.mark.parametrize("name", ["../outside.json", "..", "dir/../../outside.json", "/etc/passwd"])
def test_a_named_file_outside_is_refused(repository: Repository, files: Path, name: str) -> None:
    (repository.path.parent / "outside.json").write_text("secret")
    with pytest.raises(TreeError, match="outside"):
        trees.work_tree(repository.root, [name])
    with pytest.raises(TreeError, match="outside"):
        trees.folder(str(files), [name])


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none.json", "does not exist"),
        ("a.json/none", "does not exist"),
        ("dir", "directory"),
        (".", "directory"),
        ("", "directory"),
        ("a\0b", "no path"),
        ("\ud800", "no path"),
    ],
)
def test_a_named_file_that_is_none_is_refused(repository: Repository, name: str, message: str) -> None:
    with pytest.raises(TreeError, match=message):
        trees.work_tree(repository.root, [name])


def test_two_dots_may_begin_a_name(files: Path) -> None:
    (files / "..json").write_text("dots")
    assert trees.folder(str(files), ["..json"]).read(["..json"], 99) == {"..json": b"dots"}


def test_links_are_entries_whose_content_is_their_target(repository: Repository) -> None:
    repository.write("outside/.mcp.json", "never read")
    (repository.path / ".cursor").symlink_to("outside")
    (repository.path / "dangling.json").symlink_to("../none\n")
    repository.git("add", ".cursor", "dangling.json")
    for tree in (trees.index(repository.root), trees.work_tree(repository.root, [".cursor"])):
        assert tree.entries[".cursor"].mode == tree.entries["dangling.json"].mode == "120000"
        assert tree.read([".cursor", "dangling.json"], 4) == {".cursor": b"outsi", "dangling.json": b"../no"}


def test_a_tracked_file_behind_a_link_out_of_the_root_is_not_read(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "c.json").write_text("secret")
    (tmp_path / "repository-2").mkdir()
    (tmp_path / "repository-2" / "c.json").write_text("secret")
    (repository.path / "dir" / "c.json").unlink()
    (repository.path / "dir").rmdir()
    for target in ("elsewhere", "repository-2"):
        (repository.path / "dir").symlink_to(tmp_path / target)
        assert "outside" in reason(trees.work_tree(repository.root), "dir/c.json")
        assert "outside" in reason(trees.work_tree(repository.root, ["dir/c.json"]), "dir/c.json")
        (repository.path / "dir").unlink()


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "dir/../../secret"])
def test_a_path_that_only_a_forged_index_holds_is_not_read(files: Path, path: str) -> None:
    (files.parent / "secret").write_text("secret")
    answer = disk.read_files(str(files), {path: Entry("100644", "")}, 9)[path]
    assert isinstance(answer, Unreadable)
    assert "outside" in answer.reason


def test_a_link_within_the_root_is_followed_to_a_file_below_it(repository: Repository) -> None:
    (repository.path / "dir").rename(repository.path / "moved")
    (repository.path / "dir").symlink_to("moved")
    assert trees.work_tree(repository.root).read(["dir/c.json"], 99) == {"dir/c.json": b"dir/c.json as committed\n"}


def test_a_root_that_is_itself_behind_a_link(files: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(files)
    assert trees.folder(str(tmp_path / "link")).read(["dir/b.json"], 99) == {"dir/b.json": b"dir/b.json"}


def test_what_is_no_file_does_not_hang_and_says_what_it_is(repository: Repository, tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        (repository.path / name).unlink()
    os.mkfifo(repository.path / "a.json")
    (repository.path / "b.json").mkdir()
    tree = trees.work_tree(repository.root)
    assert reason(tree, "a.json") == "a named pipe"
    assert reason(tree, "b.json") == "a directory"
    with pytest.MonkeyPatch.context() as patch, socket.socket(socket.AF_UNIX) as server:
        patch.chdir(tmp_path)  # a socket's path is short
        server.bind("s.json")
        assert reason(trees.folder(str(tmp_path)), "s.json") == "a socket"


def test_a_device() -> None:
    assert disk.read_files(os.path.dirname(os.devnull), {os.path.basename(os.devnull): Entry("100644", "")}, 9) == {
        os.path.basename(os.devnull): Unreadable("a device")
    }


def test_an_unknown_kind_of_file_is_unreadable(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "_KINDS", {})
    os.mkfifo(files / "door")
    assert reason(trees.folder(str(files)), "door") == "no file"


def test_a_submodule_on_disk(repository: Repository) -> None:
    repository.submodule("module")
    (repository.path / "module" / "x.json").write_text("{}")
    tree = trees.work_tree(repository.root)
    assert tree.entries["module"] == Entry("160000", "")
    assert reason(tree, "module") == "a directory"
    assert not any(path.startswith("module/") for path in tree.entries)


def test_a_file_that_vanished(files: Path) -> None:
    tree = trees.folder(str(files))
    (files / "a.json").unlink()
    assert reason(tree, "a.json") == "No such file or directory"


@pytest.mark.parametrize("substitute", ["file", "link", "fifo"])
def test_a_file_that_is_replaced_between_looking_and_opening(
    files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, substitute: str
) -> None:
    tree = trees.folder(str(files))
    (tmp_path / "secret").write_text("secret")
    really_open = os.open

    def replace_and_open(path: str, flags: int) -> int:
        os.rename(path, f"{path}.old")
        if substitute == "file":
            Path(path).write_text("other")
        elif substitute == "link":
            os.symlink(tmp_path / "secret", path)
        else:
            os.mkfifo(path)
        return really_open(path, flags)

    monkeypatch.setattr(os, "open", replace_and_open)
    assert reason(tree, "a.json") in {"it was replaced while it was read", "Too many levels of symbolic links"}


def test_a_name_that_the_system_refuses(files: Path) -> None:
    name = "x" * 300
    tree = trees.folder(str(files), [name])
    assert tree.entries[name] == Entry("100644", "")
    assert reason(tree, name) == "File name too long"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(files: Path) -> None:
    (files / "a.json").chmod(0)
    assert reason(trees.folder(str(files)), "a.json") == "Permission denied"


def test_a_folder(files: Path) -> None:
    for skipped in (".git", "node_modules", "dir/.venv", "venv", "dir/__pycache__"):
        (files / skipped).mkdir()
        (files / skipped / "x.json").write_text("skipped")
    (files / ".cursor").symlink_to(files.parent)
    (files / "empty").mkdir()
    tree = trees.folder(str(files), ["venv/x.json"])
    assert (tree.root, tree.title) == (str(files), "the folder")
    assert {path: entry.mode for path, entry in tree.entries.items()} == {
        ".cursor": "120000",
        "a.json": "100644",
        "dir/b.json": "100644",
        "venv/x.json": "100644",
    }
    assert tree.read(["a.json", "venv/x.json"], 99) == {"a.json": b"a.json", "venv/x.json": b"skipped"}


def test_a_folder_is_no_repository_and_git_is_not_asked(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert trees.folder(str(files)).read(["a.json"], 99) == {"a.json": b"a.json"}


def test_a_folder_that_is_too_large_is_an_error_and_not_cut(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "MAX_FILES", 2)
    assert len(trees.folder(str(files)).entries) == 2
    (files / "c.json").write_text("")
    with pytest.raises(TreeError, match="more than 2 files"):
        trees.folder(str(files))


def test_a_folder_that_cannot_be_listed_is_an_error(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TreeError, match="No such file"):
        trees.folder(str(files / "none"))

    really_walk = os.scandir

    def scandir(path: str) -> Iterator[os.DirEntry[str]]:
        if path.endswith("dir"):
            raise PermissionError(13, "Permission denied", path)
        return really_walk(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(TreeError, match=r"dir' cannot be listed \(Permission denied\)"):
        trees.folder(str(files))


def test_a_file_that_vanishes_during_the_walk_is_left_out(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "_walk", lambda _: iter(["a.json", "gone.json"]))
    assert list(trees.folder(str(files)).entries) == ["a.json"]
