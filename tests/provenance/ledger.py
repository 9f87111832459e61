"""The test authority's Rekor logs: entry bodies, promises, proofs and checkpoints."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from mcp_guard.provenance.merkle import leaf_hash, node_hash
from tests.provenance.material import (
    LEAVES,
    OURS,
    REKOR,
    REKOR2,
    SIGNED,
    Private,
    Stages,
    b64,
    log_id,
    pem,
    sign,
)


def log_body(stages: Stages, kind: str, content: Mapping[str, Any], verifier: bytes, signer: str) -> bytes:
    label = "CERTIFICATE" if signer == "certificate" else "PUBLIC KEY"
    block, signature = b64(pem(verifier, label)), b64(content["signature"])
    digest = {"algorithm": "sha256", "value": sha256(content["payload"]).hexdigest()}
    digest2 = {"algorithm": "SHA2_256", "digest": b64(sha256(content["payload"]).digest())}
    field = "x509Certificate" if signer == "certificate" else "publicKey"
    signature2 = {
        "content": signature,
        "verifier": {field: {"rawBytes": b64(verifier)}, "keyDetails": "PKIX_ECDSA_P256_SHA_256"},
    }
    inner = {"sig": b64(signature.encode()), "publicKey": block}
    specs: dict[str, Any] = {
        "dsse/0.0.1": {
            "envelopeHash": digest,  # of the envelope's JSON, which nobody can know again
            "payloadHash": digest,
            "signatures": [{"signature": signature, "verifier": block}],
        },
        "intoto/0.0.2": {
            "content": {"envelope": {"payloadType": content["type"], "signatures": [inner]}, "payloadHash": digest}
        },
        "hashedrekord/0.0.1": {
            "data": {"hash": digest},
            "signature": {"content": signature, "publicKey": {"content": block}},
        },
        "dsse/0.0.2": {"dsseV002": {"payloadHash": digest2, "signatures": [signature2]}},
        "hashedrekord/0.0.2": {"hashedRekordV002": {"data": digest2, "signature": signature2}},
    }
    name_, _, version = kind.partition("/")
    body = stages.at("body", {"apiVersion": version, "kind": name_, "spec": specs[kind]})
    return bytes(stages.at("body bytes", json.dumps(body).encode()))


def log_entry(stages: Stages, kind: str, body: bytes) -> dict[str, Any]:
    second = kind in ("dsse/0.0.2", "hashedrekord/0.0.2")
    private: Private = REKOR2 if second else REKOR
    index = OURS if second else 1000 + OURS
    time = int(stages.at("integrated", SIGNED).timestamp())
    name_, _, version = kind.partition("/")
    entry: dict[str, Any] = {
        "logIndex": str(index),
        "logId": {"keyId": b64(log_id(private))},
        "kindVersion": {"kind": name_, "version": version},
        "inclusionProof": _proof(stages, body, private),
        "canonicalizedBody": b64(body),
    }
    if not second:
        fields = {"body": b64(body), "integratedTime": time, "logID": log_id(private).hex(), "logIndex": index}
        text = stages.at("promise", json.dumps(fields, sort_keys=True, separators=(",", ":")))
        promise = sign(stages.at("promise key", private), text.encode())
        entry |= {"integratedTime": str(time), "inclusionPromise": {"signedEntryTimestamp": b64(promise)}}
    return dict(stages.at("entry", entry))


def _proof(stages: Stages, body: bytes, private: Private) -> dict[str, Any]:
    leaves = [leaf_hash(b"leaf %d" % at) for at in range(LEAVES)]
    leaves[OURS] = stages.at("leaf hash", leaf_hash(body))
    root = tree(leaves)
    proof: dict[str, Any] = {
        "logIndex": str(OURS),
        "treeSize": str(LEAVES),
        "rootHash": b64(root),
        "hashes": [b64(node) for node in path(OURS, leaves)],
        "checkpoint": {"envelope": _checkpoint(stages, root, private)},
    }
    return dict(stages.at("proof", proof))


def _checkpoint(stages: Stages, root: bytes, private: Private) -> str:
    origin = "log.example" if private is REKOR2 else "log.example - 1234"
    text = stages.at("checkpoint", f"{origin}\n{LEAVES}\n{b64(root)}\n")
    blob = stages.at("hint", log_id(private)[:4]) + sign(stages.at("checkpoint key", private), text.encode())
    return str(stages.at("note", f"{text}\n\u2014 {stages.at('checkpoint name', 'log.example')} {b64(blob)}\n"))


def tree(leaves: list[bytes]) -> bytes:
    """RFC 9162, section 2.1.1, by its recursive definition."""
    if len(leaves) == 1:
        return leaves[0]
    split = _split(len(leaves))
    return node_hash(tree(leaves[:split]), tree(leaves[split:]))


def path(index: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 9162, section 2.1.3.1, by its recursive definition."""
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*path(index, leaves[:split]), tree(leaves[split:])]
    return [*path(index - split, leaves[split:]), tree(leaves[:split])]


def _split(size: int) -> int:
    return 1 << (size - 1).bit_length() - 1
