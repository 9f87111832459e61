"""Resolve, verify, write: turn unpinned servers into pinned and locked ones.

`plan` computes, `apply` writes. Each server is all or nothing. Files are written lock first, then configs, each to a
temporary name that is then renamed: a config whose version is not in the lock blocks, and so does a lock whose version
is not in the config, so every state between blocks, and the same command repairs it.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from typing import NamedTuple

from mcp_guard import clients, env_files, evidence, lock, redaction, workspace
from mcp_guard.model import (
    Config,
    Launch,
    Lock,
    LockedPackage,
    LockedServer,
    Missing,
    Package,
    Place,
    Refused,
    Release,
    Server,
    Unreachable,
    Word,
    label,
    purl,
)
from mcp_guard.pipeline import World, packages_of
from mcp_guard.redaction.shown import blank
from mcp_guard.registries import Candidate, Question, Versions
from mcp_guard.rules.subjects import kind
from mcp_guard.workspace import Workspace

Edit = tuple[Word, tuple[int, int], str]


class Failure(NamedTuple):
    """A server that was left as it is, and why."""

    server: Server
    reason: str


class Pinned(NamedTuple):
    """A server that the plan pins or locks. `versions` are labels such as `npm:name@1.2.3`."""

    server: Server
    versions: tuple[str, ...]
    edited: bool


class Plan(NamedTuple):
    """What `pin` would write: (path, old bytes, new bytes) in the order of writing, and what it came to."""

    files: tuple[tuple[str, bytes, bytes], ...]
    pinned: tuple[Pinned, ...]
    failures: tuple[Failure, ...]
    secrets: frozenset[str]  # of the configs in `files`; never printed

    def diff(self) -> str:
        """Return the unified diff of everything that would be written, secrets blanked out."""
        return blank("".join(_diff(path, old, new) for path, old, new in self.files), self.secrets)


class _Resolved(NamedTuple):
    """One server, resolved: its edits, and the lock entries of its packages."""

    server: Server
    launches: tuple[Launch, ...]
    edits: tuple[Edit, ...]
    entries: tuple[LockedPackage, ...]
    labels: tuple[str, ...]


class _Unresolved(Exception):  # noqa: N818 (it never leaves this module: a reason on its way to a Failure)
    """Raised with the reason why a server cannot be pinned."""


def plan(space: Workspace, world: World, wanted: Callable[[Server], bool]) -> Plan:
    """Work out what pinning the wanted servers of a work tree changes; writes nothing."""
    tracked = workspace.tracked(space.tree, {})
    resolved: list[_Resolved] = []
    failures: list[Failure] = []
    for config in space.configs:
        for server in filter(wanted, config.servers):
            try:
                resolved.append(_resolve(server, env_files.launches(server, space.tree, tracked), space, world))
            except _Unresolved as problem:
                failures.append(Failure(server, redaction.mask(str(problem), redaction.secrets(server))))
    configs = [_edited(config, space, resolved) for config in space.configs]
    new = _lock(space, configs, resolved)
    old_lock = space.texts.get(lock.LOCK_FILE, "").encode()
    files = [(lock.LOCK_FILE, old_lock, lock.dump(new))] if new.servers or old_lock else []
    files += [(config.file, space.data[config.file], data) for config, data in configs]
    changed = tuple((path, old, data) for path, old, data in files if old != data)
    pinned = tuple(_pinned(item) for item in resolved)
    secrets = frozenset().union(*(redaction.secrets(server) for config in space.configs for server in config.servers))
    return Plan(changed, pinned, tuple(failures), secrets)


def apply(root: str, files: Iterable[tuple[str, bytes, bytes]]) -> None:
    """Write files (repository-relative path, old bytes, new bytes), each whole or not at all. Raises OSError."""
    for path, _, data in files:
        write(os.path.join(root, *path.split("/")), data)


def write(path: str, data: bytes) -> None:
    """Replace a file in one step, keeping its permissions; a crash leaves the old or the new one. Raises OSError."""
    temporary = f"{path}.{os.getpid()}.tmp"
    mode = os.stat(path).st_mode & 0o7777 if os.path.exists(path) else 0o644
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


# ------------------------------------------------------------------------------------------------ one server


def _resolve(server: Server, launches: tuple[Launch, ...], space: Workspace, world: World) -> _Resolved:
    edits: list[Edit] = []
    entries: list[LockedPackage] = []
    labels: list[str] = []
    floats = _floats(server, space)
    for package in packages_of(launches):
        if not _resolvable(package) or (floats and package.version is None):
            continue  # locked as it stands: what is wrong with it is a finding that only a person can settle
        version = package.version or _newest(package, space, world)
        if package.version is None:
            if package.cut is None:
                raise _Unresolved(
                    f"this spelling cannot be edited in place: write version {version} of {package.name} by hand"
                )
            edits.append((package.word, package.cut, package.join + version))
        entries.append(_entry(package, version, space, world))
        labels.append(label(package.ecosystem, package.name, version))
    return _Resolved(server, launches, tuple(edits), tuple(entries), tuple(labels))


def _resolvable(package: Package) -> bool:
    """Say whether a registry can be asked: not for git and URLs, and not for an image tag (no image look-up yet)."""
    return package.source == "registry" and (package.ecosystem != "oci" or package.version is not None)


def _floats(server: Server, space: Workspace) -> bool:
    """Say whether a person has accepted that this very definition names no version."""
    key = ("unpinned", server.file, server.name.text, redaction.fingerprint(server))
    return any((a.rule, a.file, a.server, a.fingerprint) == key for a in space.policy.acceptances)


def _newest(package: Package, space: Workspace, world: World) -> str:
    """Choose the newest version that `check` would not call too young.

    As npm does for a date: the `latest` tag where it is old enough, else the highest release at or below it.
    """
    versions = world.registries.versions(package.ecosystem, package.name)
    match versions:
        case Versions():
            return _eligible(package, versions, space, world)
        case Missing() | Unreachable():
            raise _Unresolved(f"{label(package.ecosystem, package.name, None)}: {versions.reason}")
        case Refused():
            raise _Unresolved(f"{versions.registry} is named by this repository alone, so it is not contacted")


def _eligible(package: Package, versions: Versions, space: Workspace, world: World) -> str:
    names = [candidate.version for candidate in versions.candidates]
    start = names.index(versions.latest) if versions.latest in names else 0
    age = _least_age(package, space)
    for candidate in versions.candidates[start:]:
        if _usable(candidate) and candidate.published is not None and candidate.published + age <= world.now:
            return candidate.version
    if all(candidate.published is None for candidate in versions.candidates):
        raise _Unresolved(f"its registry gives no publication times, so name the version of {package.name} yourself")
    days = age.total_seconds() / 86400
    raise _Unresolved(f"no version of {package.name} has been out for {days:g} days: wait, or name one yourself")


def _usable(candidate: Candidate) -> bool:
    return not candidate.prerelease and candidate.withdrawn is None


def _least_age(package: Package, space: Workspace) -> timedelta:
    known = space.base_lock is not None and evidence.knows(space.base_lock, package)
    return space.policy.min_age if known else space.policy.min_age_new


def _entry(package: Package, version: str, space: Workspace, world: World) -> LockedPackage:
    name = purl(package.ecosystem, package.name, version)
    old = space.lock.packages.get(name) if space.lock else None
    if package.ecosystem == "oci":
        return LockedPackage(name, evidence.image_release(version), Place(lock.LOCK_FILE))
    (answer,) = world.registries.ask([Question(package.ecosystem, package.name, version, "release")])
    match answer:
        case Release():
            return _agreed(name, answer, old, space)
        case Missing() | Unreachable():
            raise _Unresolved(f"{label(package.ecosystem, package.name, version)}: {answer.reason}")
        case Refused():
            raise _Unresolved(f"{answer.registry} is named by this repository alone, so it is not contacted")


def _agreed(name: str, answer: Release, old: LockedPackage | None, space: Workspace) -> LockedPackage:
    if not answer.digests or any(digest.algorithm not in {"sha512", "sha256"} for digest in answer.digests):
        raise _Unresolved(f"{name}: the registry gives no strong digest of it")
    if answer.withdrawn is not None:
        raise _Unresolved(f"{name} is withdrawn: {answer.withdrawn}")
    if old is not None and set(old.release.digests) != set(answer.digests):
        raise _Unresolved(
            f"{name}: the registry's digests are not the locked ones; see mcp-guard explain integrity-mismatch"
        )
    if old is not None and evidence.agrees(old.release, answer):
        return old
    named = any(url.rstrip("/") == (answer.registry or "").rstrip("/") for _, url in space.policy.registries)
    release = answer._replace(withdrawn=None, deprecated=None, registry=answer.registry if named else None)
    return LockedPackage(name, release, Place(lock.LOCK_FILE))


# ------------------------------------------------------------------------------------------------ configs and lock


def _edited(config: Config, space: Workspace, resolved: Sequence[_Resolved]) -> tuple[Config, bytes]:
    """Apply a config's edits and read it again, so that what is locked is what then stands there."""
    edits = [edit for item in resolved if item.server.file == config.file for edit in item.edits]
    data = space.data.get(config.file, b"")
    if not edits:
        return config, data
    new = clients.edited(config.file, data, edits)
    again = clients.read(config.file, new, named=True)
    if again is None or [s.name.text for s in again.servers] != [s.name.text for s in config.servers]:
        raise RuntimeError(f"{config.file}: the edited file does not read back")
    return again, new


def _lock(space: Workspace, configs: Iterable[tuple[Config, bytes]], resolved: Sequence[_Resolved]) -> Lock:
    """Build the new lock: resolved servers anew, the others as they were, what no longer exists dropped."""
    done = {(item.server.file, item.server.name.text): item for item in resolved}
    old = space.lock or Lock({}, {})
    tracked = workspace.tracked(space.tree, {})
    servers: dict[tuple[str, str], LockedServer] = {}
    packages: dict[str, LockedPackage] = {}
    for server in (server for config, _ in configs for server in config.servers):
        key = (server.file, server.name.text)
        if key in done:
            servers[key] = _locked_server(server, env_files.launches(server, space.tree, tracked), done[key])
            packages |= {entry.purl: entry for entry in done[key].entries}
        elif key in old.servers:
            servers[key] = old.servers[key]
    if not space.whole:
        judged = {config.file for config in space.configs}
        servers |= {key: entry for key, entry in old.servers.items() if key[0] not in judged}
    for entry in servers.values():
        for name in entry.packages:
            if name not in packages and name in old.packages:
                packages[name] = old.packages[name]
    return Lock(packages, servers)


def _locked_server(server: Server, launches: Sequence[Launch], item: _Resolved) -> LockedServer:
    names = tuple(entry.purl for entry in item.entries)
    read = tuple(name for name in map(evidence.purl_of, packages_of(launches)) if name is not None)
    if read != names:
        raise RuntimeError(f"{server.file}: {server.name.text} does not read back as {', '.join(names)}")
    place = Place(lock.LOCK_FILE)
    return LockedServer(server.file, server.name.text, kind(launches), names, redaction.fingerprint(server), place)


def _pinned(item: _Resolved) -> Pinned:
    return Pinned(item.server, item.labels, edited=bool(item.edits))


def _diff(path: str, old: bytes, new: bytes) -> str:
    before, after = (data.decode("utf-8", "replace").splitlines(keepends=True) for data in (old, new))
    return "".join(_terminated(difflib.unified_diff(before, after, f"a/{path}", f"b/{path}")))


def _terminated(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"
