"""Attestations as they are fetched: which are asked for, what is kept of them, and that an outage is never absence."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Collection
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import pytest

from mcp_guard.model import JSON, Answer, Missing, Proof, Publisher, Release, Unreachable
from mcp_guard.registries import Question, Registries, pypi
from mcp_guard.registries.questions import Body
from mcp_guard.registries.simple import File
from tests.registry import PypiFile, Registry

T = TypeVar("T")
Make = Callable[..., Registries]

NPM, PYPI = Question("npm", "@octo/server", "1.2.3", "release"), Question("pypi", "octo-server", "1.2.3", "release")
NPM_PATH = "/npm/-/npm/v1/attestations/@octo%2Fserver@1.2.3"
WHEEL, SDIST = "octo_server-1.2.3-py3-none-any.whl", "octo_server-1.2.3.tar.gz"
PYPI_PATH = "/integrity/octo-server/1.2.3/"


@pytest.fixture
def attested(registry: Registry) -> Registry:
    """A registry with one attested version of each ecosystem."""
    registry.publish_npm("@octo/server", "1.2.3", signed=True)
    registry.attest_npm("@octo/server", "1.2.3")
    registry.publish_pypi("octo-server", "1.2.3")
    registry.attest_pypi("octo-server", "1.2.3")
    registry.requests.clear()
    return registry


def ask(registries: Registries, question: Question) -> Answer:
    return registries.ask([question])[0]


def release(registries: Registries, question: Question) -> Release:
    found = ask(registries, question)
    assert isinstance(found, Release), found
    return found


def canonical(value: JSON) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def proof(artifact: str, value: JSON) -> Proof:
    text = canonical(value)
    return Proof(artifact, sha256(text.encode()).hexdigest(), text)


def manifest(registry: Registry) -> dict[str, Any]:
    document: Any = registry.packuments["@octo/server"]
    found: dict[str, Any] = document["versions"]["1.2.3"]
    return found


def asked(registry: Registry) -> list[str]:
    return [request.path for request in registry.requests]


# ------------------------------------------------------------------------------------------------ what is asked for


def test_npm_in_two_requests(make: Make, attested: Registry) -> None:
    found = release(make(), NPM)
    assert asked(attested) == ["/npm/@octo%2Fserver", NPM_PATH]
    assert found.proofs == (proof("", attested.attestations["@octo/server@1.2.3"]),)
    assert (found.signatures, found.attestations, len(found.signed)) == ("declared", "declared", 1)
    assert found.account == "GitHub Actions (trusted publisher: github)"
    assert found.publisher == Publisher("declared", found.account)


def test_pypi_in_one_request_and_one_a_file(make: Make, attested: Registry) -> None:
    found = release(make(), PYPI)
    assert sorted(asked(attested)) == [
        f"{PYPI_PATH}{WHEEL}/provenance", f"{PYPI_PATH}{SDIST}/provenance", "/simple/octo-server/",
    ]  # fmt: skip
    assert found.proofs == tuple(proof(name, attested.provenance[name]) for name in (WHEEL, SDIST))
    assert [one.artifact for one in found.proofs] == [digest.artifact for digest in found.digests]
    assert (found.attestations, found.publisher, found.account) == ("declared", Publisher("absent"), "")


@pytest.mark.parametrize("question", [NPM, PYPI])
def test_status_asks_for_no_attestations(make: Make, attested: Registry, question: Question) -> None:
    found = release(make(), question._replace(part="status"))
    assert len(attested.requests) == 1
    assert (found.attestations, found.proofs, found.weaker_than) == ("declared", (), None)


def test_status_beside_a_release_has_no_proofs(make: Make, attested: Registry) -> None:
    both = make().ask([NPM, NPM._replace(part="status"), PYPI, PYPI._replace(part="status")])
    assert [bool(one.proofs) for one in both if isinstance(one, Release)] == [True, False, True, False]
    assert len(attested.requests) == 5


@pytest.mark.parametrize("question", [NPM, PYPI])
def test_what_declares_nothing_is_not_asked_for(make: Make, registry: Registry, question: Question) -> None:
    registry.publish_npm("@octo/server", "1.2.3", dist={"attestations": {}})
    registry.publish_pypi("octo-server", "1.2.3")
    found = release(make(), question)
    assert (found.attestations, found.proofs) == ("absent", ())
    assert len(registry.requests) == 1


def test_the_url_of_the_manifest_is_not_followed(make: Make, attested: Registry, other: Registry) -> None:
    """Neither its host nor its path: another version's attestations could stand there."""
    manifest(attested)["dist"]["attestations"]["url"] = f"{other.origin}/npm/-/npm/v1/attestations/b@1.0.0"
    assert release(make(), NPM).proofs
    assert other.requests == []
    assert asked(attested)[1] == NPM_PATH


def test_names_and_versions_are_escaped(make: Make, registry: Registry) -> None:
    registry.publish_npm("@octo/server", "1.2.3-rc.1+b", dist={"attestations": {"url": "../../x"}})
    release(make(), NPM._replace(version="1.2.3-rc.1+b"))
    assert asked(registry)[1] == f"{NPM_PATH}-rc.1%2Bb"


def test_credentials_go_with_the_registrys_attestations(make: Make, attested: Registry, tmp_path: Path) -> None:
    npmrc = tmp_path / "npmrc"
    host = attested.origin.removeprefix("http:")
    npmrc.write_text(f"registry={attested.npm_url}\n{host}/npm/:_authToken=s3cr3t\n")
    release(make({"NPM_CONFIG_USERCONFIG": str(npmrc)}), NPM)
    assert {request.headers.get("authorization") for request in attested.requests} == {"Bearer s3cr3t"}


def test_a_lying_manifest_is_refused_before_anything_else(make: Make, attested: Registry) -> None:
    manifest(attested)["version"] = "1.2.4"
    assert isinstance(ask(make(), NPM), Unreachable)
    assert asked(attested) == ["/npm/@octo%2Fserver"]


def test_missing_is_not_asked_for(make: Make, attested: Registry) -> None:
    registries = make()
    assert isinstance(ask(registries, NPM._replace(version="9.9.9")), Missing)
    assert isinstance(ask(registries, PYPI._replace(version="9.9.9")), Missing)
    assert len(attested.requests) == 2


# ------------------------------------------------------------------------------------------------ PyPI's URLs


@pytest.mark.parametrize("format_", ["json", "html"])
def test_a_relative_url_is_the_pages(make: Make, attested: Registry, format_: str) -> None:
    attested.pypi_format = "html" if format_ == "html" else "json"
    files = attested.projects["octo-server"].files("1.2.3")
    moved = [file._replace(provenance=f"../..{PYPI_PATH}{file.filename}/provenance?a=1&b=2") for file in files]
    attested.projects["octo-server"].add("1.2.3", tuple(moved))
    for file in files:
        body = json.dumps(attested.provenance[file.filename]).encode()
        attested.raw[f"{PYPI_PATH}{file.filename}/provenance?a=1&b=2"] = ("application/json", body)
    assert [one.artifact for one in release(make(), PYPI).proofs] == [WHEEL, SDIST]


@pytest.mark.parametrize(
    "url",
    [
        "{other}/integrity/octo-server/1.2.3/x/provenance",
        "//localhost/x",
        "http://me:pw@{host}/x",
        "http://me@{host}/x",
        "https://{host}/x",
        "http://{host}:99999/x",
        "http://[::1",
        "ftp://{host}/x",
        "file:///etc/passwd",
        "/integrity/%2e%2e/x",
        "/x\u202ey",
        "/x\n",
    ],
)
def test_only_the_registry_itself_is_asked(make: Make, attested: Registry, other: Registry, url: str) -> None:
    """Its files elsewhere stay declared, without a proof: nothing is contacted that only a page names."""
    wheel, sdist = attested.projects["octo-server"].files("1.2.3")
    host = attested.origin.removeprefix("http://")
    moved = wheel._replace(provenance=url.format(other=other.origin, host=host))
    attested.projects["octo-server"].add("1.2.3", (moved, sdist))
    found = release(make(), PYPI)
    assert found.attestations == "declared"
    assert [one.artifact for one in found.proofs] == [SDIST]
    assert len(attested.requests) == 2
    assert other.requests == []


@pytest.mark.parametrize("value", [True, 7, [], {}, "", None])
def test_a_provenance_that_is_no_url_is_none(make: Make, registry: Registry, value: JSON) -> None:
    file: dict[str, JSON] = {"filename": SDIST, "hashes": {"sha256": "0" * 64}, "provenance": value}
    page = {"meta": {"api-version": "1.4"}, "name": "octo-server", "files": [file]}
    registry.raw["/simple/octo-server/"] = ("application/vnd.pypi.simple.v1+json", json.dumps(page).encode())
    found = release(make(), PYPI._replace(part="status"))
    assert (found.attestations, found.proofs) == ("absent", ())


def test_some_files_only(make: Make, registry: Registry) -> None:
    registry.publish_pypi("octo-server", "1.2.3")
    registry.attest_pypi("octo-server", "1.2.3", files=[SDIST])
    found = release(make(), PYPI)
    assert (found.attestations, [one.artifact for one in found.proofs]) == ("absent", [SDIST])


def test_many_files_stay_in_order(make: Make, registry: Registry) -> None:
    """In parallel, and the slowest does not come last."""
    names = [f"octo_server-1.2.3-cp3{minor:02}-none-any.whl" for minor in range(40)]
    url = f"{registry.origin}{PYPI_PATH}{{}}/provenance"
    files = tuple(PypiFile(name, "0" * 64, provenance=url.format(name)) for name in reversed(names))
    registry.publish_pypi("octo-server", "1.2.3", files=files)
    registry.provenance |= {name: {"attestation_bundles": [], "of": name} for name in names}
    found = release(make(), PYPI)
    assert [one.artifact for one in found.proofs] == names
    assert all(name in one.text for name, one in zip(names, found.proofs, strict=True))
    assert len(registry.requests) == 41


# ------------------------------------------------------------------------------------------------ not served


@pytest.mark.parametrize("status", [404, 405, 410, 501])
def test_npm_declared_and_not_served(make: Make, attested: Registry, status: int) -> None:
    attested.break_down("status", path="/npm/-/", status=status)
    found = release(make(), NPM)
    assert (found.attestations, found.proofs, len(found.signed)) == ("declared", (), 1)


@pytest.mark.parametrize("status", [404, 410])
def test_pypi_declared_and_not_served(make: Make, attested: Registry, status: int) -> None:
    attested.break_down("status", path=f"{PYPI_PATH}{WHEEL}", status=status)
    found = release(make(), PYPI)
    assert (found.attestations, [one.artifact for one in found.proofs]) == ("declared", [SDIST])


_KINDS = ("reset", "hang_up", "short", "truncated", "garbage", "portal", "huge", "bomb")
OUTAGES: list[dict[str, JSON]] = [
    *[dict[str, JSON](kind="status", status=status) for status in (204, 401, 403, 429, 500, 502, 503)],
    *[dict[str, JSON](kind=kind) for kind in _KINDS],
    {"kind": "redirect"},
    {"kind": "redirect", "location": "http://npm.example/x"},
    {"kind": "unframed", "media": "application/json", "keep": 200},
    {"kind": "gzipped", "keep": 60},
]


@pytest.mark.parametrize("fault", OUTAGES, ids=str)
@pytest.mark.parametrize(
    ("question", "path"), [(NPM, "/npm/-/"), (PYPI, f"{PYPI_PATH}{SDIST}"), (PYPI, f"{PYPI_PATH}{WHEEL}")]
)
def test_an_outage_is_never_absence(
    make: Make, attested: Registry, fault: dict[str, JSON], question: Question, path: str
) -> None:
    options = {name: value for name, value in fault.items() if name != "kind"}
    attested.break_down(str(fault["kind"]), path=path, **options)
    registries = make()
    assert isinstance(ask(registries, question), Unreachable)
    assert isinstance(ask(registries, question._replace(part="status")), Release)
    attested.mend()
    assert release(registries, question).proofs  # nothing of it was kept


@pytest.mark.parametrize("fault", ["silence", "stall", "drip"])
@pytest.mark.parametrize(("question", "path"), [(NPM, "/npm/-/"), (PYPI, f"{PYPI_PATH}{SDIST}")])
def test_a_late_answer_is_an_outage(make: Make, attested: Registry, fault: str, question: Question, path: str) -> None:
    attested.break_down(fault, path=path)
    assert isinstance(ask(make(deadline=0.5), question), Unreachable)


@pytest.mark.parametrize("question", [NPM, PYPI])
def test_a_redirect_within_the_registry_is_followed(make: Make, attested: Registry, question: Question) -> None:
    for name, document in attested.attestations.items():
        attested.raw[f"/moved/{name}"] = ("application/json", json.dumps(document).encode())
    attested.raw["/moved/wheel"] = ("application/json", json.dumps(attested.provenance[WHEEL]).encode())
    attested.break_down("redirect", path="/npm/-/", location="/moved/@octo/server@1.2.3")
    attested.break_down("redirect", path=f"{PYPI_PATH}{WHEEL}", location="/moved/wheel")
    assert release(make(), question).proofs


# ------------------------------------------------------------------------------------------------ hostile documents


def documents(name: str) -> list[bytes]:
    """What is no document of attestations, whose list is called `name`."""
    deep = b"[" * 100_000 + b"]" * 100_000
    return [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"7",
        b"<!DOCTYPE html><html></html>",
        b'{"error": "not found"}',
        f'{{"{name}": {{}}}}'.encode(),
        f'{{"{name}": null}}'.encode(),
        f'{{"{name}": "x"}}'.encode(),
        f'{{"{name}": [], "{name}": []}}'.encode(),
        f'{{"{name}": [{{"bundle": 1, "bundle": 2}}]}}'.encode(),
        f'{{"{name}": [{{"bundle": 1.5}}]}}'.encode(),
        f'{{"{name}": [{{"bundle": NaN}}]}}'.encode(),
        f'{{"{name}": [{{"bundle": "\\ud800"}}]}}'.encode(),
        f'{{"{name}": ["\xff"]}}'.encode("latin-1"),
        f'{{"{name}": [{"9" * 5000}]}}'.encode(),
        f'{{"{name}": ["{"x" * (1 << 20)}"]}}'.encode(),
        f'{{"{name}": ['.encode() + deep + b"]}",
        f'{{"{name}": []}} {{}}'.encode(),
    ]


@pytest.mark.parametrize("data", documents("attestations"), ids=lambda data: repr(data[:40]))
def test_npm_something_else_is_no_answer(make: Make, attested: Registry, data: bytes) -> None:
    attested.raw[NPM_PATH] = ("application/json", data)
    registries = make()
    found = ask(registries, NPM)
    assert isinstance(found, Unreachable)
    assert "attestations" in found.reason
    assert "\n" not in found.reason
    del attested.raw[NPM_PATH]
    assert release(registries, NPM).proofs  # it was not cached


@pytest.mark.parametrize("data", documents("attestation_bundles"), ids=lambda data: repr(data[:40]))
def test_pypi_something_else_is_no_answer(make: Make, attested: Registry, data: bytes) -> None:
    attested.raw[f"{PYPI_PATH}{SDIST}/provenance"] = ("application/json", data)
    registries = make()
    found = ask(registries, PYPI)
    assert isinstance(found, Unreachable)
    assert "attestations" in found.reason
    attested.raw.clear()
    assert len(release(registries, PYPI).proofs) == 2


@pytest.mark.parametrize("depth", range(900, 1000, 20))
def test_what_can_just_be_read_does_not_break_the_reader(make: Make, attested: Registry, depth: int) -> None:
    text = f'{{"attestations": [{"[" * depth}{"]" * depth}]}}'
    attested.raw[NPM_PATH] = ("application/json", text.encode())
    assert isinstance(ask(make(), NPM), Release | Unreachable)


def test_of_npms_document_only_the_bundles_are_kept(make: Make, attested: Registry) -> None:
    document: Any = attested.attestations["@octo/server@1.2.3"]
    whole = json.loads(json.dumps(document))
    for item in whole["attestations"]:
        item["signedAccessSignatureUrl"] = "https://npm.example/?token=s3cr3t"
    whole["next"] = "https://npm.example/"
    attested.attestations["@octo/server@1.2.3"] = whole
    assert release(make(), NPM).proofs == (proof("", document),)


def test_entries_of_another_shape_are_left_to_the_verifier(make: Make, attested: Registry) -> None:
    attested.attestations["@octo/server@1.2.3"] = {"attestations": [7, {}, {"bundle": {}, "url": "x"}]}
    assert release(make(), NPM).proofs == (proof("", {"attestations": [7, {}, {"bundle": {}}]}),)


# ------------------------------------------------------------------------------------------------ without an answer


class Stuck:
    """A registry whose name server never answers: no timeout of a socket ends that."""

    def __init__(self) -> None:
        self.until = time.monotonic() + 0.2
        self.released = threading.Event()

    def __call__(
        self, url: str, accept: str, read: Callable[[Body], T], absent: Collection[int] = ()
    ) -> T | Missing | Unreachable:
        del url, accept, read, absent
        self.released.wait(10)
        return Missing("at last")


def test_files_that_never_come_are_an_outage() -> None:
    stuck = Stuck()
    file = File(SDIST, None, None, None, "/integrity/x")
    try:
        found = pypi._proofs(stuck, "https://pypi.example/simple/octo-server/", [file])
    finally:
        stuck.released.set()
    assert found == Unreachable("pypi.example gave no whole answer in time")
