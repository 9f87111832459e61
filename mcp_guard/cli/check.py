"""`mcp-guard check`: by hand over the work tree, or as a hook over what is staged or pushed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from mcp_guard.cli.arguments import Options
    from mcp_guard.hook import Occasion
    from mcp_guard.model import Facts, Policy
    from mcp_guard.receipts import Receipts


def run(options: Options) -> int:
    """Check, print the report, return the exit code."""
    return _as_hook(options) if options.hook else _by_hand(options)


def _by_hand(options: Options) -> int:
    from mcp_guard import pipeline
    from mcp_guard.cli import common

    names = None if options.everything or not options.paths else options.paths
    _, space = common.open_work_tree(options, names)
    with common.world(options, space.policy) as world:
        report = pipeline.judge(space, world)
    common.publish(options, report)
    return report.exit_code


def _as_hook(options: Options) -> int:
    """Judge what is staged or pushed; everything heavier than git and one receipt is imported only when needed."""
    from mcp_guard import hook, trees

    root = trees.find_root(os.getcwd())
    if root is None:
        from mcp_guard.cli.common import UsageError

        raise UsageError("check --hook needs a git repository; without one, name the files: mcp-guard check PATH")
    names = [_inside(root, name) for name in options.paths]
    occasion = hook.occasion(root, names, options.environ, everything=options.everything)
    if occasion is None:
        return 0
    from mcp_guard import receipts

    key = None if _unrepeatable(options) else hook.key(occasion, _mode(options, root))
    store = receipts.Receipts(options.cache_dir or receipts.cache_directory(options.environ))
    known = hook.recall(store, key, occasion.tree, _now()) if key else None
    if known is None:
        return _judge(options, root, occasion, store, key)
    from mcp_guard.cli.output import emit

    emit(known)
    return 0


def _inside(root: str, name: str) -> str:
    """Turn a name as typed into one from the root, links in the folders above it resolved as git resolves them."""
    folder, base = os.path.split(os.path.abspath(name))
    path = os.path.relpath(os.path.join(os.path.realpath(folder), base), root).replace(os.sep, "/")
    if path == ".." or path.startswith("../"):
        from mcp_guard.cli.common import UsageError

        raise UsageError(f"{name} lies outside this repository: check it from its own")
    return path


def _now() -> datetime:
    from datetime import datetime, timezone

    return datetime.now(timezone.utc)


def _mode(options: Options, root: str) -> str:
    """Build what tells runs apart that see the same tree: version, switches, base, and the user's own registries."""
    from mcp_guard import __version__, trees
    from mcp_guard.settings import sources

    base = trees.resolve(root, options.base) if options.base else None
    switches = (__version__, options.network, options.strict, options.verbose, options.quiet, base)
    return "\0".join(map(repr, (*switches, sources(options.environ))))


def _unrepeatable(options: Options) -> bool:
    """Say whether this run must not be answered from a receipt: required runs, other outputs, another policy."""
    return options.network == "required" or options.format != "text" or bool(options.output or options.config)


def _judge(options: Options, root: str, occasion: Occasion, store: Receipts, key: str | None) -> int:
    from mcp_guard import hook, pipeline, rules, trees, workspace
    from mcp_guard.cli import common

    start = trees.resolve(root, options.base) if options.base else hook.base(root, occasion)
    base = trees.commit(root, start) if start else None
    space = workspace.read(occasion.tree, base, occasion.names, common.policy_override(options), occasion.also)
    # What was judged is looked up like a script: the receipt's key knows only the files that clients own.
    seen = {config.file: hook.blob_of(occasion.tree, config.file) for config in space.configs}
    with common.world(options, space.policy) as world:
        facts = pipeline.gather(space, world, seen)
        strict = pipeline.is_strict(space, world)
        report = pipeline.report(space, facts, rules.judge(facts), strict=strict)
    common.publish(options, report)
    until = holds_until(facts, space.policy)
    if report.exit_code == 0 and key and until is not None and world.network != "required":
        output = common.text(options, report, color=False)
        hook.remember(store, key, hook.Passed(facts.now, until, seen, output))
    return report.exit_code


def holds_until(facts: Facts, rules: Policy) -> datetime | None:
    """Return the moment at which a passing answer could change by itself; None where it must not be kept at all.

    That is when a status gets too old to be believed without asking, or when an acceptance starts to warn or ends.
    Not kept is what passed although somebody had to be asked and was not reached.
    """
    from datetime import datetime, timedelta, timezone

    from mcp_guard import evidence
    from mcp_guard.model import ASKED

    moments = [facts.now + rules.max_status_age]
    for package in (package for server in facts.servers for package in server.packages):
        if package.purl is not None and package.package.ecosystem in ASKED:
            if package.as_of is None or not evidence.is_fresh(package.as_of, facts.now, rules):
                return None
            moments.append(package.as_of + rules.max_status_age)
    for acceptance in rules.acceptances:
        day = datetime(acceptance.until.year, acceptance.until.month, acceptance.until.day, tzinfo=timezone.utc)
        moments += [day - timedelta(days=14), day, day + timedelta(days=1)]
    return min((moment for moment in moments if moment > facts.now), default=None)
