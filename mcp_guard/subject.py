"""What a report says of one server and its packages: who published, how that is known, and on what it rests."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mcp_guard import redaction
from mcp_guard.model import (
    ASKED,
    Basis,
    Evidence,
    ImageLaunch,
    Launch,
    Level,
    LocalLaunch,
    OpaqueLaunch,
    Package,
    PackageFacts,
    PackageLaunch,
    ProgramLaunch,
    Publisher,
    Release,
    RemoteLaunch,
    label,
)


def publisher(facts: PackageFacts) -> str:
    """Say who published a package and how that is known; "nothing is known" is said too."""
    release = _release(facts)
    if release is None or release.publisher.level == "unavailable":
        return "unavailable"
    if release.publisher.level == "absent":
        return "absent: the registry names no account"
    return f"{release.publisher.level}: {who(release.publisher)}"


def who(found: Publisher) -> str:
    """Name a publisher: the repository with the workflow and ref that published, or the account."""
    built = " at ".join(filter(None, (found.workflow, found.ref)))
    return f"{found.identity} ({built})" if built else found.identity


def evidence(facts: PackageFacts, secrets: frozenset[str]) -> Evidence | None:
    """Gather what is known of a package and how; None where no exact version is named."""
    release = _release(facts)
    if facts.package.version is None:
        return None
    named = redaction.mask(label(facts.package.ecosystem, facts.package.name, facts.package.version), secrets)
    if release is None:
        return Evidence(named, Publisher("unavailable"), "", tuple((part, "unavailable") for part in _PARTS), _NOBODY)
    return Evidence(named, release.publisher, release.account, tuple(_levels(release)), _source(facts))


_PARTS = ("integrity", "signatures", "attestations", "publisher", "published")
_NOBODY = "nobody was asked"
_SOURCES: dict[Basis, str] = {
    "receipt": "verified before on this machine",
    "proven": "proofs in the tree",
    "carried": "carried from the base's lock",
    "claimed": "the lock's word alone",
    "weaker": "nothing that holds",
}


def _release(facts: PackageFacts) -> Release | None:
    if isinstance(facts.answer, Release):
        return facts.answer
    return facts.entry.release if facts.entry else None


def _levels(release: Release) -> Iterable[tuple[str, Level]]:
    proven = "proven" in (release.signatures, release.attestations)
    integrity: Level = "proven" if proven else "declared" if release.digests else "absent"
    published: Level = "declared" if release.published else "absent"
    levels = (integrity, release.signatures, release.attestations, release.publisher.level, published)
    return zip(_PARTS, levels, strict=True)


def _source(facts: PackageFacts) -> str:
    if facts.package.ecosystem not in ASKED | {"oci"}:
        return "nothing: mcp-guard asks no registry of its ecosystem"
    if facts.package.ecosystem == "oci":
        return "the digest alone; its registry was not asked"
    asked = isinstance(facts.answer, Release) and facts.basis != "receipt"
    if asked and facts.basis in {"claimed", "carried"}:
        return "the registry, asked now"
    return f"{_SOURCES[facts.basis]}, and the registry, asked now" if asked else _SOURCES[facts.basis]


def notes(facts: PackageFacts) -> Iterable[str]:
    """Say as of when a verdict stands, where it does not stand by itself."""
    if facts.package.ecosystem not in ASKED and facts.package.version is not None:
        yield "its registry was not asked"
    elif isinstance(facts.answer, Release) and facts.as_of is not None:
        yield f"status as of {facts.as_of:%Y-%m-%d %H:%M} UTC"
    elif facts.answer is None and facts.basis == "carried":
        yield "carried from the base's lock, not asked"
    elif facts.answer is None and facts.basis == "proven":
        yield "proven by proofs in the tree; whether it was withdrawn has not been asked on this machine"


def masked(launch: Launch, secrets: frozenset[str]) -> Launch:
    """Blank out secrets in what a launch names."""

    def mask(text: str) -> str:
        return redaction.mask(text, secrets)

    match launch:
        case PackageLaunch():
            return launch._replace(packages=tuple(_masked_package(p, mask) for p in launch.packages), overrides=())
        case ImageLaunch():
            return launch._replace(image=_masked_package(launch.image, mask), overrides=())
        case RemoteLaunch():
            return launch._replace(url=mask(launch.url), word=launch.word._replace(text=""))
        case LocalLaunch():
            return launch._replace(script=mask(launch.script), word=launch.word._replace(text=""))
        case ProgramLaunch():
            return launch._replace(program=mask(launch.program), word=launch.word._replace(text=""))
        case OpaqueLaunch():
            return launch._replace(reason=mask(launch.reason), word=launch.word._replace(text=""))


def _masked_package(package: Package, mask: Callable[[str], str]) -> Package:
    word = package.word._replace(text="")
    return package._replace(name=mask(package.name), written=mask(package.written), word=word)
