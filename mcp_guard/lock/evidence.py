"""How each part of an entry is known, which the entry itself must bear out; reading and writing share the answer."""

from __future__ import annotations

from mcp_guard.model import Level, Publisher, Release

PARTS = ("attestations", "integrity", "published", "publisher", "signatures")


def levels(release: Release) -> dict[str, Level]:
    """The level of every part: said of what a registry serves, derived where the entry holds the part itself."""
    integrity: Level = "absent"
    if release.digests:
        integrity = "proven" if "proven" in (release.signatures, release.attestations) else "declared"
    return {
        "attestations": release.attestations,
        "integrity": integrity,
        "published": "declared" if release.published else "absent",
        "publisher": release.publisher.level,
        "signatures": release.signatures,
    }


def contradiction(release: Release) -> str | None:
    """The part whose level the release does not bear out, None where there is none.

    Proven signatures and attestations must be there, with the digests that they are about. A proven publisher has an
    identity and proven attestations, a declared one is the account, and where there is neither there is no account.
    """
    if release.signatures == "proven" and not (release.signed and release.digests):
        return "signatures"
    if release.attestations == "proven" and not (release.proofs and release.digests):
        return "attestations"
    return None if _borne_out(release.publisher, release.account, release.attestations) else "publisher"


def _borne_out(publisher: Publisher, account: str, attestations: Level) -> bool:
    match publisher.level:
        case "proven":
            return publisher.identity != "" and attestations == "proven"
        case "declared":
            return account != "" and publisher == Publisher("declared", account)
        case "absent" | "unavailable":
            return account == "" and publisher == Publisher(publisher.level)
