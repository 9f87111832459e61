from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mcp_guard import searching
from mcp_guard.clients.locations import Platform, locations
from mcp_guard.searching import DEEPEST, Search, search
from tests.scan.conftest import Box

PLATFORMS: tuple[Platform, ...] = ("macos", "linux", "windows")
CURSOR = ".cursor/mcp.json"


def files(answer: Search) -> list[str]:
    return sorted(found.file for found in answer.found)


def reasons(answer: Search) -> dict[str, str]:
    return {unread.file: unread.reason for unread in answer.unread}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_file_of_the_table_is_found_in_a_fake_home(box: Box, platform: Platform) -> None:
    box.become(platform)
    box.environ["CODEX_HOME"] = str(box.home / "moved" / "codex")
    made = set()
    for location in locations(box.host):
        if location.folder.startswith(str(box.folder)) and location.name:
            file = Path(location.folder, location.name.replace("*", "some"))
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("{}")
            made.add(str(file))
    answer = search(box.host)
    assert {found.file.replace("~", str(box.home), 1) for found in answer.found} == made
    assert len(answer.found) == len(made) > 60
    assert not answer.unread
    assert {bare.client for bare in answer.bare} <= {"cherry-studio"}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_empty_home_holds_nothing(box: Box, platform: Platform) -> None:
    box.become(platform)
    assert search(box.host) == Search((), (), ())


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_home_that_is_not_there_holds_nothing(box: Box, platform: Platform) -> None:
    box.become(platform)
    box.home.rmdir()
    assert search(box.host) == Search((), (), ())


def test_a_client_without_a_config_is_named(box: Box) -> None:
    (box.home / ".codeium" / "windsurf").mkdir(parents=True)
    (box.home / ".claude").mkdir()
    box.write(CURSOR, "{}")
    bare = {one.client: one.folder for one in search(box.host).bare}
    assert bare["windsurf"] == "~/.codeium/windsurf"
    assert bare["claude-code-user"] == "~/.claude"
    assert "cursor" not in bare


def test_only_the_wanted_rows_are_looked_for(box: Box) -> None:
    box.write(CURSOR, "{}")
    box.write(".claude.json", "{}")
    (box.home / ".kiro").mkdir()
    answer = search(box.host, rows={"cursor"})
    assert files(answer) == [f"~/{CURSOR}"]
    assert not answer.bare


def test_a_file_to_which_two_ways_lead_is_read_once(box: Box) -> None:
    box.write(".codex/config.toml", "")
    (box.home / "link").symlink_to(box.home / ".codex")
    box.environ["CODEX_HOME"] = str(box.home / "link")
    assert files(search(box.host, [str(box.home)])) == ["~/.codex/config.toml"]


def test_a_linked_config_of_the_machine_is_followed(box: Box) -> None:
    real = box.write("dotfiles/cursor.json", '{"mcpServers": {}}')
    (box.home / ".cursor").mkdir()
    (box.home / CURSOR).symlink_to(real)
    [found] = search(box.host).found
    assert (found.client, found.file, found.data) == ("cursor", f"~/{CURSOR}", b'{"mcpServers": {}}')


# ------------------------------------------------------------------------------------------------ hostile


def directory(path: Path) -> None:
    path.mkdir()


def fifo(path: Path) -> None:
    os.mkfifo(path)


def loop(path: Path) -> None:
    path.symlink_to(path)


def dangling(path: Path) -> None:
    path.symlink_to(path.parent / "gone")


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (directory, "a directory"),
        (fifo, "a named pipe"),
        (loop, "Too many levels of symbolic links"),
        (dangling, "a symbolic link that leads nowhere"),
        (device, "a device"),
    ],
)
def test_what_is_no_file_is_told_and_not_waited_for(box: Box, make: object, reason: str) -> None:
    (box.home / ".cursor").mkdir()
    assert callable(make)
    make(box.home / CURSOR)
    answer = search(box.host)
    assert not answer.found
    assert not answer.bare
    assert reasons(answer) == {f"~/{CURSOR}": reason}


def test_what_may_not_be_read_is_told(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    box.write(CURSOR, "{}")
    box.write(".kiro/settings/mcp.json", "{}")
    real = os.open

    def refuse(path: str, flags: int) -> int:
        if path.endswith(CURSOR):
            raise PermissionError(13, "Permission denied")
        return real(path, flags)

    monkeypatch.setattr(os, "open", refuse)
    answer = search(box.host)
    assert files(answer) == ["~/.kiro/settings/mcp.json"]
    assert reasons(answer) == {f"~/{CURSOR}": "Permission denied"}


def failing(_path: object) -> Iterator[os.DirEntry[str]]:
    raise PermissionError(13, "Permission denied")


def test_what_cannot_be_listed_is_told(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    (box.home / ".kiro" / "agents").mkdir(parents=True)
    project = box.folder / "project"
    project.mkdir()
    monkeypatch.setattr(os, "listdir", failing)
    monkeypatch.setattr(os, "scandir", failing)
    told = reasons(search(box.host, [str(project)]))
    assert told["~/.kiro/agents"] == "cannot be listed: Permission denied"
    assert told[str(project)] == "cannot be listed: Permission denied"


def test_a_file_in_the_place_of_a_folder_is_no_config(box: Box) -> None:
    box.write(".cursor", "{}")
    box.write(".kiro", "{}")
    assert search(box.host) == Search((), (), ())


def test_at_most_one_byte_more_than_allowed_is_read(box: Box) -> None:
    box.write(CURSOR, b" " * ((1 << 20) + 100))
    box.write(".claude.json", b" " * ((1 << 20) + 100))
    sizes = {found.file: (len(found.data), found.limit) for found in search(box.host).found}
    assert sizes == {f"~/{CURSOR}": ((1 << 20) + 1, 1 << 20), "~/.claude.json": ((1 << 20) + 100, 64 << 20)}


def test_names_that_are_no_text_are_kept_apart(box: Box) -> None:
    agents = box.home / ".kiro" / "agents"
    agents.mkdir(parents=True)
    with open(os.path.join(os.fsencode(agents), b"\xff.json"), "wb") as file:
        file.write(b"{}")
    [found] = search(box.host).found
    assert found.file == "~/.kiro/agents/\udcff.json"


# ------------------------------------------------------------------------------------------------ below roots


def test_configs_below_a_root_are_found_at_any_depth(box: Box) -> None:
    for path in (".mcp.json", "a/b/.cursor/mcp.json", "a/.vscode/mcp.json"):
        box.write(f"code/{path}", "{}")
    for path in ("node_modules/x/.mcp.json", ".git/.mcp.json", ".cache/.mcp.json", "a/README.md"):
        box.write(f"code/{path}", "{}")
    answer = search(box.host, [str(box.home / "code")])
    assert files(answer) == ["~/code/.mcp.json", "~/code/a/.vscode/mcp.json", "~/code/a/b/.cursor/mcp.json"]
    assert all(found.project and found.limit == 1 << 20 for found in answer.found)


def test_links_below_a_root_are_not_followed(box: Box) -> None:
    secret = box.write("secret", "{}")
    code = box.home / "code"
    code.mkdir()
    (code / ".mcp.json").symlink_to(secret)
    (code / "loop").symlink_to(code)
    (code / "away").symlink_to(box.home)
    answer = search(box.host, [str(code)])
    assert not answer.found
    assert reasons(answer) == {"~/code/.mcp.json": "a symbolic link, which is not followed below a root"}


def test_what_lies_too_deep_is_told(box: Box) -> None:
    deep = "/".join(["d"] * DEEPEST)
    box.write(f"code/{deep}/.mcp.json", "{}")
    box.write(f"code/{deep}/d/.mcp.json", "{}")
    answer = search(box.host, [str(box.home / "code")])
    assert files(answer) == [f"~/code/{deep}/.mcp.json"]
    assert reasons(answer) == {f"~/code/{deep}/d": f"more than {DEEPEST} folders deep: scan it by itself"}


def test_another_file_system_is_not_entered_and_told(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    box.write("code/a/.mcp.json", "{}")
    box.write("code/b/.mcp.json", "{}")
    real = os.lstat

    def mounted(path: str) -> os.stat_result:
        if path.endswith("/code/b"):
            return os.stat("/proc/self")
        if path.endswith("/code/gone"):
            raise FileNotFoundError(2, "No such file or directory")
        return real(path)

    (box.home / "code" / "gone").mkdir()
    monkeypatch.setattr(os, "lstat", mounted)
    answer = search(box.host, [str(box.home / "code")])
    assert files(answer) == ["~/code/a/.mcp.json"]
    assert reasons(answer) == {
        "~/code/b": "another file system: scan it by itself",
        "~/code/gone": "No such file or directory",
    }


@pytest.mark.parametrize(("system", "platform"), [("darwin", "macos"), ("win32", "windows"), ("linux", "linux")])
def test_this_host_is_the_one_that_runs(monkeypatch: pytest.MonkeyPatch, system: str, platform: str) -> None:
    environ = {"HOME": "/home/me", "USERPROFILE": "C:\\Users\\me"}
    monkeypatch.setattr(sys, "platform", system)
    found = searching.this_host(environ)
    assert (found.platform, found.home) == (platform, environ["USERPROFILE" if system == "win32" else "HOME"])
    assert searching.this_host({}).home == os.path.expanduser("~")
