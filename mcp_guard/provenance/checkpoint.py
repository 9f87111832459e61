"""Checkpoints of a log: C2SP signed-note and tlog-checkpoint, cosigned ones too.

A note is text, an empty line, and signature lines `— <name> <base64 of 4 bytes key hint and the signature>`.
The text of a checkpoint is origin, tree size, root hash, and extension lines that mean nothing here.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from mcp_guard.provenance.errors import VerificationError, require
from mcp_guard.provenance.keys import is_signed
from mcp_guard.provenance.shape import read_base64
from mcp_guard.provenance.trust import Log

_STEP: Final = "rekor.checkpoint"
_SIGNATURE = re.compile(r"\u2014 (?P<name>[^\s+]+) (?P<blob>[A-Za-z0-9+/]+={0,2})")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_HINT_BYTES = 4
_MAX_SIGNATURES = 64
_LEAST_LINES = 3


class Checkpoint(NamedTuple):
    """The state of a log: how many entries, and the root hash over them."""

    origin: str
    size: int
    root_hash: bytes


def open_checkpoint(note: str, log: Log) -> Checkpoint:
    """Verify the log's own signature under a checkpoint and return what it says.

    The log's key is known by the hint, and the name on its signature must be the checkpoint's origin: for Rekor v1,
    what stands there before " - " and the id of the shard. Signatures by others (witnesses, a second key of the log)
    are passed over, since nobody has told us their keys. Raises VerificationError.
    """
    text, blank, rest = note.rpartition("\n\n")
    require(_STEP, blank != "" and rest.endswith("\n"), "not a signed note")
    text += "\n"
    checkpoint = _read(text)
    name = checkpoint.origin.partition(" - ")[0]
    lines = rest[:-1].split("\n")
    require(_STEP, len(lines) <= _MAX_SIGNATURES, f"more than {_MAX_SIGNATURES} signatures")
    ours = [
        signature
        for signer, hint, signature in map(_signature, lines)
        if signer == name and hint == log.checkpoint_id[:_HINT_BYTES]
    ]
    require(_STEP, bool(ours), "no signature by the log that the entry names")
    valid = all(is_signed(log.key, signature, text.encode()) for signature in ours)
    require(_STEP, valid, "the log's signature is not over this checkpoint")
    return checkpoint


def _read(text: str) -> Checkpoint:
    lines = text[:-1].split("\n")
    if len(lines) < _LEAST_LINES or not all(lines):
        raise VerificationError(_STEP, "a checkpoint without origin, size or root hash")
    origin, size, root_hash = lines[:_LEAST_LINES]
    require(_STEP, _SIZE.fullmatch(size) is not None, "the second line is not a tree size")
    return Checkpoint(origin, int(size), read_base64(root_hash, _STEP, "the root hash"))


def _signature(line: str) -> tuple[str, bytes, bytes]:
    """Name, key hint and signature of one line."""
    match = _SIGNATURE.fullmatch(line)
    if match is None:
        raise VerificationError(_STEP, "a line under the checkpoint is not a signature")
    blob = read_base64(match["blob"], _STEP, "a signature")
    return match["name"], blob[:_HINT_BYTES], blob[_HINT_BYTES:]
