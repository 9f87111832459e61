"""From facts to the bytes of the lock: the same facts give the same bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from hashlib import sha256

from mcp_guard.lock.evidence import contradiction, levels
from mcp_guard.lock.values import (
    base64_text,
    hex_text,
    key_id,
    line,
    proof_name,
    read_purl,
    registry,
    sri_text,
    time_text,
)
from mcp_guard.model import JSON, Digest, Ecosystem, Lock, LockedPackage, LockedServer, Publisher, Release

FORMAT = 1

_BEYOND_ASCII = re.compile(r"[^\n -~]")


def dump(lock: Lock) -> bytes:
    """The file for these facts: UTF-8, LF, a line end at its end; characters that cannot be seen are escaped.

    The order of digests, signatures, proofs, install scripts and packages says nothing and is not kept; `withdrawn`,
    `deprecated`, `weaker_than` and the texts of proofs are left out. Raises `ValueError` for what must not or cannot be
    written: a registry with credentials, a malformed digest, purl, signature or proof's name, a time without zone, a
    publisher with control characters, a proof of what has no digest, a level that the release contradicts.
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
    if part := contradiction(release):
        raise ValueError(f"the level of {part} contradicts the release")
    content: dict[str, JSON] = {"evidence": {**levels(release)}}
    if release.account:
        content["account"] = release.account
    if release.digests:
        content["digests"] = _files(release.digests) if ecosystem == "pypi" else _single(ecosystem, release.digests)
    if release.install_scripts:
        content["install-scripts"] = [*sorted(set(release.install_scripts))]
    if release.proofs:
        content["proofs"] = _proofs(ecosystem, release)
    if release.published:
        content["published"] = time_text(release.published)
    if release.publisher.level == "proven":
        content["publisher"] = _publisher(release.publisher)
    if release.registry is not None:
        content["registry"] = registry(release.registry)
    if release.signed:
        content["signatures"] = _map((key_id(key), base64_text(value)) for key, value in release.signed)
    return content


def _files(digests: tuple[Digest, ...]) -> JSON:
    """File name → its digests; a PyPI release is a set of files."""
    files: dict[str, set[str]] = {}
    for digest in digests:
        if not digest.artifact:
            raise ValueError("a digest of a PyPI release names no file")
        files.setdefault(digest.artifact, set()).add(hex_text(digest))
    return {file: _joined(found) for file, found in files.items()}


def _single(ecosystem: Ecosystem, digests: tuple[Digest, ...]) -> JSON:
    if any(digest.artifact for digest in digests):
        raise ValueError(f"a digest of an {ecosystem} release names a file")
    return _joined({sri_text(digest) if ecosystem == "npm" else hex_text(digest) for digest in digests})


def _joined(digests: set[str]) -> str:
    return " ".join(sorted(digests))


def _proofs(ecosystem: Ecosystem, release: Release) -> JSON:
    """File name → proof for PyPI, else the one proof."""
    names = _map((proof.artifact, proof_name(proof.name)) for proof in release.proofs)
    if not names.keys() <= {digest.artifact for digest in release.digests}:
        raise ValueError("a proof is of something that has no digest")
    return names if ecosystem == "pypi" else names[""]


def _publisher(publisher: Publisher) -> JSON:
    words = {
        "identity": publisher.identity,
        "owner-id": publisher.owner_id,
        "ref": publisher.ref,
        "signer": publisher.signer,
        "trigger": publisher.trigger,
        "workflow": publisher.workflow,
    }
    return {key: line(word) for key, word in words.items() if word}


def _map(pairs: Iterable[tuple[str, str]]) -> dict[str, JSON]:
    """The pairs as an object, in which no key may stand for two things."""
    different = set(pairs)
    found: dict[str, JSON] = dict(different)
    if len(found) < len(different):
        raise ValueError("one key stands for two signatures or proofs")
    return found
