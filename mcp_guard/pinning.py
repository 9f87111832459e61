"""Resolve, verify, write: turn unpinned servers into pinned and locked ones.

`plan` computes, `apply` writes. Each server is all or nothing. Files are written proofs first, then the lock, then
configs, each to a temporary name that is then renamed; proofs that nothing names any more go last. A lock whose proof
is missing blocks, and so does a config whose version is not in the lock, and a lock whose version is not in the config:
so every state between blocks, and the same command repairs it.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple, TypeAlias

from mcp_guard import clients, evidence, lock, proof_files, redaction, scripts
from mcp_guard.documents import DocumentError
from mcp_guard.model import Config, Lock, LockedPackage, LockedServer, Place, Server, ServerFacts
from mcp_guard.pipeline import World, packages_of, server_facts
from mcp_guard.provenance.proofs import FILE_LIMIT, is_proof_of, pretty
from mcp_guard.redaction.shown import blank
from mcp_guard.resolving import Failure, Resolved, resolve
from mcp_guard.rules.subjects import kind
from mcp_guard.triggers import LINK_MODES, PROOFS_FOLDER
from mcp_guard.workspace import Workspace

# A file to write: path from the root, the bytes it has ("" where there is none), and the new ones; None removes it.
# What a proof has does not matter.
File: TypeAlias = tuple[str, bytes, bytes | None]


_ATTEMPTS = 32  # servers of a file whose edits may fail before the rest is left alone


class Pinned(NamedTuple):
    """A server that the plan pins or locks. `versions` are labels such as `npm:name@1.2.3`."""

    server: Server
    versions: tuple[str, ...]
    publishers: tuple[str, ...]  # of each version: who published it, and how that is known
    edited: bool


class Plan(NamedTuple):
    """What `pin` would write, in the order of writing, and what it came to."""

    files: tuple[File, ...]
    pinned: tuple[Pinned, ...]
    failures: tuple[Failure, ...]
    secrets: frozenset[str]  # of the configs in `files`; never printed

    def diff(self) -> str:
        """Return the unified diff of what would be written, secrets blanked out; of a proof only its name and size."""
        return blank("".join(_diff(path, old, new) for path, old, new in self.files), self.secrets)


def plan(space: Workspace, world: World, wanted: Callable[[Server], bool]) -> Plan:
    """Work out what pinning the wanted servers of a work tree changes; writes nothing."""
    configs = [config for config in space.configs if config.file in space.data]  # what cannot be read stays as it is
    facts = [one for config in configs for one in _facts(config, space, world) if wanted(one.server)]
    resolved, failures = resolve(facts, space, world)
    edited: list[tuple[Config, bytes]] = []
    for config in configs:
        found = _edited(config, space, world, [item for item in resolved if item.server.file == config.file])
        edited.append((found.config, found.data))
        failures += found.failures
        left = {(failure.server.file, failure.server.name.text) for failure in found.failures}
        resolved = [item for item in resolved if (item.server.file, item.server.name.text) not in left]
    new = _lock(space, world, edited, resolved)
    old_lock = space.own.get(lock.LOCK_FILE, b"")
    proofs, unnamed = _proofs(new, space)
    stale = [] if failures else unnamed  # an entry that has lost the name of its proof may need it yet
    files: list[File] = [(lock.LOCK_FILE, old_lock, lock.dump(new))] if new.servers or old_lock else []
    files += [(config.file, space.data[config.file], data) for config, data in edited]
    changed = tuple((path, old, data) for path, old, data in (*proofs, *files, *stale) if old != data)
    pinned = tuple(Pinned(item.server, item.labels, item.publishers, edited=bool(item.edits)) for item in resolved)
    secrets = frozenset().union(*(redaction.secrets(server) for config in configs for server in config.servers))
    return Plan(changed, pinned, tuple(failures), secrets)


def _proofs(new: Lock, space: Workspace) -> tuple[list[File], list[File]]:
    """Work out which proofs the new lock needs and the tree has not, and which it has and nothing names."""
    there = space.tree.read(space.proof_files, FILE_LIMIT)
    needed = {proof_files.path(proof.name): proof for entry in new.packages.values() for proof in entry.release.proofs}
    written: list[File] = []
    for path, proof in sorted(needed.items()):
        old = there.get(path)
        plain = isinstance(old, bytes) and space.tree.entries[path].mode not in LINK_MODES
        if proof.text and not (plain and isinstance(old, bytes) and is_proof_of(proof.name, old)):
            written.append((path, b"", pretty(proof)))
    stale: list[File] = [(path, b"-", None) for path in space.proof_files if path not in needed]
    return written, stale


def _facts(config: Config, space: Workspace, world: World) -> list[ServerFacts]:
    tracked = scripts.tracked(space.tree, {})
    return [server_facts(server, config, space, world.registries, tracked) for server in config.servers]


class ChangedError(Exception):
    """A file is not what it was when the plan was made; the message names it."""


def apply(root: str, files: Iterable[File]) -> None:
    """Write files, each whole or not at all.

    Raises `ChangedError`, before anything is written, where one has been edited meanwhile, and OSError.
    """
    paths = [(os.path.join(root, *path.split("/")), old, data) for path, old, data in files]
    for path, old, _ in paths:
        name = os.path.relpath(path, root).replace(os.sep, "/")
        if proof_files.is_proof(name):  # named by its content, so whatever else is there has no business there
            _make_way(root, path)
        elif _now(path) != old:
            raise ChangedError(f"{name} was changed while mcp-guard worked: run it again")
    for path, _, data in paths:
        if data is not None:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            write(path, data)
            continue
        with suppress(FileNotFoundError):  # another run has done it
            os.unlink(path)
        with suppress(OSError):  # it holds other proofs
            os.rmdir(os.path.dirname(path))


def _make_way(root: str, path: str) -> None:
    """Refuse to write proofs through a link, or where something else than a file is."""
    folder = os.path.join(root, PROOFS_FOLDER)
    if os.path.islink(folder) or (os.path.lexists(folder) and not os.path.isdir(folder)):
        raise ChangedError(f"{PROOFS_FOLDER} is not a folder: remove it, proofs are kept there")
    if os.path.isdir(path) and not os.path.islink(path):
        raise ChangedError(f"{os.path.relpath(path, root)} is a folder: remove it, a proof is kept there")


def _now(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return b""


def write(path: str, data: bytes) -> None:
    """Replace a file in one step, keeping its permissions; a crash leaves the old or the new one. Raises OSError."""
    temporary = f"{path}.{os.getpid()}.tmp"
    mode = os.stat(path).st_mode & 0o7777 if os.path.exists(path) else None
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if mode is None else 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            if mode is not None:
                os.chmod(temporary, mode)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


# ------------------------------------------------------------------------------------------------ configs and lock


class _Edited(NamedTuple):
    """A config as it stands after the edits, and the servers whose edits cannot be made."""

    config: Config
    data: bytes
    failures: tuple[Failure, ...] = ()


def _edited(config: Config, space: Workspace, world: World, items: Sequence[Resolved]) -> _Edited:
    """Apply a config's edits, all of them or else each that goes together with those before it."""
    whole = _attempt(config, space, world, items)
    if whole is not None:
        return whole
    kept = _Edited(config, space.data.get(config.file, b""))
    made: list[Resolved] = []
    failures: list[Failure] = []
    for item in items:
        more = _attempt(config, space, world, [*made, item]) if len(failures) < _ATTEMPTS else None
        if more is None:
            reason = f"this spelling cannot be edited in place: write {', '.join(item.labels)} by hand"
            failures.append(Failure(item.server, reason))
        else:
            kept = more
            made.append(item)
    return kept._replace(failures=tuple(failures))


def _attempt(config: Config, space: Workspace, world: World, items: Sequence[Resolved]) -> _Edited | None:
    """Apply edits and read the file again, so that what is locked is what then stands there; None where it is not.

    Nothing but the servers meant may change: in YAML two of them can share a word.
    """
    data = space.data.get(config.file, b"")
    edits = [edit for item in items for edit in item.edits]
    if not edits:
        return _Edited(config, data)
    try:
        new = clients.edited(config.file, data, edits)
    except (ValueError, DocumentError):
        return None
    again = clients.read(config.file, new, named=True)
    if again is None or [s.name.text for s in again.servers] != [s.name.text for s in config.servers]:
        return None
    wanted = {item.server.name.text: tuple(entry.purl for entry in item.entries) for item in items}
    for before, facts in zip(config.servers, _facts(again, space, world), strict=True):
        name = before.name.text
        meant = _purls(facts) == wanted[name] if name in wanted else facts.server.definition == before.definition
        if not meant:
            return None
    return _Edited(again, new)


def _purls(facts: ServerFacts) -> tuple[str, ...]:
    return tuple(name for name in map(evidence.purl_of, packages_of(facts.launches)) if name is not None)


def _lock(
    space: Workspace, world: World, configs: Iterable[tuple[Config, bytes]], resolved: Sequence[Resolved]
) -> Lock:
    """Build the new lock: resolved servers anew, the others as they were, what no longer exists dropped."""
    done = {(item.server.file, item.server.name.text): item for item in resolved}
    old = space.lock or Lock({}, {})
    servers: dict[tuple[str, str], LockedServer] = {}
    packages: dict[str, LockedPackage] = {}
    for facts in (facts for config, _ in configs for facts in _facts(config, space, world)):
        key = (facts.server.file, facts.server.name.text)
        if key in done:
            servers[key] = _locked_server(facts, done[key])
            packages |= {entry.purl: entry for entry in done[key].entries}
        elif key in old.servers:
            servers[key] = old.servers[key]
    read = {config.file for config in space.configs if config.file in space.data}
    unread = {config.file for config in space.configs} - read
    servers |= {
        key: entry for key, entry in old.servers.items() if key[0] in unread or (not space.whole and key[0] not in read)
    }
    for entry in servers.values():
        for name in entry.packages:
            if name not in packages and name in old.packages:
                packages[name] = old.packages[name]
    return Lock(packages, servers)


def _locked_server(facts: ServerFacts, item: Resolved) -> LockedServer:
    names = tuple(entry.purl for entry in item.entries)
    server = facts.server
    if _purls(facts) != names:
        raise RuntimeError(f"{server.file}: {server.name.text} does not read back as {', '.join(names)}")
    place = Place(lock.LOCK_FILE)
    return LockedServer(server.file, server.name.text, kind(facts.launches), names, facts.fingerprint, place)


def _diff(path: str, old: bytes, new: bytes | None) -> str:
    if proof_files.is_proof(path):
        return f"removed: {path}\n" if new is None else f"written: {path} ({len(new):,} bytes)\n"
    new = new or b""
    before, after = (data.decode("utf-8", "replace").splitlines(keepends=True) for data in (old, new))
    return "".join(_terminated(difflib.unified_diff(before, after, f"a/{path}", f"b/{path}")))


def _terminated(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"
