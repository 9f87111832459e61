"""What is kept of an answer, for how long, and that no secret is among it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import requests

from mcp_guard.model import Missing, Unreachable
from mcp_guard.registries import store
from mcp_guard.registries.http import JSON_TYPE, json_object
from mcp_guard.settings.urls import Credential
from tests.registries.session import Start, good, named
from tests.registry import Registry

# ------------------------------------------------------------------------------------------------ the cache


def test_what_is_fresh_is_not_asked_again(start: Start, registry: Registry) -> None:
    session = start()
    assert good(session.get())
    assert good(session.get())
    assert good(start().get())
    assert len(registry.requests) == 1
    session.get(accept="application/other")
    assert len(registry.requests) == 2


def test_fresh_asks_once_a_run(start: Start, registry: Registry) -> None:
    start().get()
    session = start(fresh=True)
    session.get()
    session.get()
    assert len(registry.requests) == 2
    assert "if-none-match" not in registry.requests[1].headers


def test_an_old_answer_is_revalidated(start: Start, registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "EXPIRY", 0.01)
    session = start()
    session.get()
    time.sleep(0.05)
    assert good(session.get())
    assert "if-none-match" in registry.requests[1].headers
    registry.publish_npm("a", "2.0.0")
    time.sleep(0.05)
    answer = session.get()
    assert isinstance(answer, dict)
    assert "2.0.0" in str(answer["versions"])


@pytest.mark.parametrize("etags", [True, False])
def test_an_old_answer_is_never_used_instead_of_an_error(
    start: Start, registry: Registry, monkeypatch: pytest.MonkeyPatch, *, etags: bool
) -> None:
    monkeypatch.setattr(store, "EXPIRY", 0.01)
    registry.etags = etags
    session = start()
    assert good(session.get())
    time.sleep(0.05)
    registry.break_down("status", status=500)
    assert isinstance(session.get(), Unreachable)
    registry.mend()
    registry.break_down("hang_up")
    assert isinstance(session.get(), Unreachable)
    registry.mend()
    registry.break_down("status", status=404)
    assert isinstance(session.get(), Missing)


def test_a_wrong_document_in_the_cache_is_dropped(start: Start, registry: Registry) -> None:
    """Right for one reader and wrong for another: whoever finds it wrong has it asked again."""
    session = start()
    registry.raw["/npm/b"] = ("application/json", b'{"no": "name"}')
    url = f"{registry.origin}/npm/b"
    until = time.monotonic() + 5
    assert session.client.get(url, JSON_TYPE, json_object, until=until) == {"no": "name"}
    assert isinstance(session.get("/npm/b"), Unreachable)
    registry.raw["/npm/b"] = ("application/json", b'{"name": "a"}')
    assert good(session.get("/npm/b"))


def spoil_text(path: Path) -> None:
    path.write_bytes(b"this is no database" * 1000)


def spoil_pages(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[2048:] = b"\xa5" * (len(data) - 2048)
    path.write_bytes(data)


def spoil_rows(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute('UPDATE responses SET value = \'{"status_code": "many", "headers": 3}\'')
        database.commit()


def spoil_json(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE responses SET value = '{'")
        database.commit()


def spoil_table(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("DROP TABLE responses")
        database.execute("CREATE TABLE responses (something TEXT)")
        database.commit()


@pytest.mark.parametrize("spoil", [spoil_text, spoil_pages, spoil_rows, spoil_json, spoil_table])
def test_a_spoilt_cache_is_no_error(start: Start, tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    assert good(start().get())
    spoil(tmp_path / "cache" / "http.sqlite")
    session = start()
    assert good(session.get())
    assert good(session.get())


def test_a_cache_that_is_spoilt_meanwhile_is_no_error(start: Start, tmp_path: Path) -> None:
    session = start()
    assert good(session.get())
    spoil_table(tmp_path / "cache" / "http.sqlite")
    assert good(session.get())


def test_no_place_for_a_cache(start: Start, registry: Registry, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    session = start(directory=file / "cache")
    assert good(session.get())
    assert good(session.get())
    assert len(registry.requests) == 1  # in memory then
    (tmp_path / "taken" / "http.sqlite").mkdir(parents=True)
    assert good(start(directory=tmp_path / "taken").get())


def test_a_locked_cache_is_not_waited_for(start: Start, tmp_path: Path) -> None:
    start().get()
    with closing(sqlite3.connect(tmp_path / "cache" / "http.sqlite", isolation_level=None)) as database:
        database.execute("BEGIN EXCLUSIVE")
        assert good(start().get())


def test_very_old_answers_leave_the_cache(start: Start, registry: Registry, tmp_path: Path) -> None:
    session = start()
    session.get()
    session.client.close()
    with closing(sqlite3.connect(tmp_path / "cache" / "http.sqlite")) as database:
        database.execute("UPDATE responses SET expires = 1000")
        database.commit()
    start().get()
    assert len(registry.requests) == 2
    assert "if-none-match" not in registry.requests[1].headers


def test_the_cache_is_for_this_user_only_and_holds_no_pickle(start: Start, tmp_path: Path) -> None:
    start().get()
    assert (tmp_path / "cache").stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(tmp_path / "cache" / "http.sqlite")) as database:
        ((value,),) = database.execute("SELECT value FROM responses").fetchall()
    assert isinstance(value, str)
    assert value.startswith("{")


def test_a_late_thread_does_not_open_the_cache_again(start: Start, tmp_path: Path) -> None:
    session = start()
    session.get()
    one = store.Store(str(tmp_path / "cache" / "http.sqlite"))
    one.close()
    assert one.get_response("key") is None
    one.save_response(requests.Response())
    one.delete("key")


# ------------------------------------------------------------------------------------------------ credentials


def test_credentials_go_to_their_host_and_path_and_nowhere_else(
    start: Start, registry: Registry, other: Registry
) -> None:
    other.publish_npm("a", "1.0.0")
    session = start((Credential(registry.origin[7:], "/npm/", "Bearer s3cr3t"),))
    for origin, path in ((registry.origin, "/npm/a"), (registry.origin, "/simple/a/"), (other.origin, "/npm/a")):
        session.client.get(origin + path, JSON_TYPE, named, until=time.monotonic() + 5)
    assert [asked.headers.get("authorization") for asked in registry.requests] == ["Bearer s3cr3t", None]
    assert "authorization" not in other.requests[0].headers


def test_credentials_do_not_follow_a_redirect_out_of_their_path(start: Start, registry: Registry) -> None:
    registry.raw["/else"] = ("application/json", b'{"name": "a"}')
    registry.break_down("redirect", path="/npm/a", location="/else")
    assert good(start((Credential(registry.origin[7:], "/npm/", "Bearer s3cr3t"),)).get())
    assert [asked.headers.get("authorization") for asked in registry.requests] == ["Bearer s3cr3t", None]


def test_no_secret_is_written(start: Start, registry: Registry, tmp_path: Path) -> None:
    registry.break_down("status", path="/npm/b", status=401, headers={"Set-Cookie": "session=c00kie"})
    registry.break_down("redirect", path="/npm/c", location="/npm/a")
    registry.break_down("status", path="/npm/a", status=200, headers={"Set-Cookie": "session=c00kie"})
    session = start((Credential(registry.origin[7:], "/", "Bearer s3cr3t"),))
    assert good(session.get())
    assert good(session.get("/npm/c"))
    answer = session.get("/npm/b")
    assert isinstance(answer, Unreachable)
    session.client.close()
    written = b"".join(path.read_bytes() for path in (tmp_path / "cache").iterdir())
    assert b'"a"' in written or b"status_code" in written
    for secret in (b"s3cr3t", b"c00kie", b"Authorization", b"Bearer"):
        assert secret not in written
    assert "s3cr3t" not in answer.reason


def test_cookies_are_not_kept(start: Start, registry: Registry) -> None:
    session = start()
    registry.break_down("status", path="/npm/b", status=404, headers={"Set-Cookie": "session=c00kie; Path=/"})
    session.get("/npm/b")
    session.get()
    assert "cookie" not in registry.requests[1].headers
