"""`mcp-guard pin`: resolve, verify, write; then say what is left for a person."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from mcp_guard import pinning, pipeline
from mcp_guard.cli import common
from mcp_guard.cli.arguments import Options
from mcp_guard.model import Server
from mcp_guard.reports.escape import escape
from mcp_guard.resolving import Failure
from mcp_guard.workspace import Workspace


def run(options: Options) -> int:
    """Pin what can be pinned; return 0 when nothing is left, else 1 (3 when only look-ups are missing)."""
    place, space = common.open_work_tree(options, _paths(options.names))
    servers = _wanted(options.names, space)
    _mention_lock(space, options.names)
    with common.world(options, space.policy) as world:
        plan = pinning.plan(space, world, lambda server: server in servers)
        if options.diff:
            sys.stdout.write(plan.diff())
            _failures(plan.failures)
            return 1 if plan.failures else 0
        pinning.apply(place.root, plan.files)
        _say(plan)
        _, again = common.open_work_tree(options, _paths(options.names))
        report = pipeline.judge(again, world)
    common.publish(options, report)
    return 1 if plan.failures else report.exit_code


def _paths(names: Iterable[str]) -> list[str] | None:
    """Take the names that are paths, when all of them are; a server name needs every config to be looked at."""
    import os

    paths = list(names)
    return paths if paths and all(os.path.lexists(path) for path in paths) else None


def _mention_lock(space: Workspace, names: Sequence[str]) -> None:
    """Refuse to write only a part of a lock that cannot be read: the other entries would be lost."""
    for place, problem in space.lock_problems:
        what = f"{place.file}:{place.line}: cannot be read: {problem}"
        if names:
            raise common.UsageError(f"{what}; to write it anew, run mcp-guard pin without names")
        print(escape(f"{what}; it is written anew, so read the diff"), file=sys.stderr)


def _wanted(names: Iterable[str], space: Workspace) -> list[Server]:
    servers = [server for config in space.configs for server in config.servers]
    wanted = set(names)
    if not wanted or not space.whole:
        return servers
    found = [s for s in servers if s.name.text in wanted or s.file in wanted]
    missing = wanted - {s.name.text for s in found} - {s.file for s in found}
    if missing:
        raise common.UsageError(_unknown(min(missing), [server.name.text for server in servers]))
    return found


def _unknown(name: str, known: list[str]) -> str:
    import difflib

    near = difflib.get_close_matches(name, known, 1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"no server and no file is called {name}{hint} (mcp-guard list names them all)"


def _say(plan: pinning.Plan) -> None:
    for item in plan.pinned:
        what = ", ".join(item.versions) or "definition"
        done = "pinned" if item.edited else "locked"
        print(escape(f"{done}  {item.server.file}  {item.server.name.text}  {what}"))
    _failures(plan.failures)
    if plan.files:
        print(escape(f"stage:  git add {' '.join(path for path, _, _ in plan.files)}"))


def _failures(failures: Iterable[Failure]) -> None:
    for failure in failures:
        server = failure.server
        place = server.name.place
        print(escape(f"{server.file}:{place.line}:{place.column}: not pinned: {server.name.text}: {failure.reason}"))
