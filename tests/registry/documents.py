"""What a registry says of a package: npm's packuments, PyPI's Simple pages and JSON API."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha1, sha256, sha512
from html import escape
from typing import NamedTuple, TypeAlias

JSON: TypeAlias = bool | int | float | str | list["JSON"] | dict[str, "JSON"] | None

# ------------------------------------------------------------------------------------------------ npm


def integrity(name: str, version: str) -> str:
    """The SRI that `publish_npm` gives a version."""
    return f"sha512-{b64encode(sha512(f'{name}@{version}'.encode()).digest()).decode()}"


def packument(name: str) -> dict[str, JSON]:
    """A package without versions."""
    return {"_id": name, "name": name, "dist-tags": {}, "versions": {}, "time": {}}


def manifest(
    name: str, version: str, publisher: str | None, dist: Mapping[str, JSON] | None, more: Mapping[str, JSON]
) -> dict[str, JSON]:
    """A version; what is None in `dist` or `more` is left out."""
    shasum = sha1(f"{name}@{version}".encode()).hexdigest()  # noqa: S324 - as npm does
    files: dict[str, JSON] = {"integrity": integrity(name, version), "shasum": shasum, **(dist or {})}
    whole: dict[str, JSON] = {
        "name": name,
        "version": version,
        "_id": f"{name}@{version}",
        "_npmUser": {"name": publisher, "email": "somebody@mail.example"} if publisher else None,
        "dist": {key: value for key, value in files.items() if value is not None},
        **more,
    }
    return {key: value for key, value in whole.items() if value is not None}


def add_version(document: dict[str, JSON], version: str, published: str | None, manifest: dict[str, JSON]) -> None:
    """Put a version into a packument and make it the latest."""
    versions, time, tags = document["versions"], document["time"], document["dist-tags"]
    assert isinstance(versions, dict)
    assert isinstance(time, dict)
    assert isinstance(tags, dict)
    versions[version] = manifest
    tags["latest"] = version
    if published is not None:
        time[version] = published


# ------------------------------------------------------------------------------------------------ PyPI


class PypiFile(NamedTuple):
    """A file of a release; `sha256` None: the index knows no digest."""

    filename: str
    sha256: str | None
    published: str | None = "2026-01-01T00:00:00.000000Z"
    yanked: bool | str = False
    provenance: str | None = None


def file_digest(filename: str) -> str:
    """The sha256 that `publish_pypi` gives a file."""
    return sha256(filename.encode()).hexdigest()


def release_files(name: str, version: str, published: str | None, *, yanked: bool | str) -> tuple[PypiFile, ...]:
    """The wheel and the source archive of a release."""
    stem = f"{name.replace('-', '_')}-{version}"
    names = (f"{stem}-py3-none-any.whl", f"{stem}.tar.gz")
    return tuple(PypiFile(filename, file_digest(filename), published, yanked) for filename in names)


class PypiProject:
    """A project and how its pages look."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.status: str | None = None
        self.status_reason: str | None = None
        self._releases: dict[str, tuple[PypiFile, ...]] = {}

    def add(self, version: str, files: tuple[PypiFile, ...]) -> None:
        self._releases[version] = files

    def files(self, version: str) -> tuple[PypiFile, ...]:
        return self._releases[version]

    def page(self, format: str) -> tuple[str, bytes]:  # noqa: A002 - what it is
        files = [file for release in self._releases.values() for file in release]
        if format == "html":
            return "text/html; charset=utf-8", self._html(files).encode()
        page: dict[str, JSON] = {
            "meta": {"api-version": "1.0" if format == "json-1.0" else "1.4"},
            "name": self.name,
            "files": [_json_file(file, times=format == "json") for file in files],
        }
        if self.status is not None:
            page["project-status"] = {"status": self.status, "reason": self.status_reason}
        return "application/vnd.pypi.simple.v1+json", json.dumps(page).encode()

    def _html(self, files: list[PypiFile]) -> str:
        status = f'<meta name="pypi:project-status" content="{self.status}">' if self.status else ""
        anchors = "\n".join(map(_anchor, files))
        head = f'<meta name="pypi:repository-version" content="1.4">{status}<title>Links for {self.name}</title>'
        return f"<!DOCTYPE html>\n<html><head>{head}</head><body>\n{anchors}\n</body></html>\n<!--SERIAL 1-->"

    def json_api(self, version: str) -> tuple[str, bytes] | None:
        files = self._releases.get(version)
        if files is None:
            return None
        urls: list[JSON] = [{"filename": file.filename, "upload_time_iso_8601": file.published} for file in files]
        document = {"info": {"name": self.name, "version": version}, "urls": urls}
        return "application/json", json.dumps(document).encode()


def _json_file(file: PypiFile, *, times: bool) -> JSON:
    found: dict[str, JSON] = {
        "filename": file.filename,
        "url": f"https://files.example/{file.filename}",
        "hashes": {"sha256": file.sha256} if file.sha256 else {},
        "yanked": file.yanked,
    }
    if times and file.published is not None:
        found["upload-time"] = file.published
    if file.provenance is not None:
        found["provenance"] = file.provenance
    return found


def _anchor(file: PypiFile) -> str:
    digest = f"#sha256={file.sha256}" if file.sha256 else ""
    yanked = f' data-yanked="{escape(str(file.yanked or ""))}"' if file.yanked is not False else ""
    provenance = f' data-provenance="{escape(file.provenance)}"' if file.provenance else ""
    return f'<a href="../../files/{escape(file.filename)}{digest}"{yanked}{provenance}>{escape(file.filename)}</a><br>'
