"""What one run judges: the tree and its base, the configs in it, policy, lock, override files, links.

Everything is read from the one tree (DESIGN §3); nothing here asks the network or judges.
"""

from __future__ import annotations

import os.path
import posixpath
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mcp_guard import clients, launchers, lock, policy, proof_files, triggers
from mcp_guard.model import Config, Ecosystem, Link, Lock, Override, Place, Policy, Problem
from mcp_guard.trees import Entry, Tree, Unreadable

CONFIG_LIMIT = 1 << 20
POLICY_LIMIT = 1 << 20
OVERRIDE_LIMIT = 1 << 20

LINK_MODES = {"120000": "a symbolic link", "160000": "a submodule"}


# Our own files: in a work tree they count before git knows them, or `pin` and `accept` would not see what they wrote.
OWN_FILES = (triggers.LOCK_FILE, *triggers.POLICY_FILES)


class Workspace(NamedTuple):
    """One tree, read: everything that facts are made of, except what registries say."""

    tree: Tree
    configs: tuple[Config, ...]
    data: dict[str, bytes]  # the bytes of each config that can be read, for edits
    links: tuple[Link, ...]
    policy: Policy
    base_policy: Policy | None
    lock: Lock | None
    lock_problems: tuple[tuple[Place, str], ...]
    base_lock: Lock | None
    overrides: dict[str, tuple[Override, ...]]  # by override file
    excluded: tuple[str, ...]
    whole: bool
    own: dict[str, bytes]  # lock and policy files as they are
    proofs: dict[str, bytes | str]  # the proofs that the lock names, by path: their bytes, or why they cannot be read
    proof_files: tuple[str, ...]  # the paths of all proofs


def read(
    tree: Tree,
    base: Tree | None,
    names: Iterable[str] | None = None,
    own_policy: Policy | None = None,
    also: Iterable[str] = (),
) -> Workspace:
    """Read what `names` (files and folders, relative to the root) or, with None, the whole tree holds.

    The whole tree is what clients own and what the lock names. `also` are files that are read in either case.
    `own_policy` stands in for the policy of the tree (`--config`). Raises `policy.PolicyError` for a bad policy;
    everything else that is wrong becomes part of the answer.
    """
    rules = own_policy or _policy(tree)
    own_lock, problems = _lock(tree)
    locked = {file for file, _ in own_lock.servers} if own_lock else set()
    named = [*names] if names is not None else []
    wanted = _whole(tree, locked) if names is None else {path for name in named for path in _named(tree, name)}
    wanted.update(also)
    excluded = {path for path in wanted if policy.excluded(rules, path)}
    selected = sorted(wanted - excluded)
    configs, data = _configs(tree, selected, {*map(posixpath.normpath, named), *also, *locked})
    return Workspace(
        tree=tree,
        configs=configs,
        data=data,
        links=tuple(_links(tree, rules)),
        policy=rules,
        base_policy=_base_policy(base),
        lock=own_lock,
        lock_problems=problems,
        base_lock=_lock(base)[0] if base else None,
        overrides=_overrides(tree, configs),
        excluded=tuple(sorted(excluded)),
        whole=names is None,
        own=_own(tree),
        proofs=proof_files.read(tree, own_lock) if own_lock else {},
        proof_files=tuple(sorted(filter(proof_files.is_proof, tree.entries))),
    )


# ------------------------------------------------------------------------------------------------ policy and lock


def _root_files(tree: Tree, names: Iterable[str], limit: int) -> dict[str, bytes | Unreadable]:
    return tree.read([name for name in names if name in tree.entries], limit)


def _policy(tree: Tree) -> Policy:
    files: dict[str, bytes] = {}
    for name, data in _root_files(tree, policy.POLICY_FILES, POLICY_LIMIT).items():
        if isinstance(data, Unreadable) or tree.entries[name].mode in LINK_MODES or len(data) > POLICY_LIMIT:
            raise policy.PolicyError(Place(name), f"{name} cannot be read: it must be a plain file of at most 1 MiB")
        files[name] = data
    return policy.load(files)


def _base_policy(base: Tree | None) -> Policy | None:
    """Read the policy that this one is compared with; one that cannot be read loosens nothing: the default one."""
    if base is None:
        return None
    try:
        return _policy(base)
    except policy.PolicyError:
        return Policy()


def _lock(tree: Tree) -> tuple[Lock | None, tuple[tuple[Place, str], ...]]:
    place = Place(lock.LOCK_FILE)
    data = _root_files(tree, [lock.LOCK_FILE], lock.LOCK_LIMIT).get(lock.LOCK_FILE)
    if data is None:
        return None, ()
    if tree.entries[lock.LOCK_FILE].mode in LINK_MODES:
        return None, ((place, "it is a link, not a file"),)
    if isinstance(data, Unreadable):
        return None, ((place, data.reason),)
    try:
        return lock.parse(lock.LOCK_FILE, data), ()
    except lock.LockError as error:
        return None, ((error.place, error.message),)


def _own(tree: Tree) -> dict[str, bytes]:
    found = _root_files(tree, OWN_FILES, lock.LOCK_LIMIT)
    return {name: data for name, data in found.items() if isinstance(data, bytes)}


# ------------------------------------------------------------------------------------------------ configs


def _whole(tree: Tree, locked: set[str]) -> set[str]:
    return {path for path in tree.entries if path in locked or clients.concerns(path)}


def _named(tree: Tree, name: str) -> Iterator[str]:
    path = posixpath.normpath(name)
    below = "" if path == "." else path + "/"
    inside = [entry for entry in tree.entries if entry.startswith(below)]
    if path in tree.entries or clients.concerns(path) or not inside:
        yield path  # also one that is not there: that is a finding, never a skip
    else:
        yield from filter(clients.concerns, inside)


def _configs(tree: Tree, paths: list[str], named: set[str]) -> tuple[tuple[Config, ...], dict[str, bytes]]:
    answers = tree.read([path for path in paths if path in tree.entries], CONFIG_LIMIT)
    configs: list[Config] = []
    data: dict[str, bytes] = {}
    for path in paths:
        answer = answers.get(path)
        entry = tree.entries.get(path)
        if answer is None or entry is None:
            configs.append(_unreadable(path, f"{tree.title} has no such file"))
        elif entry.mode in LINK_MODES:
            continue  # judged as a link: what it leads to is a file of its own, or not in this tree
        elif isinstance(answer, Unreadable):
            configs.append(_unreadable(path, answer.reason))
        else:
            config = clients.read(path, answer, named=path in named)
            if config is not None:
                configs.append(config)
                data[path] = answer
    return tuple(configs), data


def _unreadable(path: str, reason: str) -> Config:
    problem = Problem("unreadable-config", Place(path), f"cannot be read: {reason}")
    return Config(path, "unknown", "", (), (problem,))


# ------------------------------------------------------------------------------------------------ links


def _links(tree: Tree, rules: Policy) -> Iterator[Link]:
    """Symbolic links and submodules on the way to a config; a linked folder of this tree that holds one counts."""
    links = {path: entry for path, entry in tree.entries.items() if entry.mode in LINK_MODES}
    targets = tree.read([path for path, entry in links.items() if entry.mode == "120000"], 4096) if links else {}
    for path, entry in sorted(links.items()):
        if policy.excluded(rules, path):
            continue
        target = targets.get(path)
        text = target.decode("utf-8", "replace") if isinstance(target, bytes) else ""
        if clients.on_the_way(path) or (entry.mode == "120000" and _holds_config(tree, path, text)):
            yield Link(path, f"{LINK_MODES[entry.mode]} to {text}" if text else LINK_MODES[entry.mode])


def _holds_config(tree: Tree, path: str, target: str) -> bool:
    folder = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    below = "" if folder == "." else folder + "/"
    return any(entry.startswith(below) and clients.concerns(entry) for entry in tree.entries)


# ------------------------------------------------------------------------------------------------ override files


def start_folders(config: Config, folder: str) -> tuple[str, ...]:
    """Turn a folder or file as a config writes it into paths from the root: from the root, and from the config's own.

    A client opens the repository or a folder of it, and `${workspaceFolder}` is what it has opened.
    """
    text = folder
    for variable in ("${workspaceFolder}", "${workspaceRoot}"):
        text = text.replace(variable, ".")
    own = posixpath.dirname(config.file)
    if posixpath.basename(own).startswith("."):  # `.vscode`, `.cursor`: the folder that holds it is what is opened
        own = posixpath.dirname(own)
    return tuple(dict.fromkeys(posixpath.normpath(posixpath.join(base, text)) for base in ("", own)))


def folders(config: Config) -> set[str]:
    """Name the folders in which override files count for a config: its own, those of each `cwd`, and each parent."""
    starts = {posixpath.dirname(config.file)}
    for server in config.servers:
        if server.cwd is not None:
            starts.update(start_folders(config, server.cwd.text))
    found: set[str] = set()
    for start in starts:
        folder = start
        while folder and folder not in {".", "/"} and not folder.startswith(".."):
            found.add(folder)
            folder = posixpath.dirname(folder)
    return found | {""}


def _overrides(tree: Tree, configs: Iterable[Config]) -> dict[str, tuple[Override, ...]]:
    """Read the override files beside configs; their names count in any case, as on the usual file systems."""
    near = {folder for config in configs if config.servers for folder in folders(config)}
    names = {name.casefold() for name in launchers.OVERRIDE_FILES}
    wanted = [
        path
        for path in sorted(tree.entries)
        if posixpath.basename(path).casefold() in names and posixpath.dirname(path) in near
    ]
    answers = tree.read(wanted, OVERRIDE_LIMIT)
    return {path: _override(path, answer, tree.entries[path]) for path, answer in answers.items()}


def _override(path: str, answer: bytes | Unreadable, entry: Entry) -> tuple[Override, ...]:
    if isinstance(answer, bytes) and entry.mode not in LINK_MODES and len(answer) <= OVERRIDE_LIMIT:
        return launchers.overrides(path, answer)
    name = posixpath.basename(path)
    npm = {".npmrc", ".yarnrc.yml", "bunfig.toml", "package.json"}
    ecosystem: Ecosystem = "npm" if name.casefold() in npm else "pypi"
    return (Override(ecosystem, f"{name} (cannot be read)", None, None, Place(path)),)


def overrides_of(workspace: Workspace, config: Config) -> tuple[Override, ...]:
    """List the overrides in files that count for this config."""
    near = folders(config)
    return tuple(o for path, found in workspace.overrides.items() if posixpath.dirname(path) in near for o in found)


# ------------------------------------------------------------------------------------------------ paths


def on_disk(root: str, names: Iterable[str]) -> list[str]:
    """List those of the names, and of our own files and proofs, that are files on disk, tracked or not."""
    wanted = dict.fromkeys([*names, *OWN_FILES, *proof_files.on_disk(root)])
    paths = {name: os.path.join(root, *name.split("/")) for name in wanted}
    return [
        name
        for name, path in paths.items()
        if os.path.lexists(path) and (os.path.islink(path) or not os.path.isdir(path))
    ]


def relative(root: str, path: str, start: str) -> str:
    """Turn a path as typed in folder `start` into one relative to the root, with forward slashes."""
    absolute = os.path.normpath(os.path.join(start, path))
    return os.path.relpath(absolute, os.path.realpath(root)).replace(os.sep, "/")
