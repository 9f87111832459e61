from __future__ import annotations

from hypothesis import given

from mcp_guard.model import OpaqueLaunch, Place, Report
from mcp_guard.reports import listing
from mcp_guard.reports.escape import width
from tests.reports import samples
from tests.reports.test_reports import bounded


def test_columns_stand_under_each_other_with_wide_names() -> None:
    wide = samples.subject("日本", "blocked", OpaqueLaunch("a shell script", samples.word("x")))
    header, *rows = listing.render(Report((samples.FILES, wide), (), 1)).splitlines()
    columns = [width(row[: row.index(word)]) for row, word in zip(rows, ("package", "opaque"), strict=True)]
    assert columns == [header.index("kind")] * 2


def test_rows_stand_as_the_servers_in_the_files() -> None:
    late, early = (samples.subject(name, "blocked", place=Place("a", line)) for name, line in (("b", 10), ("z", 9)))
    rows = listing.render(Report((late, early), (), 1)).splitlines()[1:]
    assert [row.split()[1] for row in rows] == ["z", "b"]


@bounded
@given(samples.reports)
def test_there_is_one_row_a_server(report: Report) -> None:
    assert len(listing.render(report).split("\n")) == len(report.subjects) + 2
