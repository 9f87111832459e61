"""The table of `mcp-guard list --publishers`: for every package who published it, and how that is known."""

from __future__ import annotations

from typing import get_args

from mcp_guard.model import Evidence, Level, Publisher, Report
from mcp_guard.reports.listing import table

_HEADER = ("package", "publisher", "account", "parts", "how we know", "servers")
_LEVELS: tuple[Level, ...] = get_args(Level)


def render(report: Report) -> str:
    """Render one row a package, and for each other thing that is known of the same package one more.

    A publisher is only who is proven: what the registry calls the account stands apart, whatever it looks like.
    """
    servers: dict[Evidence, list[str]] = {}
    for subject in sorted(report.subjects, key=lambda subject: subject.server.name.place):
        for evidence in dict.fromkeys(subject.evidence):
            servers.setdefault(evidence, []).append(f"{subject.server.file}: {subject.server.name.text}")
    return table(_HEADER, (_row(evidence, servers[evidence]) for evidence in sorted(servers)))


def _row(evidence: Evidence, servers: list[str]) -> tuple[str, ...]:
    return (
        evidence.package,
        _publisher(evidence.publisher),
        evidence.account,
        "; ".join(_parts(evidence)),
        evidence.source,
        ", ".join(servers),
    )


def _publisher(publisher: Publisher) -> str:
    if publisher.level != "proven":
        return ""
    built = "@".join(filter(None, (publisher.workflow, publisher.ref)))
    return " ".join(filter(None, (publisher.identity, built)))


def _parts(evidence: Evidence) -> list[str]:
    """The parts by how they are known, the best first."""
    grouped = [(level, ", ".join(part for part, known in evidence.parts if known == level)) for level in _LEVELS]
    return [f"{level}: {parts}" for level, parts in grouped if parts]
