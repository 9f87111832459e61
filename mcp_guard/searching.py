"""What `scan` looks at: the files of every client on this machine, and the configs below folders of projects.

Nothing is written and nothing is waited for. A file that cannot be read is part of the answer, with the reason.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from mcp_guard.clients.locations import Host, Location, locations
from mcp_guard.clients.table import concerns, owner
from mcp_guard.trees import Unreadable
from mcp_guard.trees.disk import SKIPPED, read_files
from mcp_guard.trees.tree import FILE, Entry

DEEPEST = 12  # folders below a root
PROJECT_LIMIT = 1 << 20  # bytes, as in a repository

# Besides what others have installed: caches, where copies of configs lie that no client reads.
_LEFT_OUT = SKIPPED | {".cache", "Caches", ".npm", ".cargo", ".rustup", "site-packages", ".Trash"}


class Found(NamedTuple):
    """A config: `client` names the row that it is read by, `file` is its path as people see it."""

    client: str
    file: str
    data: bytes
    limit: int
    project: bool  # found below a root, and not where its client keeps it on a machine


class Unread(NamedTuple):
    """A file or folder that is there and was not read; `reason` is a clause."""

    client: str | None
    file: str
    reason: str


class Bare(NamedTuple):
    """A client whose folder exists, and in it no config."""

    client: str
    folder: str


class Search(NamedTuple):
    """All that was found, in the order of the table and then of the roots."""

    found: tuple[Found, ...]
    unread: tuple[Unread, ...]
    bare: tuple[Bare, ...]


def this_host(environ: Mapping[str, str]) -> Host:
    """Describe the machine that this runs on, with the home folder of `environ`."""
    if sys.platform == "win32":
        return Host("windows", environ, environ.get("USERPROFILE") or os.path.expanduser("~"))
    home = environ.get("HOME") or os.path.expanduser("~")
    return Host("macos" if sys.platform == "darwin" else "linux", environ, home)


def shown(host: Host, path: str) -> str:
    """Write a path as people see it: with `/`, below the home folder with `~`."""
    home = os.path.join(host.home, "").replace(os.sep, "/")
    path = path.replace(os.sep, "/")
    return f"~/{path.removeprefix(home)}" if path.startswith(home) else path


def search(host: Host, roots: Iterable[str] = (), rows: Collection[str] | None = None) -> Search:
    """Look for the configs of a host and below `roots` (absolute paths), of the named rows or of all.

    A file that several ways lead to is given once.
    """
    looking = _Looking(host)
    for location in locations(host):
        if rows is None or location.machine.client in rows:
            looking.at(location)
    for root in roots:
        for path in looking.below(root):
            row = owner(path)
            if row is not None and (rows is None or row.name in rows):
                looking.take(row.name, path, PROJECT_LIMIT, project=True)
    return looking.result()


class _Looking:
    """One search, and what has been seen in it."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.found: list[Found] = []
        self.unread: list[Unread] = []
        self.folders: dict[str, str] = {}  # row → the client's own folder
        self.seen: set[str] = set()

    def result(self) -> Search:
        """Give everything; a client is bare when none of its files was there."""
        met = {found.client for found in self.found} | {unread.client for unread in self.unread}
        bare = (Bare(client, self.shown(folder)) for client, folder in self.folders.items() if client not in met)
        return Search(tuple(self.found), tuple(self.unread), tuple(bare))

    def shown(self, path: str) -> str:
        """Write a path as people see it."""
        return shown(self.host, path)

    def at(self, location: Location) -> None:
        """Look at one location."""
        client = location.machine.client
        if location.own and os.path.isdir(location.folder):
            self.folders.setdefault(client, location.folder)
        if location.name:
            for path in self.matching(client, location.folder, location.name.split("/")):
                self.take(client, path, location.machine.limit, project=False)

    def matching(self, client: str, folder: str, names: list[str]) -> Iterator[str]:
        """Give the paths that a name stands for; one without `*` whether it is there or not."""
        first, *rest = names
        found = self.listed(client, folder, first) if "*" in first else [first]
        for path in (f"{folder}/{name}" for name in found):
            yield from self.matching(client, path, rest) if rest else [path]

    def listed(self, client: str, folder: str, pattern: str) -> list[str]:
        """List the names in a folder that match."""
        from fnmatch import fnmatchcase

        try:
            return sorted(name for name in os.listdir(folder) if fnmatchcase(name, pattern))
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            self.unread.append(Unread(client, self.shown(folder), f"cannot be listed: {_reason(error)}"))
            return []

    def take(self, client: str, path: str, limit: int, *, project: bool) -> None:
        """Read one file, unless it has been read already."""
        try:
            real = os.path.realpath(path, strict=True)
        except (FileNotFoundError, NotADirectoryError):
            if os.path.islink(path):
                self.unread.append(Unread(client, self.shown(path), "a symbolic link that leads nowhere"))
            return
        except OSError as error:
            self.unread.append(Unread(client, self.shown(path), _reason(error)))
            return
        if real in self.seen:
            return
        self.seen.add(real)
        if project and os.path.islink(path):
            data: bytes | Unreadable = Unreadable("a symbolic link, which is not followed below a root")
        else:
            folder, name = os.path.split(real)
            data = read_files(folder, {name: Entry(FILE, "")}, limit)[name]
        if isinstance(data, Unreadable):
            self.unread.append(Unread(client, self.shown(path), data.reason))
        else:
            self.found.append(Found(client, self.shown(path), data, limit, project))

    def below(self, root: str) -> Iterator[str]:
        """Give the paths below a folder that a client owns. Links and other file systems are not entered."""
        waiting = [(root, 0)]
        while waiting:
            folder, depth = waiting.pop()
            try:
                with os.scandir(folder) as listing:
                    entries = sorted(listing, key=lambda entry: entry.name)
                device = os.stat(folder).st_dev
            except OSError as error:
                self.unread.append(Unread(None, self.shown(folder), f"cannot be listed: {_reason(error)}"))
                continue
            for entry in entries:
                if not entry.is_dir(follow_symlinks=False):
                    if concerns(entry.path.replace(os.sep, "/")):
                        yield entry.path
                elif entry.name not in _LEFT_OUT and self.enters(entry, depth + 1, device):
                    waiting.append((entry.path, depth + 1))

    def enters(self, entry: os.DirEntry[str], depth: int, device: int) -> bool:
        """Say whether a folder is looked into; one that is not is told."""
        reason = f"more than {DEEPEST} folders deep: scan it by itself" if depth > DEEPEST else ""
        try:
            other = os.lstat(entry.path).st_dev != device
        except OSError as error:
            reason = _reason(error)
        else:
            reason = "another file system: scan it by itself" if other else reason
        if reason:
            self.unread.append(Unread(None, self.shown(entry.path), reason))
        return not reason


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
