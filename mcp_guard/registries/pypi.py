"""PyPI and indexes like it: the Simple API, and PyPI's JSON API for what the Simple page of an old index leaves out.

A file without a sha256 has the digest `Digest("", "", filename)`: an empty algorithm says that this file of the
release is not covered, so that the digests of a release always name all of its files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import quote

from mcp_guard.model import Answer, Digest, Missing, Publisher, Release, Unreachable
from mcp_guard.registries import simple
from mcp_guard.registries.http import JSON_TYPE, json_object
from mcp_guard.registries.questions import AnswerError, Body, Candidate, Get, Question, Versions
from mcp_guard.registries.simple import File, Page
from mcp_guard.registries.texts import instant

if TYPE_CHECKING:
    from packaging.version import Version

Files: TypeAlias = "Mapping[Version, Sequence[File]]"

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# What pip takes for a source archive (pypa/pip:src/pip/_internal/utils/filetypes.py).
_ARCHIVE = re.compile(r"(.+)\.(?:zip|tar|tar\.gz|tgz|tar\.bz2|tbz|tar\.xz|txz|tlz|tar\.lz|tar\.lzma)", re.IGNORECASE)
# An index that has no JSON API, or none for us, says so with one of these: it has just answered for its Simple page.
_NO_JSON_API = (401, 403, 404, 405, 406, 410, 501)


def answers(get: Get, registry: str, name: str, questions: Sequence[Question]) -> dict[Question, Answer]:
    """The answers about one project: its Simple page says all of it, or all but the time."""
    page = _page(get, registry, name)
    if not isinstance(page, Page):
        return dict.fromkeys(questions, page)
    files = _by_version(page, _normalised(name))
    return {question: _answer(get, registry, page, files, question) for question in questions}


def versions(get: Get, registry: str, name: str) -> Versions | Missing | Unreachable:
    """The versions of a project, newest first (PEP 440); `latest` is the newest that pip and uv take of their own."""
    page = _page(get, registry, name)
    if not isinstance(page, Page):
        return page
    files = _by_version(page, _normalised(name))
    if not files:
        return Missing(_why_missing(page, None))
    newest = sorted(files, reverse=True)
    candidates = tuple(_candidate(version, _matching(files, version), page) for version in newest)
    offered = [one for one in candidates if one.withdrawn is None]
    latest = next((one for one in offered if not one.prerelease), offered[0] if offered else None)
    return Versions(latest.version if latest else None, candidates)


# ------------------------------------------------------------------------------------------------ asking


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
    chosen = _matching(files, version)
    if not chosen:
        return Missing(_why_missing(page, question.version))
    release = _release(chosen, page)
    if question.part == "release" and all(file.uploaded is None for file in chosen):
        times = _upload_times(get, registry, _normalised(question.name), version)
        if isinstance(times, Unreachable):
            return times
        return release._replace(published=_published([times.get(file.filename) for file in chosen]))
    return release


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


# ------------------------------------------------------------------------------------------------ judging


def _by_version(page: Page, project: str) -> Files:
    """The wheels and source archives of this very project, by version; anything else is not installed from there."""
    found: dict[Version, list[File]] = {}
    for file in page.files:
        version = _version(file.filename, project)
        if version is not None:
            found.setdefault(version, []).append(file)
    return {version: sorted(files) for version, files in found.items()}


def _matching(files: Files, version: Version) -> Sequence[File]:
    """The files that `==version` takes: without a local part those of every local version too (PEP 440)."""
    from packaging.version import Version

    if version.local is not None:
        return files.get(version, ())
    return sorted(file for found, own in files.items() if Version(found.public) == version for file in own)


def _version(filename: str, project: str) -> Version | None:
    """The version that a file name says; None for a file of another project or of another kind.

    Source archives are split as pip does it and not by packaging, which refuses old names: a name may hold a hyphen.
    """
    from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
    from packaging.version import InvalidVersion, Version

    if filename.endswith(".whl"):
        try:
            name, version, _, _ = parse_wheel_filename(filename)
        except InvalidWheelFilename:
            return None
        return version if name == project else None
    archive = _ARCHIVE.fullmatch(filename)
    stem = archive[1] if archive else ""
    for hyphen in (match.start() for match in re.finditer("-", stem)):
        if canonicalize_name(stem[:hyphen]) == project:
            try:
                return Version(stem[hyphen + 1 :])
            except InvalidVersion:
                return None
    return None


def _release(files: Sequence[File], page: Page) -> Release:
    provenance = all(file.provenance for file in files)
    return Release(
        digests=tuple(_digest(file) for file in files),
        published=_published([file.uploaded for file in files]),
        publisher=Publisher("absent"),
        withdrawn=_withdrawn(files, page),
        deprecated=_deprecated(page),
        attestations="declared" if provenance else "absent",
    )


def _digest(file: File) -> Digest:
    return Digest("sha256" if file.sha256 else "", file.sha256 or "", file.filename)


def _published(times: Sequence[datetime | None]) -> datetime | None:
    """The latest: a file that is added to an old release makes it young. None where one is not known."""
    known = [time for time in times if time is not None]
    return max(known) if known and len(known) == len(times) else None


def _withdrawn(files: Sequence[File], page: Page) -> str | None:
    if page.status == "quarantined":
        return _with_reason("quarantined by the index", page.status_reason)
    yanked = [file.yanked for file in files if file.yanked is not None]
    if not yanked:
        return None
    what = "yanked" if len(yanked) == len(files) else f"{len(yanked)} of {len(files)} files yanked"
    return _with_reason(what, next(filter(None, yanked), None))


def _deprecated(page: Page) -> str | None:
    if page.status in ("active", "quarantined"):
        return None
    return _with_reason(f"the project is {page.status}", page.status_reason)


def _with_reason(what: str, reason: str | None) -> str:
    return f"{what}: {reason}" if reason else what


def _why_missing(page: Page, version: str | None) -> str:
    if page.status == "quarantined":
        return _with_reason("quarantined by the index", page.status_reason)
    return f"the project has no version {version}" if version else "the project has no files"


def _candidate(version: Version, files: Sequence[File], page: Page) -> Candidate:
    published = _published([file.uploaded for file in files])
    return Candidate(str(version), published, version.is_prerelease, _withdrawn(files, page), _deprecated(page))
