"""The files of a project's Simple page as releases: which belong to a version, and what the page says of them.

A file without a sha256 has the digest `Digest("", "", filename)`: an empty algorithm says that this file of the
release is not covered, so that the digests of a release always name all of its files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from mcp_guard.model import Digest, Level, Publisher, Release
from mcp_guard.registries import history
from mcp_guard.registries.history import Past
from mcp_guard.registries.questions import Candidate
from mcp_guard.registries.simple import File, Page

if TYPE_CHECKING:
    from packaging.version import Version

Files: TypeAlias = "Mapping[Version, Sequence[File]]"

# What pip takes for a source archive (pypa/pip:src/pip/_internal/utils/filetypes.py).
_ARCHIVE = re.compile(r"(.+)\.(?:zip|tar|tar\.gz|tgz|tar\.bz2|tbz|tar\.xz|txz|tlz|tar\.lz|tar\.lzma)", re.IGNORECASE)


def by_version(page: Page, project: str) -> Files:
    """The wheels and source archives of this very project, by version; anything else is not installed from there."""
    found: dict[Version, list[File]] = {}
    for file in page.files:
        version = _version(file.filename, project)
        if version is not None:
            found.setdefault(version, []).append(file)
    return {version: sorted(files) for version, files in found.items()}


def matching(files: Files, version: Version) -> Sequence[File]:
    """The files that `==version` takes: without a local part those of every local version too (PEP 440)."""
    from packaging.version import Version

    if version.local is not None:
        return files.get(version, ())
    local = [found for found in files if found.local is not None and Version(found.public) == version]
    return sorted(file for found in (version, *local) for file in files.get(found, ()))


def is_of(filename: str, project: str, version: str) -> bool:
    """Whether `==version` of a project may take this file, by its name alone."""
    from packaging.utils import canonicalize_name
    from packaging.version import InvalidVersion, Version

    found = _version(filename, canonicalize_name(project))
    try:
        wanted = Version(version)
    except InvalidVersion:
        return False
    return found is not None and (found == wanted or (wanted.local is None and Version(found.public) == wanted))


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


def release(files: Sequence[File], page: Page) -> Release:
    """What the page says of a version that has these files."""
    return Release(
        digests=tuple(_digest(file) for file in files),
        published=publication(files),
        publisher=Publisher("absent"),
        withdrawn=_withdrawn(files, page),
        deprecated=_deprecated(page),
        attestations=_attestations(files),
    )


def weaker_than(files: Files, version: Version, own: Release) -> str | None:
    """The earlier version with attestations for all of its files, where `own`, which is `version`, has fewer."""
    places = {found: order for order, found in enumerate(sorted({version, *files}))}
    others = [
        _past(found, places[found], publication(theirs), _attestations(theirs))
        for found, theirs in files.items()
        if found != version
    ]
    return history.weaker_than(_past(version, places[version], own.published, own.attestations), others)


def _past(version: Version, order: int, published: datetime | None, attestations: Level) -> Past:
    line, rank = (version.epoch, version.major), int(attestations == "declared")
    return Past(str(version), order, line, published, version.is_prerelease, rank, "attested")


def _attestations(files: Sequence[File]) -> Level:
    return "declared" if all(file.provenance for file in files) else "absent"


def _digest(file: File) -> Digest:
    return Digest("sha256" if file.sha256 else "", file.sha256 or "", file.filename)


def publication(files: Sequence[File]) -> datetime | None:
    """When the page says that all of these files were there."""
    return latest([file.uploaded for file in files])


def latest(times: Sequence[datetime | None]) -> datetime | None:
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


def why_missing(page: Page, version: str | None) -> str:
    """Why there is no such version, or none at all."""
    if page.status == "quarantined":
        return _with_reason("quarantined by the index", page.status_reason)
    return f"the project has no version {version}" if version else "the project has no files"


def candidate(version: Version, files: Sequence[File], page: Page) -> Candidate:
    """A version that is offered."""
    return Candidate(
        str(version), publication(files), version.is_prerelease, _withdrawn(files, page), _deprecated(page)
    )
