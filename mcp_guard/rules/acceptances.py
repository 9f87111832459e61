"""Apply the acceptances of the policy to findings: which are honoured, and what each was good for."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from mcp_guard.model import Acceptance, Facts, Finding, Lock, ServerFacts
from mcp_guard.policy import ACCEPTABLE, too_far
from mcp_guard.rules.definition_changed import differences
from mcp_guard.rules.rule import Use
from mcp_guard.rules.subjects import labelled, release_of

# What an acceptance names: one exact package, or one definition (file, server, fingerprint); a rule comes first.
_Target: TypeAlias = tuple[str, ...]


class _Cover(NamedTuple):
    """An acceptance that names a finding on a server, and whether it is honoured."""

    acceptance: Acceptance
    server: ServerFacts
    honoured: bool


def apply(facts: Facts, raised: Iterable[Finding]) -> tuple[list[Finding], list[Use]]:
    """Return the findings, the accepted ones with their reason, and what each acceptance of the policy was good for.

    Of several acceptances the one that lasts longest gives the reason. Findings on two servers in one place (an
    override file beside both) are accepted when they are on each.
    """
    acceptances, servers = _by_target(facts), _by_name(facts)
    findings: list[Finding] = []
    used: dict[Acceptance, list[tuple[Finding, ServerFacts]]] = {}
    for finding in raised:
        concerned = _concerned(finding, servers)
        covers = [_covers(finding, server, acceptances, facts) for server in concerned]
        reason = _reason(covers)
        findings.append(finding._replace(accepted=reason))
        for cover in (cover for found in covers for cover in found):
            used.setdefault(cover.acceptance, []).append((findings[-1], cover.server))
    undecided = _undecided(facts)
    uses = [_use(acceptance, used.get(acceptance, []), undecided) for acceptance in facts.policy.acceptances]
    return findings, uses


def _by_target(facts: Facts) -> dict[_Target, list[Acceptance]]:
    found: dict[_Target, list[Acceptance]] = {}
    for acceptance in facts.policy.acceptances:
        if acceptance.package is not None:
            found.setdefault((acceptance.rule, acceptance.package), []).append(acceptance)
        elif acceptance.file is not None and acceptance.server is not None and acceptance.fingerprint is not None:
            target = (acceptance.rule, acceptance.file, acceptance.server, acceptance.fingerprint)
            found.setdefault(target, []).append(acceptance)
    return found


def _by_name(facts: Facts) -> dict[str, list[ServerFacts]]:
    found: dict[str, list[ServerFacts]] = {}
    for server in facts.servers:
        found.setdefault(server.server.name.text, []).append(server)
    return found


def _concerned(finding: Finding, servers: Mapping[str, list[ServerFacts]]) -> list[ServerFacts]:
    """List the servers that a finding may be on: in its own file, else (it stands in an override file) all so named."""
    named = servers.get(finding.server, []) if finding.server is not None else []
    return [server for server in named if server.server.file == finding.place.file] or named


def _covers(
    finding: Finding, server: ServerFacts, acceptances: Mapping[_Target, list[Acceptance]], facts: Facts
) -> list[_Cover]:
    if finding.rule not in ACCEPTABLE:
        return []
    definition = (finding.rule, server.server.file, server.server.name.text, server.fingerprint)
    found = list(acceptances.get(definition, []))
    if finding.package is not None:
        found += acceptances.get((finding.rule, finding.package), [])
    return [_Cover(acceptance, server, _honoured(acceptance, finding, server, facts)) for acceptance in found]


def _honoured(acceptance: Acceptance, finding: Finding, server: ServerFacts, facts: Facts) -> bool:
    today = facts.now.date()
    if too_far(acceptance, today):
        return False
    if acceptance.until >= today:
        return True
    return facts.network != "required" and not _touched(server, finding.package, facts)


def _touched(server: ServerFacts, package: str | None, facts: Facts) -> bool:
    """Say whether this change touches what a finding is on: the server, or a package that the finding is about.

    Touched is what the two locks do not hold alike. What this machine remembers does not count: a run that blocks
    writes receipts too.
    """
    if facts.lock is None or facts.base_lock is None or server.locked is None:
        return True
    before = facts.base_lock.servers.get((server.server.file, server.server.name.text))
    if before is None or server.locked._replace(place=before.place) != before or differences(server, before):
        return True
    concerned = (each.purl for each in server.packages if package in {None, labelled(each.package)})
    return any(_changed(purl, facts.lock, facts.base_lock) for purl in concerned if purl is not None)


def _changed(purl: str, own: Lock, base: Lock) -> bool:
    """Say whether a package is not locked with the same facts in the base."""
    now, before = own.packages.get(purl), base.packages.get(purl)
    return now is None or before is None or now.release != before.release


def _reason(covers: Sequence[Sequence[_Cover]]) -> str | None:
    """Return why a finding is accepted on every server that it concerns; None where it is not on one of them."""
    best: list[Acceptance] = []
    for found in covers:
        honoured = [cover.acceptance for cover in found if cover.honoured]
        if not honoured:
            return None
        best.append(max(honoured, key=lambda acceptance: acceptance.until))
    return best[0].reason if best else None


def _use(acceptance: Acceptance, used: Sequence[tuple[Finding, ServerFacts]], undecided: Container[_Target]) -> Use:
    named = (acceptance.file or "", acceptance.server or "", acceptance.fingerprint or "")
    return Use(
        acceptance,
        findings=tuple(finding for finding, _ in used),
        servers=tuple(server.server for _, server in used),
        blocked=any(finding.accepted is None for finding, _ in used),
        undecided=(acceptance.package or "",) in undecided or named in undecided,
    )


def _undecided(facts: Facts) -> set[_Target]:
    """Name the packages, and their definitions, of which nothing is believed: what is needed there is not known."""
    found: set[_Target] = set()
    for server in facts.servers:
        for package in server.packages:
            if package.purl is not None and (release_of(package) is None or package.problems or package.served):
                found.add((labelled(package.package),))
                found.add((server.server.file, server.server.name.text, server.fingerprint))
    return found
