from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import pytest

from mcp_guard import trees
from mcp_guard.trees import Entry, Tree, TreeError, Unreadable, git
from mcp_guard.trees.blobs import read_blobs
from tests.trees.repository import Repository, program


def test_only_known_paths_are_in_the_answer(repository: Repository, git_log: Path) -> None:
    tree = trees.index(repository.root)
    git_log.write_text("")
    assert tree.read([], 99) == {}
    assert tree.read(["none.json", "../a.json", "./a.json", "dir"], 99) == {}
    assert git_log.read_text() == ""
    assert tree.read(["a.json", "none.json", "a.json"], 99) == {"a.json": b"a.json as committed\n"}


@pytest.mark.parametrize(("limit", "length"), [(0, 1), (5, 6), (9, 10), (10, 10), (11, 10)])
def test_one_byte_more_than_allowed(repository: Repository, limit: int, length: int) -> None:
    repository.write("ten", "0123456789")
    repository.write("after", "ok")
    repository.commit("ten")
    for tree in (trees.index(repository.root), trees.commit(repository.root, "HEAD"), trees.work_tree(repository.root)):
        assert tree.read(["ten", "after"], limit) == {"ten": b"0123456789"[:length], "after": b"ok"[: limit + 1]}


def test_a_large_blob_is_skipped_and_the_next_one_is_read(repository: Repository) -> None:
    repository.write("0-empty", b"")
    repository.write("1-large", bytes(5_000_000))
    repository.write("2-lines", b"\n\nmissing\n")
    repository.commit("large")
    names = ["1-large", "0-empty", "2-lines", "1-large"]
    assert trees.index(repository.root).read(names, 1000) == {
        "1-large": bytes(1001),
        "0-empty": b"",
        "2-lines": b"\n\nmissing\n",
    }


def test_5000_files_with_one_process(repository: Repository, git_log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests and replies are each larger than a pipe: whoever writes all first waits for ever."""
    names = [f"many/{number}.json" for number in range(5000)]
    for name in names:
        repository.write(name, name * 100)
    repository.write("copy.json", names[0] * 100)
    repository.git("add", "--all")
    tree = trees.index(repository.root)
    git_log.write_text("")
    monkeypatch.setattr(git, "TIMEOUT", 30.0)

    content = tree.read([*names, "copy.json"], 10_000)

    assert content == {name: (name * 100).encode() for name in names} | {"copy.json": (names[0] * 100).encode()}
    assert [line.rsplit(" ", 2)[1:] for line in git_log.read_text().splitlines()] == [["cat-file", "--batch"]]


def test_the_same_blob_is_asked_for_once(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = trees.index(repository.root)
    entry = tree.entries["a.json"]
    requests, real = tmp_path / "requests", shutil.which("git")
    program(tmp_path / "fake" / "git", f'#!/bin/sh\ntee "{requests}" | "{real}" "$@"\n')
    monkeypatch.setenv("PATH", f"{tmp_path / 'fake'}{os.pathsep}{os.environ['PATH']}")
    wanted = {"x.json": entry, "y.json": entry, "z.json": tree.entries["b.json"]}
    assert len(read_blobs(repository.root, wanted, 99)) == 3
    assert requests.read_text().split() == [entry.blob, tree.entries["b.json"].blob]


def test_a_missing_object_is_unreadable(repository: Repository) -> None:
    tree = trees.index(repository.root)
    repository.object_file(tree.entries["b.json"].blob).unlink()
    content = tree.read(["a.json", "b.json", "dir/c.json"], 99)
    assert content == {
        "a.json": b"a.json as committed\n",
        "b.json": Unreadable("git has no content for it here: fetch it, or see `git fsck`"),
        "dir/c.json": b"dir/c.json as committed\n",
    }


def broken(repository: Repository, count: int) -> Tree:
    entries = {}
    for number in range(count):
        blob = repository.blob(hashlib.shake_128(bytes([number])).digest(500))
        file = repository.object_file(blob)
        file.chmod(0o644)
        file.write_bytes(file.read_bytes()[:200])  # the header is whole, so git notices while it writes
        entries[f"{number}"] = Entry("100644", blob)
    entries["last"] = Entry("100644", repository.blob("last"))
    return Tree(repository.root, "broken", entries, lambda wanted, limit: read_blobs(repository.root, wanted, limit))


@pytest.mark.parametrize("count", [1, 3])
def test_git_dies_over_a_broken_object_and_the_rest_is_read(repository: Repository, count: int) -> None:
    tree = broken(repository, count)
    content = tree.read(tree.entries, 99)
    assert content.pop("last") == b"last"
    assert len(content) == count
    for answer in content.values():
        assert isinstance(answer, Unreadable)
        assert answer.reason.startswith("git cannot read it: fatal: ")
        assert "\n" not in answer.reason
    assert isinstance(tree.read(["0"], 99)["0"], Unreadable)


def test_too_many_broken_objects_are_an_error(repository: Repository) -> None:
    tree = broken(repository, 17)
    with pytest.raises(TreeError, match=r"failed 16 times: fatal"):
        tree.read(tree.entries, 99)


def test_an_entry_that_is_no_blob(repository: Repository) -> None:
    entries = {
        "a": Entry("100644", repository.git("rev-parse", "HEAD^{tree}")),
        "b": Entry("100644", trees.index(repository.root).entries["b.json"].blob),
    }
    assert read_blobs(repository.root, entries, 99) == {
        "a": Unreadable("git holds a tree in its place"),
        "b": b"b.json as committed\n",
    }


def test_a_partial_clone_is_not_completed(repository: Repository, tmp_path: Path) -> None:
    repository.git("config", "uploadpack.allowFilter", "true")
    partial = Repository(tmp_path / "partial")
    url = f"file://{repository.root}"
    repository.git("clone", "--quiet", "--no-checkout", "--filter=blob:none", url, partial.root)
    blob = partial.blob("here")
    entries = {**trees.commit(partial.root, "HEAD").entries, "here": Entry("100644", blob)}

    content = read_blobs(partial.root, entries, 99)

    assert content.pop("here") == b"here"
    assert sorted(content) == ["a.json", "b.json", "dir/c.json"]
    for answer in content.values():
        assert isinstance(answer, Unreadable)
    assert partial.git("cat-file", "-p", "HEAD:a.json") == "a.json as committed"  # git itself would have fetched it


def fake_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    program(tmp_path / "fake" / "git", f"#!/bin/sh\n{text}\n")
    monkeypatch.setenv("PATH", str(tmp_path / "fake"))


def test_git_that_hangs_is_stopped(repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = trees.index(repository.root)
    fake_git(tmp_path, monkeypatch, "exec /bin/sleep 60")
    monkeypatch.setattr(git, "TIMEOUT", 0.2)
    for ask in (lambda: trees.staged(repository.root), lambda: tree.read(["a.json", "b.json"], 99)):
        with pytest.raises(TreeError, match=r"stopped after 0\.2 seconds"):
            ask()


def test_git_that_breaks_off(repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It dies before it reads, in a header, in a content, and after a content without its line feed."""
    tree = trees.index(repository.root)
    blob = tree.entries["a.json"].blob
    for text in ("", f"printf '{blob} blo'", f"printf '{blob} blob 20\\nabc'", f"printf '{blob} blob 3\\nabc'"):
        fake_git(
            tmp_path, monkeypatch, f"{text}; echo 'it broke' >&2; exit 3" if text else "exec 0<&-; echo 'it broke' >&2"
        )
        assert tree.read(["a.json"], 99) == {"a.json": Unreadable("git cannot read it: it broke")}


def test_git_that_has_gone_before_it_is_asked(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = {f"{number}": Entry("100644", f"{number:040}") for number in range(60)}
    blob = "0" * 40
    one = f"printf '{blob} missing\\n'"
    fake_git(tmp_path, monkeypatch, f"read line; exec 0<&-; {'; '.join([one] * 50)}")
    content = read_blobs(repository.root, entries, 99)
    assert set(content) == set(entries)
    assert content["50"] == Unreadable("git cannot read it: ")


def test_no_git(repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = trees.index(repository.root)
    monkeypatch.setenv("PATH", str(tmp_path))
    for ask in (lambda: trees.staged(repository.root), lambda: tree.read(["a.json"], 99)):
        with pytest.raises(TreeError, match="PATH"):
            ask()


def test_git_that_cannot_be_started(repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = trees.index(repository.root)
    program(tmp_path / "fake" / "git", "#!/none/such\n")
    monkeypatch.setenv("PATH", str(tmp_path / "fake"))
    for ask in (lambda: trees.staged(repository.root), lambda: tree.read(["a.json"], 99)):
        with pytest.raises(TreeError, match="could not be started"):
            ask()


def test_git_of_a_relative_path_entry_is_not_used(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(repository.path / "git", f"#!/bin/sh\ntouch {tmp_path}/marker\n")
    monkeypatch.chdir(repository.path)
    monkeypatch.setenv("PATH", ".")
    with pytest.raises(TreeError, match="PATH"):
        trees.staged(repository.root)
    assert not (tmp_path / "marker").exists()
