"""Typical reports against `expected/<report>.<format>.txt`.

To refresh a file after a wanted change, delete it and run the test: it writes what is missing, and fails once.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from mcp_guard.model import Report
from mcp_guard.reports import REPORTS, listing, publishers, text
from tests.reports import samples

EXPECTED = Path(__file__).parent / "expected"


def verbose(report: Report) -> str:
    return text.render(report, verbose=True)


def color(report: Report) -> str:
    return text.render(report, color=True).replace("\x1b", "<ESC>")


FORMATS = {**REPORTS, "listing": listing.render, "publishers": publishers.render, "verbose": verbose, "color": color}


@pytest.mark.parametrize("name", samples.REPORTS)
@pytest.mark.parametrize("form", FORMATS)
def test_a_typical_report_is_rendered_as_expected(name: str, form: str) -> None:
    rendered = FORMATS[form](samples.REPORTS[name])
    file = EXPECTED / f"{name}.{form}.txt"
    if not file.exists():
        file.write_text(rendered, "utf-8")
        pytest.fail(f"{file.name} was missing and is written now: read it, then run the test again")
    assert rendered == file.read_text("utf-8")


def test_there_is_no_expectation_without_a_report() -> None:
    assert {file.name for file in EXPECTED.iterdir()} == {
        f"{name}.{form}.txt" for name in samples.REPORTS for form in FORMATS
    }
