"""From the bytes of the lock to `model.Lock`: everything that is not exactly as `dump` writes it is an error.

The shape is checked here and not with `jsonschema`, whose import alone takes longer than a check; a test holds both
equal. What the lock says is believed to be what was written, never to be true: that is for the verdict.
"""

from __future__ import annotations

import re
from functools import partial

from mcp_guard.lock.evidence import PARTS, contradiction, levels
from mcp_guard.lock.shapes import Shapes
from mcp_guard.lock.source import LockError, Node, open_lock
from mcp_guard.lock.values import (
    base64_text,
    key_id,
    line,
    proof_name,
    read_hex,
    read_purl,
    read_sri,
    read_time,
    registry,
)
from mcp_guard.lock.writing import FORMAT
from mcp_guard.model import (
    Digest,
    Ecosystem,
    Kind,
    Level,
    Lock,
    LockedPackage,
    LockedServer,
    Proof,
    Publisher,
    Release,
    Signature,
)

KINDS: tuple[Kind, ...] = ("package", "image", "remote", "local", "program", "opaque")
LEVELS: tuple[Level, ...] = ("proven", "declared", "absent", "unavailable")

_FINGERPRINT = re.compile(r"sha256:[0-9a-f]{64}")
_PACKAGE_KEYS = (
    "account",
    "digests",
    "install-scripts",
    "proofs",
    "published",
    "publisher",
    "registry",
    "signatures",
)
_PUBLISHER_KEYS = ("owner-id", "ref", "signer", "trigger", "workflow")


def parse(file: str, data: bytes) -> Lock:
    """The lock that these bytes are, of format version 1 and at most `LOCK_LIMIT` bytes.

    A release has its signatures sorted by key id and its proofs by file, without their texts.
    Raises `LockError` and nothing else: no JSON, a merge conflict, a newer version, a key that is unknown, missing or
    there twice, a value of another shape, a level that the entry contradicts, a registry with credentials.
    """
    return _lock(Shapes(open_lock(file, data)))


def _lock(shapes: Shapes) -> Lock:
    root = shapes.source.root()
    _version(shapes, root)
    top = shapes.fields(root, ("configs", "packages", "version"))
    servers = {
        (file, name): _server(shapes, file, name, server)
        for file, config in shapes.object(top["configs"]).items()
        for name, server in shapes.object(config).items()
    }
    packages = {purl: _package(shapes, purl, node) for purl, node in shapes.object(top["packages"]).items()}
    return Lock(packages, servers)


def _version(shapes: Shapes, root: Node) -> None:
    """Looked at first: of a newer version nothing else is known."""
    node = shapes.object(root).get("version", root)
    if not isinstance(node.value, int) or isinstance(node.value, bool) or node.value < FORMAT:
        shapes.fail(node, f"must have a version, which is {FORMAT}")
    if node.value > FORMAT:
        raise LockError(shapes.place(node), "the lock was written by a newer mcp-guard: update mcp-guard")


def _server(shapes: Shapes, file: str, name: str, node: Node) -> LockedServer:
    members = shapes.fields(node, ("fingerprint", "kind"), ("packages",))
    packages = shapes.texts(members["packages"]) if "packages" in members else ()
    for purl in packages:
        shapes.parsed(members["packages"], purl, read_purl)
    fingerprint = shapes.text(members["fingerprint"])
    if not _FINGERPRINT.fullmatch(fingerprint):
        shapes.fail(members["fingerprint"], "must be sha256: and 64 digits")
    kind = shapes.one_of(members["kind"], KINDS)
    return LockedServer(file, name, kind, packages, fingerprint, shapes.place(node))


# ------------------------------------------------------------------------------------------------ packages


def _package(shapes: Shapes, purl: str, node: Node) -> LockedPackage:
    ecosystem = shapes.parsed(node, purl, read_purl).ecosystem
    members = shapes.fields(node, ("evidence",), _PACKAGE_KEYS)
    evidence = shapes.fields(members["evidence"], PARTS)
    said = {part: shapes.one_of(member, LEVELS) for part, member in evidence.items()}
    digests = _digests(shapes, ecosystem, members["digests"]) if "digests" in members else ()
    account = shapes.optional(members, "account", str) or ""
    unproven = Publisher("declared", account) if account else Publisher(said["publisher"])
    release = Release(
        digests=digests,
        published=shapes.optional(members, "published", read_time),
        publisher=_publisher(shapes, members["publisher"]) if "publisher" in members else unproven,
        install_scripts=shapes.texts(members["install-scripts"]) if "install-scripts" in members else (),
        signatures=said["signatures"],
        attestations=said["attestations"],
        registry=shapes.optional(members, "registry", registry),
        account=account,
        signed=_signatures(shapes, members["signatures"]) if "signatures" in members else (),
        proofs=_proofs(shapes, ecosystem, members["proofs"], digests) if "proofs" in members else (),
    )
    derived = levels(release)
    if wrong := contradiction(release) or next((part for part in PARTS if said[part] != derived[part]), None):
        shapes.fail(evidence[wrong], "contradicts the entry")
    return LockedPackage(purl, release, shapes.place(node))


def _digests(shapes: Shapes, ecosystem: Ecosystem, node: Node) -> tuple[Digest, ...]:
    """Of PyPI a digest for each file, else of the one artifact: SRI for npm, `sha256:…` for an image."""
    if ecosystem != "pypi":
        parse = read_sri if ecosystem == "npm" else read_hex
        return tuple(shapes.parsed(node, word, parse) for word in shapes.text(node).split(" "))
    return tuple(
        shapes.parsed(digest, word, partial(read_hex, artifact=file))
        for file, digest in shapes.filled(node).items()
        for word in shapes.text(digest).split(" ")
    )


def _publisher(shapes: Shapes, node: Node) -> Publisher:
    members = shapes.fields(node, ("identity",), _PUBLISHER_KEYS)
    words = {key.replace("-", "_"): shapes.value(member, line) for key, member in members.items()}
    return Publisher("proven", **words)


def _signatures(shapes: Shapes, node: Node) -> tuple[Signature, ...]:
    found = {
        shapes.parsed(member, key, key_id): shapes.value(member, base64_text)
        for key, member in shapes.filled(node).items()
    }
    return tuple(Signature(key, found[key]) for key in sorted(found))


def _proofs(shapes: Shapes, ecosystem: Ecosystem, node: Node, digests: tuple[Digest, ...]) -> tuple[Proof, ...]:
    """Of PyPI a proof for each file that has one, else of the one artifact; only of what has a digest."""
    members = shapes.filled(node) if ecosystem == "pypi" else {"": node}
    covered = {digest.artifact for digest in digests}
    for file, member in members.items():
        if file not in covered:
            shapes.fail(member, "is a proof of something that has no digest")
    return tuple(Proof(file, shapes.value(members[file], proof_name)) for file in sorted(members))
