"""Attestations as registries serve them. Here they are only kept, as proofs; `provenance` verifies them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mcp_guard.model import JSON, Proof
from mcp_guard.provenance.errors import VerificationError
from mcp_guard.provenance.proofs import canonical, read_proof
from mcp_guard.provenance.shape import read_json
from mcp_guard.registries.questions import AnswerError, Body

_SIGNED = ("predicateType", "bundle")


def npm_document(body: Body) -> Proof:
    """The attestations document of npm, less what stands beside the bundles: URLs of the registry, which nobody signed.

    Raises AnswerError for what is no such document, or cannot be a proof.
    """
    with _legible():
        kept: list[JSON] = [_bare(item) for item in _items(read_json(body.data), "attestations")]
        return read_proof("", canonical({"attestations": kept}).encode())


def pypi_provenance(body: Body, filename: str) -> Proof:
    """The provenance object of one file (PEP 740). Raises AnswerError for what is none, or cannot be a proof."""
    with _legible():
        _items(read_json(body.data), "attestation_bundles")
        return read_proof(filename, body.data)


@contextmanager
def _legible() -> Iterator[None]:
    try:
        yield
    except VerificationError as error:
        raise AnswerError(f"sent attestations that cannot be read ({error.reason})") from None


def _items(document: JSON, name: str) -> list[JSON]:
    """The list that a document is about."""
    items = document.get(name) if isinstance(document, dict) else None
    if not isinstance(items, list):
        raise AnswerError("sent something else than attestations")
    return items


def _bare(item: JSON) -> JSON:
    return {name: item[name] for name in _SIGNED if name in item} if isinstance(item, dict) else item
