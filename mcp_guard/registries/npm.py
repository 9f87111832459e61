"""The npm registry: which documents are asked for (npm/registry:docs/REGISTRY-API.md, npm/pacote:lib/registry.js)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote

from mcp_guard.model import Answer, Missing, Release, Unreachable
from mcp_guard.registries import attestations, packument
from mcp_guard.registries.http import JSON_TYPE, json_object
from mcp_guard.registries.questions import Body, Get, Question, Versions

# What npm ever let anybody publish (npm/validate-npm-package-name, "valid for old packages").
_NAME = re.compile(r"(?:@[\w~!*'().-]+/)?[A-Za-z0-9~!*'()-][\w~!*'().-]*", re.ASCII)
_NAME_LENGTH = 214

# A registry without version documents, or without attestations, says so with one of these.
_NO_DOCUMENT = (404, 405, 410, 501)


def answers(get: Get, registry: str, name: str, questions: Sequence[Question]) -> dict[Question, Answer]:
    """The answers about one package. One packument serves all where a time is wanted, else version documents do.

    Where a release is declared to be attested, its attestations document is asked for too.
    """
    if not _is_name(name):
        return dict.fromkeys(questions, Missing("no npm package can have this name"))
    if all(question.part == "status" for question in questions):
        return {question: _status(get, registry, name, question.version) for question in questions}
    asked = {"release": _release, "status": _from_packument}
    return {question: asked[question.part](get, registry, name, question.version) for question in questions}


def versions(get: Get, registry: str, name: str) -> Versions | Missing | Unreachable:
    """The versions of a package, newest first by semver precedence; what is no semver version is left out."""
    if not _is_name(name):
        return Missing("no npm package can have this name")
    return get(_url(registry, name), JSON_TYPE, lambda body: packument.versions(packument.packument(body, name), name))


def _is_name(name: str) -> bool:
    return len(name) <= _NAME_LENGTH and _NAME.fullmatch(name) is not None


def _url(registry: str, name: str, version: str | None = None) -> str:
    """`@scope%2Fname`: the slash is escaped, the `@` is not (npm/npm-package-arg:lib/npa.js)."""
    document = quote(name, safe="@!~*'()")
    return registry + document + (f"/{quote(version, safe='')}" if version else "")


def _attestations_url(registry: str, name: str, version: str) -> str:
    """Where npm has them (npm/pacote:lib/registry.js); `dist.attestations.url` could name another version's."""
    return _url(f"{registry}-/npm/v1/attestations/", name) + f"@{quote(version, safe='')}"


def _release(get: Get, registry: str, name: str, version: str) -> Answer:
    def read(body: Body) -> Answer:
        document = packument.packument(body, name)
        found = packument.answer(document, name, version)
        if not isinstance(found, Release):
            return found
        return found._replace(weaker_than=packument.weaker_than(document, name, version))

    answer = get(_url(registry, name), JSON_TYPE, read)
    if not isinstance(answer, Release) or answer.attestations == "absent":
        return answer
    url = _attestations_url(registry, name, version)
    proof = get(url, JSON_TYPE, attestations.npm_document, _NO_DOCUMENT)
    if isinstance(proof, Missing):
        return answer  # declared, and not served: for the reader to judge
    return proof if isinstance(proof, Unreachable) else answer._replace(proofs=(proof,))


def _status(get: Get, registry: str, name: str, version: str) -> Answer:
    def read(body: Body) -> Answer:
        return packument.release(json_object(body), name, version)

    answer = get(_url(registry, name, version), JSON_TYPE, read, _NO_DOCUMENT)
    # Absent, or a registry that serves no version documents: the packument decides.
    return _from_packument(get, registry, name, version) if isinstance(answer, Missing) else answer


def _from_packument(get: Get, registry: str, name: str, version: str) -> Answer:
    return get(
        _url(registry, name), JSON_TYPE, lambda body: packument.answer(packument.packument(body, name), name, version)
    )
