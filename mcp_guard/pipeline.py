"""The pipeline: tree → workspace → launches → facts → findings → report."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from mcp_guard import env_files, evidence, launchers, redaction, rules, scripts, subject, workspace
from mcp_guard.model import (
    JSON,
    Config,
    Facts,
    Finding,
    ImageLaunch,
    Launch,
    Network,
    Override,
    Package,
    PackageLaunch,
    Place,
    Report,
    Server,
    ServerFacts,
    Subject,
    Verdict,
)
from mcp_guard.receipts import Receipts
from mcp_guard.redaction.shown import blank
from mcp_guard.registries import Registries
from mcp_guard.workspace import Workspace

# Rules about text that no server was read from: which of its literals are secrets is not known, so none is shown.
UNREAD = frozenset({"unreadable-config", "ambiguous-document"})


# Found in settings without servers too, where the same holds.
IN_SETTINGS = frozenset({"hidden-characters", "self-approval", "exec-helper"})

UNDECIDED = 3  # the exit code of a run that had to ask somebody and could not


class World(NamedTuple):
    """What a run may ask, and the clock it goes by."""

    registries: Registries
    receipts: Receipts
    now: datetime
    network: Network
    strict: bool = False


def judge(space: Workspace, world: World, seen: dict[str, str] | None = None) -> Report:
    """Judge a workspace. `seen` collects which paths were looked up as local scripts, and whether they are there."""
    facts = gather(space, world, {} if seen is None else seen)
    return report(space, facts, rules.judge(facts), strict=is_strict(space, world))


def is_strict(space: Workspace, world: World) -> bool:
    """Say whether warnings block: by flag or by the policy's preset."""
    return world.strict or space.policy.preset == "strict"


# ------------------------------------------------------------------------------------------------ facts


def gather(space: Workspace, world: World, seen: dict[str, str]) -> Facts:
    """Gather every fact of a workspace: this is where registries are asked."""
    tracked = scripts.tracked(space.tree, seen)
    started = [
        server_facts(server, config, space, world.registries, tracked)
        for config in space.configs
        for server in config.servers
    ]
    packages = [package for server in started for package in packages_of(server.launches)]
    context = evidence.Context(
        policy=space.policy,
        network=world.network,
        now=world.now,
        lock=space.lock,
        base_lock=space.base_lock,
        registries=world.registries,
        receipts=world.receipts,
        proofs=space.proofs,
    )
    found = iter(evidence.gather(packages, context))
    servers = tuple(
        server._replace(packages=tuple(next(found) for _ in packages_of(server.launches))) for server in started
    )
    return Facts(
        configs=space.configs,
        servers=servers,
        links=space.links,
        lock=space.lock,
        lock_problems=space.lock_problems,
        base_lock=space.base_lock,
        policy=space.policy,
        base_policy=space.base_policy,
        now=world.now,
        network=world.network,
        whole=space.whole,
        proof_files=space.proof_files,
    )


def packages_of(launches: Iterable[Launch]) -> list[Package]:
    """List the packages and images that launches name, in order."""
    found: list[Package] = []
    for launch in launches:
        if isinstance(launch, PackageLaunch):
            found.extend(launch.packages)
        elif isinstance(launch, ImageLaunch):
            found.append(launch.image)
    return found


def server_facts(
    server: Server, config: Config, space: Workspace, registries: Registries, tracked: launchers.Tracked
) -> ServerFacts:
    """Say what one server amounts to: its launches, what is beside it, and its fingerprint. Nobody is asked."""
    expanded = env_files.expand(server, config, space.tree, tracked)
    read: dict[str, str | None] = {}
    found = launchers.read(expanded, scripts.noting(tracked, read))
    launches = tuple(_foreign_only(launch, registries) for launch in found)
    ecosystems = {package.ecosystem for package in packages_of(launches)}
    beside = tuple(o for o in workspace.overrides_of(space, config) if o.ecosystem in ecosystems)
    overrides = foreign(beside, registries)
    return ServerFacts(
        server=server,
        launches=launches,
        overrides=overrides,
        fingerprint=fingerprint(expanded, overrides, scripts.taken(launches, read)),
        packages=(),
        locked=space.lock.servers.get((server.file, server.name.text)) if space.lock else None,
        env=expanded.env,
    )


def fingerprint(server: Server, overrides: Iterable[Override], taken: JSON = None) -> str:
    """Compute the fingerprint of a definition with what is beside it: that decides like what stands in it.

    `taken` is what the files say that the definition names (`scripts.taken`).
    """
    beside = sorted({(o.place.file, o.what, o.registry or "", o.scope or "") for o in overrides})
    own = redaction.fingerprint(server)
    if not beside and taken is None:
        return own
    parts = [own, beside] if taken is None else [own, beside, taken]
    return f"sha256:{sha256(json.dumps(parts).encode()).hexdigest()}"


def _foreign_only(launch: Launch, registries: Registries) -> Launch:
    if isinstance(launch, (PackageLaunch, ImageLaunch)):
        return launch._replace(overrides=foreign(launch.overrides, registries))
    return launch


def foreign(overrides: Iterable[Override], registries: Registries) -> tuple[Override, ...]:
    """Drop the overrides that name exactly the registry that is asked anyway."""
    return tuple(override for override in overrides if not _harmless(override, registries))


def _harmless(override: Override, registries: Registries) -> bool:
    if override.registry is None or override.ecosystem == "oci":
        return False
    asked = registries.registry(override.ecosystem, f"{override.scope}/x" if override.scope else "x")
    return isinstance(asked, str) and asked.rstrip("/") == override.registry.rstrip("/")


# ------------------------------------------------------------------------------------------------ the report


def report(space: Workspace, facts: Facts, findings: Sequence[Finding], *, strict: bool) -> Report:
    """Turn facts and findings into the answer; nothing that looks like a secret gets past here."""
    secrets = {
        config.file: frozenset().union(*(redaction.secrets(server) for server in config.servers))
        for config in space.configs
    }
    texts = {config.file: config.text for config in space.configs}
    texts |= {name: data.decode("utf-8", "replace") for name, data in space.own.items()}
    sources = _Sources(texts, secrets)
    shown = tuple(_shown(finding, sources) for finding in findings)
    by_name: dict[str | None, list[Finding]] = {}
    for finding in shown:
        by_name.setdefault(finding.server, []).append(finding)
    defined = {(server.server.file, server.server.name.text) for server in facts.servers}
    subjects = tuple(
        _subject(server, by_name.get(server.server.name.text, []), defined, secrets) for server in facts.servers
    )
    masked = tuple(_named(finding, sources.secrets) for finding in shown)
    return Report(subjects, masked, exit_code(shown, strict=strict), len(space.configs), space.excluded)


class _Sources:
    """The lines of checked files, secrets blanked out; each line is looked at once, however many findings are on it."""

    def __init__(self, texts: Mapping[str, str], secrets: Mapping[str, frozenset[str]]) -> None:
        self.secrets = secrets
        self._lines = {file: re.split(r"\r\n|\n|\r", text) for file, text in texts.items()}
        self._blanked: dict[tuple[str, int], str] = {}

    def line(self, place: Place) -> str:
        key = (place.file, place.line)
        if key not in self._blanked:
            own = self._lines.get(place.file, [])
            text = own[place.line - 1] if 0 < place.line <= len(own) else ""
            self._blanked[key] = blank(text, self.secrets.get(place.file, ()))
        return self._blanked[key]


def exit_code(findings: Iterable[Finding], *, strict: bool) -> int:
    """Compute 0, 1 (blocked) or 3 (could not decide); 1 wins over 3 (DESIGN §9)."""
    open_ = [f for f in findings if f.accepted is None and (strict or f.severity == "error")]
    if any(finding.rule != "unverifiable" for finding in open_):
        return 1
    return UNDECIDED if open_ else 0


def verdict(
    server: Server, launches: Iterable[Launch], findings: Iterable[Finding], defined: Container[tuple[str, str]]
) -> Verdict:
    """Say what the findings make of one server (DESIGN §3).

    `defined` are the servers, by file and name: a finding that stands elsewhere (an override file beside the config, a
    compose file that it names, the lock) is on every server of its name.
    """
    own = [f for f in findings if f.server == server.name.text and _about(f, server, defined)]
    blocking = [f for f in own if f.severity == "error" and f.accepted is None]
    if any(f.rule != "unverifiable" for f in blocking):
        return "blocked"
    if blocking:
        return "unchecked"
    if any(f.accepted is not None for f in own):
        return "accepted"
    return "verified" if packages_of(launches) else "allowed"


def _about(finding: Finding, server: Server, defined: Container[tuple[str, str]]) -> bool:
    return finding.place.file == server.file or (finding.place.file, server.name.text) not in defined


def _subject(
    facts: ServerFacts,
    findings: Sequence[Finding],
    defined: Container[tuple[str, str]],
    secrets: Mapping[str, frozenset[str]],
) -> Subject:
    masked = secrets[facts.server.file]
    name = facts.server.name._replace(text=redaction.mask(facts.server.name.text, masked))
    bare = facts.server._replace(
        name=name, argv=(), env=(), env_files=(), cwd=None, url=None, headers=(), definition=None
    )
    return Subject(
        server=bare,
        launches=tuple(subject.masked(launch, masked) for launch in facts.launches),
        verdict=verdict(facts.server, facts.launches, findings, defined),
        publishers=tuple(subject.publisher(package) for package in facts.packages),
        notes=tuple(dict.fromkeys(note for package in facts.packages for note in subject.notes(package))),
        evidence=tuple(found for one in facts.packages if (found := subject.evidence(one, masked)) is not None),
    )


def _named(finding: Finding, secrets: Mapping[str, frozenset[str]]) -> Finding:
    """Mask a server's name, which may be a token in the wrong line; last, because findings are matched by it."""
    own = secrets.get(finding.place.file, frozenset())
    return finding if finding.server is None else finding._replace(server=redaction.mask(finding.server, own))


def _of_a_file(finding: Finding) -> bool:
    return finding.rule in IN_SETTINGS and finding.server is None


def _shown(finding: Finding, sources: _Sources) -> Finding:
    secrets = sources.secrets.get(finding.place.file, frozenset())
    return finding._replace(
        message=redaction.mask(finding.message, secrets),
        remedy=redaction.mask(finding.remedy, secrets),
        source="" if finding.rule in UNREAD or _of_a_file(finding) else sources.line(finding.place),
    )
