"""The order of npm versions (semver 2.0.0 §11)."""

from __future__ import annotations

import re
from typing import TypeAlias

_SEMVER = re.compile(
    r"(\d{1,16})\.(\d{1,16})\.(\d{1,16})(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?", re.ASCII
)
_NUMBER = re.compile(r"[0-9]{1,16}")  # int() refuses very long ones

# The numbers of a version, major first, and the parts of its prerelease.
Precedence: TypeAlias = tuple[tuple[int, ...], tuple[tuple[int, int, str], ...]]


def precedence(version: str) -> Precedence | None:
    """A key that orders versions; None for what is no version. Build metadata takes no part in it."""
    match = _SEMVER.fullmatch(version)
    if match is None:
        return None
    numbers = tuple(int(part) for part in match.groups()[:3])
    if match[4] is None:
        return numbers, ((2, 0, ""),)  # a release comes after all of its prereleases
    parts = match[4].split(".")
    return numbers, tuple((0, int(part), "") if _NUMBER.fullmatch(part) else (1, 0, part) for part in parts)


def is_prerelease(version: str) -> bool:
    """Whether the version has a prerelease part; build metadata is none."""
    match = _SEMVER.fullmatch(version)
    return match is not None and match[4] is not None
