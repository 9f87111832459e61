"""How a registry can fail: each fault writes its own answer, or returns False to let the right one through.

A fault that waits does so until the registry is stopped, at most `PATIENCE` seconds.
"""

from __future__ import annotations

import gzip
import json
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler
from typing import TypeAlias

from tests.registry.documents import JSON

PATIENCE = 15.0

Fault: TypeAlias = Callable[[BaseHTTPRequestHandler, bytes, Mapping[str, JSON], threading.Event], bool]


def _send(
    handler: BaseHTTPRequestHandler, status: int, body: bytes, headers: Mapping[str, str], length: int | None = None
) -> bool:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body) if length is None else length))
    handler.end_headers()
    handler.wfile.write(body)
    return True


JSON_HEADERS = {"Content-Type": "application/json"}
HTML_HEADERS = {"Content-Type": "text/html"}


def status(handler: BaseHTTPRequestHandler, body: bytes, options: Mapping[str, JSON], stopped: threading.Event) -> bool:
    """`status=`, with `headers=`; the first `times=` requests only."""
    del stopped
    headers = options.get("headers")
    if not _first(handler, options):
        return False
    extra = {str(name): str(value) for name, value in headers.items()} if isinstance(headers, dict) else {}
    return _send(handler, int(str(options["status"])), body, {**JSON_HEADERS, **extra})


def _first(handler: BaseHTTPRequestHandler, options: Mapping[str, JSON]) -> bool:
    """Whether this is one of the first `times=` requests."""
    times = options.get("times")
    counter = getattr(handler.server, "faulty", 0) + 1
    setattr(handler.server, "faulty", counter)  # noqa: B010 - the server class knows nothing of faults
    return not isinstance(times, int) or counter <= times


def reset(handler: BaseHTTPRequestHandler, body: bytes, options: Mapping[str, JSON], stopped: threading.Event) -> bool:
    """Half of the body, then RST."""
    del options, stopped
    _send(handler, 200, body[: len(body) // 2], JSON_HEADERS, len(body))
    handler.wfile.flush()
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    return True


def hang_up(
    handler: BaseHTTPRequestHandler, body: bytes, options: Mapping[str, JSON], stopped: threading.Event
) -> bool:
    """No answer at all."""
    del body, options, stopped
    handler.close_connection = True
    return True


def stall(handler: BaseHTTPRequestHandler, body: bytes, options: Mapping[str, JSON], stopped: threading.Event) -> bool:
    """Half of the body, then nothing."""
    del options
    _send(handler, 200, body[: len(body) // 2], JSON_HEADERS, len(body))
    handler.wfile.flush()
    stopped.wait(PATIENCE)
    handler.close_connection = True
    return True


def silence(
    handler: BaseHTTPRequestHandler, body: bytes, options: Mapping[str, JSON], stopped: threading.Event
) -> bool:
    """Not a byte."""
    del body, options
    stopped.wait(PATIENCE)
    handler.close_connection = True
    return True


def drip(handler: BaseHTTPRequestHandler, body: bytes, options: Mapping[str, JSON], stopped: threading.Event) -> bool:
    """The body, a byte at a time; with `unframed=True` without its length, with `head=True` in a header's value."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    if options.get("head"):
        head += b"X-Endless: "
    else:
        head += b"\r\n" if options.get("unframed") else b"Content-Length: 99999\r\n\r\n"
    handler.wfile.write(head + (body if options.get("unframed") else b""))
    handler.close_connection = True
    for _ in range(int(PATIENCE / 0.05)):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        if stopped.wait(0.05):
            break
    return True


def short(handler: BaseHTTPRequestHandler, body: bytes, options: Mapping[str, JSON], stopped: threading.Event) -> bool:
    """A body that is shorter than its Content-Length."""
    del options, stopped
    handler.close_connection = True
    return _send(handler, 200, body[:-7], JSON_HEADERS, len(body))


def unframed(
    handler: BaseHTTPRequestHandler, body: bytes, options: Mapping[str, JSON], stopped: threading.Event
) -> bool:
    """No Content-Length and a body that ends early: `keep=` bytes of it, as `media=`."""
    del stopped
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {options['media']}\r\nConnection: close\r\n\r\n"
    handler.wfile.write(head.encode() + body[: int(str(options["keep"]))])
    handler.close_connection = True
    return True


def truncated(
    handler: BaseHTTPRequestHandler, body: bytes, options: Mapping[str, JSON], stopped: threading.Event
) -> bool:
    """Half of the JSON, with the length of that half."""
    del options, stopped
    return _send(handler, 200, body[: len(body) // 2], JSON_HEADERS)


def wrong_shape(
    handler: BaseHTTPRequestHandler, body: bytes, options: Mapping[str, JSON], stopped: threading.Event
) -> bool:
    """Good JSON that is something else: `shape=`."""
    del body, stopped
    return _send(handler, 200, json.dumps(options["shape"]).encode(), JSON_HEADERS)


def portal(handler: BaseHTTPRequestHandler, body: bytes, options: Mapping[str, JSON], stopped: threading.Event) -> bool:
    """A hotel's login page, with 200."""
    del body, options, stopped
    page = b"<!DOCTYPE html><html><body>Please <a href='/login'>log in</a> <a href='/app.zip'>app</a></body></html>"
    return _send(handler, 200, page, HTML_HEADERS)


def redirect(
    handler: BaseHTTPRequestHandler, body: bytes, options: Mapping[str, JSON], stopped: threading.Event
) -> bool:
    """To `location=`, or to the same path for ever."""
    del body, stopped
    return _send(handler, 302, b"", {"Location": str(options.get("location", handler.path))})


def bomb(handler: BaseHTTPRequestHandler, body: bytes, options: Mapping[str, JSON], stopped: threading.Event) -> bool:
    """80 MiB of spaces in 80 KiB of gzip, around the right document."""
    del options, stopped
    packed = gzip.compress(b" " * (80 << 20) + body, 6)
    return _send(handler, 200, packed, {**JSON_HEADERS, "Content-Encoding": "gzip"})


def gzipped(
    handler: BaseHTTPRequestHandler, body: bytes, options: Mapping[str, JSON], stopped: threading.Event
) -> bool:
    """The right document, gzipped: only `keep=` bytes, or with `more=True` something behind it; as `encoding=`."""
    del stopped
    packed = gzip.compress(body)
    packed = packed[: int(str(options["keep"]))] if "keep" in options else packed
    packed += b"more" if options.get("more") else b""
    return _send(handler, 200, packed, {**JSON_HEADERS, "Content-Encoding": str(options.get("encoding", "gzip"))})


def huge(handler: BaseHTTPRequestHandler, body: bytes, options: Mapping[str, JSON], stopped: threading.Event) -> bool:
    """A body of 80 MiB."""
    del body, options
    _send(handler, 200, b"{", JSON_HEADERS, 80 << 20)
    for _ in range(79):
        if stopped.is_set():
            break
        handler.wfile.write(b" " * (1 << 20))
    handler.close_connection = True
    return True


def garbage(
    handler: BaseHTTPRequestHandler, body: bytes, options: Mapping[str, JSON], stopped: threading.Event
) -> bool:
    """Not HTTP."""
    del body, options, stopped
    handler.wfile.write(b"\x00\xff\x00 this is no HTTP\r\n\r\n")
    handler.close_connection = True
    return True


FAULTS: Mapping[str, Fault] = {
    fault.__name__: fault
    for fault in (
        status,
        reset,
        hang_up,
        stall,
        silence,
        drip,
        short,
        unframed,
        truncated,
        wrong_shape,
        portal,
        redirect,
        bomb,
        gzipped,
        huge,
        garbage,
    )
}
