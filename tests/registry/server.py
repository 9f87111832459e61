"""HTTP on 127.0.0.1, as a registry speaks it."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tests.registry import Registry


class Asked(NamedTuple):
    """One request that came in; header names in lower case."""

    path: str
    headers: Mapping[str, str]


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        super().__init__(("127.0.0.1", 0), Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in the middle is what many tests are about."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are written apart, which would cost 40 ms
    timeout = 20
    server: Server

    def do_GET(self) -> None:
        registry = self.server.registry
        registry.requests.append(Asked(self.path, {name.lower(): value for name, value in self.headers.items()}))
        document = registry.document(self.path)
        broken = registry.fault(self.path)
        if broken is not None:
            fault, options = broken
            if fault(self, document[1] if document else b"{}", options, registry.stopped):
                return
        if document is None:
            self.answer(404, "application/json", b'{"error":"Not found"}')
            return
        media, body = document
        etag = f'"{sha256(body).hexdigest()[:16]}"'
        if registry.etags and self.headers.get("If-None-Match") == etag:
            self.answer(304, None, b"", {"ETag": etag})
            return
        self.answer(200, media, body, {"ETag": etag} if registry.etags else {})

    def answer(self, status: int, media: str | None, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        """A whole, right answer."""
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if media is not None:
            self.send_header("Content-Type", media)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Quiet."""
