"""Find the exact version of each package that a server names, and what its registry says of it.

Each server is all or nothing. Registries are asked in two rounds, each in parallel: for versions, then for releases.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import NamedTuple, TypeAlias

from mcp_guard import entering, evidence, redaction
from mcp_guard.entering import Unresolved
from mcp_guard.model import (
    ASKED,
    Answer,
    Ecosystem,
    LockedPackage,
    Missing,
    Package,
    Refused,
    Server,
    ServerFacts,
    Unreachable,
    Word,
    label,
)
from mcp_guard.pipeline import World, packages_of
from mcp_guard.registries import Candidate, Question, Versions
from mcp_guard.workspace import Workspace

Edit: TypeAlias = tuple[Word, tuple[int, int], str]
Offered: TypeAlias = Versions | Missing | Unreachable | Refused

_WORKERS = 8
_STRONG = frozenset({"sha256", "sha384", "sha512"})
# What names no particular version, and so may become any: nothing, or what the registry calls the latest.
_ANY = frozenset({"", "@", "@latest", "@*", "@x"})


class Failure(NamedTuple):
    """A server that was left as it is, and why."""

    server: Server
    reason: str


class Resolved(NamedTuple):
    """A server, resolved: what to edit in its config, and the lock entries of its packages."""

    server: Server
    edits: tuple[Edit, ...]
    entries: tuple[LockedPackage, ...]
    labels: tuple[str, ...]
    publishers: tuple[str, ...]  # of each label: who published it and how that is known


class _Choice(NamedTuple):
    """A package and the exact version that it gets, or has."""

    package: Package
    version: str


def resolve(facts: Sequence[ServerFacts], space: Workspace, world: World) -> tuple[list[Resolved], list[Failure]]:
    """Resolve servers; what cannot be is a failure with its reason, secrets masked."""
    servers = [one.server for one in facts]
    packages = [_packages(one, space) for one in facts]
    offered = _offered([package for found in packages for package in found if package.version is None], world)
    failures: list[Failure] = []
    chosen: list[tuple[Server, list[_Choice]]] = []
    for server, found in zip(servers, packages, strict=True):
        try:
            _refuse_secret_name(server)
            chosen.append((server, [_choice(package, offered, space, world) for package in found]))
        except Unresolved as problem:
            failures.append(_failure(server, problem))
    answers = _answers([choice for _, choices in chosen for choice in choices], world)
    resolved: list[Resolved] = []
    for server, choices in chosen:
        try:
            resolved.append(_resolved(server, choices, answers, space, world))
        except Unresolved as problem:
            failures.append(_failure(server, problem))
    return resolved, failures


def _refuse_secret_name(server: Server) -> None:
    if redaction.mask(server.name.text, redaction.secrets(server)) != server.name.text:
        raise Unresolved("its name looks like a secret, which must not get into the lock: give it another one")


def _failure(server: Server, problem: Unresolved) -> Failure:
    return Failure(server, redaction.mask(str(problem), redaction.secrets(server)))


def _packages(facts: ServerFacts, space: Workspace) -> list[Package]:
    """List the packages to resolve. The others are locked as they stand: what is wrong with them only a person settles.

    Not resolved are git and URLs, tags of images and of whatever no registry is asked about, and what a person has
    accepted as unpinned.
    """
    floats = _floats(facts, space)
    return [
        package
        for package in packages_of(facts.launches)
        if package.source == "registry" and (package.version is not None or (package.ecosystem in ASKED and not floats))
    ]


def _floats(facts: ServerFacts, space: Workspace) -> bool:
    """Say whether a person has accepted that this very definition names no version."""
    key = ("unpinned", facts.server.file, facts.server.name.text, facts.fingerprint)
    return any((a.rule, a.file, a.server, a.fingerprint) == key for a in space.policy.acceptances)


# ------------------------------------------------------------------------------------------------ versions


def _offered(packages: Iterable[Package], world: World) -> Mapping[tuple[Ecosystem, str], Offered]:
    names = list(dict.fromkeys((package.ecosystem, package.name) for package in packages))
    with ThreadPoolExecutor(_WORKERS) as pool:
        return dict(zip(names, pool.map(lambda name: world.registries.versions(*name), names), strict=True))


def _choice(
    package: Package, offered: Mapping[tuple[Ecosystem, str], Offered], space: Workspace, world: World
) -> _Choice:
    if package.version is not None:
        return _Choice(package, package.version)
    versions = offered[package.ecosystem, package.name]
    if not isinstance(versions, Versions):
        raise Unresolved(entering.why(label(package.ecosystem, package.name, None), versions))
    version = _newest(package, versions, space, world)
    if package.cut is None:
        raise Unresolved(f"this spelling cannot be edited in place: write version {version} of {package.name} by hand")
    return _Choice(package, version)


def _newest(package: Package, versions: Versions, space: Workspace, world: World) -> str:
    """Choose the newest version that `check` would not call too young.

    As npm does for a date: the `latest` tag where it is old enough, else the highest release at or below it.
    """
    names = [candidate.version for candidate in versions.candidates]
    start = names.index(versions.latest) if versions.latest in names else 0
    candidates = _within(package, versions.candidates[start:])
    age = _least_age(package, space)
    for candidate in candidates:
        released = not candidate.prerelease or candidate.version == versions.latest
        if released and candidate.withdrawn is None and candidate.published and candidate.published + age <= world.now:
            return candidate.version
    if all(candidate.published is None for candidate in candidates):
        raise Unresolved(f"its registry gives no publication times, so name the version of {package.name} yourself")
    days = age.total_seconds() / 86400
    raise Unresolved(f"no version of {package.name} has been out for {days:g} days: wait, or name one yourself")


def _within(package: Package, candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    """Keep to the range that the config names, where there is one."""
    start, end = package.cut or (0, 0)
    asked = package.word.text[start:end].replace(" ", "")
    if asked in _ANY:
        return candidates
    if package.ecosystem == "pypi":
        from packaging.specifiers import InvalidSpecifier, SpecifierSet

        try:
            allowed = SpecifierSet(asked)
        except InvalidSpecifier:
            raise Unresolved(f"{package.written} names no version that can be resolved: write an exact one") from None
        found = [candidate for candidate in candidates if allowed.contains(candidate.version, prereleases=True)]
        if found:
            return found
    raise Unresolved(f"{package.written} names a range or a tag, which only you can decide: write an exact version")


def _least_age(package: Package, space: Workspace) -> timedelta:
    known = space.base_lock is not None and evidence.knows(space.base_lock, package)
    return space.policy.min_age if known else space.policy.min_age_new


# ------------------------------------------------------------------------------------------------ releases


def _answers(choices: Iterable[_Choice], world: World) -> Mapping[Question, Answer]:
    questions = list(dict.fromkeys(_question(choice) for choice in choices if choice.package.ecosystem in ASKED))
    return dict(zip(questions, world.registries.ask(questions), strict=True))


def _question(choice: _Choice) -> Question:
    return Question(choice.package.ecosystem, choice.package.name, choice.version, "release")


def _resolved(
    server: Server, choices: Sequence[_Choice], answers: Mapping[Question, Answer], space: Workspace, world: World
) -> Resolved:
    edits = tuple(
        (package.word, package.cut, package.join + version)
        for package, version in choices
        if package.version is None and package.cut is not None
    )
    entries = tuple(_entry(choice, answers, space, world) for choice in choices)
    labels = tuple(label(p.ecosystem, p.name, version) for p, version in choices)
    publishers = tuple(entering.who(entry.release.publisher) for entry in entries)
    return Resolved(server, edits, entries, labels, publishers)


def _entry(choice: _Choice, answers: Mapping[Question, Answer], space: Workspace, world: World) -> LockedPackage:
    package, version = choice
    exact = package._replace(version=version)
    if package.ecosystem not in ASKED:
        return entering.unasked(exact)
    return entering.package(exact, answers[_question(choice)], space, world.registries.default("npm"))
