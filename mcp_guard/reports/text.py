"""The report for people: one block for each server that has something to mend, then one line of counts."""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.model import Finding, Place, Report, Severity, Subject
from mcp_guard.reports.escape import escape
from mcp_guard.reports.excerpt import excerpt
from mcp_guard.reports.launched import target
from mcp_guard.reports.summary import footer, headline, place_order, worst_order

_COLORS: dict[Severity, str] = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m"}
_RESET = "\x1b[0m"


def render(report: Report, *, color: bool = False, verbose: bool = False) -> str:
    """Render the report; `color` paints severities and carets, `verbose` adds a line for every server.

    Nothing depends on the width of a terminal, and nothing but newlines and these colours is a control character.
    """
    colors = _COLORS if color else {}
    parts = ["\n".join(_block(block, colors)) for block in blocks(report)]
    parts.append("\n".join(_accepted(report)))
    if verbose:
        parts.append("\n".join(_servers(report)))
    parts.append("\n".join(filter(None, (headline(report), footer(report)))))
    return "\n\n".join(filter(None, parts)) + "\n"


def blocks(report: Report) -> list[list[Finding]]:
    """The findings that nobody has accepted, by server: the worst of a block first, blocks as they stand in the files.

    A finding without a server is a block of its own.
    """
    files: dict[str, set[str]] = {}
    for subject in report.subjects:
        files.setdefault(subject.server.name.text, set()).add(subject.server.file)
    grouped: dict[tuple[str, str | int], list[Finding]] = {}
    for number, finding in enumerate(sorted(report.findings, key=worst_order)):
        if finding.accepted is None:
            name = number if finding.server is None else finding.server
            grouped.setdefault((_config(finding, files), name), []).append(finding)
    return sorted(grouped.values(), key=lambda block: place_order(block[0]))


def _config(finding: Finding, files: dict[str, set[str]]) -> str:
    """The config whose server a finding is about: it may stand in the lock or in an override file instead."""
    configs = files.get(finding.server or "", set())
    return min(configs) if len(configs) == 1 else finding.place.file


def _block(findings: list[Finding], colors: dict[Severity, str]) -> Iterator[str]:
    worst, *others = findings
    margin = " " * len(str(worst.place.line))
    yield f"{_where(worst.place)}: {_title(worst, colors)}"
    if worst.source:
        shown = excerpt(worst.source.rstrip("\r\n"), worst.place)
        carets = _paint("^" * shown.carets, colors.get(worst.severity))
        yield f"{margin} |"
        yield f"{worst.place.line} | {shown.line}".rstrip()
        yield f"{margin} | {' ' * shown.indent}{carets}"
        yield f"{margin} |"
    for other in others:
        elsewhere = "" if other.place == worst.place else f" ({_where(other.place)})"
        yield f"{margin} = also: {_title(other, colors)}{elsewhere}"
    yield f"{margin} = why:  mcp-guard explain {escape(worst.rule)}"
    yield f"{margin} = fix:  {escape(worst.remedy)}".rstrip()


def _accepted(report: Report) -> Iterator[str]:
    for finding in sorted(report.findings, key=place_order):
        if finding.accepted is not None:
            what = " ".join(filter(None, (finding.rule, finding.package or finding.server)))
            yield f"accepted: {_where(finding.place)} {escape(what)}: {escape(finding.accepted)}"


def _servers(report: Report) -> Iterator[str]:
    for subject in sorted(report.subjects, key=lambda subject: subject.server.name.place):
        yield _server(subject)
    for path in sorted(report.excluded):
        yield f"excluded  {escape(path)}"


def _server(subject: Subject) -> str:
    publishers = ", ".join(subject.publishers)
    notes = "; ".join([*subject.notes, *([f"publisher: {publishers}"] if publishers else [])])
    words = (subject.verdict, subject.server.file, subject.server.name.text, target(subject))
    return "  ".join(escape(word) or "-" for word in words) + (f"  ({escape(notes)})" if notes else "")


def _where(place: Place) -> str:
    return f"{escape(place.file)}:{place.line}:{place.column}"


def _title(finding: Finding, colors: dict[Severity, str]) -> str:
    severity = _paint(finding.severity, colors.get(finding.severity))
    return f"{severity}[{escape(finding.rule)}]: {escape(finding.message)}"


def _paint(text: str, color: str | None) -> str:
    return f"{color}{text}{_RESET}" if color else text
