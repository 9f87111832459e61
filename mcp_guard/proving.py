"""What the signed objects of one release prove: its digests, and who published it (DESIGN §8).

Levels come from verification alone, never from what a registry or the lock calls proven. What is missing is for the
caller to judge; here it simply proves nothing. cryptography is imported when there is something to verify.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from mcp_guard.model import JSON, Digest, Ecosystem, Proof, Publisher, Release

if TYPE_CHECKING:  # it imports cryptography
    from mcp_guard.provenance.identity import Identity


class Subject(NamedTuple):
    """The exact version that everything must be about. `registry` is what npm's publish attestations must name."""

    ecosystem: Ecosystem
    name: str
    version: str
    registry: str = ""


class Proven(NamedTuple):
    """What was proven of a release; `publisher` is None where nobody in particular is.

    `problems` are clauses about what does not hold: forged, exchanged, or of something else. `unproven` says why what
    is there proves nothing here, without being wrong: an unknown key, a file without attestation.
    """

    signed: bool = False  # the registry has signed these digests
    publisher: Publisher | None = None  # attested, by all that was looked at
    signed_at: datetime | None = None  # when build or registry last signed; the release cannot be older
    problems: tuple[str, ...] = ()
    unproven: str | None = None
    unsupported: bool = False  # … and a newer mcp-guard may be able to tell


def prove(subject: Subject, release: Release) -> Proven:
    """Verify every signature and attestation that a release comes with; `proofs` must have their texts."""
    if not release.signed and not release.proofs:
        return Proven()
    match subject.ecosystem:
        case "npm":
            return _npm(subject, release)
        case "pypi":
            return _pypi(subject, release)
        case "oci" | "nuget" | "golang" | "cargo" | "jsr" | "nix":
            return Proven()


# ------------------------------------------------------------------------------------------------ npm


def _npm(subject: Subject, release: Release) -> Proven:
    integrity = _sri(release.digests)
    if integrity is None:
        return Proven(unproven="no signature covers a digest other than one sha512")
    signed = _npm_signature(subject, release, integrity) if release.signed else Proven()
    attested = _npm_attestations(subject, release.proofs, integrity) if release.proofs else Proven()
    return attested._replace(
        signed=signed.signed,
        problems=(*signed.problems, *attested.problems),
        unproven=attested.unproven or signed.unproven,
        unsupported=attested.unsupported or signed.unsupported,
    )


def _sri(digests: Iterable[Digest]) -> str | None:
    """The pin as the registry signs it; None where it is not exactly one sha512."""
    found = list(digests)
    if len(found) != 1 or found[0].algorithm != "sha512":
        return None
    return f"sha512-{base64.b64encode(bytes.fromhex(found[0].value)).decode()}"


def _npm_signature(subject: Subject, release: Release, integrity: str) -> Proven:
    from mcp_guard.provenance.errors import Unsupported, VerificationError
    from mcp_guard.provenance.npm import verify_npm_signature

    rows: JSON = [{"keyid": signature.key_id, "sig": signature.value} for signature in release.signed]
    try:
        verify_npm_signature(subject.name, subject.version, integrity, rows, published=release.published)
    except Unsupported as error:
        return Proven(unproven=f"its registry signature cannot be verified: {error.reason}", unsupported=True)
    except VerificationError as error:
        return Proven(problems=(f"has a registry signature that does not hold ({error})",))
    return Proven(signed=True)


def _npm_attestations(subject: Subject, proofs: tuple[Proof, ...], integrity: str) -> Proven:
    from mcp_guard.provenance.errors import Unsupported, VerificationError
    from mcp_guard.provenance.npm import verify_npm_attestations
    from mcp_guard.provenance.publisher import publisher_of

    try:
        document: JSON = json.loads(proofs[0].text)
        found = verify_npm_attestations(subject.name, subject.version, integrity, document)
        if found.publish and found.registry.rstrip("/") != subject.registry.rstrip("/"):
            return Proven(problems=("has a publish attestation of another registry",))
        if found.provenance is None or found.provenance.identity is None:
            return Proven(unproven="its attestations do not say who published it")
        publisher = publisher_of(found.provenance.identity)
    except Unsupported as error:
        return Proven(unproven=f"its attestations cannot be verified: {error.reason}", unsupported=True)
    except VerificationError as error:
        return Proven(problems=(f"has attestations that do not hold ({error})",))
    times = found.provenance.times + (found.publish.times if found.publish else ())
    return Proven(publisher=publisher, signed_at=max(times))


# ------------------------------------------------------------------------------------------------ PyPI


class _File(NamedTuple):
    """What the attestations of one file have proven."""

    publishers: tuple[Publisher, ...] = ()
    signed_at: tuple[datetime, ...] = ()
    problem: str | None = None
    unproven: str | None = None
    unsupported: bool = False


def _pypi(subject: Subject, release: Release) -> Proven:
    """Prove who published a release: every file of it, by one publisher.

    A statement of PEP 740 names a file and its digest, so it is the file's name that ties it to project and version.
    """
    from mcp_guard.registries.distributions import is_of

    strangers = [digest.artifact for digest in release.digests if not is_of(digest.artifact, *subject[1:3])]
    if strangers:
        return Proven(problems=(f"has files that are of another project or version ({', '.join(strangers)})",))
    proofs = {proof.artifact: proof for proof in release.proofs}
    files = [_file(digest, proofs.get(digest.artifact)) for digest in release.digests]
    publishers = [publisher for file in files for publisher in file.publishers]
    unproven = _missing(release.digests, proofs) or next((file.unproven for file in files if file.unproven), None)
    owners = sorted({f"{publisher.identity} of the owner {publisher.owner_id or '?'}" for publisher in publishers})
    if unproven is None and len(owners) > 1:
        unproven = f"its files were published by different ones: {', '.join(owners)}"
    problems = tuple(dict.fromkeys(file.problem for file in files if file.problem))
    if problems or unproven or not publishers:
        return Proven(problems=problems, unproven=unproven, unsupported=any(file.unsupported for file in files))
    signed_at = max(moment for file in files for moment in file.signed_at)
    return Proven(publisher=_joined(publishers), signed_at=signed_at)


def _missing(digests: Iterable[Digest], proofs: dict[str, Proof]) -> str | None:
    """Say which files have no attestation; a release is as good as the least of its files."""
    names = sorted({digest.artifact for digest in digests})
    missing = [name for name in names if name not in proofs]
    return f"{len(missing)} of {len(names)} files have no attestation ({', '.join(missing)})" if missing else None


def _file(digest: Digest, proof: Proof | None) -> _File:
    if proof is None:
        return _File()
    from mcp_guard.provenance.errors import Unsupported, VerificationError
    from mcp_guard.provenance.publisher import publisher_of
    from mcp_guard.provenance.pypi import verify_pypi_provenance

    if digest.algorithm != "sha256":
        return _File(unproven=f"{digest.artifact} has no sha256 that an attestation could cover")
    try:
        attested = verify_pypi_provenance(digest.artifact, digest.value, json.loads(proof.text))
        identities: list[Identity] = [each.identity for each in attested]
        times = tuple(moment for each in attested for moment in each.verified.times)
        return _File(tuple(map(publisher_of, identities)), times)
    except Unsupported as error:
        reason = f"the attestations of {digest.artifact} cannot be verified: {error.reason}"
        return _File(unproven=reason, unsupported=True)
    except VerificationError as error:
        return _File(problem=f"has attestations of {digest.artifact} that do not hold ({error})")


def _joined(publishers: list[Publisher]) -> Publisher:
    """Make one publisher of those of all files, which may come from several workflows of one repository."""

    def all_of(values: Iterable[str]) -> str:
        return ", ".join(sorted(set(values) - {""}))

    return publishers[0]._replace(
        workflow=all_of(publisher.workflow for publisher in publishers),
        ref=all_of(publisher.ref for publisher in publishers),
        trigger=all_of(publisher.trigger for publisher in publishers),
        signer=all_of(publisher.signer for publisher in publishers),
    )
