"""PyPI's proofs: PEP 740 attestations in the provenance object of one file.

Source: PEP 740; PyPI's Integrity API; trailofbits/pypi-attestations, `_impl.py` (conversion and publisher policies).
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256 as sha256_of
from typing import Final, NamedTuple

from mcp_guard.model import JSON, Digest
from mcp_guard.provenance.content import IN_TOTO
from mcp_guard.provenance.errors import Step, Unsupported, VerificationError, require
from mcp_guard.provenance.identity import GITHUB, Identity
from mcp_guard.provenance.predicates import SLSA_V1, check_source
from mcp_guard.provenance.shape import Node
from mcp_guard.provenance.statement import Statement, only_subject
from mcp_guard.provenance.trust import TrustedRoot, trusted_root
from mcp_guard.provenance.verify import Verified, verify_bundle

_MAX_ATTESTATIONS = 8  # PyPI takes one of each of two types
_STATEMENT: tuple[Step, ...] = ("statement.predicate-type", "statement.subject", "statement.predicate")
_SHAPE: Final = "pep740.shape"
_STEP: Final = "pep740.publisher"
# SHA-256 of the name of PyPI's own predicate type, which is a URL with PyPI's host.
_PUBLISH = "64b3949826537e32dd526c5d9c31cbeb141dde83b68588399682d5aa3dcdcb74"


class Attested(NamedTuple):
    """One verified attestation of a file, and what the index says of its publisher (not signed)."""

    predicate_type: str
    publisher: str  # "GitHub", "GitLab", "Google", "CircleCI"
    verified: Verified
    identity: Identity


def verify_pypi_provenance(
    filename: str, sha256: str, provenance: JSON, *, root: TrustedRoot | None = None
) -> tuple[Attested, ...]:
    """Verify every attestation of a provenance object, each about exactly this file.

    The certificate must fit the publisher that the object names, though that name is only the index's word: compare
    the `identity` with the one you expect. Never returns an empty tuple. Raises VerificationError, or Unsupported.
    `root` defaults to the one shipped.
    """
    document = Node(provenance, "provenance", _SHAPE)
    require(_SHAPE, document.get("version").number() == 1, "a provenance object of another version")
    given = [
        (attestation.value, bundle.get("publisher"))
        for bundle in document.get("attestation_bundles").items()
        for attestation in bundle.get("attestations").items()
    ]
    require(_SHAPE, 0 < len(given) <= _MAX_ATTESTATIONS, "a provenance object without attestations, or with too many")
    found = [
        _attested(verify_pypi_attestation(filename, sha256, attestation, root=root), publisher)
        for attestation, publisher in given
    ]
    kinds = {item.predicate_type for item in found}
    require(_SHAPE, len(kinds) == len(found), "two attestations of one type")
    return tuple(found)


def verify_pypi_attestation(
    filename: str, sha256: str, attestation: JSON, *, root: TrustedRoot | None = None
) -> Verified:
    """Verify one attestation, whoever signed it: it is of a type that PyPI takes, and about exactly this file."""
    expected = (Digest("sha256", sha256),)
    verified = verify_bundle(to_bundle(attestation), expected, trusted_root() if root is None else root)
    statement, identity = verified.statement, verified.identity
    if statement is None or identity is None:
        raise VerificationError(_SHAPE, "an attestation without statement or identity")
    known = statement.predicate_type == SLSA_V1 or sha256_of(statement.predicate_type.encode()).hexdigest() == _PUBLISH
    require("statement.predicate-type", known, "a type of attestation that PyPI does not take")
    _check_filename(statement, filename)
    check_source(statement, identity)
    return verified._replace(steps=(*verified.steps, *_STATEMENT))


def to_bundle(attestation: JSON) -> JSON:
    """The Sigstore bundle (v0.3) that a PEP 740 attestation amounts to."""
    node = Node(attestation, "attestation", _SHAPE)
    require(_SHAPE, node.get("version").number() == 1, "an attestation of another version")
    material, envelope = node.get("verification_material"), node.get("envelope")
    return {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {
            "certificate": {"rawBytes": material.get("certificate").value},
            "tlogEntries": material.get("transparency_entries").value,
        },
        "dsseEnvelope": {
            "payload": envelope.get("statement").value,
            "payloadType": IN_TOTO,
            "signatures": [{"sig": envelope.get("signature").value}],
        },
    }


def _attested(verified: Verified, publisher: Node) -> Attested:
    """Hold the certificate against the publisher that the index names."""
    kind = publisher.get("kind").text()
    if kind not in _PUBLISHERS:
        raise Unsupported(_STEP, f"a publisher of the kind {kind[:40]!r}, which signs nothing that could be compared")
    identity, statement = verified.identity, verified.statement
    if identity is None or statement is None:
        raise VerificationError(_STEP, "signed by nobody in particular")
    _PUBLISHERS[kind](publisher, identity)
    steps: tuple[Step, ...] = (*verified.steps, _STEP)
    return Attested(statement.predicate_type, kind, verified._replace(steps=steps), identity)


def _github(publisher: Node, identity: Identity) -> None:
    repository = f"https://github.com/{publisher.get('repository').text()}"
    path = f".github/workflows/{publisher.get('workflow').text()}"
    _check(identity, GITHUB, repository, f"{repository}/{path}")


def _gitlab(publisher: Node, identity: Identity) -> None:
    repository = f"https://gitlab.com/{publisher.get('repository').text()}"
    _check(identity, "https://gitlab.com", repository, f"{repository}//{publisher.get('workflow_filepath').text()}")


def _google(publisher: Node, identity: Identity) -> None:
    require(_STEP, identity.issuer == "https://accounts.google.com", "the identity is not one of Google's")
    require(_STEP, identity.subject == publisher.get("email").text(), "signed by another account")


def _circleci(publisher: Node, identity: Identity) -> None:
    project, pipeline = publisher.get("project_id").text(), publisher.get("pipeline_definition_id").text()
    signer = f"https://circleci.com/api/v2/projects/{project}/pipeline-definitions/{pipeline}"
    require(_STEP, identity.issuer == "https://oidc.circleci.com", "the identity is not one of CircleCI's")
    require(_STEP, identity.signer == signer, "signed by another pipeline than the publisher's")
    for name, asserted in (("vcs_origin", identity.repository), ("vcs_ref", identity.ref)):
        said = publisher.optional(name)
        require(_STEP, said is None or said.text() == asserted, f"signed for another {name} than the publisher's")


def _check(identity: Identity, issuer: str, repository: str, workflow: str) -> None:
    require(_STEP, identity.issuer == issuer, "the identity is of another issuer than the publisher's")
    require(_STEP, identity.repository == repository, "signed for another repository than the publisher's")
    versions = [version for version in (identity.commit, identity.ref) if version]
    same = identity.workflow in [f"{workflow}@{version}" for version in versions]
    require(_STEP, same, "signed by another workflow than the publisher's")


_PUBLISHERS: dict[str, Callable[[Node, Identity], None]] = {
    "GitHub": _github,
    "GitLab": _gitlab,
    "Google": _google,
    "CircleCI": _circleci,
}


def _check_filename(statement: Statement, filename: str) -> None:
    """Verify that the one subject is this file: the same name, or another spelling of the same sdist or wheel."""
    name = only_subject(statement).name
    same = name == filename or _distribution(name) == _distribution(filename)
    require("statement.subject", same, "the statement is about another file")


def _distribution(filename: str) -> tuple[object, ...]:
    """What a file name says: name, version and tags as PEP 440 and PEP 427 compare them."""
    from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename

    try:
        parse = parse_wheel_filename if filename.endswith(".whl") else parse_sdist_filename
        return (filename.rpartition(".")[2], *parse(filename))
    except (InvalidSdistFilename, InvalidWheelFilename) as error:
        raise VerificationError("statement.subject", "a name that is neither an sdist's nor a wheel's") from error
