from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_guard.model import JSON
from mcp_guard.receipts import RECEIPT_LIMIT, Receipts, cache_directory, key

NAME = key("a", "b")
VALUE: dict[str, JSON] = {"as_of": "2026-08-31T12:00:00Z", "withdrawn": None, "parts": [1, 2.5, True, {"ä": "\ud800"}]}


def path(directory: Path, name: str = NAME) -> Path:
    return directory / "receipts" / f"{name}.json"


def kept(directory: Path) -> Receipts:
    receipts = Receipts(str(directory))
    receipts.put(NAME, VALUE)
    assert receipts.get(NAME) == VALUE
    return receipts


def test_what_is_put_is_got(tmp_path: Path) -> None:
    receipts = kept(tmp_path / "new" / "cache")
    assert receipts.get(key("other")) is None
    receipts.put(NAME, {})
    assert receipts.get(NAME) == {}
    assert Receipts(str(tmp_path / "elsewhere")).get(NAME) is None


def test_the_folder_is_the_users_own_and_nothing_else_is_left_in_it(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        kept(tmp_path / "cache")
    finally:
        os.umask(old)
    assert (tmp_path / "cache").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "cache" / "receipts").stat().st_mode & 0o777 == 0o700
    assert path(tmp_path / "cache").stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path / "cache" / "receipts") == [f"{NAME}.json"]


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777, 0o1777, 0o720, 0o702])
def test_a_folder_that_others_may_write_is_not_used(tmp_path: Path, mode: int) -> None:
    receipts = kept(tmp_path)
    (tmp_path / "receipts").chmod(mode)
    before = path(tmp_path).read_bytes()
    assert receipts.get(NAME) is None
    receipts.put(NAME, {"other": 1})
    assert path(tmp_path).read_bytes() == before
    (tmp_path / "receipts").chmod(0o755)
    assert receipts.get(NAME) == VALUE


def test_another_users_folder_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    receipts = kept(tmp_path)
    owner = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    assert receipts.get(NAME) is None
    receipts.put(key("new"), {})
    monkeypatch.undo()
    assert receipts.get(key("new")) is None
    assert receipts.get(NAME) == VALUE


def test_a_symlinked_folder_is_not_used(tmp_path: Path) -> None:
    kept(tmp_path / "real")
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "receipts").symlink_to(tmp_path / "real" / "receipts")
    receipts = Receipts(str(tmp_path / "cache"))
    assert receipts.get(NAME) is None
    receipts.put(key("new"), {})
    assert os.listdir(tmp_path / "real" / "receipts") == [f"{NAME}.json"]


@pytest.mark.parametrize("obstacle", ["cache", "receipts"])
def test_a_cache_that_cannot_be_made_is_no_error(tmp_path: Path, obstacle: str) -> None:
    directory = tmp_path / "cache"
    if obstacle == "cache":
        directory.write_text("a file")
    else:
        directory.mkdir()
        (directory / "receipts").write_text("a file")
    receipts = Receipts(str(directory))
    receipts.put(NAME, VALUE)
    assert receipts.get(NAME) is None


def test_a_receipt_that_is_a_folder_is_no_error(tmp_path: Path) -> None:
    receipts = kept(tmp_path)
    path(tmp_path).unlink()
    path(tmp_path).mkdir()
    assert receipts.get(NAME) is None
    receipts.put(NAME, VALUE)
    assert os.listdir(tmp_path / "receipts") == [f"{NAME}.json"]


def test_what_cannot_be_opened_or_removed_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    receipts = kept(tmp_path)

    def fails(*_: object, **__: object) -> None:
        raise OSError(30, "read-only file system")

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", fails)
        receipts.put(NAME, {})
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", fails)
        patch.setattr(os, "unlink", fails)
        receipts.put(NAME, {})
    assert receipts.get(NAME) == VALUE


FULL_DISK = """
import resource, signal, sys
from mcp_guard.receipts import Receipts
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
Receipts(sys.argv[1]).put(sys.argv[2], {"text": "x" * 100_000})
"""


def test_a_full_disk_is_no_error_and_leaves_the_old_receipt(tmp_path: Path) -> None:
    receipts = kept(tmp_path)
    subprocess.run([sys.executable, "-c", FULL_DISK, str(tmp_path), NAME], check=True)
    assert receipts.get(NAME) == VALUE
    assert os.listdir(tmp_path / "receipts") == [f"{NAME}.json"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"1",
        b"\xff",
        b'{"key": 1, "checksum": 2, "content": 3}',
        b"[" * 100_000,
        b'{"key": ' + b"9" * 5000 + b"}",
    ],
)
def test_a_damaged_receipt_is_absent(tmp_path: Path, data: bytes) -> None:
    receipts = kept(tmp_path)
    path(tmp_path).write_bytes(data)
    assert receipts.get(NAME) is None
    receipts.put(NAME, VALUE)
    assert receipts.get(NAME) == VALUE


def test_every_truncation_and_every_flipped_byte_is_absent(tmp_path: Path) -> None:
    receipts = kept(tmp_path)
    whole = path(tmp_path).read_bytes()
    for index in range(len(whole)):
        path(tmp_path).write_bytes(whole[:index])
        assert receipts.get(NAME) is None
        path(tmp_path).write_bytes(whole[:index] + bytes([whole[index] ^ 1]) + whole[index + 1 :])
        assert receipts.get(NAME) in (None, VALUE)  # a flipped space is still a space to JSON
    path(tmp_path).write_bytes(whole.replace(b"2026-08-31", b"2026-09-01"))
    assert receipts.get(NAME) is None


def test_a_receipt_copied_to_another_key_is_absent(tmp_path: Path) -> None:
    receipts = kept(tmp_path)
    other = key("b", "a")
    path(tmp_path, other).write_bytes(path(tmp_path).read_bytes())
    assert receipts.get(other) is None
    forged = path(tmp_path).read_bytes().replace(NAME.encode(), other.encode())
    path(tmp_path, other).write_bytes(forged)
    assert receipts.get(other) is None


def test_content_that_is_no_object_is_absent(tmp_path: Path) -> None:
    receipts = kept(tmp_path)
    path(tmp_path).write_text(json.dumps({"key": NAME, "checksum": key(NAME, "[]"), "content": "[]"}))
    assert receipts.get(NAME) is None
    deep = "[" * 100_000
    path(tmp_path).write_text(json.dumps({"key": NAME, "checksum": key(NAME, deep), "content": deep}))
    assert receipts.get(NAME) is None


def test_a_receipt_beyond_the_limit_is_neither_written_nor_read(tmp_path: Path) -> None:
    receipts = kept(tmp_path)
    receipts.put(NAME, {"text": "x" * RECEIPT_LIMIT})
    assert receipts.get(NAME) == VALUE
    path(tmp_path).write_bytes(path(tmp_path).read_bytes() + b" " * RECEIPT_LIMIT)
    assert receipts.get(NAME) is None


WORKER = """
import sys
from mcp_guard.receipts import Receipts, key
receipts = Receipts(sys.argv[1])
for turn in range(100):
    for number in range(4):
        name = key(str(number))
        receipts.put(name, {"number": number, "by": sys.argv[2], "padding": "x" * 5000})
        found = receipts.get(name)
        assert found is not None and found["number"] == number and len(found["padding"]) == 5000, found
"""


def test_eight_processes_write_and_read_at_once(tmp_path: Path) -> None:
    workers = [
        subprocess.Popen([sys.executable, "-c", WORKER, str(tmp_path / "cache"), str(number)], stderr=subprocess.PIPE)
        for number in range(8)
    ]
    for worker in workers:
        _, errors = worker.communicate(timeout=60)
        assert (worker.returncode, errors) == (0, b"")
    assert sorted(os.listdir(tmp_path / "cache" / "receipts")) == sorted(
        f"{key(str(number))}.json" for number in range(4)
    )


PARTS = st.lists(st.text(max_size=4), max_size=4)


@settings(max_examples=300, deadline=None)
@given(PARTS, PARTS)
def test_keys_tell_parts_apart(one: list[str], other: list[str]) -> None:
    assert (key(*one) == key(*other)) is (one == other)
    assert len(key(*one)) == 64


def test_keys_tell_alike_parts_apart() -> None:
    alike = [(), ("",), ("", ""), ("a", "b"), ("ab",), ("b", "a"), ("1:a",), ("\ud83d\ude00",), ("\U0001f600",)]
    assert len({key(*parts) for parts in alike}) == len(alike)


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(
        st.text(max_size=4),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=4),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
            max_leaves=5,
        ),
        max_size=3,
    )
)
def test_any_value_comes_back(tmp_path_factory: pytest.TempPathFactory, value: dict[str, JSON]) -> None:
    receipts = Receipts(str(tmp_path_factory.getbasetemp() / "any"))
    receipts.put(NAME, value)
    assert receipts.get(NAME) == value


# ------------------------------------------------------------------------------------------------ where


@pytest.mark.parametrize(
    ("platform", "environ", "expected"),
    [
        ("linux", {"MCP_GUARD_CACHE_DIR": "/own", "XDG_CACHE_HOME": "/xdg", "HOME": "/users/x"}, "/own"),
        ("linux", {"XDG_CACHE_HOME": "/xdg", "HOME": "/users/x"}, "/xdg/mcp-guard"),
        ("linux", {"XDG_CACHE_HOME": "relative", "HOME": "/users/x"}, "/users/x/.cache/mcp-guard"),
        ("linux", {"XDG_CACHE_HOME": "", "HOME": "/users/x"}, "/users/x/.cache/mcp-guard"),
        ("linux", {"MCP_GUARD_CACHE_DIR": "", "HOME": "/users/x"}, "/users/x/.cache/mcp-guard"),
        ("darwin", {"HOME": "/Users/x"}, "/Users/x/Library/Caches/mcp-guard"),
        ("darwin", {"HOME": "/Users/x", "XDG_CACHE_HOME": "/xdg"}, "/xdg/mcp-guard"),
        ("win32", {"LOCALAPPDATA": "/c/Users/x/AppData/Local"}, "/c/Users/x/AppData/Local/mcp-guard"),
        ("win32", {}, f"{os.devnull}/mcp-guard"),
        ("linux", {}, f"{os.devnull}/mcp-guard"),
        ("linux", {"HOME": "relative"}, f"{os.devnull}/mcp-guard"),
    ],
)
def test_the_cache_directory(
    monkeypatch: pytest.MonkeyPatch, platform: str, environ: dict[str, str], expected: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert cache_directory(environ) == expected


def test_a_relative_cache_directory_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert cache_directory({"MCP_GUARD_CACHE_DIR": "cache"}) == str(tmp_path / "cache")


def test_without_a_home_nothing_is_kept() -> None:
    receipts = Receipts(cache_directory({}))
    receipts.put(NAME, VALUE)
    assert receipts.get(NAME) is None


def test_on_windows_the_folder_has_no_modes_to_look_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    receipts = kept(tmp_path)
    (tmp_path / "receipts").chmod(0o777)
    monkeypatch.setattr(sys, "platform", "win32")
    assert receipts.get(NAME) == VALUE


LIGHT = """
import sys
before = set(sys.modules)
import mcp_guard.receipts
print(*sorted({"pathlib", "tempfile", "random", "shutil", "subprocess"} & (set(sys.modules) - before)))
"""


def test_the_module_is_light() -> None:
    found = subprocess.run([sys.executable, "-c", LIGHT], check=True, capture_output=True, text=True)
    assert found.stdout.strip() == ""
