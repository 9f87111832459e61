"""What comes of every way in which a registry can fail, over real HTTP."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
import requests

from mcp_guard.model import Missing, Unreachable
from mcp_guard.registries import transport
from mcp_guard.registries.http import JSON_TYPE, Client, json_object
from mcp_guard.registries.questions import AnswerError, Body
from tests.registries.session import Start, good, named
from tests.registry import Registry

# ------------------------------------------------------------------------------------------------ faults

FAULTS: list[tuple[str, dict[str, object], str]] = [
    ("status", {"status": 401}, "answered 401"),
    ("status", {"status": 403}, "answered 403"),
    ("status", {"status": 429}, "answered 429"),
    ("status", {"status": 500}, "answered 500"),
    ("status", {"status": 503}, "answered 503"),
    ("status", {"status": 204}, "answered 204"),
    ("status", {"status": 304}, "answered 304"),
    ("status", {"status": 206}, "answered 206"),
    ("reset", {}, "broke off in the middle of an answer"),
    ("hang_up", {}, "broke off before an answer"),
    ("short", {}, "broke off in the middle of an answer"),
    ("truncated", {}, "sent something else instead of JSON"),
    ("unframed", {"media": JSON_TYPE, "keep": 20}, "sent something else instead of JSON"),
    ("wrong_shape", {"shape": []}, "sent JSON that is no object"),
    ("wrong_shape", {"shape": None}, "sent JSON that is no object"),
    ("wrong_shape", {"shape": {"error": "not found"}}, "sent an object without a name"),
    ("portal", {}, "sent a web page instead of JSON"),
    ("redirect", {}, "redirected more than 3 times"),
    ("redirect", {"location": "https://elsewhere.example/npm/a"}, "redirected to somewhere else"),
    ("redirect", {"location": "//elsewhere.example/npm/a"}, "redirected to somewhere else"),
    ("redirect", {"location": "file:///etc/passwd"}, "redirected to somewhere else"),
    ("redirect", {"location": "/npm/%2e%2e/secret"}, "redirected to somewhere else"),
    ("redirect", {"location": "http://[::1/"}, ""),
    ("redirect", {"location": "http://127.0.0.1:port/"}, "redirected to what is no URL"),
    ("redirect", {"location": "\xff\xfe://"}, ""),
    ("bomb", {}, "sent an answer of over 64 MiB"),
    ("huge", {}, "sent an answer of over 64 MiB"),
    ("gzipped", {"keep": 40}, "broke off in the middle of an answer"),
    ("gzipped", {"more": True}, "broke off in the middle of an answer"),
    ("gzipped", {"encoding": "br"}, "sent an answer in an encoding that was not asked for"),
    ("gzipped", {"encoding": "gzip, gzip"}, "sent an answer in an encoding that was not asked for"),
    ("garbage", {}, "broke off before an answer"),
]


@pytest.mark.parametrize(("kind", "options", "reason"), FAULTS)
def test_a_fault_is_unreachable_and_nothing_of_it_stays(
    start: Start, registry: Registry, kind: str, options: dict[str, object], reason: str
) -> None:
    session = start()
    registry.break_down(kind, **options)  # type: ignore[arg-type]  # the table above holds JSON
    answer = session.get()
    assert isinstance(answer, Unreachable)
    assert reason in answer.reason
    assert answer.reason.startswith("127.0.0.1:")
    assert "\n" not in answer.reason
    registry.mend()
    assert good(session.get())
    assert good(start().get())  # and another run finds nothing wrong in the cache


@pytest.mark.parametrize("status", [404, 410])
def test_absence(start: Start, registry: Registry, status: int) -> None:
    session = start()
    registry.break_down("status", status=status)
    answer = session.get()
    assert isinstance(answer, Missing)
    assert answer.reason.startswith("not found at 127.0.0.1:")
    registry.mend()
    assert good(session.get())


@pytest.mark.parametrize(("kind", "options"), [("stall", {}), ("silence", {}), ("drip", {}), ("drip", {"head": True})])
def test_an_endless_answer_ends_in_time(start: Start, registry: Registry, kind: str, options: dict[str, bool]) -> None:
    session = start()
    registry.break_down(kind, **options)  # type: ignore[arg-type]  # there is no path among the options
    began = time.monotonic()
    answer = session.get(seconds=0.4)
    assert time.monotonic() - began < 3
    assert isinstance(answer, Unreachable)
    assert answer.reason.endswith("gave no whole answer in time")
    registry.mend()
    assert good(session.get())


def test_a_body_without_length_that_is_cut_by_the_clock_is_not_whole(start: Start, registry: Registry) -> None:
    """The connection's end would look like the end of the body."""
    registry.raw["/slow"] = ("application/json", b'{"name": "a"}')
    session = start()
    registry.break_down("drip", path="/slow", unframed=True)
    answer = session.get("/slow", seconds=0.4)
    assert answer == Unreachable(f"{session.registry.origin[7:]} gave no whole answer in time")


def test_gzip_is_read(start: Start, registry: Registry) -> None:
    registry.break_down("gzipped")
    session = start()
    assert good(session.get())
    assert registry.requests[0].headers["accept-encoding"] == "gzip"


def test_what_is_not_json_after_all() -> None:
    for data in (
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b"\xff",
        b"[" * 200_000,
        b'{"a": ' + b"9" * 5000 + b"}",
        b"",
        b"\xef\xbb\xbf{}",
    ):
        with pytest.raises(AnswerError):
            json_object(Body(JSON_TYPE, data))


# ------------------------------------------------------------------------------------------------ redirects, retries


def test_redirects_within_the_registry(start: Start, registry: Registry) -> None:
    registry.break_down("redirect", path="/npm/b", location="/npm/c")
    registry.break_down("redirect", path="/npm/c", location=f"{registry.origin}/npm/d")
    registry.break_down("redirect", path="/npm/d", location="a")
    assert good(start().get("/npm/b"))
    registry.break_down("redirect", path="/npm/0", location="/npm/b")
    assert isinstance(start().get("/npm/0"), Unreachable)


def test_another_port_is_another_host(start: Start, registry: Registry, other: Registry) -> None:
    other.publish_npm("a", "1.0.0")
    registry.break_down("redirect", location=f"{other.npm_url}a")
    assert isinstance(start().get(), Unreachable)
    assert other.requests == []


def test_retry_after_that_fits(start: Start, registry: Registry) -> None:
    registry.break_down("status", status=429, headers={"Retry-After": "0"}, times=1)
    assert good(start().get())
    assert len(registry.requests) == 2


@pytest.mark.parametrize("value", ["3600", "9" * 30, "soon", "Wed, 21 Oct 2026 07:28:00 GMT", "-1", "²"])
def test_retry_after_that_does_not_fit(start: Start, registry: Registry, value: str) -> None:
    registry.break_down("status", status=503, headers={"Retry-After": value.encode().decode("latin-1")})
    assert isinstance(start().get(), Unreachable)
    assert len(registry.requests) == 1


def test_only_one_retry(start: Start, registry: Registry) -> None:
    registry.break_down("status", status=429, headers={"Retry-After": "0"})
    assert isinstance(start().get(), Unreachable)
    assert len(registry.requests) == 2


# ------------------------------------------------------------------------------------------------ hosts that are down


def test_a_dead_host_is_tried_once(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    session = start()
    tried: list[str] = []
    real = transport.BoundedAdapter.send

    def send(self: transport.BoundedAdapter, request: requests.PreparedRequest, **options: object) -> requests.Response:
        tried.append(str(request.url))
        return real(self, request, **options)  # type: ignore[arg-type]  # handed on

    monkeypatch.setattr(transport.BoundedAdapter, "send", send)
    with Registry() as gone:
        dead = gone.origin
    for path in ("/a", "/b"):
        answer = session.client.get(dead + path, JSON_TYPE, named, until=time.monotonic() + 5)
        assert answer == Unreachable(f"{dead[7:]} cannot be connected to")
    assert len(tried) == 1
    assert good(session.get())


def test_a_name_that_does_not_resolve(start: Start) -> None:
    session = start()
    answer = session.client.get("https://registry.invalid/a", JSON_TYPE, named, until=time.monotonic() + 5)
    assert isinstance(answer, Unreachable)


def test_tls_that_is_none(start: Start, registry: Registry) -> None:
    url = registry.origin.replace("http:", "https:")
    answer = start().client.get(f"{url}/a", JSON_TYPE, named, until=time.monotonic() + 5)
    assert isinstance(answer, Unreachable)
    assert "TLS" in answer.reason


def test_a_missing_ca_bundle(registry: Registry, tmp_path: Path) -> None:
    client = Client((), str(tmp_path / "none.pem"), str(tmp_path), fresh=False)
    with closing(client):
        url = registry.origin.replace("http:", "https:")
        answer = client.get(f"{url}/a", JSON_TYPE, named, until=time.monotonic() + 5)
    assert isinstance(answer, Unreachable)
    assert "CA bundle" in answer.reason


def test_a_proxy_is_used_but_not_for_this_machine(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    with Registry() as gone:
        proxy = f"http://me:s3cr3t@{gone.origin[7:]}"
    monkeypatch.setenv("https_proxy", proxy)
    monkeypatch.setenv("http_proxy", proxy)
    session = start()
    assert good(session.get())
    answer = session.client.get("https://registry.example/a", JSON_TYPE, named, until=time.monotonic() + 5)
    assert answer == Unreachable("registry.example cannot be reached through the proxy")


def test_what_went_wrong_in_words() -> None:
    assert transport.explain(requests.exceptions.ConnectTimeout())[1]
    assert transport.explain(requests.exceptions.ReadTimeout()) == ("gave no whole answer in time", False)


def test_no_time_left(start: Start, registry: Registry) -> None:
    answer = start().get(seconds=-1)
    assert isinstance(answer, Unreachable)
    assert registry.requests == []


def test_a_closed_session_asks_nothing(start: Start, registry: Registry) -> None:
    session = start()
    session.client.close()
    session.client.close()
    assert isinstance(session.get(), Unreachable)
    assert registry.requests == []


def test_netrc_is_not_read(start: Start, registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "netrc"
    file.write_text("machine 127.0.0.1 login me password s3cr3t\ndefault login me password s3cr3t\n")
    monkeypatch.setenv("NETRC", str(file))
    start().get()
    assert "authorization" not in registry.requests[0].headers
    assert registry.requests[0].headers["user-agent"].startswith("mcp-guard/")
    assert registry.requests[0].headers["accept"] == JSON_TYPE


# ------------------------------------------------------------------------------------------------ threads


def test_a_session_that_is_closed_while_a_wrong_document_is_read(start: Start, registry: Registry) -> None:
    session = start()

    def read(body: Body) -> None:
        session.client.close()
        raise AnswerError(f"sent {body.media}")

    url = f"{registry.origin}/npm/a"
    answer = session.client.get(url, JSON_TYPE, read, until=time.monotonic() + 5)
    assert answer == Unreachable(f"{registry.origin[7:]} sent application/json")


def test_many_threads(start: Start, registry: Registry) -> None:
    session = start()
    names = [f"p{number}" for number in range(40)]
    for name in names:
        registry.publish_npm(name, "1.0.0")
    found: list[object] = []

    def work(name: str) -> None:
        for _ in range(3):
            answer = session.get(f"/npm/{name}", seconds=20)
            found.append(isinstance(answer, dict) and answer["name"] == name)

    threads = [threading.Thread(target=work, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 120
    assert len(registry.requests) == 40
