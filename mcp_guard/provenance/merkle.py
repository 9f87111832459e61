"""RFC 9162, section 2.1: Merkle trees, as Rekor keeps them with SHA-256."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from mcp_guard.provenance.errors import require

_STEP: Final = "rekor.inclusion-proof"
_HASH_BYTES = 32


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf (section 2.1.1)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node (section 2.1.1)."""
    return sha256(b"\x01" + left + right).digest()


def check_inclusion(leaf: bytes, index: int, size: int, path: tuple[bytes, ...], root: bytes) -> None:
    """Verify an inclusion proof (section 2.1.3.2): the leaf hash is at `index` of the tree with this size and root.

    Raises VerificationError; the letters are those of the specification.
    """
    require(_STEP, index < size, "the index lies outside the tree")
    require(_STEP, all(len(node) == _HASH_BYTES for node in path), "a hash of the path has another size than SHA-256")
    fn, sn, r = index, size - 1, leaf
    for p in path:
        require(_STEP, sn != 0, "the path is longer than the tree is high")
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    require(_STEP, sn == 0, "the path is shorter than the tree is high")
    require(_STEP, r == root, "the path leads to another root hash")
