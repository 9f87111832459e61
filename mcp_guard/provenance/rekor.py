"""That the transparency log has the entry: Rekor v1 promise (SET), RFC 9162 inclusion proof, signed checkpoint.

Source: sigstore/architecture-docs, client-spec.md and rekor-spec.md; sigstore/rekor, `pkg/verify`.
"""

from __future__ import annotations

import base64
import json
from datetime import datetime
from typing import NamedTuple

from mcp_guard.provenance.bundle import Entry, Proof, Version
from mcp_guard.provenance.checkpoint import open_checkpoint
from mcp_guard.provenance.errors import Step, Unsupported, VerificationError, require
from mcp_guard.provenance.keys import is_signed
from mcp_guard.provenance.merkle import check_inclusion, leaf_hash
from mcp_guard.provenance.trust import Log, TrustedRoot

_V2_KINDS = ("dsse/0.0.2", "hashedrekord/0.0.2")  # of logs without shards, which have one index


class Logged(NamedTuple):
    """An entry that a log vouches for: what stands here is signed by the log.

    `position` is that of the entry, or of the leaf in its shard where there is no promise; then no time either.
    """

    log: Log
    position: int
    integrated: datetime | None
    steps: tuple[Step, ...]


def check_entry(entry: Entry, version: Version, root: TrustedRoot) -> Logged:
    """Verify that a known log has this entry.

    Bundles v0.1 carry a promise, later ones a proof; what is there beyond that is verified too. A proof without a
    signed checkpoint proves nothing: in v0.1 only, it may be incomplete in this way, beside its promise.
    Raises VerificationError, or Unsupported for a log that this release does not know.
    """
    log, promise, proof = _log(entry, root), entry.promise, entry.proof
    steps: tuple[Step, ...] = ()
    if version == "0.1":
        require("rekor.promise", promise is not None, "a v0.1 bundle without inclusion promise")
    else:
        require("rekor.inclusion-proof", proof is not None, f"a v{version} bundle without inclusion proof")
    if promise is not None:
        check_promise(entry, promise, log)
        steps += ("rekor.promise",)
    if proof is not None:
        check_inclusion(leaf_hash(entry.body), proof.position, proof.size, proof.path, proof.root_hash)
        if proof.checkpoint or version != "0.1":
            check_checkpoint(proof, log)
            steps += ("rekor.inclusion-proof", "rekor.checkpoint")
    if promise is not None:
        return Logged(log, entry.position, entry.integrated, steps)
    if proof is not None:
        unsharded = entry.kind not in _V2_KINDS or entry.position == proof.position
        require("rekor.inclusion-proof", unsharded, "the entry has another index than its proof")
        return Logged(log, proof.position, None, steps)
    raise VerificationError("rekor.inclusion-proof", "neither promise nor proof")


def check_promise(entry: Entry, promise: bytes, log: Log) -> None:
    """Verify Rekor v1's signed entry timestamp: the log's signature over the entry in canonical JSON (RFC 8785)."""
    if entry.integrated is None:
        raise VerificationError("rekor.promise", "a promise without integrated time")
    signed = {
        "body": base64.b64encode(entry.body).decode(),
        "integratedTime": int(entry.integrated.timestamp()),
        "logID": entry.log_id.hex(),
        "logIndex": entry.position,
    }
    data = json.dumps(signed, sort_keys=True, separators=(",", ":")).encode()
    require("rekor.promise", is_signed(log.key, promise, data), "the log has not signed this promise")


def check_checkpoint(proof: Proof, log: Log) -> None:
    """Verify that the log has signed the tree which the proof is about."""
    checkpoint = open_checkpoint(proof.checkpoint, log)
    require("rekor.checkpoint", checkpoint.size == proof.size, "the checkpoint is of a tree of another size")
    require("rekor.checkpoint", checkpoint.root_hash == proof.root_hash, "the checkpoint has another root hash")


def check_log_period(log: Log, times: tuple[datetime, ...]) -> None:
    """Verify that the log's key was in use at all of these times."""
    require("rekor.log", all(map(log.period.contains, times)), "the log's key was not in use at that time")


def _log(entry: Entry, root: TrustedRoot) -> Log:
    for log in root.logs:
        if log.id == entry.log_id:
            return log
    raise Unsupported("rekor.log", "a transparency log that this mcp-guard does not know: newer, or another instance")
