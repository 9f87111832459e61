"""The table of `mcp-guard list`: every server, what it launches, and how that stands."""

from __future__ import annotations

from collections.abc import Iterable

from mcp_guard.model import Report, Subject
from mcp_guard.reports.escape import escape, width
from mcp_guard.reports.launched import kind, target

_HEADER = ("file", "server", "kind", "launches", "verdict", "publisher")


def render(report: Report) -> str:
    """Render one row a server as the servers stand in the files."""
    subjects = sorted(report.subjects, key=lambda subject: subject.server.name.place)
    return table(_HEADER, map(_row, subjects))


def table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Render rows of any texts under a header, escaped; columns are as wide as what is in them, "-" is nothing."""
    shown = [header, *(tuple(escape(word) or "-" for word in row) for row in rows)]
    widths = [max(map(width, column)) for column in zip(*shown, strict=True)]
    return "".join(_line(row, widths) + "\n" for row in shown)


def _row(subject: Subject) -> tuple[str, ...]:
    return (
        subject.server.file,
        subject.server.name.text,
        kind(subject),
        target(subject),
        subject.verdict,
        ", ".join(subject.publishers),
    )


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    padded = (word + " " * (wide - width(word)) for word, wide in zip(row, widths, strict=True))
    return "  ".join(padded).rstrip()
