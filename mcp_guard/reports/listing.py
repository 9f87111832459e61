"""The table of `mcp-guard list`: every server, what it launches, and how that stands."""

from __future__ import annotations

from mcp_guard.model import Report, Subject
from mcp_guard.reports.escape import escape, width
from mcp_guard.reports.launched import kind, target

_HEADER = ("file", "server", "kind", "launches", "verdict", "publisher")


def render(report: Report) -> str:
    """Render one row a server as the servers stand in the files; columns are as wide as what is in them."""
    subjects = sorted(report.subjects, key=lambda subject: subject.server.name.place)
    rows = [_HEADER, *map(_row, subjects)]
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    return "".join(_line(row, widths) + "\n" for row in rows)


def _row(subject: Subject) -> tuple[str, ...]:
    words = (
        subject.server.file,
        subject.server.name.text,
        kind(subject),
        target(subject),
        subject.verdict,
        ", ".join(subject.publishers),
    )
    return tuple(escape(word) or "-" for word in words)


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    padded = (word + " " * (wide - width(word)) for word, wide in zip(row, widths, strict=True))
    return "  ".join(padded).rstrip()
