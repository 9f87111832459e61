"""A version held against those that were published before it, and came with more evidence.

The idea is pnpm's `trustPolicy: no-downgrade` (pnpm/pnpm:pnpm11/resolving/npm-resolver/src/trustChecks.ts), kept to
the major lines that a user of this version may have come from. All of it is the registry's word, proven by nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple


class Past(NamedTuple):
    """One version of a package, and what it came with."""

    version: str
    order: int  # its place among the versions of the package, the lowest first
    line: tuple[int, ...]  # its major line
    published: datetime | None
    prerelease: bool
    rank: int  # of its evidence: more is better, 0 is none
    evidence: str  # the same for people


def weaker_than(own: Past, others: Iterable[Past]) -> str | None:
    """Name the best, and of those the highest, earlier version of this or a lower line with more evidence than `own`.

    Prereleases count for prereleases only. Earlier is what was published before; where a time is not known, what is
    lower.
    """
    better = [one for one in others if one.rank > own.rank and _comes_before(one, own)]
    best = max(better, key=lambda one: (one.rank, one.order), default=None)
    return f"{best.version} ({best.evidence})" if best else None


def _comes_before(one: Past, own: Past) -> bool:
    if one.line > own.line or (one.prerelease and not own.prerelease):
        return False
    if one.published is None or own.published is None:
        return one.order < own.order
    return one.published < own.published
