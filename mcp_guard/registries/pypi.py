"""PyPI and indexes like it: the Simple API, the provenance objects that it names, and for old indexes the JSON API."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urljoin, urlsplit

from mcp_guard.model import Answer, Missing, Proof, Unreachable
from mcp_guard.registries import attestations, distributions, simple
from mcp_guard.registries.distributions import Files
from mcp_guard.registries.http import JSON_TYPE, LATE, json_object
from mcp_guard.registries.parallel import gather
from mcp_guard.registries.questions import AnswerError, Body, Get, Question, Versions
from mcp_guard.registries.simple import File, Page
from mcp_guard.registries.texts import instant
from mcp_guard.settings.urls import host_of, netloc

if TYPE_CHECKING:
    from packaging.version import Version

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# An index that has no JSON API, or none for us, says so with one of these: it has just answered for its Simple page.
_NO_JSON_API = (401, 403, 404, 405, 406, 410, 501)


def answers(get: Get, registry: str, name: str, questions: Sequence[Question]) -> dict[Question, Answer]:
    """The answers about one project: its Simple page says all of it, or all but the time and the attestations."""
    page = _page(get, registry, name)
    if not isinstance(page, Page):
        return dict.fromkeys(questions, page)
    files = distributions.by_version(page, _normalised(name))
    return {question: _answer(get, registry, page, files, question) for question in questions}


def versions(get: Get, registry: str, name: str) -> Versions | Missing | Unreachable:
    """The versions of a project, newest first (PEP 440); `latest` is the newest that pip and uv take of their own."""
    page = _page(get, registry, name)
    if not isinstance(page, Page):
        return page
    files = distributions.by_version(page, _normalised(name))
    if not files:
        return Missing(distributions.why_missing(page, None))
    newest = sorted(files, reverse=True)
    candidates = tuple(
        distributions.candidate(version, distributions.matching(files, version), page) for version in newest
    )
    offered = [one for one in candidates if one.withdrawn is None]
    latest = next((one for one in offered if not one.prerelease), offered[0] if offered else None)
    return Versions(latest.version if latest else None, candidates)


def _normalised(name: str) -> str:
    from packaging.utils import canonicalize_name

    return canonicalize_name(name)


def _page(get: Get, registry: str, name: str) -> Page | Missing | Unreachable:
    project = _normalised(name)
    if not _NAME.fullmatch(project):
        return Missing("no PyPI project can have this name")
    return get(f"{registry}{project}/", simple.ACCEPT, lambda body: simple.read(body, project))


def _answer(get: Get, registry: str, page: Page, files: Files, question: Question) -> Answer:
    from packaging.version import InvalidVersion, Version

    try:
        version = Version(question.version)
    except InvalidVersion:
        return Missing(f"{question.version} is no PEP 440 version")
    chosen = distributions.matching(files, version)
    if not chosen:
        return Missing(distributions.why_missing(page, question.version))
    release = distributions.release(chosen, page)
    if question.part == "status":
        return release
    project = _normalised(question.name)
    published = _published(get, registry, project, version, chosen)
    if isinstance(published, Unreachable):
        return published
    proofs = _proofs(get, f"{registry}{project}/", chosen)
    if isinstance(proofs, Unreachable):
        return proofs
    dated = release._replace(published=published)
    return dated._replace(proofs=proofs, weaker_than=distributions.weaker_than(files, version, dated))


# ------------------------------------------------------------------------------------------------ times


def _published(
    get: Get, registry: str, project: str, version: Version, files: Sequence[File]
) -> datetime | Unreachable | None:
    """When all of these files were there; the JSON API knows where the page names no time at all."""
    if any(file.uploaded is not None for file in files):
        return distributions.publication(files)
    times = _upload_times(get, registry, project, version)
    if isinstance(times, Unreachable):
        return times
    return distributions.latest([times.get(file.filename) for file in files])


def _upload_times(get: Get, registry: str, project: str, version: Version) -> Mapping[str, datetime] | Unreachable:
    """When each file was uploaded, by the JSON API beside the Simple pages; empty where there is none."""
    root, simple_path, _ = registry.rpartition("/simple/")
    if not simple_path:
        return {}

    def read(body: Body) -> Mapping[str, datetime]:
        document = json_object(body)
        info, urls = document.get("info"), document.get("urls")
        if not isinstance(info, dict) or not isinstance(urls, list):
            raise AnswerError("sent JSON that is no release of PyPI's JSON API")
        if _normalised(str(info.get("name"))) != project or not _is_version(str(info.get("version")), version):
            raise AnswerError(f"sent something else than the release {version} of {project}")
        files = [url for url in urls if isinstance(url, dict)]
        known = ((str(file.get("filename")), instant(file.get("upload_time_iso_8601"))) for file in files)
        return {filename: time for filename, time in known if time is not None}

    times = get(f"{root}/pypi/{project}/{quote(str(version), safe='')}/json", JSON_TYPE, read, _NO_JSON_API)
    return {} if isinstance(times, Missing) else times


def _is_version(text: str, version: Version) -> bool:
    from packaging.version import InvalidVersion, Version

    try:
        return Version(text) == version
    except InvalidVersion:
        return False


# ------------------------------------------------------------------------------------------------ attestations


def _proofs(get: Get, page: str, files: Sequence[File]) -> tuple[Proof, ...] | Unreachable:
    """The provenance objects of the files that have one on this registry, in the order of the files."""
    located = [(file.filename, url) for file in files if (url := _on_registry(page, file.provenance))]
    found = gather([partial(_proof, get, url, filename) for filename, url in located], get.until)
    proofs: list[Proof] = []
    for one in found:
        match one:
            case Proof():
                proofs.append(one)
            case Missing():
                pass  # declared, and not served: for the reader to judge
            case Unreachable():
                return one
            case None:
                return Unreachable(f"{host_of(page)} {LATE}")
    return tuple(proofs)


def _proof(get: Get, url: str, filename: str) -> Proof | Missing | Unreachable:
    return get(url, JSON_TYPE, lambda body: attestations.pypi_provenance(body, filename))


def _on_registry(page: str, written: str | None) -> str | None:
    """The URL of a provenance object as the page has it; None where that is not on the page's own registry."""
    if written is None or not written.isprintable():
        return None
    try:
        url = urljoin(page, written)
        own, there = urlsplit(page), urlsplit(url)
        same = (own.scheme, netloc(own), None) == (there.scheme, netloc(there), there.username)
    except ValueError:
        return None
    return url if same and ".." not in unquote(there.path).split("/") else None
