"""Faults of promise, inclusion proof and checkpoint."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from mcp_guard.provenance.errors import Step
from tests.provenance.faults.fault import Fault, edit, flip, put, value
from tests.provenance.material import (
    OTHER,
    REKOR,
    SIGNED,
    Change,
    b64,
    log_id,
)


def log() -> Iterator[Fault]:
    promise: Step = "rekor.promise"
    unknown = put("logId", "keyId", value=b64(b"x" * 32))
    yield Fault("unknown log", "rekor.log", "entry", unknown, unsupported=True)
    yield Fault("log not in use", "rekor.log", "root", _log_period)
    yield Fault("promise by another key", promise, "promise key", value(OTHER))
    yield Fault("promise of indented JSON", promise, "promise", lambda text: json.dumps(json.loads(text), indent=1))
    unsorted = lambda text: json.dumps(dict(reversed(json.loads(text).items())), separators=(",", ":"))  # noqa: E731
    yield Fault("promise of unsorted JSON", promise, "promise", unsorted)
    for field, other in (("body", "AAAA"), ("logID", "00" * 32), ("integratedTime", 1), ("logIndex", 1)):
        change = _promised(field, other)
        yield Fault(f"promise of another {field}", promise, "promise", change)
    yield Fault("index changed", promise, "entry", put("logIndex", value="7"))
    later = str(int(SIGNED.timestamp()) + 1)
    yield Fault("time changed", promise, "entry", put("integratedTime", value=later))
    none = put("inclusionPromise", value=None)
    yield Fault("v0.1 without promise", promise, "entry", none, version="0.1", also="signing.time")
    timeless = put("integratedTime", value="0")
    yield Fault("promise without time", promise, "entry", timeless, also="unreadable")
    yield Fault("v0.3 without promise", "signing.time", "entry", none, also="unreadable")
    late = put("integratedTime", value="253402300800")
    yield Fault("time after 9999", "bundle.shape", "entry", late, also="unreadable")


def _promised(field: str, other: object) -> Change:
    return lambda text: json.dumps(json.loads(text) | {field: other}, sort_keys=True, separators=(",", ":"))


def _log_period(root: Any) -> Any:  # noqa: ANN401 - a named tuple
    logs = [log._replace(period=log.period._replace(end=SIGNED - timedelta(seconds=1))) for log in root.logs]
    return root._replace(logs=tuple(logs))


def proofs() -> Iterator[Fault]:
    step: Step = "rekor.inclusion-proof"
    yield Fault("v0.3 without proof", step, "entry", put("inclusionProof", value=None))
    yield Fault("v0.2 without proof", step, "entry", put("inclusionProof", value=None), version="0.2")
    yield Fault("another leaf", step, "leaf hash", value(b"x" * 32))
    yield Fault("path of another leaf", step, "proof", edit("hashes", 0, by=flip))
    yield Fault("path too short", step, "proof", edit("hashes", by=lambda hashes: hashes[:-1]))
    yield Fault("path too long", step, "proof", edit("hashes", by=lambda hashes: [*hashes, hashes[0]]))
    yield Fault("empty path", step, "proof", put("hashes", value=[]))
    yield Fault("path in another order", step, "proof", edit("hashes", by=lambda hashes: hashes[::-1]))
    yield Fault("hash of another size", step, "proof", edit("hashes", 1, by=lambda _text: b64(b"x" * 31)))
    yield Fault("another position", step, "proof", put("logIndex", value="5"))
    yield Fault("position outside the tree", step, "proof", put("logIndex", value="7"))
    moved = put("logIndex", value="3")
    yield Fault("v2 entry elsewhere", step, "entry", moved, kind="hashedrekord/0.0.2")
    size = put("treeSize", value="6")
    yield Fault("tree of another size", step, "proof", size, also="rekor.checkpoint")
    root = edit("rootHash", by=flip)
    yield Fault("another root hash", step, "proof", root, also="rekor.checkpoint")


def checkpoints() -> Iterator[Fault]:
    step: Step = "rekor.checkpoint"
    yield Fault("checkpoint of another log", step, "checkpoint key", value(OTHER))
    yield Fault("checkpoint of a larger tree", step, "checkpoint", lambda text: text.replace("\n7\n", "\n8\n"))
    yield Fault("checkpoint of another root", step, "checkpoint", _other_root)
    yield Fault("size with a leading zero", step, "checkpoint", lambda text: text.replace("\n7\n", "\n07\n"))
    torn = partial(Fault, also="unreadable")
    yield Fault("another key hint", step, "hint", value(b"xxxx"))
    yield Fault("another name", step, "checkpoint name", value("log.invalid"))
    yield Fault("another origin", step, "checkpoint", lambda text: text.replace("log.example", "log.invalid"))
    yield Fault("text changed", step, "note", lambda note: note.replace("log.example - 1234", "log.example - 1235"))
    yield Fault("line added", step, "note", lambda note: note.replace("\n\n", "\nmore\n\n"))
    yield torn("no origin", step, "note", lambda note: note.partition("\n")[2])
    yield torn("no size", step, "note", lambda note: note.replace("\n7\n", "\n"))
    yield torn("no signature", step, "note", lambda note: note.partition("\u2014")[0])
    yield torn("no empty line", step, "note", lambda note: note.replace("\n\n", "\n"))
    yield torn("no line end", step, "note", lambda note: note[:-1])
    yield torn("junk under it", step, "note", lambda note: note + "junk\n")
    yield torn("no checkpoint", step, "proof", put("checkpoint", value=None))
    many = "".join(f"\u2014 other{at} AAAAAAAA\n" for at in range(64))
    yield Fault("too many signatures", step, "note", lambda note: note + many)
    second = "\u2014 log.example " + b64(log_id(REKOR)[:4] + b"junk") + "\n"
    yield Fault("second signature is bad", step, "note", lambda note: note + second)


def _other_root(text: str) -> str:
    origin, size, root, end = text.split("\n")
    return "\n".join((origin, size, flip(root), end))
