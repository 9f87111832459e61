"""The lock's entry of one exact version: what its registry serves of it, as far as it proves and agrees."""

from __future__ import annotations

from mcp_guard import evidence, lock, subject, vouching
from mcp_guard.model import (
    Answer,
    LockedPackage,
    Missing,
    Package,
    Place,
    Policy,
    Publisher,
    Refused,
    Release,
    Unreachable,
    label,
    purl,
)
from mcp_guard.workspace import Workspace

_STRONG = frozenset({"sha256", "sha384", "sha512"})


class Unresolved(Exception):  # noqa: N818 (a reason on its way to a resolving.Failure)
    """Raised with the reason why a server cannot be pinned."""


def unasked(exact: Package) -> LockedPackage:
    """Make the entry of an image, of which the digest is all that is known, or of what no registry is asked about."""
    name = purl(exact.ecosystem, exact.name, exact.version or "")
    return _entered(LockedPackage(name, vouching.unasked(exact), Place(lock.LOCK_FILE)))


def package(exact: Package, answer: Answer, space: Workspace, npm_registry: str) -> LockedPackage:
    """Make the entry of a package from the answer about it. Raises Unresolved."""
    version = exact.version or ""
    name = purl(exact.ecosystem, exact.name, version)
    if not isinstance(answer, Release):
        raise Unresolved(why(label(exact.ecosystem, exact.name, version), answer))
    vouched = vouching.answer(exact, answer, npm_registry)
    if vouched.problems:
        raise Unresolved(f"{name} {'; '.join(vouched.problems)}")
    release = _agreed(name, vouched.release, space)
    old = space.lock.packages.get(name) if space.lock else None
    if old is not None:  # what was proven stays proven, though a mirror may leave it out
        kept = vouching.entry(old, exact, vouching.Shelf(space.proofs, None, npm_registry))
        release = _kept(name, release, kept, old.release)
    return _entered(LockedPackage(name, release, Place(lock.LOCK_FILE)))


def who(publisher: Publisher) -> str:
    """Say who published, and how that is known."""
    match publisher.level:
        case "proven":
            return f"published by {subject.who(publisher)}, proven"
        case "declared":
            return f'published by "{publisher.identity}" by the registry\'s word, nothing proves it'
        case "absent" | "unavailable":
            return "nothing is known of who published it"


def _agreed(name: str, answer: Release, space: Workspace) -> Release:
    """Take a release for the lock, unless it has no digest to lock, is withdrawn, or is not what was locked before."""
    old = space.lock.packages.get(name) if space.lock else None
    if not answer.digests or any(digest.algorithm not in _STRONG for digest in answer.digests):
        raise Unresolved(f"{name}: the registry gives no strong digest of it")
    if answer.withdrawn is not None:
        raise Unresolved(f"{name} is withdrawn: {answer.withdrawn}")
    if old is not None and set(old.release.digests) != set(answer.digests):
        raise Unresolved(
            f"{name}: the registry's digests are not the locked ones; see mcp-guard explain integrity-mismatch"
        )
    if old is not None and evidence.agrees(old.release, answer):
        answer = answer._replace(published=old.release.published or answer.published)
    registry = answer.registry if answer.registry and _is_named(answer.registry, space.policy) else None
    return answer._replace(withdrawn=None, deprecated=None, weaker_than=None, registry=registry)


def _is_named(registry: str, rules: Policy) -> bool:
    """Say whether the policy names a registry: then it belongs into the lock; a mirror of one user's own does not."""
    named = [url for _, url in rules.registries]
    identities = [publisher.identity for _, publisher in rules.publishers]
    named += [identity.removeprefix("registry:") for identity in identities if identity.startswith("registry:")]
    return registry.rstrip("/") in {url.rstrip("/") for url in named}


def why(name: str, answer: Missing | Unreachable | Refused) -> str:
    """Say why an answer is none."""
    match answer:
        case Missing() | Unreachable():
            return f"{name}: {answer.reason}"
        case Refused():
            return f"{name}: {answer.registry} is named by this repository alone, so it is not contacted"


def _kept(name: str, release: Release, kept: vouching.Vouched, old: Release) -> Release:
    """Join a release with what is proven of it already, unless that says otherwise, or this mcp-guard cannot tell."""
    if kept.problems and kept.unsupported:
        raise Unresolved(f"{name}: its lock entry cannot be verified by this mcp-guard ({kept.unproven}): update it")
    if kept.problems:
        return release
    publishers = {found.publisher.identity for found in (release, kept.release) if found.publisher.level == "proven"}
    if len(publishers) > 1:
        who = " and by ".join(sorted(publishers))
        raise Unresolved(f"{name} is attested by {who}: see mcp-guard explain publisher-changed")
    return _with_account(vouching.joined(release, kept.release), old)


def _with_account(release: Release, old: Release) -> Release:
    """Keep the account that the lock has where the registry names none."""
    if release.account or not old.account:
        return release
    silent = release.publisher.level == "absent"
    publisher = Publisher("declared", old.account) if silent else release.publisher
    return release._replace(account=old.account, publisher=publisher)


def _entered(entry: LockedPackage) -> LockedPackage:
    """Refuse what could not be written into the lock, before anything is."""
    try:
        lock.entry_digest(entry)
    except ValueError as error:
        raise Unresolved(f"{entry.purl}: the registry sent what no lock can hold: {error}") from None
    return entry
