"""What an npm manifest says of how a version was published: by whom, signed, with which evidence.

All of it is the registry's word. The shapes are those of pnpm/pnpm:pnpm11/resolving/registry/types/src/index.ts.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping

from mcp_guard.model import JSON, Signature
from mcp_guard.registries.texts import line

_MOST = 32  # signatures; the verifier takes no more
_LONGEST = 1024
_TEXT = re.compile(r"[!-~]{1,1024}")

# Rank and name of the evidence of a version, as pnpm ranks it.
APPROVED, TRUSTED, ATTESTED, NONE = (
    (3, "approved by a person"),
    (2, "attested, trusted publisher"),
    (1, "attested"),
    (0, ""),
)


def table(value: Mapping[str, JSON], key: str) -> dict[str, JSON]:
    """A member that is an object, else an empty one: parts that a registry may leave out."""
    member = value.get(key)
    return member if isinstance(member, dict) else {}


def account(manifest: Mapping[str, JSON]) -> str:
    """Who published: a person's account, or the one of a CI service with whom it acted for; "" for nobody.

    "alice", "GitHub Actions (trusted publisher: github, approved by alice)".
    """
    user = table(manifest, "_npmUser")
    name = line(user.get("name"))
    if name is None:
        return ""
    trusted = line(table(user, "trustedPublisher").get("id"))
    approver = line(table(user, "approver").get("name"))
    notes = (trusted and f"trusted publisher: {trusted}", approver and f"approved by {approver}")
    shown = ", ".join(filter(None, notes))
    return f"{name} ({shown})" if shown else name


def signed(manifest: Mapping[str, JSON]) -> tuple[Signature, ...]:
    """The registry's signatures (`dist.signatures`), the first by each key; a mirror's junk among them is left out."""
    rows = table(manifest, "dist").get("signatures")
    found = [_signature(row) for row in rows] if isinstance(rows, list) else []
    by_key: dict[str, Signature] = {}
    for signature in found:
        if signature is not None:
            by_key.setdefault(signature.key_id, signature)
    return tuple(by_key.values())[:_MOST]


def _signature(row: JSON) -> Signature | None:
    key_id, value = (row.get("keyid"), row.get("sig")) if isinstance(row, dict) else (None, None)
    if not isinstance(key_id, str) or not isinstance(value, str):
        return None
    return Signature(key_id, value) if _TEXT.fullmatch(key_id) and _is_base64(value) else None


def _is_base64(text: str) -> bool:
    """Whether this is base64 in its one canonical spelling (RFC 4648), which is what a lock can hold."""
    try:
        return 0 < len(text) <= _LONGEST and b64encode(b64decode(text, validate=True)).decode() == text
    except ValueError:
        return False


def evidence(manifest: Mapping[str, JSON]) -> tuple[int, str]:
    """The rank of the evidence that a version was published with, and what it is."""
    user = table(manifest, "_npmUser")
    attested = bool(table(table(manifest, "dist"), "attestations").get("provenance"))
    if user.get("approver"):
        return APPROVED
    if attested and user.get("trustedPublisher"):
        return TRUSTED
    return ATTESTED if attested else NONE
