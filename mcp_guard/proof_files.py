"""The files of `mcp-guard.proofs/`: where each proof stands in a tree, and what is there."""

from __future__ import annotations

import os
import re

from mcp_guard.model import Lock
from mcp_guard.provenance.proofs import FILE_LIMIT
from mcp_guard.trees import Entry, Tree, Unreadable
from mcp_guard.triggers import LINK_MODES, PROOFS_FOLDER

_PROOF = re.compile(rf"{re.escape(PROOFS_FOLDER)}/[0-9a-f]{{64}}\.json")


def path(name: str) -> str:
    """Name the file of a proof, from the root of the repository."""
    return f"{PROOFS_FOLDER}/{name}.json"


def is_proof(file: str) -> bool:
    """Say whether a path is where a proof belongs."""
    return _PROOF.fullmatch(file) is not None


def read(tree: Tree, lock: Lock) -> dict[str, bytes | str]:
    """Read the proofs that a lock names, by path: bytes, or why not; one that is not in the tree is left out."""
    named = {path(proof.name) for entry in lock.packages.values() for proof in entry.release.proofs}
    found = tree.read(sorted(file for file in named if file in tree.entries), FILE_LIMIT)
    return {file: _content(data, tree.entries[file]) for file, data in found.items()}


def _content(data: bytes | Unreadable, entry: Entry) -> bytes | str:
    if entry.mode in LINK_MODES:
        return "it is a link, not a file"
    return data if isinstance(data, bytes) else f"it cannot be read: {data.reason}"


def on_disk(root: str) -> list[str]:
    """List the proofs on disk, tracked or not; none where the folder is a link."""
    folder = os.path.join(root, PROOFS_FOLDER)
    if os.path.islink(folder):
        return []
    try:
        return sorted(filter(is_proof, (f"{PROOFS_FOLDER}/{name}" for name in os.listdir(folder))))
    except OSError:
        return []
