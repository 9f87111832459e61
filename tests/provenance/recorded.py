"""Real objects, recorded from the registries, beside the repository; tests skip where they are missing."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from urllib.parse import unquote

import pytest

from mcp_guard.model import JSON, Digest
from mcp_guard.provenance.shape import Node, read_json

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "recorded"
needed = pytest.mark.skipif(not FOLDER.is_dir(), reason="the recorded objects are not beside this repository")


def files(pattern: str) -> list[Path]:
    return sorted(FOLDER.glob(pattern))


def load(path: Path) -> JSON:
    return read_json(path.read_bytes())


def statement(envelope: Node, field: str) -> Node:
    """The statement in an envelope, unverified: tests take what they expect from there."""
    return Node(json.loads(base64.b64decode(envelope.get(field).text())), "statement", "bundle.shape")


def digests(payload: Node) -> tuple[Digest, ...]:
    members = payload.get("subject").items()[0].get("digest").members()
    return tuple(Digest(name, value.text()) for name, value in members if name in ("sha256", "sha512"))


def npm_pin(path: Path) -> tuple[str, str, str]:
    """Name, version and SRI of a recorded document; a variant (`sigstore@0.4.0.invalid`) has its original's."""
    name, _, rest = unquote(path.name).rpartition("@")
    version = ".".join(rest.split(".")[:3])
    original = path.with_name(path.name.replace(rest, f"{version}.json"))
    first = Node(load(original), "document", "bundle.shape").get("attestations").items()[0]
    payload = statement(first.get("bundle").get("dsseEnvelope"), "payload")
    (digest,) = digests(payload)
    return name, version, "sha512-" + base64.b64encode(bytes.fromhex(digest.value)).decode()
