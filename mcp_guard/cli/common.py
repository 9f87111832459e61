"""What the subcommands share: the repository, the world, and where reports go."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import NamedTuple

from mcp_guard import clients, policy, receipts, registries, trees, workspace
from mcp_guard.cli.arguments import Options
from mcp_guard.cli.output import emit
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
    if place.repository:
        _mention_untracked(place, relative)
    return place, workspace.read(tree, base, relative, policy_override(options))


def _mention_untracked(place: Here, names: Sequence[str] | None) -> None:
    """Say which configs are not looked at because git does not know them: silence would look like a pass."""
    below = None if names is None else tuple("" if name == "." else name + "/" for name in names)
    configs = [
        path
        for path in trees.untracked(place.root)
        if clients.concerns(path) and (below is None or path.startswith(below)) and path not in (names or ())
    ]
    if configs:
        listed = escape(" ".join(shlex.quote(path) for path in configs))
        print(f"not looked at, because git does not track it: {listed} (git add it, or name it)", file=sys.stderr)


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
    # What others may write into could hold answers of theirs; without the folder nothing is kept between runs.
    answers = directory if receipts.is_private(directory) or not os.path.lexists(directory) else os.devnull
    asker = registries.Registries(settings, rules, answers, fresh=asked == "required", deadline=deadline)
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
        emit(text(options, report, color=_color(options)))
    else:
        emit(reports.REPORTS[options.format](report))
    for name, path in outputs:
        _write(path, reports.REPORTS[name](report).encode("utf-8", "backslashreplace"))


def text(options: Options, report: Report, *, color: bool) -> str:
    """Render what is printed as text: with --quiet nothing where all is well."""
    from mcp_guard.reports import text as lines

    if options.quiet and report.exit_code == 0:
        return ""
    return lines.render(report, color=color, verbose=options.verbose)


def _write(path: str, data: bytes) -> None:
    """Write a report: a plain file in one step, anything else (a link, /dev/stdout) as it is."""
    from mcp_guard.pinning import write

    if os.path.islink(path) or (os.path.exists(path) and not os.path.isfile(path)):
        with open(path, "wb") as file:
            file.write(data)
    else:
        write(path, data)


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
