"""What a provenance predicate says of its source, held against the certificate.

The predicate is the signer's own word, the certificate is Fulcio's. Decisions rest on the certificate alone; a
predicate that contradicts it is refused, because people and other tools read it.
Source: slsa.dev/spec (v0.2, v1); the build types of npm, GitHub Actions and slsa-github-generator.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from mcp_guard.provenance.errors import require
from mcp_guard.provenance.identity import Identity
from mcp_guard.provenance.shape import Node
from mcp_guard.provenance.statement import Statement

SLSA_V02: Final = "https://slsa.dev/provenance/v0.2"
SLSA_V1: Final = "https://slsa.dev/provenance/v1"
_STEP: Final = "statement.predicate"


class Source(NamedTuple):
    """The source that a predicate names; "" is what it does not name."""

    repository: str = ""
    ref: str = ""
    commit: str = ""


def check_source(statement: Statement, identity: Identity) -> None:
    """Verify that what the predicate says of repository, ref and commit is what the certificate says.

    A SLSA predicate must name the repository; a predicate of another type names no source.
    """
    predicate = Node(statement.predicate, "predicate", _STEP)
    if statement.predicate_type not in _READERS:
        return
    source = _READERS[statement.predicate_type](predicate)
    require(_STEP, source.repository != "", "the predicate names no source repository")
    for name, said, asserted in zip(Source._fields, source, _asserted(identity), strict=True):
        require(_STEP, said in ("", asserted), f"the predicate's {name} is {said[:120]!r}, the certificate's another")


def _asserted(identity: Identity) -> Source:
    return Source(identity.repository, identity.ref, identity.commit)


def _slsa_v1(predicate: Node) -> Source:
    """`externalParameters.workflow` of GitHub's build types, else `externalParameters.source` (GitLab's)."""
    definition = predicate.get("buildDefinition")
    parameters = definition.get("externalParameters")
    workflow, source = parameters.optional("workflow"), parameters.optional("source")
    if workflow:
        repository, ref = _text(workflow, "repository"), _text(workflow, "ref")
    else:
        repository, ref = _repository(source.text()) if source else ("", "")
    resolved = definition.optional("resolvedDependencies")
    own = [item for item in resolved.items() if _repository(_text(item, "uri"))[0] == repository] if resolved else []
    return Source(repository, ref, _git_commit(own[0], "gitCommit") if own else "")


def _slsa_v02(predicate: Node) -> Source:
    """`invocation.configSource`: `git+https://host/owner/name@ref` with a sha1."""
    source = predicate.get("invocation").get("configSource")
    repository, ref = _repository(_text(source, "uri"))
    return Source(repository, ref, _git_commit(source, "sha1"))


_READERS: dict[str, Callable[[Node], Source]] = {SLSA_V1: _slsa_v1, SLSA_V02: _slsa_v02}


def _repository(uri: str) -> tuple[str, str]:
    """Repository and ref of a SPDX download location."""
    repository, _, ref = uri.removeprefix("git+").partition("@")
    return repository.removesuffix(".git"), ref


def _git_commit(node: Node, name: str) -> str:
    digest = node.optional("digest")
    return _text(digest, name) if digest else ""


def _text(node: Node, name: str) -> str:
    found = node.optional(name)
    return found.text() if found else ""
