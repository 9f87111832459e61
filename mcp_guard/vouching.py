"""What may be believed of a release: what its signed objects prove, and of the rest that somebody claims it.

`entry` judges an entry of the lock by the proofs in the tree, `answer` what a registry serves, `joined` puts the two
together: what was proven stays proven, whoever leaves it out (DESIGN §6).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from typing import NamedTuple

from mcp_guard import lock, proving, receipts
from mcp_guard.model import Digest, Level, LockedPackage, Package, Proof, Publisher, Release, label
from mcp_guard.proof_files import path
from mcp_guard.proving import Proven, Subject

_RANK = {"unavailable": 0, "absent": 0, "declared": 1, "proven": 2}
# Clocks of build, log and registry differ; a release that is older than its own build by more was backdated.
_SKEW = timedelta(minutes=10)


class Vouched(NamedTuple):
    """A release with levels that hold, what is wrong with its signed objects, and why some prove nothing."""

    release: Release
    problems: tuple[str, ...] = ()
    unproven: str | None = None
    unsupported: bool = False  # … because this mcp-guard does not know the key or the format


class Shelf(NamedTuple):
    """The proofs of the tree, and this machine's memory of those that held. `files`: path → bytes, or why not."""

    files: Mapping[str, bytes | str]
    receipts: receipts.Receipts | None  # None: nothing is remembered, everything is verified
    npm_registry: str


# ------------------------------------------------------------------------------------------------ answers


def answer(package: Package, release: Release, npm_registry: str) -> Vouched:
    """Judge what a registry serves of one exact version."""
    proven = proving.prove(_subject(package, npm_registry), release)
    problems = (*proven.problems, *_backdated(release, proven))
    return Vouched(_levelled(release, proven), problems, proven.unproven, proven.unsupported)


def unasked(package: Package) -> Release:
    """Build the release of one exact version whose registry this version does not ask.

    An image reference is its own digest, which the engine enforces at every start. Of other ecosystems nothing is
    known, and nobody could be asked who published.
    """
    if package.ecosystem == "oci" and package.version is not None:
        return Release((Digest("sha256", package.version.removeprefix("sha256:")),), None, Publisher("unavailable"))
    return Release((), None, Publisher("unavailable"))


def joined(release: Release, vouched: Release) -> Release:
    """Take a registry's answer, and from a vouched release of the same digests what that has proven and this has not.

    A registry that leaves signatures or attestations out (a mirror, a cheap document) takes nothing away by that.
    """
    if set(release.digests) != set(vouched.digests):
        return release
    if vouched.signatures == "proven" != release.signatures:
        release = release._replace(signatures="proven", signed=vouched.signed)
    if vouched.attestations == "proven" != release.attestations:
        release = release._replace(
            attestations="proven", publisher=vouched.publisher, proofs=vouched.proofs, weaker_than=None
        )
    return release


def weaker(release: Release, base: Release) -> bool:
    """Say whether something that the base has as proven is not proven any more."""
    pairs = (
        (release.publisher.level, base.publisher.level),
        (release.signatures, base.signatures),
        (release.attestations, base.attestations),
    )
    return any(_RANK[before] == _RANK["proven"] and _RANK[now] < _RANK[before] for now, before in pairs)


# ------------------------------------------------------------------------------------------------ entries


def entry(entry: LockedPackage, package: Package, shelf: Shelf) -> Vouched:
    """Judge an entry of the lock by its signatures and the proofs in the tree; its own words prove nothing.

    A proof that is missing, is not what its name says, or does not bear the entry out is a problem.
    """
    claimed = entry.release
    if not claimed.signed and not claimed.proofs:
        return Vouched(_levelled(claimed, Proven()), _unborne(claimed, Proven()))
    found = {proof.name: shelf.files.get(path(proof.name), "it is not in the tree") for proof in claimed.proofs}
    key = _key(entry, found)
    if shelf.receipts is not None and shelf.receipts.get(key) is not None:
        return Vouched(claimed)
    proofs, missing = _read(claimed.proofs, found)
    if missing:
        return Vouched(_levelled(claimed, Proven()), missing)
    release = claimed._replace(proofs=proofs)
    proven = proving.prove(_subject(package, shelf.npm_registry), release)
    problems = proven.problems or _unborne(claimed, proven)
    levelled = _levelled(release, proven)
    if not problems and not proven.unproven and levelled == release and shelf.receipts is not None:
        shelf.receipts.put(key, {"held": label(package.ecosystem, package.name, package.version)})
    return Vouched(levelled, problems, proven.unproven, proven.unsupported)


def _key(entry: LockedPackage, found: Mapping[str, bytes | str]) -> str:
    """Build the key of the receipt that says: these very files bear this very entry out, under these very keys."""
    from mcp_guard.provenance.proofs import key_set

    files = [sha256(data).hexdigest() if isinstance(data, bytes) else "" for _, data in sorted(found.items())]
    return receipts.key("proofs", receipts.VERIFIER, key_set(), entry.purl, lock.entry_digest(entry), *files)


def _read(proofs: tuple[Proof, ...], found: Mapping[str, bytes | str]) -> tuple[tuple[Proof, ...], tuple[str, ...]]:
    """Read the texts of proofs; problems where one is not there, is broken, or another one."""
    from mcp_guard.provenance.errors import VerificationError
    from mcp_guard.provenance.proofs import read_proof

    texts: list[Proof] = []
    problems: list[str] = []
    for proof in proofs:
        data = found[proof.name]
        if isinstance(data, str):
            problems.append(f"rests on the proof {path(proof.name)}, and {data}")
            continue
        try:
            text = read_proof(proof.artifact, data)
        except VerificationError as error:
            problems.append(f"rests on the proof {path(proof.name)}, which cannot be read ({error})")
            continue
        if text.name != proof.name:
            problems.append(f"rests on the proof {path(proof.name)}, whose content is not what its name says")
        texts.append(text)
    return tuple(texts), tuple(problems)


def _unborne(claimed: Release, proven: Proven) -> tuple[str, ...]:
    """Name the words of an entry that its proofs do not bear out."""
    why = f" ({proven.unproven})" if proven.unproven else ""
    problems: list[str] = []
    if claimed.signatures == "proven" and not proven.signed:
        problems.append(f"has signatures that the lock calls proven, and nothing proves them{why}")
    if "proven" in (claimed.attestations, claimed.publisher.level):
        if proven.publisher is None:
            problems.append(f"has a publisher that the lock calls proven, and nothing proves it{why}")
        elif proven.publisher != claimed.publisher:
            problems.append(f"was published by {_differences(claimed.publisher, proven.publisher)}")
    return (*problems, *_backdated(claimed, proven))


def _backdated(release: Release, proven: Proven) -> tuple[str, ...]:
    """Say where a release is called older than its own build: then it would pass as old enough."""
    if not proven.signed_at or not release.published or release.published >= proven.signed_at - _SKEW:
        return ()
    said, built = (f"{moment:%Y-%m-%d %H:%M} UTC" for moment in (release.published, proven.signed_at))
    return (f"is said to be published on {said}, and was built on {built} by its proof",)


def _differences(claimed: Publisher, proven: Publisher) -> str:
    pairs = zip(claimed._fields, claimed, proven, strict=True)
    differ = [(field.replace("_", " "), old or "none", new or "none") for field, old, new in pairs if old != new]
    return "; ".join(f"{field} {old!r} by the lock and {new!r} by its proof" for field, old, new in differ)


# ------------------------------------------------------------------------------------------------ levels


def _subject(package: Package, npm_registry: str) -> Subject:
    return Subject(package.ecosystem, package.name, package.version or "", npm_registry)


def _levelled(release: Release, proven: Proven) -> Release:
    """Set each level to what was proven; what was not is declared at most."""
    publisher = proven.publisher
    if publisher is None and release.publisher.level == "proven":
        publisher = Publisher("declared", release.account) if release.account else Publisher("absent")
    return release._replace(
        signatures="proven" if proven.signed else _at_most_declared(release.signatures),
        attestations="proven" if proven.publisher else _at_most_declared(release.attestations),
        publisher=publisher or release.publisher,
    )


def _at_most_declared(level: Level) -> Level:
    return "declared" if level == "proven" else level
