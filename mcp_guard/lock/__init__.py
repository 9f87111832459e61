"""The lock: what machines found out, in `mcp-guard.lock`. `reading` parses it, `writing` makes its bytes.

Format version 1 is JSON with sorted keys, two spaces of indent and one block an entry, so that git can merge it:

    configs    config file → server → kind, fingerprint and the purls of its packages
    packages   purl → account, digests, evidence, install-scripts, proofs, published, publisher, registry, signatures
    version    1

A part that is unknown or default is left out, but `evidence` always says of every part how it is known. `publisher` is
who is proven, `account` whom the registry names; `signatures` are npm's, key id → base64, and `proofs` are the names of
files in `mcp-guard.proofs`. What can change after publication (withdrawn, deprecated) is never in the lock.
`schemas/mcp-guard.lock.schema.json` says the same.
"""

from __future__ import annotations

from mcp_guard.lock.reading import parse
from mcp_guard.lock.source import LOCK_LIMIT, LockError
from mcp_guard.lock.writing import dump, entry_digest

LOCK_FILE = "mcp-guard.lock"

__all__ = ["LOCK_FILE", "LOCK_LIMIT", "LockError", "dump", "entry_digest", "parse"]
