"""How one exchange over HTTP is bounded.

Imports requests and urllib3: nothing imports this module until a registry must be asked.
"""

from __future__ import annotations

import socket
import threading
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from http.client import HTTPException
from io import BytesIO

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectionError, ConnectTimeout, ProxyError, ReadTimeout, SSLError  # noqa: A004 - theirs
from urllib3 import HTTPConnectionPool, HTTPResponse, HTTPSConnectionPool, ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, MaxRetryError

from mcp_guard.registries.http import LATE
from mcp_guard.registries.questions import AnswerError
from mcp_guard.settings.urls import Credential, credential_for

LIMIT = 64 << 20  # bytes of one answer, after decoding (DESIGN §11)
CONNECT = 3.0  # seconds
CHUNK = 64 << 10


_exchange = threading.local()  # .sockets: those of the exchange that this thread is in


class _Plain(HTTPConnection):
    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3 itself
        _exchange.sockets.append(self.sock)
        return super().getresponse()


class _Secure(HTTPSConnection):
    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3 itself
        _exchange.sockets.append(self.sock)
        return super().getresponse()


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


_POOLS = {"http": _PlainPool, "https": _SecurePool}


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Ends this thread's exchange after `seconds`: a peer that sends a byte a second meets no read timeout."""

    def cut(sockets: list[socket.socket]) -> None:
        for one in sockets:
            with suppress(OSError):
                socket.socket.shutdown(one, socket.SHUT_RDWR)  # below TLS, which the other thread is busy with

    _exchange.sockets = []
    timer = threading.Timer(seconds, cut, (_exchange.sockets,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


class BoundedAdapter(HTTPAdapter):
    """Sends a request and hands back an answer whose body is read, decoded and within `LIMIT`.

    `timeout` of `send` bounds the whole exchange, in seconds. Credentials are put on here, below the cache, on a copy
    of the request: nothing above ever sees them. Raises requests' exceptions and AnswerError.
    """

    def __init__(self, credentials: Sequence[Credential]) -> None:
        self._credentials = credentials
        super().__init__(pool_maxsize=16)  # packages side by side, and the files of each

    def init_poolmanager(  # type: ignore[override]  # the base class calls it with keywords
        self, connections: int, maxsize: int, *, block: bool = False, **options: object
    ) -> None:
        """As the base class, with connections that an alarm can end."""
        super().init_poolmanager(connections, maxsize, block, **options)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **options: object) -> ProxyManager:
        """As the base class, with connections that an alarm can end."""
        manager: ProxyManager = super().proxy_manager_for(proxy, **options)
        manager.pool_classes_by_scheme = _POOLS
        return manager

    def send(  # type: ignore[override]  # the base class takes more kinds of timeout; ours is always one number
        self, request: PreparedRequest, *, timeout: float, verify: bool | str, proxies: dict[str, str], **_: object
    ) -> Response:
        """Send `request`, with the credential that belongs to its URL."""
        until = time.monotonic() + timeout
        sent = request.copy()
        credential = credential_for(self._credentials, request.url or "")
        if credential is not None:
            sent.headers["Authorization"] = credential.header
        limits = (min(CONNECT, timeout), timeout)
        with (
            _alarm(timeout),
            closing(super().send(sent, stream=True, timeout=limits, verify=verify, proxies=proxies)) as answer,
        ):
            body = _body(answer.raw)
            if time.monotonic() >= until:  # a body without a length looks whole when it is cut
                raise AnswerError(LATE)
            return self._answer(request, answer.raw, body)

    def _answer(self, request: PreparedRequest, raw: HTTPResponse, body: bytes) -> Response:
        """The answer as if it had come unencoded, and to the request that carries no credentials."""
        left_out = ("content-encoding", "content-length", "transfer-encoding", "set-cookie")
        headers = {name: value for name, value in raw.headers.items() if name.lower() not in left_out}
        whole = HTTPResponse(
            BytesIO(body),
            headers,
            raw.status,
            reason=raw.reason,
            preload_content=False,
            decode_content=False,
            request_url=request.url,
        )
        return self.build_response(request, whole)


def _body(raw: HTTPResponse) -> bytes:
    """The whole body, decoded; nothing of a body that is broken off, too large or encoded in an unknown way."""
    encoding = raw.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "", "gzip", "x-gzip"):
        raise AnswerError("sent an answer in an encoding that was not asked for")
    gzip = zlib.decompressobj(16 + zlib.MAX_WBITS) if encoding.endswith("gzip") else None
    parts: list[bytes] = []
    room = LIMIT
    try:
        for chunk in raw.stream(CHUNK, decode_content=False):
            part = chunk if gzip is None else gzip.decompress(chunk, room + 1)
            room -= len(part)
            if room < 0:
                raise AnswerError(f"sent an answer of over {LIMIT >> 20} MiB")
            parts.append(part)
    except (HTTPError, HTTPException, OSError, ValueError, zlib.error):
        raise AnswerError("broke off in the middle of an answer") from None
    if gzip is not None and parts and (not gzip.eof or gzip.unused_data):
        raise AnswerError("broke off in the middle of an answer")
    return b"".join(parts)


def explain(error: Exception) -> tuple[str, bool]:
    """What happened, as a clause about the host, and whether the host could not be connected to at all.

    The libraries' own texts are not used: they can hold a proxy's password.
    """
    if isinstance(error, SSLError):
        return "has a TLS certificate that is not trusted here (REQUESTS_CA_BUNDLE, SSL_CERT_FILE)", True
    if isinstance(error, ProxyError):
        return "cannot be reached through the proxy", True
    if isinstance(error, ReadTimeout):
        return LATE, False
    if isinstance(error, ConnectTimeout):
        return f"did not accept a connection within {CONNECT:g} s", True
    if isinstance(error, ConnectionError) and error.args and isinstance(error.args[0], MaxRetryError):
        return "cannot be connected to", True
    if isinstance(error, ConnectionError):
        return "broke off before an answer", False
    return "cannot be asked: the URL, the answer's head or the CA bundle cannot be used", False
