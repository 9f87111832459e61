"""Who published, for the rules on publishers: who is the same, what the base's lock knows, how they are called."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mcp_guard.model import (
    Ecosystem,
    Facts,
    Lock,
    NamedPublisher,
    Package,
    PackageFacts,
    Policy,
    Publisher,
    Release,
    Server,
    purl,
)
from mcp_guard.policy import publisher_differs, publisher_named
from mcp_guard.registries.semver import precedence
from mcp_guard.rules.subjects import releases

_REGISTRY = "registry:"
_HOSTED = frozenset({"github", "gitlab"})


class Earlier(NamedTuple):
    """One version of a package whose publisher the base's lock has as proven."""

    version: str
    release: Release


class Known(NamedTuple):
    """Every proven publisher of the base's lock, by package and by who: a lock is gone through once."""

    packages: dict[str, list[Earlier]]
    publishers: dict[str, set[Publisher]]

    def versions(self, package: Package) -> list[Earlier]:
        """Return what is known of a package: one for each version with a proven publisher, in the lock's order."""
        name, _ = _taken_apart(purl(package.ecosystem, package.name, "0"))
        return self.packages.get(name, [])

    def has(self, publisher: Publisher) -> bool:
        """Say whether some package of the base's lock has this publisher."""
        others = (other for key in _keys(publisher) for other in self.publishers.get(key, ()))
        return any(difference(other, publisher) is None for other in others)


def known(base: Lock | None) -> Known:
    """Gather the proven publishers of the base's lock; without a base there are none."""
    packages: dict[str, list[Earlier]] = {}
    publishers: dict[str, set[Publisher]] = {}
    for entry in base.packages.values() if base is not None else ():
        publisher = entry.release.publisher
        if publisher.level == "proven":
            name, version = _taken_apart(entry.purl)
            packages.setdefault(name, []).append(Earlier(version, entry.release))
            who = Publisher("proven", publisher.identity, owner_id=publisher.owner_id)
            for key in _keys(who):
                publishers.setdefault(key, set()).add(who)
    return Known(packages, publishers)


def proven(facts: Facts) -> Iterator[tuple[Server, PackageFacts, Publisher]]:
    """List the packages whose publisher is proven, and the publisher. What has a problem is left to `proof-invalid`."""
    for server, package, release in releases(facts):
        if release.publisher.level == "proven" and not package.problems:
            yield server, package, release.publisher


# ------------------------------------------------------------------------------------------------ the same or not


def difference(one: Publisher, other: Publisher) -> str | None:
    """Say what a publisher is in the eyes of another; None where they are one and the same.

    A repository is its id, and its owner is the owner's id: both outlive a rename, and neither comes back when
    somebody registers a deleted name anew. Names decide, without regard to case, where one of two has no id.
    """
    (kind, path, number), (other_kind, other_path, other_number) = _parts(one.identity), _parts(other.identity)
    if one.identity == other.identity and kind not in _HOSTED:
        return None
    if kind != other_kind or kind not in _HOSTED:
        return "another repository" if other_kind in _HOSTED else "another account"
    if number and other_number and number != other_number:
        return "another repository under the same name" if path == other_path else "another repository"
    if not (number and other_number) and path != other_path:
        return "another repository"
    owner, other_owner = one.owner_id, other.owner_id
    if not (owner and other_owner):
        owner, other_owner = path.rpartition("/")[0], other_path.rpartition("/")[0]
    return None if owner == other_owner else "another owner of the repository"


def _parts(identity: str) -> tuple[str, str, str]:
    """Take an identity apart: kind, path with ASCII letters in lower case, and the id or ""."""
    kind, _, rest = identity.partition(":")
    path, _, number = rest.partition("#")
    return kind, path.lower() if path.isascii() else path, number  # "\u212a".lower() is "k"


def _keys(publisher: Publisher) -> list[str]:
    """Under what a publisher is looked up: two that are the same share one of these."""
    kind, path, number = _parts(publisher.identity)
    return [f"{kind}:{path}", *([f"{kind}#{number}"] if number else [])]


# ------------------------------------------------------------------------------------------------ the policy


def named(policy: Policy, package: Package) -> NamedPublisher | None:
    """Return whom `[publishers]` names for a package."""
    return publisher_named(policy, f"{package.ecosystem}:{package.name}")


def named_registry(publisher: NamedPublisher | None) -> str | None:
    """Return the registry that `[publishers]` names, where it names one and no repository."""
    if publisher is None or not publisher.identity.startswith(_REGISTRY):
        return None
    return publisher.identity.removeprefix(_REGISTRY)


def comes_from(release: Release, registry: str) -> bool:
    """Say whether a release comes from this registry; the default one vouches for nobody."""
    return (release.registry or "").rstrip("/") == registry.rstrip("/") != ""


def decided(publisher: NamedPublisher | None, proven_one: Publisher) -> bool:
    """Say whether a person has named exactly this publisher: with the repository's id, where there is one."""
    if publisher is None or publisher_differs(publisher, proven_one) is not None:
        return False
    kind, _, number = _parts(publisher.identity)
    return kind not in _HOSTED or number != ""


# ------------------------------------------------------------------------------------------------ versions


def later(ecosystem: Ecosystem, one: str, other: str) -> bool | None:
    """Say whether a version comes after another (semver 2.0.0 §11, PEP 440); None where one of them is no version.

    What does not come after a version is of its major line or of a lower one.
    """
    if ecosystem == "npm":
        left, right = precedence(one), precedence(other)
        return None if left is None or right is None else left > right
    from packaging.version import Version

    try:
        return Version(one) > Version(other)
    except ValueError:  # no version (InvalidVersion), or one with more digits than a number may have
        return None


def newest(ecosystem: Ecosystem, versions: list[Earlier]) -> Earlier:
    """Return the highest of some versions, of which there is at least one."""
    best, *others = versions
    for other in others:
        if later(ecosystem, other.version, best.version):
            best = other
    return best


def _taken_apart(text: str) -> tuple[str, str]:
    """Take a purl apart: its name with type and qualifiers, and its version as people write it."""
    from urllib.parse import unquote

    name, _, rest = text.rpartition("@")
    version, _, qualifiers = rest.partition("?")
    return f"{name}?{qualifiers}", unquote(version)


# ------------------------------------------------------------------------------------------------ sentences


def shown(publisher: Publisher | NamedPublisher) -> str:
    """Name a publisher, proven or named, in a sentence: `github:owner/repository#id (workflow x.yml, ref refs/…)`."""
    parts = (("workflow", publisher.workflow), ("ref", publisher.ref))
    told = [f"{what} {value}" for what, value in parts if value]
    if isinstance(publisher, Publisher) and publisher.signer:
        told.append(f"signed by {publisher.signer}")
    return f"{publisher.identity} ({', '.join(told)})" if told else publisher.identity
