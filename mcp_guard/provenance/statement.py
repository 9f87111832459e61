"""in-toto statements v0.1 and v1: who it is about, and what it says.

Source: in-toto/attestation, spec/v1/statement.md and spec/v0.1.0/README.md. To be read only from a verified payload.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from mcp_guard.model import JSON, Digest
from mcp_guard.provenance.errors import VerificationError, require
from mcp_guard.provenance.shape import Node, read_hex, read_json

_STEP: Final = "statement.shape"
_TYPES = ("https://in-toto.io/Statement/v0.1", "https://in-toto.io/Statement/v1")
_STRONG = ("sha256", "sha384", "sha512")


class Subject(NamedTuple):
    """One artifact that a statement is about."""

    name: str
    digests: tuple[Digest, ...]


class Statement(NamedTuple):
    """A verified payload. `predicate` is what the signer says of the subjects, and no more than that."""

    subjects: tuple[Subject, ...]
    predicate_type: str
    predicate: JSON


def read_statement(payload: bytes) -> Statement:
    """Read a statement; raises VerificationError for any other form, duplicate names included."""
    document = Node(read_json(payload, "statement.json"), "statement", _STEP)
    require(_STEP, document.get("_type").text() in _TYPES, "not an in-toto statement v0.1 or v1")
    subjects = document.get("subject").items()
    require(_STEP, bool(subjects), "a statement about nothing")
    predicate = document.optional("predicate")
    kind = document.get("predicateType").text()
    return Statement(tuple(map(_subject, subjects)), kind, predicate.value if predicate else None)


def check_subject(statement: Statement, expected: tuple[Digest, ...]) -> None:
    """Verify that one of the subjects is the artifact with these digests.

    A subject is when it has a SHA-2 digest in common with the artifact and every common one is equal.
    """
    known = {digest.algorithm: digest.value for digest in expected if digest.algorithm in _STRONG}
    require("statement.digest", bool(known), "no SHA-2 digest of the artifact is known")
    found = any(_is(subject, known) for subject in statement.subjects)
    require("statement.digest", found, "the statement is about an artifact with another digest")


def only_subject(statement: Statement) -> Subject:
    """The one subject of a statement that must have just one."""
    if len(statement.subjects) != 1:
        raise VerificationError("statement.subject", f"{len(statement.subjects)} subjects where one is expected")
    return statement.subjects[0]


def _is(subject: Subject, known: dict[str, str]) -> bool:
    common = [digest for digest in subject.digests if digest.algorithm in known]
    return bool(common) and all(known[digest.algorithm] == digest.value for digest in common)


def _subject(node: Node) -> Subject:
    name = node.optional("name")
    digests = [Digest(algorithm, value.text()) for algorithm, value in node.get("digest").members()]
    for digest in digests:
        if digest.algorithm not in _STRONG:
            continue
        read_hex(digest.value, _STEP, f"{node.path}.digest.{digest.algorithm}")
    return Subject(name.text() if name else "", tuple(digests))
