"""The report as GitHub workflow commands, which become annotations on the lines of a pull request.

The form is that of actions/toolkit, packages/core/src/command.ts.
"""

from __future__ import annotations

from mcp_guard.model import Finding, Report
from mcp_guard.reports.escape import escape
from mcp_guard.reports.summary import footer, worst_order

_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def render(report: Report) -> str:
    """Render one command a finding, the worst first and the accepted last, then one plain line of counts.

    The order matters: GitHub shows ten annotations of a kind for each step and drops the rest.
    """
    findings = sorted(report.findings, key=lambda finding: (finding.accepted is not None, worst_order(finding)))
    return "\n".join([*map(_command, findings), footer(report)]) + "\n"


def _command(finding: Finding) -> str:
    place = finding.place
    properties = {
        "file": place.file,
        "line": str(place.line),
        "col": str(place.column),
        "endLine": str(place.end_line),
        "endColumn": str(place.end_column),
        "title": f"mcp-guard {finding.rule}",
    }
    level = finding.severity if finding.accepted is None else "notice"
    more = f"Fix: {finding.remedy}" if finding.accepted is None else f"Accepted: {finding.accepted}"
    words = ",".join(f"{key}={escape(value).translate(_PROPERTY)}" for key, value in properties.items())
    return f"::{level} {words}::{escape(f'{finding.message}. {more}').translate(_DATA)}"
