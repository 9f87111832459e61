"""A project's page of the Simple API, as JSON (PEP 691, 700, 740, 792) or as HTML (PEP 503, 592, 740, 792)."""

from __future__ import annotations

import re
from datetime import datetime
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from mcp_guard.model import JSON
from mcp_guard.registries.http import json_object
from mcp_guard.registries.questions import AnswerError, Body
from mcp_guard.registries.texts import instant, line

ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"
_JSON = ("application/vnd.pypi.simple.v1+json", "application/json")
_HTML = ("application/vnd.pypi.simple.v1+html", "text/html")


class File(NamedTuple):
    """One file of a project. `yanked` is the reason, "" where none is given, None where it is not yanked.

    `provenance` is the URL of its provenance object as written (PEP 740), maybe relative to the page's own.
    """

    filename: str
    sha256: str | None
    yanked: str | None
    uploaded: datetime | None
    provenance: str | None


class Page(NamedTuple):
    """A project's page; `status` is PEP 792's ("active" where the index does not say)."""

    files: tuple[File, ...]
    status: str
    status_reason: str | None


def read(body: Body, project: str) -> Page:
    """The page of `project` (normalised). Raises AnswerError for what is no such page, or contradicts itself."""
    from packaging.utils import canonicalize_name

    if body.media in _JSON:
        page = _from_json(json_object(body), project)
    elif body.media in _HTML:
        page = _from_html(body)
    else:
        raise AnswerError("sent neither JSON nor HTML")
    if page.files and not any(canonicalize_name(file.filename).startswith(f"{project}-") for file in page.files):
        raise AnswerError(f"sent something else than the page of {project}")  # another's, or a login page with links
    known: dict[str, File] = {}
    for file in page.files:
        if known.setdefault(file.filename, file) != file:
            raise AnswerError(f"sent two files named {file.filename}")
    return page._replace(files=tuple(known.values()))


def _version_1(version: JSON) -> None:
    """The major version that is understood (PEP 629)."""
    if not isinstance(version, str) or not re.fullmatch(r"1\.\d{1,9}", version, re.ASCII):
        raise AnswerError("speaks a version of the Simple API that this mcp-guard does not know")


def _sha256(value: JSON) -> str | None:
    text = value.lower() if isinstance(value, str) else ""
    return text if re.fullmatch(r"[0-9a-f]{64}", text) else None


# ------------------------------------------------------------------------------------------------ JSON


def _from_json(page: dict[str, JSON], project: str) -> Page:
    from packaging.utils import canonicalize_name

    meta, files = page.get("meta"), page.get("files")
    if not isinstance(meta, dict) or not isinstance(files, list):
        raise AnswerError("sent JSON that is no page of the Simple API")
    _version_1(meta.get("api-version"))
    if canonicalize_name(str(page.get("name", project))) != project:
        raise AnswerError(f"sent something else than the page of {project}")
    status = page.get("project-status", {})
    status = status if isinstance(status, dict) else {"status": status}
    word = line(status.get("status", "active"))
    return Page(tuple(map(_json_file, files)), word or "unknown", line(status.get("reason")))


def _json_file(file: JSON) -> File:
    if not isinstance(file, dict) or not isinstance(name := file.get("filename"), str):
        raise AnswerError("sent a page of the Simple API with a file that has no name")
    hashes, yanked, provenance = file.get("hashes"), file.get("yanked", False), file.get("provenance")
    if not isinstance(yanked, bool | str):
        raise AnswerError(f"sent a page of the Simple API that does not say whether {name} is yanked")
    return File(
        name,
        _sha256(hashes.get("sha256")) if isinstance(hashes, dict) else None,
        # an empty reason is falsy, and so not yanked (PEP 691)
        (line(yanked) or "" if isinstance(yanked, str) else "") if yanked else None,
        instant(file.get("upload-time")),
        provenance if isinstance(provenance, str) and provenance else None,
    )


# ------------------------------------------------------------------------------------------------ HTML


def _from_html(body: Body) -> Page:
    """A page whose end tag is missing may be cut off; one without files must say that it is a Simple page."""
    try:
        text = body.data.decode("utf-8")
    except UnicodeDecodeError:
        raise AnswerError("sent a page that is not UTF-8") from None
    if not re.search(r"</(body|html)\s*>", text, re.IGNORECASE):
        raise AnswerError("sent a page that has no end")
    reader = _PageReader()
    reader.feed(text)
    reader.close()
    version = reader.meta.get("pypi:repository-version")
    if version is not None:
        _version_1(version)
    elif not reader.files:
        raise AnswerError("sent a page without files")
    word = line(reader.meta.get("pypi:project-status", "active"))
    return Page(tuple(reader.files), word or "unknown", line(reader.meta.get("pypi:project-status-reason")))


class _PageReader(HTMLParser):
    """Collects the anchors that name files, and the `meta` elements."""

    def __init__(self) -> None:
        super().__init__()
        self.files: list[File] = []
        self.meta: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what an element's start says."""
        values: dict[str, str | None] = {}
        for name, value in attrs:
            values.setdefault(name, value)  # HTML: the first of a repeated attribute counts
        if tag == "meta" and (key := values.get("name")):
            self.meta[key.lower()] = values.get("content") or ""
        elif tag == "a" and (href := values.get("href")):
            self._anchor(href, values)

    def _anchor(self, href: str, values: dict[str, str | None]) -> None:
        try:
            parts = urlsplit(href)
        except ValueError:
            raise AnswerError("sent a page with a link that is no URL") from None
        filename = unquote(parts.path.rpartition("/")[2])
        algorithm, _, digest = parts.fragment.partition("=")
        self.files.append(
            File(
                filename,
                _sha256(digest) if algorithm == "sha256" else None,
                line(values["data-yanked"]) or "" if "data-yanked" in values else None,
                None,
                values.get("data-provenance") or None,
            )
        )
