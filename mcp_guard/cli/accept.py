"""`mcp-guard accept`: write a person's decision into the policy."""

from __future__ import annotations

import difflib
import os
import shlex
from collections.abc import Sequence
from datetime import date

from mcp_guard import accept, pinning, pipeline, policy, policy_edit, rules, subject
from mcp_guard.cli import common
from mcp_guard.cli.arguments import Options
from mcp_guard.cli.output import say
from mcp_guard.model import Facts, ServerFacts
from mcp_guard.reports.escape import escape
from mcp_guard.rules import subjects
from mcp_guard.workspace import Workspace


def run(options: Options) -> int:
    """Accept what blocks the named servers, or allow their remote or program."""
    place, space = common.open_work_tree(options, None)
    decision = accept.Decision(_subject(options.subject), _rules(options.rules), options.reason, _until(options.until))
    with common.world(options, space.policy) as world:
        facts = pipeline.gather(space, world, {})
    servers = _servers(options, facts)
    name, old, new = accept.edit(space, facts, rules.judge(facts), servers, decision)
    _write(place, name, old, new)
    return 0


def publisher(options: Options) -> int:
    """Name in `[publishers]` who published the named servers; or, as PATTERN IDENTITY, who must publish a package."""
    place, space = common.open_work_tree(options, None)
    if options.names[0].startswith(_PATTERNS):
        _write(place, *_by_pattern(space, options.names))
        return 0
    with common.world(options, space.policy) as world:
        facts = pipeline.gather(space, world, {})
    servers = _servers(options, facts)
    written = accept.name_publishers(space, facts, servers)
    for package in (package for server in servers for package in server.packages):
        say(escape(f"{subjects.labelled(package.package)}  {subject.publisher(package)}"))
    _write(place, *written)
    return 0


_PATTERNS = ("npm:", "pypi:")


def _by_pattern(space: Workspace, names: Sequence[str]) -> tuple[str, str, str]:
    if len(names) != 2:  # noqa: PLR2004 (a pattern and an identity)
        raise common.UsageError(
            "name servers, or one pattern and one identity: npm:@scope/* github:owner/repository#id"
        )
    pattern, identity = names
    name = accept.policy_file(space)
    old = accept.policy_text(space, name)
    return name, old, policy_edit.add_publisher(old, pattern, identity)


def _write(place: common.Here, name: str, old: str, new: str) -> None:
    policy.load({name: new.encode()})  # what would not be read back is not written
    pinning.write(os.path.join(place.root, name), new.encode())
    for line in difflib.ndiff(old.splitlines(), new.splitlines()):
        if line.startswith("+ ") and line[2:]:
            say(escape(f"{name}: {line}"))
    if place.repository:
        say(escape(f"stage:  git add {shlex.quote(os.path.relpath(os.path.join(place.root, name), place.folder))}"))


def _subject(text: str) -> accept.Subject:
    subjects: tuple[accept.Subject, ...] = ("package", "remote", "program")
    return next(subject for subject in subjects if subject == text)


def _rules(names: Sequence[str]) -> frozenset[str]:
    for name in names:
        if name not in policy.ACCEPTABLE:
            raise common.UsageError(
                f"--rule {name}: it cannot be accepted; these can: {', '.join(sorted(policy.ACCEPTABLE))}"
            )
    return frozenset(names)


def _until(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise common.UsageError(f"--until {text}: it must be a date such as 2027-02-28") from error


def _servers(options: Options, facts: Facts) -> list[ServerFacts]:
    chosen: list[ServerFacts] = []
    for name in options.names:
        found = [s for s in facts.servers if s.server.name.text == name and options.file in {None, s.server.file}]
        if not found:
            known = sorted({server.server.name.text for server in facts.servers})
            raise common.UsageError(f"no server is called {name}; these are: {', '.join(known) or 'none'}")
        if len(found) > 1 and options.subject not in {"package", "publisher"}:
            files = ", ".join(server.server.file for server in found)
            raise common.UsageError(f"several servers are called {name} ({files}): say which with --file")
        chosen += found
    return chosen
