"""Turn the findings that a person decides to live with into lines of the policy."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from mcp_guard import policy, policy_edit
from mcp_guard.model import (
    Acceptance,
    Facts,
    Finding,
    PackageFacts,
    Place,
    Policy,
    ProgramLaunch,
    Publisher,
    RemoteLaunch,
    ServerFacts,
    label,
)
from mcp_guard.rules.subjects import labelled, release_of
from mcp_guard.workspace import Workspace

Subject = Literal["package", "remote", "program"]

# Which findings each kind of acceptance is about; `package` is everything else that may be accepted at all.
_PROGRAM_RULES = frozenset({"opaque-launch", "unmanaged-program"})
_REMOTE_RULES = frozenset({"unlisted-remote", "insecure-remote"})


class AcceptError(Exception):
    """The acceptance cannot be written; the message says why and what to do."""


class Decision(NamedTuple):
    """Who decides what, and why."""

    subject: Subject
    rules: frozenset[str]  # empty: every rule that blocks and may be accepted
    reason: str
    until: date | None


def rules_of(subject: Subject) -> frozenset[str]:
    """List the rules that an acceptance of this kind may name."""
    match subject:
        case "program":
            return _PROGRAM_RULES
        case "remote":
            return _REMOTE_RULES
        case "package":
            return policy.ACCEPTABLE - _PROGRAM_RULES - _REMOTE_RULES


def _default_rules(subject: Subject) -> frozenset[str]:
    """List the rules meant where none is named: of a package only who published it, so that nothing else slips by."""
    return frozenset({"unverified-publisher"}) if subject == "package" else rules_of(subject)


def edit(
    space: Workspace, facts: Facts, findings: Sequence[Finding], servers: Sequence[ServerFacts], decision: Decision
) -> tuple[str, str, str]:
    """Return the policy file, its old and its new text, with the decision on the named servers written into it.

    Raises `AcceptError` where there is nothing that this kind of acceptance could settle.
    """
    name = policy_file(space)
    old = policy_text(space, name)
    new = old
    wanted = (decision.rules or _default_rules(decision.subject)) & rules_of(decision.subject)
    for server in servers:
        new = _allowed(new, server, wanted)
    listed = {"unmanaged-program", "unlisted-remote"}
    written = _acceptances(findings, servers, wanted - listed, decision, facts)
    new = policy_edit.add_acceptances(new, written)
    if new == old:
        raise AcceptError(_nothing(findings, servers, decision, facts))
    return name, old, new


def name_publishers(space: Workspace, facts: Facts, servers: Sequence[ServerFacts]) -> tuple[str, str, str]:
    """Return the policy file, its old and its new text, in which `[publishers]` names who published these servers.

    Only what is proven is written, by repository and id. Raises `AcceptError` where nothing is, and where a person has
    named somebody else.
    """
    name = policy_file(space)
    old = policy_text(space, name)
    new = old
    unproven: list[AcceptError] = []
    if not any(server.packages for server in servers):
        raise AcceptError("no package of a registry is started there, so nobody has published one")
    for package, called in ((package, one.server.name.text) for one in servers for package in one.packages):
        found = _proven(package, called)
        if isinstance(found, AcceptError):
            unproven.append(found)
            continue
        own = label(package.package.ecosystem, package.package.name, None)
        if not _is_named(facts.policy, own, found):
            new = policy_edit.add_publisher(new, policy.publisher_entry(facts.policy, own) or own, found.identity)
    if new == old:
        raise next(iter(unproven), AcceptError("their publishers are named already, so there is nothing to accept"))
    return name, old, new


def _proven(package: PackageFacts, server: str) -> Publisher | AcceptError:
    """Return who is proven to have published a package, or why nobody is."""
    name = labelled(package.package)
    release = release_of(package)
    for problem in (*package.problems, *package.served):
        return AcceptError(f"{name} {problem}: see mcp-guard explain proof-invalid")
    if release is None:
        return AcceptError(f"who published {name} is not known: pin it first, or ask with --network=required")
    if release.publisher.level != "proven":
        hint = f"mcp-guard accept package {shlex.quote(server)}"
        return AcceptError(f"nothing proves who published {name}, so only that version can be accepted: {hint}")
    return release.publisher


def _is_named(rules: Policy, pattern: str, found: Publisher) -> bool:
    """Say whether a person has named this publisher, by its id. Raises `AcceptError` where it is somebody else."""
    named = policy.publisher_named(rules, pattern)
    if named is None:
        return False
    differs = policy.publisher_differs(named, found)
    if differs in {"workflow", "ref"}:
        entry = f'"{policy.publisher_entry(rules, pattern)}"'
        raise AcceptError(
            f"[publishers] demands another {differs} of {pattern}, and it was published by {found.workflow} at "
            f"{found.ref}; if that is right, edit the entry {entry} of {rules.file}"
        )
    if differs is not None:
        command = f"mcp-guard accept publisher {shlex.quote(pattern)} {shlex.quote(found.identity)}"
        raise AcceptError(
            f"[publishers] names {named.identity} for {pattern}, and it was published by {found.identity} "
            f"(another {differs}); if that is right, say so: {command}"
        )
    return "#" in named.identity or "#" not in found.identity


def policy_file(space: Workspace) -> str:
    """Name the file that holds this repository's policy, or will."""
    return space.policy.file or policy.POLICY_FILES[0]


def policy_text(space: Workspace, name: str) -> str:
    """Return the policy file's text, "" where there is none."""
    return space.own.get(name, b"").decode("utf-8", "replace")


def _allowed(text: str, server: ServerFacts, wanted: frozenset[str]) -> str:
    for launch in server.launches:
        if isinstance(launch, ProgramLaunch) and "unmanaged-program" in wanted:
            text = policy_edit.allow_program(text, launch.program)
        if isinstance(launch, RemoteLaunch) and "unlisted-remote" in wanted:
            text = policy_edit.allow_remote(text, remote_pattern(launch.url))
    return text


def remote_pattern(url: str) -> str:
    """Build the pattern for `[remotes] allow` that names this URL: origin and path, without its query.

    Raises `AcceptError` for a URL with credentials, which no pattern matches.
    """
    parts = urlsplit(url)
    if "@" in parts.netloc:
        raise AcceptError("the URL holds credentials, and no pattern allows that: take them out of it")
    return f"{parts.scheme}://{parts.netloc}{parts.path or '/*'}"


def _acceptances(
    findings: Iterable[Finding],
    servers: Iterable[ServerFacts],
    wanted: frozenset[str],
    decision: Decision,
    facts: Facts,
) -> list[Acceptance]:
    today = facts.now.date()
    written: list[Acceptance] = []
    for finding, server in _blocking(findings, servers, facts, decision):
        if finding.rule in wanted:
            acceptance = _acceptance(finding, server, decision)
            if policy.too_far(acceptance, today) or acceptance.until < today:
                raise AcceptError(f"--until {acceptance.until} must lie ahead, and at most 180 days")
            written.append(acceptance)
    return written


def _blocking(
    findings: Iterable[Finding], servers: Iterable[ServerFacts], facts: Facts, decision: Decision
) -> Iterator[tuple[Finding, ServerFacts]]:
    """Pair what blocks, or will soon because its acceptance ends, with the server that it is on.

    A warning, which blocks under `--strict`, is among it where its rule is named. A finding that stands in no config
    (an override file) is on every server of its name.
    """
    configs = {config.file for config in facts.configs}
    ending = _ending(facts)
    for server in servers:
        definition = (server.server.file, server.server.name.text, server.fingerprint)
        for finding in findings:
            here = finding.place.file == server.server.file or finding.place.file not in configs
            renewable = {(finding.rule, finding.package), (finding.rule, *definition)} & ending
            open_ = finding.accepted is None or bool(renewable)
            meant = finding.severity == "error" or finding.rule in (decision.rules or ())
            if here and open_ and meant and finding.server == server.server.name.text:
                yield finding, server


def _ending(facts: Facts) -> frozenset[tuple[str | None, ...]]:
    """Name what is permitted until a day that has come or is near (DESIGN §6: a warning from 14 days before)."""
    near = [a for a in facts.policy.acceptances if a.until <= facts.now.date() + timedelta(days=14)]
    packages = {(a.rule, a.package) for a in near if a.package is not None}
    return frozenset(packages | {(a.rule, a.file, a.server, a.fingerprint) for a in near if a.package is None})


def _acceptance(finding: Finding, server: ServerFacts, decision: Decision) -> Acceptance:
    if not decision.reason.strip() or decision.until is None:
        raise AcceptError('an acceptance needs a reason and an end: --reason "…" --until YYYY-MM-DD')
    place = Place(policy.POLICY_FILES[0])
    if finding.package is not None:
        return Acceptance(finding.rule, finding.package, None, None, None, decision.reason, decision.until, place)
    file, name = server.server.file, server.server.name.text
    return Acceptance(finding.rule, None, file, name, server.fingerprint, decision.reason, decision.until, place)


def _nothing(findings: Iterable[Finding], servers: Sequence[ServerFacts], decision: Decision, facts: Facts) -> str:
    names = ", ".join(sorted({server.server.name.text for server in servers}))
    left = sorted({finding.rule for finding, _ in _blocking(findings, servers, facts, decision)})
    if not left:
        return f"nothing blocks {names}, so there is nothing to accept"
    never = [rule for rule in left if rule not in policy.ACCEPTABLE]
    if never:
        return f"{names}: {', '.join(never)} cannot be accepted; see mcp-guard explain {never[0]}"
    if "unpinned" in left:
        return f"{names} is not pinned: mcp-guard pin does that; to live with it, say --rule unpinned"
    if decision.subject == "package" and set(left) <= rules_of("package"):
        return f"{names}: say what is accepted: {' '.join(f'--rule {rule}' for rule in left)}"
    return f"{names}: {', '.join(left)} is not decided by `accept {decision.subject}`; see mcp-guard explain {left[0]}"
