"""The source line of a finding, and where the carets stand under it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from mcp_guard.model import Place
from mcp_guard.reports.escape import cells, width

LIMIT = 160  # columns of source that are shown at most
_LEAD = 60  # of these, how many stand before the range when the line has to be cut
_TAB = "    "
_CUT = "..."


class Excerpt(NamedTuple):
    """An escaped line and the columns under it: `indent` blanks, then `carets` carets, at least one."""

    line: str
    indent: int
    carets: int


def excerpt(source: str, place: Place) -> Excerpt:
    """Show `source`, one line, with the range of `place` under it.

    A tab takes four columns. A line wider than `LIMIT` is cut around the start of the range. A range that is not
    within the line is clipped to it; one that goes on in the next lines ends with this one.
    """
    start = min(max(place.column - 1, 0), len(source))
    end = place.end_column - 1 if place.end_line == place.line else len(source)
    # Cut by characters first: a config may be one line of a mebibyte, with thousands of findings in it.
    offset = max(start - LIMIT, 0)
    piece = source[offset : start + LIMIT]
    shown = [_TAB if char == "\t" else cell for char, cell in zip(piece, cells(piece), strict=True)]
    widths = [width(cell) for cell in shown]
    start -= offset
    first, last = _window(widths, start)
    head = _CUT if offset + first > 0 else ""
    tail = _CUT if offset + last < len(source) else ""
    return Excerpt(
        line=head + "".join(shown[first:last]) + tail,
        indent=len(head) + sum(widths[first:start]),
        carets=max(sum(widths[start : max(min(end - offset, last), start)]), 1),
    )


def _window(widths: list[int], start: int) -> tuple[int, int]:
    """The slice of cells around `start` that fits into `LIMIT` columns."""
    if sum(widths) <= LIMIT:
        return 0, len(widths)
    first = start - _fitting(reversed(widths[:start]), _LEAD)
    return first, start + _fitting(widths[start:], LIMIT - sum(widths[first:start]))


def _fitting(widths: Iterable[int], room: int) -> int:
    """How many of the cells fit into `room` columns."""
    count = 0
    for count, wide in enumerate(widths, start=1):
        room -= wide
        if room < 0:
            return count - 1
    return count
