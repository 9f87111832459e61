"""Small things that registries write as text."""

from __future__ import annotations

import re
from datetime import datetime, timezone

from mcp_guard.model import JSON

_LONGEST = 300
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?\s*(Z|z|[+-]\d\d:?\d\d)?")


def instant(value: JSON) -> datetime | None:
    """A time of RFC 3339, aware and in UTC (as is one without an offset); None for anything else."""
    match = _INSTANT.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    fraction = (match[3] or "0")[:6].ljust(6, "0")
    offset = (match[4] or "Z").upper().replace("Z", "+00:00")
    offset = offset if ":" in offset else f"{offset[:3]}:{offset[3:]}"
    try:
        return datetime.fromisoformat(f"{match[1]}T{match[2]}.{fraction}{offset}").astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return None


def line(value: JSON) -> str | None:
    """Somebody's words on one line of bounded length; None where there are none."""
    text = " ".join(value.split()) if isinstance(value, str) else ""
    return (text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…") or None
