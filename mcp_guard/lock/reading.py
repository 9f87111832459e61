"""From the bytes of the lock to `model.Lock`: everything that is not exactly as `dump` writes it is an error.

The shape is checked here and not with `jsonschema`, whose import alone takes longer than a check; a test holds both
equal. What the lock says is believed to be what was written, never to be true: that is for the verdict.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import NoReturn, TypeVar

from mcp_guard.lock.source import LockError, Node, Source, open_lock
from mcp_guard.lock.values import read_hex, read_purl, read_sri, read_time, registry
from mcp_guard.lock.writing import FORMAT
from mcp_guard.model import Digest, Ecosystem, Kind, Level, Lock, LockedPackage, LockedServer, Place, Publisher, Release

KINDS: tuple[Kind, ...] = ("package", "image", "remote", "local", "program", "opaque")
LEVELS: tuple[Level, ...] = ("proven", "declared", "absent", "unavailable")
PARTS = ("attestations", "integrity", "published", "publisher", "signatures")

_FINGERPRINT = re.compile(r"sha256:[0-9a-f]{64}")
_PACKAGE_KEYS = ("digests", "published", "publisher", "install-scripts", "registry")

Choice = TypeVar("Choice", bound=str)
Read = TypeVar("Read")


def parse(file: str, data: bytes) -> Lock:
    """The lock that these bytes are, of format version 1 and at most `LOCK_LIMIT` bytes.

    Raises `LockError` and nothing else: no JSON, a merge conflict, a newer version, a key that is unknown, missing or
    there twice, a value of another shape, a registry with credentials.
    """
    return _Reader(open_lock(file, data)).lock()


class _Reader:
    """Reads the nodes of one lock; each method raises `LockError` where its node has another shape."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def lock(self) -> Lock:
        root = self.source.root()
        self.version(root)
        top = self.fields(root, ("configs", "packages", "version"))
        servers = {
            (file, name): self.server(file, name, server)
            for file, config in self.object(top["configs"]).items()
            for name, server in self.object(config).items()
        }
        packages = {purl: self.package(purl, node) for purl, node in self.object(top["packages"]).items()}
        return Lock(packages, servers)

    def version(self, root: Node) -> None:
        """Looked at first: of a newer version nothing else is known."""
        node = self.object(root).get("version", root)
        if not isinstance(node.value, int) or isinstance(node.value, bool) or node.value < FORMAT:
            self.fail(node, f"must have a version, which is {FORMAT}")
        if node.value > FORMAT:
            place = self.place(node)
            raise LockError(place, "the lock was written by a newer mcp-guard: update mcp-guard")

    def server(self, file: str, name: str, node: Node) -> LockedServer:
        members = self.fields(node, ("fingerprint", "kind"), ("packages",))
        packages = self.texts(members["packages"]) if "packages" in members else ()
        for purl in packages:
            self.parsed(members["packages"], purl, read_purl)
        fingerprint = self.text(members["fingerprint"])
        if not _FINGERPRINT.fullmatch(fingerprint):
            self.fail(members["fingerprint"], "must be sha256: and 64 digits")
        kind = self.one_of(members["kind"], KINDS)
        return LockedServer(file, name, kind, packages, fingerprint, self.place(node))

    def package(self, purl: str, node: Node) -> LockedPackage:
        ecosystem = self.parsed(node, purl, read_purl).ecosystem
        members = self.fields(node, ("evidence",), _PACKAGE_KEYS)
        digests = self.digests(ecosystem, members["digests"]) if "digests" in members else ()
        published = self.read(members, "published", read_time)
        levels = self.evidence(members["evidence"], {"integrity": bool(digests), "published": published is not None})
        release = Release(
            digests=digests,
            published=published,
            publisher=Publisher(levels["publisher"], self.read(members, "publisher", str) or ""),
            install_scripts=self.texts(members["install-scripts"]) if "install-scripts" in members else (),
            signatures=levels["signatures"],
            attestations=levels["attestations"],
            registry=self.read(members, "registry", registry),
        )
        return LockedPackage(purl, release, self.place(node))

    def digests(self, ecosystem: Ecosystem, node: Node) -> tuple[Digest, ...]:
        """Of PyPI a digest for each file, else of the one artifact: SRI for npm, `sha256:…` for an image."""
        if ecosystem != "pypi":
            parse = read_sri if ecosystem == "npm" else read_hex
            return tuple(self.parsed(node, word, parse) for word in self.text(node).split(" "))
        files = self.object(node)
        if not files:
            self.fail(node, "must not be empty")
        return tuple(
            self.parsed(digest, word, partial(read_hex, artifact=file))
            for file, digest in files.items()
            for word in self.text(digest).split(" ")
        )

    def evidence(self, node: Node, present: dict[str, bool]) -> dict[str, Level]:
        """The level of every part; a part that stands in the entry is not absent, and the other way round."""
        members = self.fields(node, PARTS)
        levels = {part: self.one_of(member, LEVELS) for part, member in members.items()}
        for part, there in present.items():
            if levels[part] != ("declared" if there else "absent"):
                self.fail(members[part], "contradicts the entry")
        return levels

    def object(self, node: Node) -> dict[str, Node]:
        if node.members is None:
            self.fail(node, "must be an object")
        return node.members

    def fields(self, node: Node, required: Sequence[str], optional: Sequence[str] = ()) -> dict[str, Node]:
        members = self.object(node)
        for key, member in members.items():
            if key not in required and key not in optional:
                self.fail(member, "is not known here")
        for key in required:
            if key not in members:
                self.fail(node, f"needs the key {key}")
        return members

    def text(self, node: Node) -> str:
        if not isinstance(node.value, str) or not node.value:
            self.fail(node, "must be a string with something in it")
        return node.value

    def texts(self, node: Node) -> tuple[str, ...]:
        words = node.value if isinstance(node.value, list) else []
        found = tuple(word for word in words if isinstance(word, str) and word)
        if not words or len(set(found)) < len(words):
            self.fail(node, "must be a list of different strings")
        return found

    def one_of(self, node: Node, words: Sequence[Choice]) -> Choice:
        found = next((word for word in words if word == node.value), None)
        if found is None:
            self.fail(node, f"must be one of {', '.join(words)}")
        return found

    def read(self, members: dict[str, Node], key: str, parse: Callable[[str], Read]) -> Read | None:
        node = members.get(key)
        return None if node is None else self.parsed(node, self.text(node), parse)

    def parsed(self, node: Node, word: str, parse: Callable[[str], Read]) -> Read:
        try:
            return parse(word)
        except ValueError as error:
            self.fail(node, str(error))

    def place(self, node: Node) -> Place:
        return self.source.place(node.start, node.end)

    def fail(self, node: Node, message: str) -> NoReturn:
        key = self.source.text[node.start : node.end] or "the lock"
        message = f"{key} {message}: restore the lock, or delete it and run mcp-guard pin"
        raise LockError(self.place(node), message)
