"""From facts to the bytes of the lock: the same facts give the same bytes."""

from __future__ import annotations

import json
import re
from hashlib import sha256

from mcp_guard.lock.values import hex_text, read_purl, registry, sri_text, time_text
from mcp_guard.model import JSON, Digest, Ecosystem, Lock, LockedPackage, LockedServer

FORMAT = 1

_BEYOND_ASCII = re.compile(r"[^\n -~]")


def dump(lock: Lock) -> bytes:
    """The file for these facts: UTF-8, LF, a line end at its end; characters that cannot be seen are escaped.

    The order of digests, install scripts and packages says nothing and is not kept; `withdrawn` and `deprecated` are
    left out. Raises `ValueError` for what must not or cannot be written: a registry with credentials, a malformed
    digest or purl, a time without zone.
    """
    servers: dict[str, dict[str, JSON]] = {}
    for server in lock.servers.values():
        servers.setdefault(server.file, {})[server.name] = _server(server)
    configs: dict[str, JSON] = dict(servers)
    packages: dict[str, JSON] = {package.purl: _package(package) for package in lock.packages.values()}
    content: JSON = {"version": FORMAT, "configs": configs, "packages": packages}
    text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False)
    return f"{_BEYOND_ASCII.sub(_visible, text)}\n".encode()


def entry_digest(entry: LockedPackage) -> str:
    """The sha256, in hex, of an entry's canonical JSON with its purl; its place does not count."""
    content: JSON = {entry.purl: _package(entry)}
    return sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _visible(found: re.Match[str]) -> str:
    return found[0] if found[0].isprintable() else json.dumps(found[0])[1:-1]


def _server(server: LockedServer) -> JSON:
    content: dict[str, JSON] = {"kind": server.kind, "fingerprint": server.fingerprint}
    if server.packages:
        content["packages"] = [*sorted(set(server.packages))]
    return content


def _package(package: LockedPackage) -> JSON:
    release = package.release
    ecosystem = read_purl(package.purl).ecosystem
    evidence: dict[str, JSON] = {
        "attestations": release.attestations,
        "integrity": "declared" if release.digests else "absent",
        "published": "declared" if release.published else "absent",
        "publisher": release.publisher.level,
        "signatures": release.signatures,
    }
    content: dict[str, JSON] = {"evidence": evidence}
    if release.digests:
        content["digests"] = _files(release.digests) if ecosystem == "pypi" else _single(ecosystem, release.digests)
    if release.published:
        content["published"] = time_text(release.published)
    if release.publisher.identity:
        content["publisher"] = release.publisher.identity
    if release.install_scripts:
        content["install-scripts"] = [*sorted(set(release.install_scripts))]
    if release.registry is not None:
        content["registry"] = registry(release.registry)
    return content


def _files(digests: tuple[Digest, ...]) -> JSON:
    """File name → its digests; a PyPI release is a set of files."""
    files: dict[str, JSON] = {}
    for artifact in {digest.artifact for digest in digests}:
        if not artifact:
            raise ValueError("a digest of a PyPI release names no file")
        files[artifact] = _joined({hex_text(digest) for digest in digests if digest.artifact == artifact})
    return files


def _single(ecosystem: Ecosystem, digests: tuple[Digest, ...]) -> JSON:
    if any(digest.artifact for digest in digests):
        raise ValueError(f"a digest of an {ecosystem} release names a file")
    return _joined({sri_text(digest) if ecosystem == "npm" else hex_text(digest) for digest in digests})


def _joined(digests: set[str]) -> str:
    return " ".join(sorted(digests))
