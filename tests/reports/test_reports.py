"""What holds for every report in every format."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given, settings

from mcp_guard.model import Place, Report
from mcp_guard.reports import REPORTS, listing, publishers, text
from mcp_guard.reports.summary import VERDICTS, WORST, footer, headline
from tests.reports import samples

bounded = settings(max_examples=60, deadline=None)

RENDERERS: tuple[Callable[[Report], str], ...] = (
    *REPORTS.values(),
    listing.render,
    publishers.render,
    partial(text.render, verbose=True),
)


def told(rendered: str) -> Counter[str]:
    """The counts of the last line."""
    pairs = re.findall(r"(\d+) (\w+)", rendered.splitlines()[-1])
    return Counter({word.removesuffix("s"): int(count) for count, word in pairs})


def counted(report: Report) -> Counter[str]:
    """The counts of the values themselves."""
    found = Counter[str](subject.verdict for subject in report.subjects)
    found.update(finding.severity for finding in report.findings if finding.accepted is None)
    found["excluded"] = len(report.excluded)
    return found


@bounded
@given(samples.reports)
def test_every_format_tells_the_same_counts_as_the_report(report: Report) -> None:
    expected = +counted(report)
    summary = json.loads(REPORTS["json"](report))["summary"]
    assert +told(REPORTS["text"](report)) == expected
    assert +told(REPORTS["github"](report)) == expected
    assert {verdict: summary[verdict] for verdict in VERDICTS} == {verdict: expected[verdict] for verdict in VERDICTS}
    assert (summary["errors"], summary["warnings"]) == (expected["error"], expected["warning"])
    assert len(summary["excluded"]) == expected["excluded"]


@bounded
@given(samples.reports)
def test_no_format_raises_or_prints_a_control_character(report: Report) -> None:
    for render in RENDERERS:
        rendered = render(report)
        assert rendered == render(report)
        assert rendered.endswith("\n")
        assert rendered.encode("utf-8")
        assert all(line.isprintable() for line in rendered.split("\n"))


@bounded
@given(samples.reports)
def test_no_line_but_our_own_is_a_command_to_a_github_runner(report: Report) -> None:
    for rendered in (text.render(report, verbose=True), listing.render(report), publishers.render(report)):
        for line in rendered.split("\n"):
            assert not line.lstrip().startswith("::")
            assert "##[" not in line


@bounded
@given(samples.reports)
def test_nothing_is_called_well_while_something_blocks(report: Report) -> None:
    if {"blocked", "unchecked", "error"} & set(+counted(report)) or report.exit_code:
        assert headline(report) is None
    else:
        assert headline(report) == text.render(report).splitlines()[-2]


@pytest.mark.parametrize("exit_code", [1, 3])
def test_the_exit_code_alone_takes_the_headline_away(exit_code: int) -> None:
    # Warnings under --strict: nothing is blocked, and the commit is refused all the same.
    assert headline(Report((samples.FILES,), (), exit_code, 1)) is None


@pytest.mark.parametrize("name", samples.REPORTS)
def test_nothing_is_called_safe_or_clean(name: str) -> None:
    for render in RENDERERS:
        assert re.search(r"\b(safe|clean|score)\b", render(samples.REPORTS[name]), re.IGNORECASE) is None


def test_findings_that_belong_to_no_server_are_counted_too() -> None:
    report = Report((), (samples.finding("lock-unreadable", "it holds a merge conflict", Place("mcp-guard.lock")),), 1)
    assert footer(report) == "0 blocked, 0 verified, 0 allowed, 0 accepted, 0 unchecked; 1 error"


def test_the_order_of_worst_names_each_rule_once() -> None:
    assert len(set(WORST)) == len(WORST)
