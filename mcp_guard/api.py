"""The library: `check`, `pin` and what goes with them (re-exported by `mcp_guard`)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timezone

from mcp_guard import pinning, pipeline, receipts, registries, reports, trees, workspace
from mcp_guard.model import Network, Policy, Report
from mcp_guard.pinning import Plan
from mcp_guard.workspace import Workspace


def check(
    path: str | os.PathLike[str] = ".",
    names: Iterable[str] | None = None,
    *,
    network: Network | None = None,
    base: str | None = "HEAD",
    policy: Policy | None = None,
    strict: bool = False,
    cache_directory: str | os.PathLike[str] | None = None,
    environ: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> Report:
    """Check the configs of a work tree and return every server seen and every finding.

    `path` is a folder of a git work tree, or a plain folder. `names` (relative to the root) limits the run; None is
    every tracked config. `network` is the policy's unless given; with "off" nobody is asked. `base` is the commit to
    compare with; None, or a repository without commits, compares with nothing. `policy` stands in for the tree's own.
    `environ` is where the user's own registries are looked up, and `now` (aware) the clock that ages are judged by.

    Raises `PolicyError` for a bad policy, `TreeError` where git cannot answer, `SettingsError` for a bad configuration
    of the user's own. Everything that is wrong with a checked file is a finding.
    """
    space = _open(path, names, base, policy)
    with _world(space.policy, network, cache_directory, environ, now, strict=strict) as world:
        return pipeline.judge(space, world)


def pin(
    path: str | os.PathLike[str] = ".",
    servers: Iterable[str] | None = None,
    *,
    network: Network | None = None,
    base: str | None = "HEAD",
    policy: Policy | None = None,
    cache_directory: str | os.PathLike[str] | None = None,
    environ: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> Plan:
    """Work out what pinning servers (by name; None: all) would change. Writes nothing: see `Plan.diff` and `apply`.

    Arguments and errors are those of `check`; ValueError for a server that is not there.
    """
    space = _open(path, None, base, policy)
    wanted = None if servers is None else frozenset(servers)
    known = {server.name.text for config in space.configs for server in config.servers}
    if wanted is not None and not wanted <= known:
        raise ValueError(f"no server is called {', '.join(sorted(wanted - known))}")
    with _world(space.policy, network, cache_directory, environ, now, strict=False) as world:
        return pinning.plan(space, world, lambda server: wanted is None or server.name.text in wanted)


def apply(plan: Plan, path: str | os.PathLike[str] = ".") -> None:
    """Write a plan into the work tree that it was made for, configs last, each file in one step. Raises OSError."""
    pinning.apply(_root(path)[0], plan.files)


def render(report: Report, format: str = "text") -> str:  # noqa: A002 (the name that users expect)
    """Render a report as "text", "json" or "github". Raises KeyError for any other format."""
    return reports.REPORTS[format](report)


def _root(path: str | os.PathLike[str]) -> tuple[str, bool]:
    folder = os.path.realpath(os.fspath(path))
    root = trees.find_root(folder)
    return root or folder, root is not None


def _open(
    path: str | os.PathLike[str], names: Iterable[str] | None, base: str | None, policy: Policy | None
) -> Workspace:
    root, repository = _root(path)
    named = None if names is None else list(names)
    if not repository:
        return workspace.read(trees.folder(root, workspace.on_disk(root, named or ())), None, named, policy)
    start = trees.head(root) if base == "HEAD" else trees.resolve(root, base) if base else None
    before = trees.commit(root, start) if start else None
    return workspace.read(trees.work_tree(root, workspace.on_disk(root, named or ())), before, named, policy)


@contextmanager
def _world(
    policy: Policy,
    network: Network | None,
    cache_directory: str | os.PathLike[str] | None,
    environ: Mapping[str, str] | None,
    now: datetime | None,
    *,
    strict: bool,
) -> Iterator[pipeline.World]:
    own = os.environ if environ is None else environ
    directory = os.fspath(cache_directory) if cache_directory is not None else receipts.cache_directory(own)
    asked = network or policy.network
    settings = registries.settings(own)
    deadline = policy.deadline.total_seconds()
    asker = registries.Registries(settings, policy, directory, fresh=asked == "required", deadline=deadline)
    try:
        moment = now or datetime.now(timezone.utc)
        yield pipeline.World(asker, receipts.Receipts(directory), moment, asked, strict)
    finally:
        asker.close()
