from __future__ import annotations

import re
from itertools import permutations

import pytest
from hypothesis import given

from mcp_guard.model import Finding, Place, ProgramLaunch, Report
from mcp_guard.reports import text
from tests.reports import samples
from tests.reports.samples import UNPINNED, finding
from tests.reports.test_reports import bounded


def rules(report: Report) -> list[list[str]]:
    return [[found.rule for found in block] for block in text.blocks(report)]


def only(*findings: Finding, report: Report = samples.REPORTS["blocked"]) -> Report:
    return report._replace(findings=findings)


ABOUT_POSTMARK = tuple(
    finding(rule, rule, Place(".mcp.json", line, 1, line, 2))._replace(server="postmark")
    for line, rule in enumerate(("unverifiable", "of-a-later-issue", "not-locked", "unpinned"), start=1)
)


@pytest.mark.parametrize("order", list(permutations(ABOUT_POSTMARK)))
def test_the_worst_finding_of_a_server_comes_first(order: tuple[Finding, ...]) -> None:
    assert rules(only(*order)) == [["unpinned", "not-locked", "unverifiable", "of-a-later-issue"]]


def test_an_error_comes_before_the_warning_of_a_worse_rule() -> None:
    warning = UNPINNED._replace(rule="integrity-mismatch", severity="warning")
    assert rules(only(warning, UNPINNED)) == [["unpinned", "integrity-mismatch"]]


def test_the_same_name_in_two_files_is_two_servers() -> None:
    other = UNPINNED._replace(place=Place("a/.mcp.json", 2, 1, 2, 9))
    twice = (samples.POSTMARK, samples.subject("postmark", "blocked", place=other.place))
    lock = finding("definition-changed", "changed", Place("mcp-guard.lock", 9))._replace(server="postmark")
    report = Report(twice, (UNPINNED, lock, other), 1)
    assert rules(report) == [["unpinned"], ["unpinned"], ["definition-changed"]]


def test_a_finding_elsewhere_joins_the_block_of_its_only_server() -> None:
    lock = finding("lock-unreadable", "unreadable", Place("mcp-guard.lock", 9, 3, 9, 4))._replace(server="postmark")
    assert rules(only(UNPINNED, lock)) == [["lock-unreadable", "unpinned"]]
    rendered = text.render(only(UNPINNED, lock))
    assert rendered.startswith("mcp-guard.lock:9:3: error[lock-unreadable]: unreadable\n")
    assert f"= also: error[unpinned]: {UNPINNED.message} (.mcp.json:6:22)" in rendered


def test_a_finding_without_server_is_a_block_of_its_own() -> None:
    bare = UNPINNED._replace(server=None)
    assert rules(only(bare, bare, UNPINNED)) == [["unpinned"], ["unpinned"], ["unpinned"]]


def test_blocks_stand_as_in_the_files() -> None:
    lines = (30, 4, 100)
    found = [finding("unpinned", "m", Place(".mcp.json", line))._replace(server=f"s{line}") for line in lines]
    assert [block[0].place.line for block in text.blocks(only(*found))] == [4, 30, 100]


@bounded
@given(samples.reports)
def test_every_block_ends_with_its_one_fix(report: Report) -> None:
    blocks = [part.split("\n") for part in text.render(report).rstrip("\n").split("\n\n")]
    fixes = [[line for line in block if re.match(r" += fix:", line)] for block in blocks]
    assert [found for found in fixes if found] == [
        [block[-1]] for block, found in zip(blocks, fixes, strict=True) if found
    ]
    assert sum(map(len, fixes)) == len(text.blocks(report))


def test_a_finding_without_source_line_has_no_excerpt() -> None:
    assert text.render(only(UNPINNED._replace(source=""))).splitlines()[:3] == [
        f".mcp.json:6:22: error[unpinned]: {UNPINNED.message}",
        "  = why:  mcp-guard explain unpinned",
        "  = fix:  mcp-guard pin .mcp.json",
    ]


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_the_end_of_the_source_line_is_not_shown(end: str) -> None:
    assert text.render(only(UNPINNED._replace(source=samples.LINE + end))) == text.render(only(UNPINNED))


def test_an_acceptance_is_shown_and_does_not_count() -> None:
    accepted = UNPINNED._replace(accepted="SEC-1\n\x1b[0m", server=None)
    rendered = text.render(only(accepted))
    assert rendered.startswith("accepted: .mcp.json:6:22 unpinned: SEC-1\\n\\x1b[0m\n\n")
    assert "error" not in rendered
    assert "accepted: .mcp.json:6:22 unpinned postmark: " in text.render(only(accepted._replace(server="postmark")))


def test_servers_are_listed_only_when_asked_for() -> None:
    program = samples.subject("gh", "allowed", ProgramLaunch("gh", samples.word("gh")))
    report = Report((samples.FILES, program), (), 0, 1)
    assert "filesystem" not in text.render(report)
    assert "allowed  .mcp.json  gh  gh\n" in text.render(report, verbose=True)
    assert "(carried, as of 2026-11-20; publisher: declared: mcp-release)" in text.render(report, verbose=True)


def test_excluded_files_are_counted_and_named_when_asked_for() -> None:
    report = Report((), (), 0, 0, ("b/.mcp.json", "a/.mcp.json"))
    assert text.render(report).endswith("; 2 excluded files\n")
    assert "a/.mcp.json" not in text.render(report)
    assert text.render(report, verbose=True).startswith("excluded  a/.mcp.json\nexcluded  b/.mcp.json\n\n")


def test_color_is_on_severity_and_carets_only() -> None:
    report = samples.REPORTS["blocked"]
    painted = text.render(report, color=True)
    assert re.sub(r"\x1b\[[0-9;]+m", "", painted) == text.render(report)
    assert set(re.findall(r"\x1b\[1;3[13]m(.+?)\x1b\[0m", painted)) == {"error", "warning", "^" * 14, "^" * 5}
