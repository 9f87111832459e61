from __future__ import annotations

import json
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mcp_guard.model import (
    Evidence,
    Finding,
    ImageLaunch,
    LocalLaunch,
    Package,
    PackageLaunch,
    Place,
    Publisher,
    RemoteLaunch,
    Report,
)
from mcp_guard.reports import json_report
from tests.reports import samples
from tests.reports.samples import npm, subject, word
from tests.reports.test_reports import bounded

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "report.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)

Object: TypeAlias = dict[str, object]


def launch(report: Report) -> Object:
    [server] = json.loads(json_report.render(report))["servers"]
    found: Object = server["launch"]
    return found


def test_the_schema_is_one_and_closed() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"] == f"urn:mcp-guard:schema:report:{json_report.VERSION}"
    objects = [SCHEMA, *(part for part in SCHEMA["$defs"].values() if part.get("type") == "object")]
    assert len(objects) == 8
    assert all(part["additionalProperties"] is False for part in objects)


@bounded
@given(samples.reports)
def test_every_report_is_valid(report: Report) -> None:
    VALIDATOR.validate(json.loads(json_report.render(report)))


@pytest.mark.parametrize("key", ["version", "servers", "findings", "summary"])
def test_the_schema_refuses_a_report_that_lacks_a_part(key: str) -> None:
    document = json.loads(json_report.render(samples.REPORTS["blocked"]))
    del document[key]
    assert not VALIDATOR.is_valid(document)


@pytest.mark.parametrize("part", ["servers", "findings"])
def test_the_schema_knows_every_key_and_requires_it(part: str) -> None:
    document = json.loads(json_report.render(samples.REPORTS["blocked"]))
    item = document[part][0]
    for key in list(item):
        value = item.pop(key)
        assert not VALIDATOR.is_valid(document), key
        item[key] = value
    item["surprise"] = 1
    assert not VALIDATOR.is_valid(document)


@bounded
@given(st.data())
def test_the_order_of_the_parts_does_not_matter(data: st.DataObject) -> None:
    report = data.draw(samples.reports)
    shuffled = report._replace(
        subjects=tuple(data.draw(st.permutations(report.subjects))),
        findings=tuple(data.draw(st.permutations(report.findings))),
        excluded=report.excluded[::-1],
    )
    assert json_report.render(shuffled) == json_report.render(report)


@bounded
@given(samples.reports)
def test_the_text_is_ascii_without_lone_surrogates(report: Report) -> None:
    rendered = json_report.render(report)
    assert rendered.isascii()
    json.dumps(json.loads(rendered), ensure_ascii=False).encode("utf-8")


def test_a_lone_surrogate_anywhere_is_written_out() -> None:
    lone, place = "\ud800", Place("\ud800")
    package = Package("npm", lone, lone, lone, "registry", word(lone, place))
    server = subject(lone, "blocked", PackageLaunch((package,)), RemoteLaunch(lone, word(lone)), place=place)
    found = Finding(lone, "error", place, lone, lone, lone, lone, lone, lone)
    known = Evidence(lone, Publisher("proven", *[lone] * 6), lone, (("publisher", "proven"),), lone)
    server = server._replace(publishers=(lone,), notes=(lone,), evidence=(known,))
    report = Report((server,), (found,), 1, 1, (lone,))
    written = json.dumps(json.loads(json_report.render(report)), ensure_ascii=False)
    assert written.encode("utf-8").count(rb"\\ud800") == 22


def test_what_stood_in_the_file_comes_back_as_it_was() -> None:
    name = "\x1b[31m\u202e日本\n\x7f"
    [server] = json.loads(json_report.render(Report((subject(name, "blocked", PackageLaunch((npm("x"),))),), (), 1)))[
        "servers"
    ]
    assert server["name"] == name


@pytest.mark.parametrize(
    ("package", "purl"),
    [
        (npm("@corp/x", "1.2.3"), "pkg:npm/%40corp/x@1.2.3"),
        (npm("@corp/x"), "pkg:npm/%40corp/x"),
        (npm("a?@b"), "pkg:npm/a%3F%40b"),
        (Package("pypi", "mcp-server-git", None, "", "registry", word("")), "pkg:pypi/mcp-server-git"),
        (
            Package("oci", "ghcr.example/a/b", None, "", "registry", word("")),
            "pkg:oci/b?repository_url=ghcr.example/a/b",
        ),
        (
            Package("oci", "ghcr.example/a/b", "sha256:00", "", "registry", word("")),
            "pkg:oci/b@sha256:00?repository_url=ghcr.example/a/b",
        ),
        (npm("\ud800"), "pkg:npm/%5Cud800"),
    ],
)
def test_a_purl_has_a_version_when_it_is_pinned(package: Package, purl: str) -> None:
    found = launch(Report((subject("x", "blocked", PackageLaunch((package,))),), (), 1))
    assert found["packages"] == [
        {"purl": purl, "version": package.version, "pinned": package.version is not None, "source": "registry"}
    ]


def test_a_bridge_is_a_package_with_a_remote() -> None:
    found = launch(Report((samples.LINEAR,), (), 0))
    assert (found["kind"], found["remote"]) == ("package", "https://mcp.linear.example/sse")
    assert isinstance(found["packages"], list)
    assert len(found["packages"]) == 1


def test_nothing_of_a_server_with_several_launches_is_lost() -> None:
    image = ImageLaunch(Package("oci", "docker.example/x", None, "", "registry", word("")))
    remotes = [RemoteLaunch(f"https://{host}.example/", word("")) for host in ("a", "b")]
    found = launch(Report((subject("x", "blocked", image, *remotes, LocalLaunch("run.py", word(""))),), (), 1))
    assert found == {
        "kind": "image",
        "packages": [
            {
                "purl": "pkg:oci/x?repository_url=docker.example/x",
                "version": None,
                "pinned": False,
                "source": "registry",
            }
        ],
        "remote": "https://a.example/; https://b.example/",
        "script": "run.py",
    }


def test_a_server_that_nothing_was_read_of_is_opaque() -> None:
    assert launch(Report((subject("x", "blocked"),), (), 1)) == {"kind": "opaque", "packages": [], "remote": None}


def test_publishers_are_joined() -> None:
    several = samples.FILES._replace(publishers=("declared: a", "declared: b"))
    [server] = json.loads(json_report.render(Report((several,), (), 0)))["servers"]
    assert server["publisher"] == "declared: a; declared: b"


def evidence(*known: Evidence) -> list[Object]:
    [server] = json.loads(json_report.render(Report((samples.FILES._replace(evidence=known),), (), 0)))["servers"]
    found: list[Object] = server["evidence"]
    return found


def test_what_is_known_of_a_package_says_how() -> None:
    proven, declared = evidence(samples.PROVEN, samples.DECLARED)
    assert proven == {
        "package": "npm:@modelcontextprotocol/server-filesystem@2025.8.21",
        "publisher": {
            "level": "proven",
            "identity": "github:modelcontextprotocol/servers#890668799",
            "workflow": ".github/workflows/release.yml",
            "ref": "refs/tags/2025.8.21",
            "trigger": "push",
            "signer": "https://github.com/modelcontextprotocol/ci/.github/workflows/npm.yml@refs/heads/main",
        },
        "account": "mcp-release",
        "parts": {
            "integrity": "proven",
            "signatures": "absent",
            "attestations": "proven",
            "publisher": "proven",
            "published": "declared",
        },
        "source": "proofs in the tree",
    }
    assert (declared["publisher"], declared["account"]) == ({"level": "declared", "identity": "figma"}, "figma")


def test_what_is_not_known_is_left_out_and_no_account_is_null() -> None:
    [known] = evidence(Evidence("oci:x@sha256:00", Publisher("unavailable"), "", (), "nobody was asked"))
    assert (known["publisher"], known["account"], known["parts"]) == ({"level": "unavailable"}, None, {})


@pytest.mark.parametrize("key", ["package", "publisher", "account", "parts", "source"])
def test_the_schema_refuses_evidence_that_lacks_a_part(key: str) -> None:
    document = json.loads(json_report.render(samples.REPORTS["verified"]))
    del document["servers"][0]["evidence"][0][key]
    assert not VALIDATOR.is_valid(document)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("parts", "mood"), "proven"),
        (("parts", "integrity"), "good"),
        (("publisher", "level"), "trusted"),
        (("publisher", "ref"), ""),
        (("publisher", "owner_id"), "1"),
        (("account",), ""),
    ],
)
def test_the_schema_refuses_other_evidence(path: tuple[str, ...], value: str) -> None:
    document = json.loads(json_report.render(samples.REPORTS["verified"]))
    here = document["servers"][0]["evidence"][0]
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = value
    assert not VALIDATOR.is_valid(document)
