"""`mcp-guard pin`: resolve, verify, write; then say what is left for a person."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterable, Sequence

from mcp_guard import lock, pinning, pipeline, redaction, trees, workspace
from mcp_guard.cli import common
from mcp_guard.cli.arguments import Options
from mcp_guard.cli.output import emit, say
from mcp_guard.model import Server
from mcp_guard.proof_files import is_proof
from mcp_guard.reports.escape import escape
from mcp_guard.resolving import Failure
from mcp_guard.triggers import PROOFS_FOLDER
from mcp_guard.workspace import Workspace


def run(options: Options) -> int:
    """Pin what can be pinned; return 0 when nothing is left, else 1 (3 when only look-ups are missing)."""
    place, space = common.open_work_tree(options, None)
    paths = _paths(options.names, space)
    if paths and len(paths) == len(options.names):
        place, space = common.open_work_tree(options, paths)
    servers = _wanted(options.names, paths, place, space)
    _mention_lock(space, options.names)
    with common.world(options, space.policy) as world:
        plan = pinning.plan(space, world, lambda server: server in servers)
        if options.diff:
            emit(plan.diff())
            _failures(plan.failures)
            return 1 if plan.failures else 0
        pinning.apply(place.root, plan.files)
        _, again = common.open_work_tree(options, paths if not space.whole else None)
        _say(plan, place, again)
        report = pipeline.judge(again, world)
    common.publish(options, report)
    return 1 if plan.failures else report.exit_code


def _paths(names: Iterable[str], space: Workspace) -> list[str]:
    """Take the names that are paths: what no server is called, and what is there."""
    servers = {server.name.text for config in space.configs for server in config.servers}
    return [name for name in names if name not in servers and os.path.lexists(name)]


def _mention_lock(space: Workspace, names: Sequence[str]) -> None:
    """Refuse to write only a part of a lock that cannot be read: the other entries would be lost."""
    for place, problem in space.lock_problems:
        what = f"{place.file}:{place.line}: cannot be read: {problem}"
        if names:
            raise common.UsageError(f"{what}; to write it anew, run mcp-guard pin without names")
        print(escape(f"{what}; it is written anew, so read the diff"), file=sys.stderr)


def _wanted(names: Sequence[str], paths: Sequence[str], place: common.Here, space: Workspace) -> list[Server]:
    servers = [server for config in space.configs for server in config.servers]
    if not names or not space.whole:
        return servers
    files = {workspace.relative(place.root, path, place.folder) for path in paths}
    called = set(names) - set(paths)
    found = [server for server in servers if server.name.text in called or server.file in files]
    missing = called - {server.name.text for server in found}
    if missing:
        raise common.UsageError(_unknown(min(missing), [server.name.text for server in servers]))
    return found


def _unknown(name: str, known: list[str]) -> str:
    import difflib

    near = difflib.get_close_matches(name, known, 1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"no server and no file is called {name}{hint} (mcp-guard list names them all)"


def _say(plan: pinning.Plan, place: common.Here, again: Workspace) -> None:
    for item in plan.pinned:
        what = ", ".join(item.versions) or "definition"
        done = "pinned" if item.edited else "locked"
        say(escape(f"{done}  {item.server.file}  {_shown(item.server)}  {what}"))
        for publisher in item.publishers:
            say(escape(f"        {publisher}"))
    _failures(plan.failures)
    if place.repository:
        _stage(plan, place, again)


def _stage(plan: pinning.Plan, place: common.Here, again: Workspace) -> None:
    """Say what a commit has to take along: what was written, and what git does not know yet."""
    unknown = _unknown_to_git(place, again)
    gone = {path for path, _, new in plan.files if new is None} - _indexed(place.root)
    written = [path for path, _, _ in plan.files if path not in gone]
    paths = dict.fromkeys(PROOFS_FOLDER if is_proof(path) else path for path in (*written, *sorted(unknown)))
    if paths:
        files = [os.path.relpath(os.path.join(place.root, path), place.folder) for path in paths]
        ignored = unknown and not unknown <= set(trees.untracked(place.root))
        force = "--force " if ignored else ""
        say(escape(f"stage:  git add {force}{' '.join(shlex.quote(file) for file in files)}"))


def _unknown_to_git(place: common.Here, space: Workspace) -> set[str]:
    """List the lock and its proofs where the index does not have them: then a commit would not."""
    return {path for path in (lock.LOCK_FILE, *space.proofs) if path in space.tree.entries} - _indexed(place.root)


def _indexed(root: str) -> set[str]:
    """List what git would commit; nothing while a merge is unresolved, which `pin` may be about to do."""
    try:
        return set(trees.index(root).entries)
    except trees.TreeError:
        return set()


def _shown(server: Server) -> str:
    return redaction.mask(server.name.text, redaction.secrets(server))


def _failures(failures: Iterable[Failure]) -> None:
    for failure in failures:
        server = failure.server
        place = server.name.place
        say(escape(f"{server.file}:{place.line}:{place.column}: not pinned: {_shown(server)}: {failure.reason}"))
