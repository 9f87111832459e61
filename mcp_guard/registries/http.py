"""The one cached session: asks a registry for a document and says what came of it.

requests and requests_cache are imported when the first document is asked for.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from urllib.parse import unquote, urljoin, urlsplit

from mcp_guard.model import JSON, Missing, Unreachable
from mcp_guard.registries.questions import AnswerError, Body
from mcp_guard.settings.urls import Credential, host_of, is_loopback, netloc

if TYPE_CHECKING:
    from requests_cache import AnyResponse, CachedSession

T = TypeVar("T")

JSON_TYPE = "application/json"
LATE = "gave no whole answer in time"
_REDIRECTS = 3
_REDIRECTED = (301, 302, 303, 307, 308)
_OK = 200


class Client:
    """The session of one run, safe to use from many threads; `fresh` asks again for what the cache holds.

    A host that could not be connected to is not tried again.
    """

    def __init__(
        self, credentials: Sequence[Credential], ca_bundle: str | None, directory: str, *, fresh: bool
    ) -> None:
        self._credentials = credentials
        self._ca_bundle = ca_bundle
        self._directory = directory
        self._fresh = fresh
        self._lock = threading.Lock()
        self._session: CachedSession | None = None
        self._asked: set[tuple[str, str]] = set()
        self._dead: dict[str, str] = {}
        self._closed = False

    def get(
        self, url: str, accept: str, read: Callable[[Body], T], absent: Collection[int] = (404, 410), *, until: float
    ) -> T | Missing | Unreachable:
        """As `questions.Get` says, done by `until` (of `time.monotonic`). Raises nothing that an answer could cause."""
        host = host_of(url)
        try:
            answer = self._follow(url, accept, until)
            if answer.status_code in absent:
                return Missing(f"not found at {host}")
            if answer.status_code != _OK:
                return Unreachable(f"{host} answered {answer.status_code}")
            return self._read(answer, read)
        except AnswerError as error:
            return Unreachable(f"{host} {error}")

    def close(self) -> None:
        """Close all connections and the database; what is asked from now on comes to nothing."""
        with self._lock:
            self._closed = True
            if self._session is not None:
                self._session.close()  # type: ignore[no-untyped-call]  # requests_cache
                self._session = None

    def _read(self, answer: AnyResponse, read: Callable[[Body], T]) -> T:
        media = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        try:
            return read(Body(media, answer.content))
        except AnswerError:
            with self._lock:
                if self._session is not None and answer.cache_key:
                    self._session.cache.delete(answer.cache_key)
            raise

    def _follow(self, url: str, accept: str, until: float) -> AnyResponse:
        """The answer at the end of the redirects, all on one scheme, host and port."""
        for _ in range(_REDIRECTS + 1):
            answer = self._patiently(url, accept, until)
            if answer.status_code not in _REDIRECTED:
                return answer
            url = _redirected(url, answer.headers.get("Location", ""))
        raise AnswerError(f"redirected more than {_REDIRECTS} times")

    def _patiently(self, url: str, accept: str, until: float) -> AnyResponse:
        """Ask, and once more where the registry says when, and that is soon enough."""
        answer = self._send(url, accept, until)
        wait = _retry_after(answer) if answer.status_code in (429, 503) else None
        if wait is None or time.monotonic() + wait >= until:
            return answer
        time.sleep(wait)
        return self._send(url, accept, until)

    def _send(self, url: str, accept: str, until: float) -> AnyResponse:
        """One exchange, or what the cache has of it."""
        from requests.utils import get_environ_proxies
        from urllib3.exceptions import HTTPError

        from mcp_guard.registries.transport import explain

        host = host_of(url)
        if host in self._dead:
            raise AnswerError(self._dead[host])
        session = self._opened()
        with self._lock:
            again = self._fresh and (url, accept) not in self._asked
            self._asked.add((url, accept))
        try:
            answer = session.get(
                url,
                headers={"Accept": accept},
                timeout=_remaining(until),
                allow_redirects=False,
                proxies={} if is_loopback(urlsplit(url).hostname or "") else get_environ_proxies(url),
                verify=self._ca_bundle or True,
                force_refresh=again,
            )
        except AnswerError:
            _remaining(until)  # late, whatever it looked like
            raise
        except (OSError, HTTPError, ValueError) as error:
            _remaining(until)
            reason, dead = explain(error)
            if dead:
                self._dead[host] = reason
            raise AnswerError(reason) from None  # the library's own text could hold a proxy's password
        self._forget_refused(session, answer)
        return answer

    def _forget_refused(self, session: CachedSession, answer: AnyResponse) -> None:
        """Drop what is kept of a document that is there no more: presence is never taken from an old answer."""
        if answer.status_code != 200:  # noqa: PLR2004 (RFC 9110: OK, all that is kept)
            with self._lock:
                session.cache.delete(session.cache.create_key(answer.request, verify=self._ca_bundle or True))

    def _opened(self) -> CachedSession:
        from mcp_guard.registries.store import new_session

        with self._lock:
            if self._closed:
                raise AnswerError("was not asked: the session is closed")
            if self._session is None:
                self._session = new_session(self._credentials, self._directory)
            return self._session


class Call(NamedTuple):
    """One client, and when the waiting for it ends: a `questions.Get`."""

    client: Client
    until: float

    def __call__(
        self, url: str, accept: str, read: Callable[[Body], T], absent: Collection[int] = (404, 410)
    ) -> T | Missing | Unreachable:
        """Ask for `url`."""
        return self.client.get(url, accept, read, absent, until=self.until)


def _remaining(until: float) -> float:
    remaining = until - time.monotonic()
    if remaining <= 0:
        raise AnswerError(LATE)
    return remaining


def _redirected(url: str, location: str) -> str:
    """Where a redirect leads, if that is the same registry."""
    try:
        target = urljoin(url, location)
        old, new = urlsplit(url), urlsplit(target)
        same = (old.scheme, netloc(old), None) == (new.scheme, netloc(new), new.username)
    except ValueError:
        raise AnswerError("redirected to what is no URL") from None
    if not same or ".." in unquote(new.path).split("/"):
        raise AnswerError("redirected to somewhere else")
    return target


def _retry_after(answer: AnyResponse) -> float | None:
    """Seconds (RFC 9110 §10.2.3); None where the registry gives none: a date is further away than we wait."""
    text = answer.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() else None


def json_object(body: Body) -> dict[str, JSON]:
    """The JSON object that a document is. Raises AnswerError."""
    import json

    try:
        value: JSON = json.loads(body.data.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        what = "a web page" if body.data.lstrip()[:1] == b"<" else "something else"
        raise AnswerError(f"sent {what} instead of JSON") from None
    if not isinstance(value, dict):
        raise AnswerError("sent JSON that is no object")
    return value


def _no_constant(name: str) -> JSON:
    """`NaN` and the like are Python's, not JSON."""
    raise ValueError(name)
