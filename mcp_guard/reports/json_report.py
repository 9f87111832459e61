"""The report for programs: one JSON object, described by `schemas/report.schema.json`."""

from __future__ import annotations

import json
from collections.abc import Iterable

from mcp_guard.model import JSON, Evidence, Finding, Package, Place, Report, Subject, purl
from mcp_guard.reports.escape import encodable
from mcp_guard.reports.launched import details, kind, packages
from mcp_guard.reports.summary import counts, unaccepted

VERSION = 1


def render(report: Report) -> str:
    """Render the report: ASCII only, the same bytes for the same report whatever the order of its parts."""
    document: dict[str, JSON] = {
        "version": VERSION,
        "servers": _sorted((subject.server.name.place, _server(subject)) for subject in report.subjects),
        "findings": _sorted((finding.place, _finding(finding)) for finding in report.findings),
        "summary": _summary(report),
    }
    return json.dumps(document, indent=2) + "\n"


def _server(subject: Subject) -> dict[str, JSON]:
    place = subject.server.name.place
    return {
        "file": encodable(subject.server.file),
        "name": encodable(subject.server.name.text),
        "line": place.line,
        "column": place.column,
        "launch": _launch(subject),
        "verdict": subject.verdict,
        "publisher": encodable("; ".join(subject.publishers)) or None,
        "evidence": [_evidence(evidence) for evidence in subject.evidence],
        "notes": [encodable(note) for note in subject.notes],
    }


def _launch(subject: Subject) -> dict[str, JSON]:
    """What is launched; the keys besides kind, packages and remote are there where the server has such a launch."""
    texts: dict[str, list[str]] = {}
    for key, text in details(subject):
        texts.setdefault(key, []).append(encodable(text))
    return {
        "kind": kind(subject),
        "packages": [_package(package) for package in packages(subject)],
        "remote": None,
        **{key: "; ".join(values) for key, values in texts.items()},
    }


def _package(package: Package) -> dict[str, JSON]:
    return {
        "purl": _purl(package),
        "version": None if package.version is None else encodable(package.version),
        "pinned": package.version is not None,
        "source": package.source,
    }


def _purl(package: Package) -> str:
    name = encodable(package.name)
    if package.version is not None:
        return purl(package.ecosystem, name, encodable(package.version))
    # Within the parts of a purl an "@" is quoted, so the one that is left belongs to the version.
    before, _, after = purl(package.ecosystem, name, "").partition("@")
    return before + after


def _evidence(evidence: Evidence) -> dict[str, JSON]:
    """What is known of one package; of a publisher only what is known of it."""
    publisher = evidence.publisher
    words = {
        "level": publisher.level,
        "identity": publisher.identity,
        "workflow": publisher.workflow,
        "ref": publisher.ref,
        "trigger": publisher.trigger,
        "signer": publisher.signer,
    }
    return {
        "package": encodable(evidence.package),
        "publisher": {key: encodable(word) for key, word in words.items() if word},
        "account": encodable(evidence.account) or None,
        "parts": {**dict(evidence.parts)},
        "source": encodable(evidence.source),
    }


def _finding(finding: Finding) -> dict[str, JSON]:
    texts: dict[str, str | None] = {
        "server": finding.server,
        "message": finding.message,
        "remedy": finding.remedy,
        "accepted": finding.accepted,
        "package": finding.package,
    }
    return {
        "rule": encodable(finding.rule),
        "severity": finding.severity,
        "file": encodable(finding.place.file),
        "line": finding.place.line,
        "column": finding.place.column,
        "end_line": finding.place.end_line,
        "end_column": finding.place.end_column,
        **{key: None if text is None else encodable(text) for key, text in texts.items()},
    }


def _summary(report: Report) -> dict[str, JSON]:
    return {
        **counts(report),
        "errors": unaccepted(report, "error"),
        "warnings": unaccepted(report, "warning"),
        "configs": report.configs,
        "excluded": [encodable(path) for path in sorted(report.excluded)],
    }


def _sorted(items: Iterable[tuple[Place, dict[str, JSON]]]) -> list[JSON]:
    """By place, and where that is the same, by everything else."""
    return [item for _, item in sorted(items, key=lambda pair: (pair[0], json.dumps(pair[1])))]
