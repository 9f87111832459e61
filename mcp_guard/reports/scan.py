"""What `mcp-guard scan` prints: a table and findings for people, or JSON (`schemas/scan.schema.json`)."""

from __future__ import annotations

import json
from collections.abc import Iterator

from mcp_guard.model import JSON, Finding
from mcp_guard.reports import json_report
from mcp_guard.reports.escape import encodable, escape
from mcp_guard.reports.launched import target
from mcp_guard.reports.listing import table
from mcp_guard.reports.summary import amount, counts, footer, place_order, unaccepted
from mcp_guard.scanning import Inventory, Scanned

VERSION = 1

_HEADER = ("client", "file", "server", "launches", "verdict")


def text(inventory: Inventory) -> str:
    """Render the table, then each finding in a line, then what could not be read and which clients have no config."""
    parts = (
        table(_HEADER, _rows(inventory)) if inventory.files else "",
        "".join(f"{_told(finding)}\n" for finding in _open(inventory)),
        "".join(f"not read: {escape(one.file)}: {escape(one.reason)}\n" for one in inventory.unread),
        "".join(f"no config: {escape(one.client)} ({escape(one.folder)})\n" for one in inventory.bare),
        "".join(f"{line}\n" for line in _summary(inventory)),
    )
    return "\n".join(filter(None, parts))


def _rows(inventory: Inventory) -> Iterator[tuple[str, ...]]:
    for file in inventory.files:
        rules = _rules(file)
        for subject, project in zip(file.report.subjects, file.projects, strict=True):
            name = subject.server.name.text
            why = rules.get(name) if subject.verdict in ("blocked", "unchecked") else None
            verdict = f"{subject.verdict}: {why}" if why else subject.verdict
            yield file.client, file.file, _called(name, project), target(subject), verdict
        if not file.report.subjects:
            yield file.client, file.file, "", "", ""


def _called(name: str, project: str | None) -> str:
    """Name a server with its project; where several use a name, it has the key of the project in it already."""
    return name if project is None else f"{name.partition(' (projects[')[0]} (in {project})"


def _rules(file: Scanned) -> dict[str, str]:
    """The rules that block each server."""
    found: dict[str, dict[str, None]] = {}
    for finding in file.report.findings:
        if finding.server is not None and finding.accepted is None and finding.severity == "error":
            found.setdefault(finding.server, {})[finding.rule] = None
    return {name: ", ".join(rules) for name, rules in found.items()}


def _open(inventory: Inventory) -> list[Finding]:
    """The findings to tell one by one; where nobody was to be asked, that is told once."""
    findings = (finding for finding in inventory.report.findings if finding.accepted is None)
    return sorted((f for f in findings if inventory.asked or f.rule != "unverifiable"), key=place_order)


def _told(finding: Finding) -> str:
    place = finding.place
    where = f"{escape(place.file)}:{place.line}:{place.column}"
    return f"{where}: {finding.severity}[{escape(finding.rule)}]: {escape(finding.message)}"


def _summary(inventory: Inventory) -> Iterator[str]:
    if _open(inventory):
        yield "why, and how to mend it: mcp-guard explain RULE"
    if not inventory.asked and any(finding.rule == "unverifiable" for finding in inventory.report.findings):
        yield "no registry was asked, so what is pinned is not verified: mcp-guard scan --network=auto"
    with_config = {file.client for file in inventory.files}
    found = f"{amount(len(inventory.files), 'config')} of {amount(len(with_config), 'client')}"
    unread = f"; {amount(len(inventory.unread), 'path')} not read" if inventory.unread else ""
    yield f"{found}: {footer(inventory.report)}{unread}"


def document(inventory: Inventory) -> str:
    """Render JSON: ASCII only, sorted, the same bytes for the same machine."""
    answer: dict[str, JSON] = {
        "version": VERSION,
        "files": [_file(file) for file in inventory.files],
        "unread": [
            {"client": one.client, "file": encodable(one.file), "reason": encodable(one.reason)}
            for one in inventory.unread
        ],
        "without_config": [{"client": one.client, "folder": encodable(one.folder)} for one in inventory.bare],
        "summary": {
            **counts(inventory.report),
            "errors": unaccepted(inventory.report, "error"),
            "warnings": unaccepted(inventory.report, "warning"),
            "configs": len(inventory.files),
        },
    }
    return json.dumps(answer, indent=2) + "\n"


def _file(file: Scanned) -> JSON:
    """One config: servers and findings as in the report of `check`, and with each server its project."""
    report: dict[str, list[dict[str, JSON]]] = json.loads(json_report.render(file.report))
    pairs = zip((subject.server.name.place for subject in file.report.subjects), file.projects, strict=True)
    for server, (_, project) in zip(report["servers"], sorted(pairs, key=lambda pair: pair[0]), strict=True):
        server["project"] = None if project is None else encodable(project)
    servers: list[JSON] = [*report["servers"]]
    findings: list[JSON] = [*report["findings"]]
    return {"client": file.client, "file": encodable(file.file), "servers": servers, "findings": findings}
