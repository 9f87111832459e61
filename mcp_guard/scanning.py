"""`scan`: every server that the clients of this machine would start, judged without a repository.

There is no lock on a machine, so no rule speaks of one; everything else is judged as in a check.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator
from typing import NamedTuple

from mcp_guard import clients, documents, pipeline, redaction, rules
from mcp_guard.clients.locations import Host
from mcp_guard.clients.table import CLIENTS
from mcp_guard.documents import Member, Object
from mcp_guard.model import Config, Finding, Policy, Report, Subject
from mcp_guard.pipeline import World
from mcp_guard.redaction.shown import blank
from mcp_guard.searching import Bare, Found, Unread, search, shown
from mcp_guard.trees import Tree
from mcp_guard.workspace import Workspace

_OF_THE_LOCK = frozenset({"not-locked"})


class Scanned(NamedTuple):
    """One config: the report of its servers, and for each of them the project that it is limited to."""

    client: str  # what people call it
    file: str
    report: Report
    projects: tuple[str | None, ...]


class Inventory(NamedTuple):
    """The answer of `scan`. Clients are called as people call them, everything is sorted."""

    files: tuple[Scanned, ...]
    unread: tuple[Unread, ...]
    bare: tuple[Bare, ...]
    report: Report  # of all files; 3 where one could not be read, unless something blocks
    asked: bool  # registries could be asked


def names() -> dict[str, str]:
    """Map the name of every row to what people call the client; what a title has in parentheses is a part of it."""
    return {client.name: client.title.partition(" (")[0] for client in CLIENTS}


def rows(client: str) -> frozenset[str]:
    """Name all rows of the client that has this row: its files may be spelled in several ways. KeyError for no row."""
    called = names()
    return frozenset(name for name in called if called[name] == called[client])


def scan(host: Host, roots: Iterable[str], wanted: Collection[str] | None, policy: Policy, world: World) -> Inventory:
    """Judge every config of a machine and below `roots`; `wanted` limits it to some rows. Nothing is written."""
    searched = search(host, roots, wanted)
    called = names()
    read = [(found, config) for found in searched.found if (config := _config(found)) is not None]
    own = frozenset(found.file for found in searched.found if not found.project)
    report = _judge(tuple(config for _, config in read), own, policy, world)
    files = tuple(sorted(_files(read, report, host), key=lambda file: (file.client, file.file)))
    unread = sorted(searched.unread, key=lambda unread: (unread.file, unread.reason))
    known = tuple(one._replace(client=called[one.client] if one.client else None) for one in unread)
    met = {file.client for file in files} | {one.client for one in known}
    bare = sorted({one._replace(client=called[one.client]) for one in searched.bare})
    subjects = tuple(subject for file in files for subject in file.report.subjects)
    code = pipeline.UNDECIDED if unread and report.exit_code == 0 else report.exit_code
    return Inventory(
        files=files,
        unread=known,
        bare=tuple(one for one in bare if one.client not in met),
        report=report._replace(subjects=subjects, exit_code=code),
        asked=world.network != "off",
    )


def _config(found: Found) -> Config | None:
    """Read what was found; below a root only what defines a server, or may, is of interest."""
    config = clients.read(found.file, found.data, client=found.client, limit=found.limit)
    if config is None or (found.project and not config.servers and not config.problems):
        return None
    return config


def _judge(configs: tuple[Config, ...], own: Container[str], policy: Policy, world: World) -> Report:
    space = Workspace(
        tree=Tree("", "this machine", {}, lambda _wanted, _limit: {}),
        configs=configs,
        data={},
        links=(),
        policy=policy,
        base_policy=None,
        lock=None,
        lock_problems=(),
        base_lock=None,
        overrides={},
        excluded=(),
        whole=False,
        own={},
        proofs={},
        proof_files=(),
    )
    facts = pipeline.gather(space, world, {})
    findings = [_here(finding, own) for finding in rules.judge(facts) if finding.rule not in _OF_THE_LOCK]
    return pipeline.report(space, facts, findings, strict=pipeline.is_strict(space, world))


def _here(finding: Finding, own: Container[str]) -> Finding:
    """Say it as it is outside of repositories, which `pin` and `accept` are about.

    What a client's `own` settings grant a person has granted, there where the rule tells them to put it: a warning.
    """
    finding = finding._replace(remedy=f"mcp-guard explain {finding.rule}")
    if finding.rule != "self-approval" or finding.place.file not in own:
        return finding
    what = finding.message.partition(": ")[2].partition("; take it out")[0]
    return finding._replace(severity="warning", message=f"these settings answer what the client would ask: {what}")


# ------------------------------------------------------------------------------------------------ file by file


def _files(read: Iterable[tuple[Found, Config]], report: Report, host: Host) -> Iterator[Scanned]:
    called = names()
    for found, config in read:
        findings = tuple(finding for finding in report.findings if finding.place.file == found.file)
        subjects = tuple(subject for subject in report.subjects if subject.server.file == found.file)
        secrets = frozenset().union(*map(redaction.secrets, config.servers))
        projects = (
            project and blank(shown(host, project), secrets) for project in _projects(config, found.limit, subjects)
        )
        judged = Report(subjects, findings, report.exit_code, configs=1)
        yield Scanned(called[found.client], found.file, judged, tuple(projects))


def _projects(config: Config, limit: int, subjects: Iterable[Subject]) -> Iterator[str | None]:
    """Say for each server below which member of `projects` it stands, as in `~/.claude.json`."""
    members = _members(config, limit) if config.servers and '"projects"' in config.text else ()
    for subject in subjects:
        at = subject.server.name.start
        yield next((member.key for member in members if member.node.start < at < member.node.end), None)


def _members(config: Config, limit: int) -> tuple[Member, ...]:
    try:
        root = documents.read(config.file, config.text.encode(), "json", limit=limit).root
    except documents.DocumentError:  # another format, in which no client has projects
        return ()
    held = documents.descend(root, ("projects",))
    return held.value.members if held is not None and isinstance(held.value, Object) else ()
