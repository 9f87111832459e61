"""A registry on the loopback that has nothing, and remembers what it was asked for."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import unquote, urlsplit


class Registry(NamedTuple):
    """`asked` holds package names; `elsewhere` the hosts that a tool wanted to reach through the proxy that this is."""

    url: str
    asked: set[str]
    elsewhere: set[str]


@contextmanager
def empty() -> Iterator[Registry]:
    """A registry (npm and JSR) without packages, which is the tools' only proxy too."""
    asked: set[str] = set()
    elsewhere: set[str] = set()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            target = urlsplit(self.path)
            if target.netloc:
                elsewhere.add(target.netloc)
            elif (name := _name(unquote(target.path))) is not None:
                asked.add(name)
            self._nothing()

        def do_CONNECT(self) -> None:
            elsewhere.add(self.path)
            self._nothing()

        do_HEAD = do_POST = do_PUT = do_GET  # noqa: N815 - names of http.server

        def _nothing(self) -> None:
            self.send_response(404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", "2")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield Registry(f"http://127.0.0.1:{server.server_port}/", asked, elsewhere)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _name(path: str) -> str | None:
    """The package that a path of a registry is about: a packument's, a manifest's, or JSR's `meta.json`."""
    match = re.match(r"/(@[^/]+/[^/]+|[^@/-][^/]*)(?:/|$)", path)
    return match[1] if match else None
