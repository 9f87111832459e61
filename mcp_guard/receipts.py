"""Receipts: this machine's own record that something has been verified, one small file each in the user's cache.

A receipt is a shortcut and never a proof for anybody else, so whatever is odd about one makes it absent: asking again
is always right. Only what another user could have planted matters, and the folder's owner and mode keep that out.
"""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the hot path does without the nouns
    from datetime import datetime

    from mcp_guard.model import JSON

RECEIPT_LIMIT = 1 << 20  # bytes of one receipt

# Part of the key of every receipt about a package: a verifier that looks at more must not believe one that looked at
# less.
VERIFIER = "3"

_FOREIGN_WRITERS = stat.S_IWGRP | stat.S_IWOTH


def cache_directory(environ: Mapping[str, str]) -> str:
    r"""The folder of mcp-guard's caches, absolute, whether it exists or not.

    `MCP_GUARD_CACHE_DIR`, else `XDG_CACHE_HOME/mcp-guard`, else where the system keeps caches: `~/.cache/mcp-guard`,
    `~/Library/Caches/mcp-guard` (macOS), `%LOCALAPPDATA%\mcp-guard` (Windows). Without a home it is a path at which
    nothing can be made, so that nothing is cached.
    """
    if own := environ.get("MCP_GUARD_CACHE_DIR"):
        return os.path.abspath(own)
    for folder in (environ.get("XDG_CACHE_HOME", ""), _system_caches(environ)):
        if os.path.isabs(folder):
            return os.path.join(folder, "mcp-guard")
    return os.path.join(os.devnull, "mcp-guard")


def _system_caches(environ: Mapping[str, str]) -> str:
    if sys.platform == "win32":
        return environ.get("LOCALAPPDATA", "")
    home = environ.get("HOME", "")
    return os.path.join(home, "Library", "Caches") if sys.platform == "darwin" else os.path.join(home, ".cache")


# The receipt of the last bad news (withdrawn, missing, contradicted): a pass of before it counts no more.
BAD_NEWS = "0" * 64


def moment(value: JSON) -> datetime | None:
    """Read the moment that a receipt names (ISO 8601 with an offset), in UTC; None where it names none."""
    from datetime import datetime, timezone

    try:
        found = datetime.fromisoformat(str(value))
        return found.astimezone(timezone.utc) if found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def key(*parts: str) -> str:
    """The name of the receipt for these parts: sha256 in hex, another for any other parts, order and division."""
    digest = sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(b"%d:%s" % (len(data), data))
    return digest.hexdigest()


class Receipts:
    """The receipts in a cache directory. Nothing here raises for what is in the file system.

    Several processes may read and write at once: each file appears whole, by rename.
    """

    def __init__(self, directory: str) -> None:
        self._directory = os.path.join(directory, "receipts")

    def get(self, key: str) -> dict[str, JSON] | None:
        """What was put under a key; None where nothing was, or where it is damaged, copied or another user's."""
        if not is_private(self._directory):
            return None
        try:
            with open(self._path(key), "rb") as file:
                data = file.read(RECEIPT_LIMIT + 1)
        except OSError:
            return None
        return _opened(key, data)

    def put(self, key: str, value: dict[str, JSON]) -> None:
        """Keep a value under a key; where it cannot be kept, nothing happens."""
        data = _sealed(key, value)
        if len(data) > RECEIPT_LIMIT:
            return
        try:
            os.makedirs(os.path.dirname(self._directory), mode=0o700, exist_ok=True)
            os.makedirs(self._directory, mode=0o700, exist_ok=True)
        except OSError:
            return
        if is_private(self._directory):
            _write(self._path(key), data)

    def _path(self, key: str) -> str:
        return os.path.join(self._directory, f"{key}.json")


def is_private(directory: str) -> bool:
    """Whether nobody but this user could have written into a folder."""
    try:
        found = os.lstat(directory)
    except OSError:
        return False
    if not stat.S_ISDIR(found.st_mode):
        return False
    if sys.platform == "win32":  # no modes there; %LOCALAPPDATA% is the user's own
        return True
    return found.st_uid == os.geteuid() and not found.st_mode & _FOREIGN_WRITERS


def _write(path: str, data: bytes) -> None:
    temporary = f"{path}.{os.urandom(8).hex()}.tmp"
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError:
        return
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except OSError:
        _remove(temporary)


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return


def _sealed(key: str, value: dict[str, JSON]) -> bytes:
    content = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return json.dumps({"key": key, "checksum": _checksum(key, content), "content": content}).encode()


def _opened(key: str, data: bytes) -> dict[str, JSON] | None:
    if len(data) > RECEIPT_LIMIT:
        return None
    try:
        receipt = json.loads(data)
        content = receipt["content"]
        if receipt["key"] != key or receipt["checksum"] != _checksum(key, content):
            return None
        value = json.loads(content)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _checksum(name: str, content: str) -> str:
    return key(name, content)
