"""The cache of the session: an SQLite file of ours, without which everything still works.

Imports requests_cache: nothing imports this module until a registry must be asked.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from datetime import datetime

from requests import Response
from requests_cache import CachedSession
from requests_cache.backends.sqlite import SQLiteCache
from requests_cache.models.response import CachedResponse

from mcp_guard.registries.transport import BoundedAdapter
from mcp_guard.settings.urls import Credential

EXPIRY = 300  # seconds; after it an answer is revalidated by its ETag
KEEP = 30 * 86400  # seconds that an expired answer is kept for that


class Store(SQLiteCache):
    """The cache's SQLite file (JSON, never pickle). A database that fails is as good as an empty one.

    One thread at a time: the library shares one connection between all of them.
    """

    def __init__(self, path: str) -> None:
        self._gate = threading.Lock()
        self._open = True
        super().__init__(path, serializer="json", fast_save=True)

    def get_response(self, key: str, default: CachedResponse | None = None) -> CachedResponse | None:
        """The stored answer."""
        with self._gate:
            try:
                return super().get_response(key, default) if self._open else default
            except Exception:  # noqa: BLE001 - a row that cannot be read, for whatever reason, is no row
                return default

    def save_response(self, response: Response, cache_key: str | None = None, expires: datetime | None = None) -> None:
        """Store an answer."""
        with self._gate, suppress(sqlite3.Error):
            if self._open:
                super().save_response(response, cache_key, expires)

    def delete(self, *keys: str) -> None:  # type: ignore[override]  # of the many ways to select, by key is ours
        """Forget answers."""
        with self._gate, suppress(sqlite3.Error):
            if self._open:
                super().delete(*keys)

    def close(self) -> None:
        """Close the database; a thread that is late does not open it again."""
        with self._gate:
            self._open = False
            super().close()  # type: ignore[no-untyped-call]  # requests_cache


def open_store(path: str) -> Store | None:
    """The store at `path`, made if need be; None where no database can be read and written there."""
    try:
        # The library waits for ever for a database that it may not write, so it is tried here first.
        with closing(sqlite3.connect(path, timeout=1, isolation_level=None)) as database:
            database.execute("BEGIN IMMEDIATE")
            with suppress(sqlite3.OperationalError):  # no table yet
                database.execute("DELETE FROM responses WHERE expires < ?", (time.time() - KEEP,))
            database.execute("COMMIT")
        return Store(path)
    except (sqlite3.Error, OSError):
        return None


def new_session(credentials: Sequence[Credential], directory: str) -> CachedSession:
    """A session with its cache in `directory`, or in memory where that cannot be used.

    `trust_env` is off: no netrc, no proxies or CA bundles but those that the caller passes.
    """
    from mcp_guard import __version__

    with suppress(OSError):
        os.makedirs(directory, mode=0o700, exist_ok=True)
    session = CachedSession(
        backend=open_store(os.path.join(directory, "http.sqlite")) or "memory",
        expire_after=EXPIRY,
        allowable_codes=(200,),
        match_headers=("Accept",),
        stale_if_error=False,
    )
    session.trust_env = False
    session.headers.clear()
    session.headers.update({"User-Agent": f"mcp-guard/{__version__}", "Accept-Encoding": "gzip"})
    for scheme in ("https://", "http://"):
        session.mount(scheme, BoundedAdapter(credentials))
    return session
