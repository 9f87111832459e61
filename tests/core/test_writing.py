"""A file is replaced in one step, with its permissions, or left as it was."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from mcp_guard import pinning
from mcp_guard.pinning import ChangedError


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664, 0o755, 0o444])
def test_writing_keeps_permissions(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"old")
    file.chmod(mode)
    pinning.write(str(file), b"new")
    assert file.read_bytes() == b"new"
    assert oct(stat.S_IMODE(file.stat().st_mode)) == oct(mode)


def test_a_new_file_can_be_read_by_all(tmp_path: Path) -> None:
    pinning.write(str(tmp_path / "file"), b"x")
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o644


@pytest.mark.parametrize("broken", ["replace", "fsync"])
def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, broken, fail)
    with pytest.raises(OSError, match="No space"):
        pinning.write(str(file), b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert file.read_bytes() == b"old"


def test_an_interrupt_leaves_nothing_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        pinning.write(str(tmp_path / "file"), b"new")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        pinning.write(str(tmp_path / "missing" / "file"), b"x")


# ------------------------------------------------------------------------------------------------ several files


def test_files_are_written_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "b").write_bytes(b"old")
    done: list[str] = []
    write = pinning.write

    def noted(path: str, data: bytes) -> None:
        done.append(os.path.relpath(path, tmp_path))
        write(path, data)

    monkeypatch.setattr(pinning, "write", noted)
    pinning.apply(str(tmp_path), [("c", b"", b"1"), ("b", b"old", b"2"), ("a", b"", b"3")])
    assert done == ["c", "b", "a"]
    assert [(tmp_path / name).read_bytes() for name in "abc"] == [b"3", b"2", b"1"]


@pytest.mark.parametrize("now", [None, b"", b"old\r\n", b"new\n"])
def test_nothing_is_written_when_one_has_changed_meanwhile(tmp_path: Path, now: bytes | None) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "first").write_bytes(b"old\n")
    if now is not None:
        (tmp_path / "folder" / "last").write_bytes(now)
    files = [("first", b"old\n", b"new\n"), ("folder/last", b"old\n", b"new\n")]
    with pytest.raises(ChangedError, match=r"^folder.last was changed while mcp-guard worked: run it again$"):
        pinning.apply(str(tmp_path), files)
    assert (tmp_path / "first").read_bytes() == b"old\n"


def test_a_file_that_has_come_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "mcp-guard.lock").write_bytes(b"another's")
    with pytest.raises(ChangedError):
        pinning.apply(str(tmp_path), [("mcp-guard.lock", b"", b"ours")])
    assert (tmp_path / "mcp-guard.lock").read_bytes() == b"another's"


def test_what_cannot_be_read_is_an_error_of_the_system(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(OSError, match="directory"):
        pinning.apply(str(tmp_path), [("a", b"", b"x")])
