"""What is read of PyPI's documents, and of those of other indexes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import settings as bounded
from hypothesis import strategies as st

from mcp_guard.model import JSON, Answer, Digest, Missing, Publisher, Release, Unreachable
from mcp_guard.registries import Question, Registries, Versions
from mcp_guard.registries.questions import AnswerError, Body
from mcp_guard.registries.simple import Page, read
from tests.registry import PypiFile, Registry
from tests.registry.documents import file_digest

Make = Callable[..., Registries]
Format = Literal["json", "json-1.0", "html"]

FORMATS: tuple[Format, ...] = ("json", "json-1.0", "html")
SIMPLE = "application/vnd.pypi.simple.v1+json"
NEW_YEAR = datetime(2026, 1, 1, tzinfo=timezone.utc)


def ask(registries: Registries, name: str, version: str, part: str = "release") -> Answer:
    return registries.ask([Question("pypi", name, version, "release" if part == "release" else "status")])[0]


def release(registries: Registries, name: str, version: str, part: str = "release") -> Release:
    found = ask(registries, name, version, part)
    assert isinstance(found, Release), found
    return found


def sha(filename: str) -> Digest:
    return Digest("sha256", file_digest(filename), filename)


# ------------------------------------------------------------------------------------------------ releases


@pytest.mark.parametrize("format_", FORMATS)
def test_a_release_in_every_form(make: Make, registry: Registry, format_: Format) -> None:
    registry.pypi_format = format_
    registry.publish_pypi("some-server", "1.0", published="2026-01-01T00:00:00.000000Z")
    registry.publish_pypi("some-server", "1.0.post1")
    found = release(make(), "some-server", "1.0.0")
    assert (
        found
        == Release(
            digests=(sha("some_server-1.0-py3-none-any.whl"), sha("some_server-1.0.tar.gz")),
            published=NEW_YEAR,
            publisher=Publisher("absent"),
            registry=registry.pypi_url,
        )
        or format_ != "json"
    )  # the JSON API knows the version as it was published
    assert registry.requests[0].path == "/simple/some-server/"
    assert "text/html;q=0.01" in registry.requests[0].headers["accept"]
    same = release(make(), "some-server", "1.0")
    assert (same.digests, same.published) == (found.digests, NEW_YEAR)


def test_times_of_the_json_api(make: Make, registry: Registry) -> None:
    registry.pypi_format = "html"
    registry.publish_pypi("a", "1.0")
    registries = make()
    assert release(registries, "a", "1.0", "status").published is None
    assert registry.count("/pypi/") == 0
    assert release(registries, "a", "1.0").published == NEW_YEAR
    assert registry.count("/pypi/a/1.0/json") == 1


@pytest.mark.parametrize("status", [401, 403, 404, 405])
def test_an_index_without_a_json_api(make: Make, registry: Registry, status: int) -> None:
    registry.pypi_format = "html"
    registry.publish_pypi("a", "1.0")
    registry.break_down("status", path="/pypi/", status=status)
    assert release(make(), "a", "1.0").published is None


def test_an_index_that_is_not_called_simple(make: Make, registry: Registry) -> None:
    registry.pypi_format = "html"
    registry.publish_pypi("a", "1.0")
    body = registry.projects["a"].page("html")
    registry.raw["/deep/a/"] = body
    registries = make({"MCP_GUARD_REGISTRIES": f"pypi={registry.origin}/deep"})
    assert release(registries, "a", "1.0").published is None
    assert len(registry.requests) == 1


@pytest.mark.parametrize(
    "document",
    [
        {"info": {"name": "b", "version": "1.0"}, "urls": []},
        {"info": {"name": "a", "version": "2.0"}, "urls": []},
        {"info": {"name": "a", "version": "x"}, "urls": []},
        {"info": {"name": "a", "version": "1.0"}},
        {"info": [], "urls": []},
        {"message": "Not Found"},
    ],
)
def test_a_lying_json_api_is_no_answer(make: Make, registry: Registry, document: dict[str, JSON]) -> None:
    registry.pypi_format = "html"
    registry.publish_pypi("a", "1.0")
    registry.raw["/pypi/a/1.0/json"] = ("application/json", json.dumps(document).encode())
    registries = make()
    assert isinstance(ask(registries, "a", "1.0"), Unreachable)
    del registry.raw["/pypi/a/1.0/json"]
    assert release(registries, "a", "1.0").published == NEW_YEAR


def test_a_json_api_that_is_down_is_an_outage(make: Make, registry: Registry) -> None:
    registry.pypi_format = "html"
    registry.publish_pypi("a", "1.0")
    registry.break_down("status", path="/pypi/", status=500)
    assert isinstance(ask(make(), "a", "1.0"), Unreachable)


def test_a_json_api_that_does_not_know_all_files(make: Make, registry: Registry) -> None:
    registry.pypi_format = "html"
    registry.publish_pypi("a", "1.0")
    urls = [{"filename": "a-1.0.tar.gz", "upload_time_iso_8601": "2026-01-01T00:00:00Z"}, "no file", {}]
    registry.raw["/pypi/a/1.0/json"] = (
        "application/json",
        json.dumps({"info": {"name": "A", "version": "1.0"}, "urls": urls}).encode(),
    )
    assert release(make(), "a", "1.0").published is None


def test_a_file_added_to_an_old_release_makes_it_young(make: Make, registry: Registry) -> None:
    files = (
        PypiFile("a-1.0.tar.gz", "0" * 64, "2020-01-01T00:00:00Z"),
        PypiFile("a-1.0-py3-none-any.whl", "1" * 64, "2026-03-03T00:00:00Z"),
    )
    registry.publish_pypi("a", "1.0", files=files)
    assert release(make(), "a", "1.0").published == datetime(2026, 3, 3, tzinfo=timezone.utc)


def test_a_file_without_a_time_leaves_the_release_without(make: Make, registry: Registry) -> None:
    files = (PypiFile("a-1.0.tar.gz", "0" * 64), PypiFile("a-1.0-py3-none-any.whl", "1" * 64, None))
    registry.publish_pypi("a", "1.0", files=files)
    assert release(make(), "a", "1.0").published is None


@pytest.mark.parametrize("format_", ["json", "html"])
def test_a_file_without_a_digest_is_named(make: Make, registry: Registry, format_: Format) -> None:
    registry.pypi_format = format_
    files = (PypiFile("a-1.0.tar.gz", None), PypiFile("a-1.0-py3-none-any.whl", "1" * 63))
    registry.publish_pypi("a", "1.0", files=files)
    assert release(make(), "a", "1.0").digests == (
        Digest("", "", "a-1.0-py3-none-any.whl"),
        Digest("", "", "a-1.0.tar.gz"),
    )


@pytest.mark.parametrize("format_", ["json", "html"])
def test_provenance_counts_if_all_files_have_it(make: Make, registry: Registry, format_: Format) -> None:
    registry.pypi_format = format_
    some = PypiFile("a-1.0.tar.gz", "0" * 64, provenance="https://pypi.example/provenance")
    wheel = PypiFile("a-1.0-py3-none-any.whl", "1" * 64)
    registry.publish_pypi("a", "1.0", files=(some, wheel))
    registry.publish_pypi("a", "2.0", files=(some._replace(filename="a-2.0.tar.gz"),))
    registries = make()
    assert release(registries, "a", "1.0").attestations == "absent"
    assert release(registries, "a", "2.0").attestations == "declared"


def test_files_that_are_not_of_this_release(make: Make, registry: Registry) -> None:
    names = [
        "A_b-1.0-py3-none-any.whl", "a.b-1.0.zip", "a-b-1.0.tar.bz2", "a-b-1.0.TAR.XZ",  # these are
        "a-b-1.0.egg", "a-b-1.0.exe", "a_b-1.0-py3.whl", "a-b-c-1.0.tar.gz", "b-1.0.tar.gz", "a-b-x.tar.gz",
        "a-b.tar.gz", "b-1.0-py3-none-any.whl", "a-b-1.0.tar.gz.asc", "a-b-1.0.dev1.tar.gz", "",
    ]  # fmt: skip
    registry.publish_pypi("a-b", "1.0", files=tuple(PypiFile(name, "0" * 64) for name in names))
    found = release(make(), "a-b", "1.0")
    assert {digest.artifact for digest in found.digests} == set(names[:4])


@pytest.mark.parametrize("format_", FORMATS)
def test_local_versions_belong_to_the_release_whose_version_they_satisfy(
    make: Make, registry: Registry, format_: Format
) -> None:
    registry.pypi_format = format_
    for version, day in (("1.0", 1), ("1.0.0+local.1", 5), ("1.0.post1", 2), ("1.0.post1+x", 3), ("1.0rc1+x", 4)):
        files = (PypiFile(f"a-{version}.tar.gz", "0" * 64, f"2026-01-0{day}T00:00:00Z"),)
        registry.publish_pypi("a", version, files=files)
    registries = make()

    def artifacts(version: str) -> list[str]:
        return [digest.artifact for digest in release(registries, "a", version, "status").digests]

    assert artifacts("1.0") == artifacts("1.0.0") == ["a-1.0.0+local.1.tar.gz", "a-1.0.tar.gz"]
    assert artifacts("1.0+local.1") == artifacts("1+LOCAL-1") == ["a-1.0.0+local.1.tar.gz"]
    assert artifacts("1.0.post1") == ["a-1.0.post1+x.tar.gz", "a-1.0.post1.tar.gz"]
    assert artifacts("1.0rc1") == ["a-1.0rc1+x.tar.gz"]
    assert isinstance(ask(registries, "a", "1.0+other"), Missing)
    assert isinstance(ask(registries, "a", "1.1"), Missing)


def test_a_local_version_makes_a_release_as_young_as_it_is(make: Make, registry: Registry) -> None:
    registry.publish_pypi("a", "1.0", published="2026-01-01T00:00:00Z")
    registry.publish_pypi("a", "1.0+x", published="2026-03-03T00:00:00Z")
    young = datetime(2026, 3, 3, tzinfo=timezone.utc)
    registries = make()
    assert release(registries, "a", "1.0").published == young
    found = registries.versions("pypi", "a")
    assert isinstance(found, Versions)
    assert {one.version: one.published for one in found.candidates} == {"1.0+x": young, "1.0": young}


# ------------------------------------------------------------------------------------------------ withdrawn


@pytest.mark.parametrize("format_", ["json", "html"])
def test_yanked(make: Make, registry: Registry, format_: Format) -> None:
    registry.pypi_format = format_
    good, bad = PypiFile("a-3.tar.gz", "0" * 64), PypiFile("a-3-py3-none-any.whl", "1" * 64, yanked="broken\nwheel")
    registry.publish_pypi("a", "1", yanked="leaks tokens")
    registry.publish_pypi("a", "2", yanked=True)
    registry.publish_pypi("a", "3", files=(good, bad))
    registry.publish_pypi("a", "4")
    registries = make()
    assert release(registries, "a", "1").withdrawn == "yanked: leaks tokens"
    assert str(release(registries, "a", "2").withdrawn).startswith("yanked")
    assert release(registries, "a", "3").withdrawn == "1 of 2 files yanked: broken wheel"
    assert release(registries, "a", "4").withdrawn is None


def test_an_html_yank_without_a_reason(make: Make, registry: Registry) -> None:
    text = '<html><a href="a-1.tar.gz" data-yanked>a</a><a href="a-2.tar.gz" data-yanked="">a</a></html>'
    registry.raw["/simple/a/"] = ("text/html", text.encode())
    registries = make()
    assert release(registries, "a", "1", "status").withdrawn == "yanked"
    assert release(registries, "a", "2", "status").withdrawn == "yanked"


def test_an_empty_reason_is_not_yanked_in_json(make: Make, registry: Registry) -> None:
    registry.publish_pypi("a", "1", yanked="")
    assert release(make(), "a", "1").withdrawn is None


def test_quarantined(make: Make, registry: Registry) -> None:
    registry.publish_pypi("a", "1", files=())
    registry.publish_pypi("b", "1")
    for name in ("a", "b"):
        registry.projects[name].status = "quarantined"
        registry.projects[name].status_reason = "malware"
    registry.projects["a"]._releases.clear()
    registries = make()
    assert ask(registries, "a", "1") == Missing("quarantined by the index: malware")
    assert registries.versions("pypi", "a") == Missing("quarantined by the index: malware")
    found = release(registries, "b", "1")
    assert (found.withdrawn, found.deprecated) == ("quarantined by the index: malware", None)


@pytest.mark.parametrize(("status", "expected"), [("archived", "the project is archived"), ("active", None)])
@pytest.mark.parametrize("format_", ["json", "html"])
def test_project_status(make: Make, registry: Registry, status: str, expected: str | None, format_: Format) -> None:
    registry.pypi_format = format_
    registry.publish_pypi("a", "1")
    registry.projects["a"].status = status
    found = release(make(), "a", "1")
    assert (found.withdrawn, found.deprecated) == (None, expected)


@pytest.mark.parametrize("status", ["archived", 7, None, {"status": ""}])
def test_a_status_in_another_shape(status: JSON) -> None:
    page = {"meta": {"api-version": "1.0"}, "name": "a", "files": [], "project-status": status}
    found = read(Body(SIMPLE, json.dumps(page).encode()), "a")
    assert found.status == ("archived" if status == "archived" else "unknown")


# ------------------------------------------------------------------------------------------------ missing


def test_missing(make: Make, registry: Registry) -> None:
    registry.publish_pypi("a", "1.0")
    registries = make()
    assert ask(registries, "a", "2.0") == Missing("the project has no version 2.0")
    assert ask(registries, "a", "latest") == Missing("latest is no PEP 440 version")
    assert isinstance(ask(registries, "b", "1.0"), Missing)
    assert isinstance(registries.versions("pypi", "b"), Missing)


@pytest.mark.parametrize("name", ["", ".", "a/b", "a b", "@a/b", "a?", "ä", "-a", "a%2fb"])
def test_impossible_names_are_not_asked_for(make: Make, registry: Registry, name: str) -> None:
    registries = make()
    assert isinstance(ask(registries, name, "1.0"), Missing)
    assert isinstance(registries.versions("pypi", name), Missing)
    assert registry.requests == []


def test_names_are_normalised(make: Make, registry: Registry) -> None:
    registry.publish_pypi("some-server", "1.0")
    release(make(), "Some._Server", "1.0")
    assert registry.requests[0].path == "/simple/some-server/"


# ------------------------------------------------------------------------------------------------ wrong pages


def page(**parts: JSON) -> bytes:
    return json.dumps({"meta": {"api-version": "1.1"}, "name": "a", "files": [], **parts}).encode()


@pytest.mark.parametrize(
    ("media", "data"),
    [
        (SIMPLE, page(name="b")),
        (SIMPLE, page(meta={"api-version": "2.0"})),
        (SIMPLE, page(meta={})),
        (SIMPLE, page(meta=[])),
        (SIMPLE, page(files={})),
        (SIMPLE, page(files=["a-1.0.tar.gz"])),
        (SIMPLE, page(files=[{"filename": 1}])),
        (SIMPLE, page(files=[{"filename": "a-1.0.tar.gz", "yanked": 1}])),
        (SIMPLE, page(files=[{"filename": "b-1.0.tar.gz"}])),
        (SIMPLE, page(files=[{"filename": "a-1.tar.gz"}, {"filename": "a-1.tar.gz", "hashes": {"sha256": "0" * 64}}])),
        (SIMPLE, b"<html></html>"),
        ("application/json", b'{"projects": []}'),
        ("text/plain", page()),
        ("", page()),
        ("text/html", page()),
        ("text/html", b"<html><body>log in</body></html>"),
        ("text/html", b"<html><body><a href='/login'>log in</a><a href='app.zip'></a></body></html>"),
        ("text/html", b"<html><body><a href='a-1.0.tar.gz'>a-1.0.tar.gz</a>"),
        ("text/html", b"<html><a href='http://[::1/a-1.0.tar.gz'></a></html>"),
        ("text/html", b"<html><a href='a-1.0.tar.gz'>\xff</a></html>"),
        ("text/html", b"<html><meta name='pypi:repository-version' content='2.0'></html>"),
    ],
)
def test_a_wrong_page_is_no_answer(make: Make, registry: Registry, media: str, data: bytes) -> None:
    registry.raw["/simple/a/"] = (media, data)
    registries = make()
    assert isinstance(ask(registries, "a", "1.0"), Unreachable)
    assert isinstance(registries.versions("pypi", "a"), Unreachable)
    del registry.raw["/simple/a/"]
    registry.publish_pypi("a", "1.0")
    release(registries, "a", "1.0")  # the wrong page was not cached


def test_html_that_breaks_off_without_a_length(make: Make, registry: Registry) -> None:
    registry.pypi_format = "html"
    registry.publish_pypi("a", "1.0")
    whole = registry.projects["a"].page("html")[1]
    registry.break_down("unframed", media="text/html", keep=whole.index(b"a-1.0.tar.gz"))
    assert isinstance(ask(make(), "a", "1.0"), Unreachable)


def test_an_html_page_as_mirrors_write_it() -> None:
    text = (
        '<!DOCTYPE html><HTML><HEAD><META NAME="PyPI:repository-version" CONTENT="1.0"></HEAD><BODY>'
        '<!-- <a href="a-9.tar.gz">a-9.tar.gz</a> -->'
        f'<A HREF="../../a%2D1.0.tar.gz?x=1#SHA256={"0" * 64}" HREF="a-8.tar.gz">text</A>'
        f'<a href="a-2.0.tar.gz#md5={"0" * 32}" data-requires-python="&gt;=3">a-2.0.tar.gz</a><a name="x">no link</a>'
        f'<a href="a-3.0.tar.gz#sha256={"A" * 64}">a-3.0.tar.gz</a></BODY></HTML>\n<!--SERIAL 7-->'
    )
    found = read(Body("text/html", text.encode()), "a")
    assert [(file.filename, file.sha256) for file in found.files] == [
        ("a-1.0.tar.gz", None),
        ("a-2.0.tar.gz", None),
        ("a-3.0.tar.gz", "a" * 64),
    ]


def test_an_empty_project(make: Make, registry: Registry) -> None:
    for format_ in FORMATS:
        registry.pypi_format = format_
        registry.publish_pypi("a", "1.0")
        registry.projects["a"]._releases.clear()
        registries = make(fresh=True)
        assert ask(registries, "a", "1.0") == Missing("the project has no version 1.0")
        assert registries.versions("pypi", "a") == Missing("the project has no files")


# ------------------------------------------------------------------------------------------------ versions


def test_versions(make: Make, registry: Registry) -> None:
    for version in ("1.9", "1.10", "2.0rc1", "2.0.dev1", "1.10.post1", "1!0.1"):
        registry.publish_pypi("a", version, yanked="bad" if version == "1!0.1" else False)
    offered = make().versions("pypi", "a")
    assert isinstance(offered, Versions)
    assert [one.version for one in offered.candidates] == ["1!0.1", "2.0rc1", "2.0.dev1", "1.10.post1", "1.10", "1.9"]
    assert [one.prerelease for one in offered.candidates] == [False, True, True, False, False, False]
    assert offered.candidates[0].withdrawn == "yanked: bad"
    assert offered.candidates[1].published == NEW_YEAR
    assert offered.latest == "1.10.post1"


def test_latest_where_there_is_little_to_choose(make: Make, registry: Registry) -> None:
    registry.publish_pypi("a", "1.0rc1")
    registry.publish_pypi("a", "1.0rc2", yanked=True)
    registry.publish_pypi("b", "1.0", yanked=True)
    registries = make()
    first, second = registries.versions("pypi", "a"), registries.versions("pypi", "b")
    assert isinstance(first, Versions)
    assert isinstance(second, Versions)
    assert (first.latest, second.latest) == ("1.0rc1", None)


# ------------------------------------------------------------------------------------------------ anything

plain = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["filename", "hashes", "sha256", "yanked", "status", "reason", "provenance"]), inner
        ),
    ),
    max_leaves=15,
)


@given(st.dictionaries(st.sampled_from(["meta", "name", "files", "project-status"]), plain))
@bounded(max_examples=200, deadline=None)
def test_any_json_is_read_or_refused(parts: dict[str, JSON]) -> None:
    body = Body(SIMPLE, json.dumps({"meta": {"api-version": "1.0"}, "files": [], **parts}).encode())
    try:
        assert isinstance(read(body, "a"), Page)
    except AnswerError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either outcome is right, but it must be one line


@given(st.text(alphabet="<>ahref=\"'/-10.targz#shmeta&; \n!", max_size=300))
@bounded(max_examples=200, deadline=None)
def test_any_html_is_read_or_refused(text: str) -> None:
    body = Body("text/html", f"<html>{text}</html>".encode())
    try:
        assert isinstance(read(body, "a"), Page)
    except AnswerError as error:
        assert "\n" not in str(error)  # noqa: PT017 - as above
