"""`mcp-guard accept`: write a person's decision into the policy."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date

from mcp_guard import accept, pinning, pipeline, policy, policy_edit, rules
from mcp_guard.cli import common
from mcp_guard.cli.arguments import Options
from mcp_guard.cli.output import say
from mcp_guard.model import Facts, ServerFacts
from mcp_guard.reports.escape import escape


def run(options: Options) -> int:
    """Accept what blocks the named servers, or allow their remote or program."""
    place, space = common.open_work_tree(options, None)
    decision = accept.Decision(_subject(options.subject), _rules(options.rules), options.reason, _until(options.until))
    with common.world(options, space.policy) as world:
        facts = pipeline.gather(space, world, {})
    servers = _servers(options, facts)
    name, old, new = accept.edit(space, facts, rules.judge(facts), servers, decision)
    _write(place.root, name, old, new)
    return 0


def publisher(options: Options) -> int:
    """Name who must have published a package: `[publishers]`."""
    place, space = common.open_work_tree(options, None)
    pattern, identity = options.names
    name = accept.policy_file(space)
    old = accept.policy_text(space, name)
    new = policy_edit.add_publisher(old, pattern, identity)
    _write(place.root, name, old, new)
    return 0


def _write(root: str, name: str, old: str, new: str) -> None:
    policy.load({name: new.encode()})  # what would not be read back is not written
    pinning.write(os.path.join(root, name), new.encode())
    added = [line for line in new.splitlines() if line and line not in old.splitlines()]
    for line in added:
        say(escape(f"{name}: + {line}"))
    say(f"stage:  git add {name}")


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
        if len(found) > 1 and options.subject != "package":
            files = ", ".join(server.server.file for server in found)
            raise common.UsageError(f"several servers are called {name} ({files}): say which with --file")
        chosen += found
    return chosen
