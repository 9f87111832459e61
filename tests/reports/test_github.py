from __future__ import annotations

import re

from hypothesis import given

from mcp_guard.model import Finding, Place, Report
from mcp_guard.reports import github
from mcp_guard.reports.escape import escape
from tests.reports import samples
from tests.reports.samples import UNPINNED, finding
from tests.reports.test_reports import bounded


def lines(*findings: Finding) -> list[str]:
    return github.render(Report((samples.POSTMARK,), findings, 1, 1)).splitlines()


def unescaped(text: str) -> str:
    """What a runner makes of data or of a property (actions/runner, src/Runner.Common/ActionCommand.cs)."""
    for written, meant in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(written, meant)
    return text


def test_a_finding_is_one_command() -> None:
    assert lines(UNPINNED)[0] == (
        "::error file=.mcp.json,line=6,col=22,endLine=6,endColumn=36,title=mcp-guard unpinned::"
        'server "postmark" runs whatever version is newest on the day it starts. Fix: mcp-guard pin .mcp.json'
    )


def test_properties_and_data_are_escaped_as_the_toolkit_does() -> None:
    place = Place("a,b:c%0A.json", 1, 2, 3, 4)
    [command, _] = lines(finding("unpinned", "50% of a::b, c", place)._replace(remedy="x%0Ay"))
    assert command == (
        "::error file=a%2Cb%3Ac%250A.json,line=1,col=2,endLine=3,endColumn=4,title=mcp-guard unpinned::"
        "50%25 of a::b, c. Fix: x%250Ay"
    )


def test_errors_come_first_and_the_accepted_last() -> None:
    warning = finding("lock-unused", "m", Place("a"), "warning")
    accepted = finding("unpinned", "m", Place("a"))._replace(accepted="SEC-1")
    late = finding("unverifiable", "m", Place("a"))
    unpinned = finding("unpinned", "m", Place("z", 9))
    told = [re.sub(r" file.*title=mcp-guard", "", line) for line in lines(warning, accepted, late, unpinned)[:-1]]
    assert [line.split("::")[1] for line in told] == [
        "error unpinned",
        "error unverifiable",
        "warning lock-unused",
        "notice unpinned",
    ]
    assert told[-1].endswith("Accepted: SEC-1")


def test_the_last_line_is_no_command() -> None:
    assert lines()[-1] == "1 blocked, 0 verified, 0 allowed, 0 accepted, 0 unchecked"


@bounded
@given(samples.findings)
def test_a_runner_reads_back_what_was_meant(found: Finding) -> None:
    [command, summary] = github.render(Report((), (found,), 1)).rstrip("\n").split("\n")
    match = re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.*)", command)
    assert match
    level, properties, data = match.groups()
    pairs = dict(pair.split("=", 1) for pair in properties.split(","))
    assert level == (found.severity if found.accepted is None else "notice")
    assert list(pairs) == ["file", "line", "col", "endLine", "endColumn", "title"]
    assert unescaped(pairs["file"]) == escape(found.place.file)
    assert unescaped(pairs["title"]) == escape(f"mcp-guard {found.rule}")
    assert "\n" not in unescaped(data)
    assert not summary.startswith("::")
