"""What a report amounts to: counts in one line, and the order in which findings are told."""

from __future__ import annotations

from collections import Counter

from mcp_guard.model import Finding, Report, Severity, Verdict

VERDICTS: tuple[Verdict, ...] = ("blocked", "verified", "allowed", "accepted", "unchecked")

# The worst first: whose remedy has to come before the others. A rule that is not named here comes after these.
WORST = (
    "unreadable-config",
    "ambiguous-document",
    "hidden-characters",
    "symlinked-config",
    "lock-unreadable",
    "known-malicious",
    "integrity-mismatch",
    "proof-invalid",
    "withdrawn",
    "not-published",
    "registry-override",
    "code-loading-environment",
    "self-approval",
    "opaque-launch",
    "unpinned",
    "mutable-source",
    "container-escape",
    "insecure-remote",
    "unlisted-remote",
    "unmanaged-program",
    "exec-helper",
    "definition-changed",
    "not-locked",
    "acceptance-expired",
    "release-too-young",
    "publisher-mismatch",
    "publisher-changed",
    "provenance-downgrade",
    "new-publisher",
    "unverified-publisher",
    "unverifiable",
)
_RANK = {rule: rank for rank, rule in enumerate(WORST)}


def place_order(finding: Finding) -> tuple[str, int, int, str, str]:
    """Sort key: as the findings stand in the files."""
    return *finding.place[:3], finding.rule, finding.message


def worst_order(finding: Finding) -> tuple[bool, int, tuple[str, int, int, str, str]]:
    """Sort key: errors before warnings, the worst rule first, then as they stand in the files."""
    return finding.severity != "error", _RANK.get(finding.rule, len(_RANK)), place_order(finding)


def counts(report: Report) -> dict[str, int]:
    """How many servers have each verdict; every verdict is a key."""
    seen = Counter(subject.verdict for subject in report.subjects)
    return {verdict: seen[verdict] for verdict in VERDICTS}


def unaccepted(report: Report, severity: Severity) -> int:
    """How many findings of this severity nobody has accepted."""
    return sum(finding.severity == severity and finding.accepted is None for finding in report.findings)


def footer(report: Report) -> str:
    """All counts in one line: servers by verdict, then what else there is of errors, warnings and excluded files."""
    servers = ", ".join(f"{count} {verdict}" for verdict, count in counts(report).items())
    others = (
        (unaccepted(report, "error"), "error"),
        (unaccepted(report, "warning"), "warning"),
        (len(report.excluded), "excluded file"),
    )
    told = ", ".join(amount(count, thing) for count, thing in others if count)
    return f"{servers}; {told}" if told else servers


def headline(report: Report) -> str | None:
    """What may be said when nothing is left to do; None when something is."""
    count = counts(report)
    if report.exit_code or count["blocked"] or count["unchecked"] or unaccepted(report, "error"):
        return None
    if not report.subjects:
        return f"no MCP server in {amount(report.configs, 'config')}"
    told = ((count["verified"], "pinned and verified"), (count["allowed"], "allowed"), (count["accepted"], "accepted"))
    return ", ".join(f"{amount(number, 'server')} {verdict}" for number, verdict in told if number)


def amount(count: int, thing: str) -> str:
    """`1 server`, `2 servers`."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"
