"""Reports: one file and one line in `REPORTS` for each format that a report can be written in."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mcp_guard.model import Report
from mcp_guard.reports import github, json_report, text

# Format name, as on the command line, to its renderer: pure, never raises, ends with a newline, holds no colour.
REPORTS: Mapping[str, Callable[[Report], str]] = {
    "text": text.render,
    "json": json_report.render,
    "github": github.render,
}
