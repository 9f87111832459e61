"""What the subcommands share: the repository, the world, and where reports go."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import NamedTuple

from mcp_guard import clients, policy, receipts, registries, trees, workspace
from mcp_guard.cli.arguments import Options
from mcp_guard.model import Network, Policy, Report
from mcp_guard.pipeline import World
from mcp_guard.reports.escape import escape
from mcp_guard.trees import Tree
from mcp_guard.workspace import Workspace


class UsageError(Exception):
    """What was asked for makes no sense; the message says what to do."""


class Here(NamedTuple):
    """Where we are: the root, whether it is a git repository, and the folder we were called in."""

    root: str
    repository: bool
    folder: str


def here() -> Here:
    """Find the repository of the current folder; without one, the folder itself."""
    folder = os.path.realpath(os.getcwd())
    root = trees.find_root(folder)
    return Here(root or folder, root is not None, folder)


def cache_directory(options: Options) -> str:
    """Return the folder for receipts and answers."""
    return os.path.abspath(options.cache_dir) if options.cache_dir else receipts.cache_directory(options.environ)


def open_work_tree(options: Options, names: Iterable[str] | None) -> tuple[Here, Workspace]:
    """Read the work tree (or plain folder), limited to tracked and named files. Paths are as typed."""
    place = here()
    relative = None if names is None else [_inside(place, name) for name in names]
    if place.repository:
        tree = trees.work_tree(place.root, workspace.on_disk(place.root, relative or ()))
        revision = trees.resolve(place.root, options.base) if options.base else trees.head(place.root)
        base: Tree | None = trees.commit(place.root, revision) if revision else None
    else:
        tree, base = trees.folder(place.root, workspace.on_disk(place.root, relative or ())), None
    if relative is None and place.repository:
        _mention_untracked(place)
    return place, workspace.read(tree, base, relative, policy_override(options))


def _mention_untracked(place: Here) -> None:
    """Say which configs are not looked at because git does not know them: silence would look like a pass."""
    configs = [path for path in trees.untracked(place.root) if clients.concerns(path)]
    if configs:
        names = escape(" ".join(shlex.quote(path) for path in configs))
        print(f"not looked at, because git does not track it: {names} (git add it, or name it)", file=sys.stderr)


def _inside(place: Here, name: str) -> str:
    path = workspace.relative(place.root, name, place.folder)
    if path == ".." or path.startswith("../"):
        raise UsageError(
            f"{name} lies outside {'this repository' if place.repository else 'this folder'}: go there first"
        )
    return path


def policy_override(options: Options) -> Policy | None:
    """Read the policy that `--config` names, in place of the tree's."""
    if options.config is None:
        return None
    try:
        with open(options.config, "rb") as file:
            data = file.read()
    except OSError as error:
        raise UsageError(f"--config {options.config}: {error.strerror}") from error
    name = "pyproject.toml" if os.path.basename(options.config) == "pyproject.toml" else "mcp-guard.toml"
    try:
        return policy.load({name: data})
    except policy.PolicyError as error:
        raise policy.PolicyError(error.place._replace(file=options.config), error.message) from error


def network(options: Options, rules: Policy) -> Network:
    """Decide whether registries are asked: the flag, else the policy."""
    match options.network:
        case "auto" | "off" | "required":
            return options.network
        case None:
            return rules.network
        case other:  # only by environment: argparse has checked the flag
            raise UsageError(f"MCP_GUARD_NETWORK is {other!r}: it must be auto, off or required")


@contextmanager
def world(options: Options, rules: Policy) -> Iterator[World]:
    """Open registries, receipts and the clock for one run."""
    settings = registries.settings(options.environ)
    asked = network(options, rules)
    deadline = _seconds(options, rules)
    directory = cache_directory(options)
    asker = registries.Registries(settings, rules, directory, fresh=asked == "required", deadline=deadline)
    try:
        yield World(asker, receipts.Receipts(directory), datetime.now(timezone.utc), asked, options.strict)
    finally:
        asker.close()


def _seconds(options: Options, rules: Policy) -> float:
    if options.deadline is None:
        return rules.deadline.total_seconds()
    import json

    line = f"deadline = {json.dumps(options.deadline)}"  # one grammar for times: the policy's
    try:
        return policy.load({policy.POLICY_FILES[0]: line.encode()}).deadline.total_seconds()
    except policy.PolicyError as error:
        raise UsageError(f"--{error.message}") from error


def publish(options: Options, report: Report) -> None:
    """Print the report in the wanted format, and write the files of `--output`."""
    from mcp_guard import reports

    outputs = [_output(text, reports.REPORTS) for text in options.output]
    if options.format == "text":
        from mcp_guard.reports import text as lines

        body = lines.render(report, color=_color(options), verbose=options.verbose)
        if options.quiet:
            body = body if report.exit_code else ""
    else:
        body = reports.REPORTS[options.format](report)
    sys.stdout.write(body)
    for name, path in outputs:
        from mcp_guard.pinning import write

        write(path, reports.REPORTS[name](report).encode("utf-8", "backslashreplace"))


def _output(text: str, known: Iterable[str]) -> tuple[str, str]:
    name, equals, path = text.partition("=")
    if not equals or not path or name not in known:
        raise UsageError(f"--output {text}: it must be FORMAT=FILE, with one of {', '.join(sorted(known))}")
    return name, path


def _color(options: Options) -> bool:
    environ = options.environ
    if options.color != "auto":
        return options.color == "always"
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and environ.get("TERM") != "dumb"
