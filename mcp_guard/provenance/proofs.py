"""Proofs as files: canonical JSON, and the name that follows from it.

What counts is the JSON value, so line ends, indentation, order of keys and escapes that other hooks change do not.
Imports nothing heavy: a run that finds all receipts reads no proof.
"""

from __future__ import annotations

import json
import os
from functools import cache
from hashlib import sha256

from mcp_guard.model import JSON, Proof
from mcp_guard.provenance.errors import VerificationError, require
from mcp_guard.provenance.shape import MAX_BYTES, read_json

FILE_LIMIT = 4 << 20  # bytes of a file: other hooks may have indented what it holds
_DEPTH = 64
_DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data")


def read_proof(artifact: str, data: bytes) -> Proof:
    """Read the bytes of a proof, indented or not. Raises VerificationError where two readers could differ about it."""
    text = canonical(read_json(data, limit=FILE_LIMIT))
    require("bundle.json", len(text.encode()) <= MAX_BYTES, "more than 1 MiB")
    return Proof(artifact, sha256(text.encode()).hexdigest(), text)


def is_proof_of(name: str, data: bytes) -> bool:
    """Say whether these bytes are the proof of this name, however they are indented."""
    try:
        return read_proof("", data).name == name
    except VerificationError:
        return False


def canonical(value: JSON) -> str:
    """Write a JSON value in its one canonical form: sorted keys, no white space, no escapes but the needed ones.

    As RFC 8785 for what bundles hold; numbers with a fraction, which it would write otherwise, are refused, and more
    levels than any bundle has. Raises VerificationError.
    """
    _check_shape(value)
    try:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        text.encode()
    except (UnicodeEncodeError, RecursionError) as error:
        raise VerificationError("bundle.json", f"not JSON: {type(error).__name__}") from error
    return text


def pretty(proof: Proof) -> bytes:
    """Write a proof as the file that people and other hooks see: two spaces of indent, ASCII, a line end at its end."""
    return (json.dumps(json.loads(proof.text), sort_keys=True, indent=2) + "\n").encode()


@cache
def key_set() -> str:
    """Name the trusted keys of this release: sha256, in hex, of the files that hold them."""
    digest = sha256()
    for name in sorted(name for name in os.listdir(_DATA) if name.endswith(".json")):
        with open(os.path.join(_DATA, name), "rb") as file:
            digest.update(sha256(file.read()).digest())
    return digest.hexdigest()


def _check_shape(value: JSON) -> None:
    """Refuse what is written otherwise elsewhere, and what is so deep that it depends on the caller who can read it."""
    waiting = [(value, 0)]
    while waiting:
        item, depth = waiting.pop()
        require("bundle.json", not isinstance(item, float), "a number with a fraction")
        require("bundle.json", depth <= _DEPTH, f"more than {_DEPTH} levels")
        if isinstance(item, dict):
            waiting.extend((inner, depth + 1) for inner in item.values())
        elif isinstance(item, list):
            waiting.extend((inner, depth + 1) for inner in item)
