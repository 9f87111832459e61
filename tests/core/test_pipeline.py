"""From a tree to a report: verdicts, acceptances and their ends, what is shown, exit codes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, timezone
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from mcp_guard import pipeline, redaction, reports
from mcp_guard.model import (
    Finding,
    LocalLaunch,
    Network,
    OpaqueLaunch,
    Override,
    PackageLaunch,
    Place,
    Policy,
    ProgramLaunch,
    RemoteLaunch,
    Report,
    Severity,
)
from tests.core.conftest import PIN, Site, blocking, of

SCHEMA = Path(__file__).resolve().parents[2] / "schemas" / "report.schema.json"
DIGEST = "sha256:" + "0" * 64
UNTIL = date(2026, 12, 20)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=timezone.utc)


def verdicts(report: Report) -> dict[str, str]:
    return {subject.server.name.text: subject.verdict for subject in report.subjects}


EVERY = {
    "package": "server@1.0.0",
    "image": {"command": "docker", "args": ["run", f"mcp/fetch@{DIGEST}"]},
    "remote": {"url": "https://mcp.example/x?api_key=sk-proj-Zz9Yy8Xx7Ww6Vv5Uu4Tt3Ss2Rr1Qq0"},
    "local": {"command": "node", "args": ["server.js"]},
    "program": {"command": "gh", "args": ["mcp"]},
    "opaque": {"command": "sh", "args": ["-c", "a | b"]},
    "python": {"command": "uvx", "args": ["py-server==1.0"]},
    "bridge": {"command": "npx", "args": ["mcp-remote@1.0.0", "https://mcp.example/y"]},
}


@pytest.fixture
def every(site: Site) -> Site:
    """A server of every kind, pinned."""
    for name in ("server", "mcp-remote"):
        site.registry.publish_npm(name, "1.0.0")
    site.registry.publish_pypi("py-server", "1.0")
    site.write("server.js", "")
    site.servers(**EVERY)
    site.write("mcp-guard.toml", PIN)
    site.pin()
    return site


# ------------------------------------------------------------------------------------------------ the report


def test_every_kind(every: Site) -> None:
    assert verdicts(every.judge()) == {
        "package": "verified",
        "image": "verified",
        "remote": "blocked",
        "local": "allowed",
        "program": "blocked",
        "opaque": "blocked",
        "python": "verified",
        "bridge": "blocked",
    }
    every.write("mcp-guard.toml", PIN + '[remotes]\nallow = ["https://mcp.example/*"]\n[programs]\nallow = ["gh"]\n')
    report = every.judge()
    assert {name for name, verdict in verdicts(report).items() if verdict == "blocked"} == {"opaque"}
    launches = {subject.server.name.text: [type(launch) for launch in subject.launches] for subject in report.subjects}
    assert launches["local"] == [LocalLaunch]
    assert launches["program"] == [ProgramLaunch]
    assert launches["opaque"] == [OpaqueLaunch]
    assert launches["bridge"] == [PackageLaunch, RemoteLaunch]


@pytest.mark.parametrize("network", ["auto", "off", "required"])
def test_the_json_report_of_a_real_run_is_what_the_schema_says(every: Site, network: Network) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    every.write("broken/.mcp.json", '{"mcpServers": {"a": []}}')
    (every.folder / ".cursor").symlink_to("broken")
    every.servers(".gemini/settings.json", unpinned="server", **EVERY)
    report = json.loads(reports.REPORTS["json"](every.judge(network=network)))
    Draft202012Validator(schema).validate(report)
    assert len(report["servers"]) == 2 * len(EVERY) + 1
    assert report["summary"]["blocked"] >= 5
    rules = {finding["rule"] for finding in report["findings"]}
    assert {"unreadable-config", "symlinked-config", "unpinned", "not-locked", "unlisted-remote"} <= rules


def test_no_definition_is_in_a_report(every: Site) -> None:
    report = every.judge()
    assert "sk-proj" not in repr(report)
    for subject in report.subjects:
        server = subject.server
        assert (server.argv, server.env, server.cwd, server.url, server.headers) == ((), (), None, None, ())
        assert server.definition is None


def test_source_lines_are_shown_with_secrets_blanked(site: Site) -> None:
    secret = "ghp_0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX"
    line = f'{{"mcpServers": {{"a": {{"command": "npx", "args": ["server"], "env": {{"T": "{secret}"}}}}}}}}'
    site.write(".mcp.json", "\r" + line + "\r\n")
    (finding,) = of(site.judge(), "unpinned")
    assert finding.place.line == 2
    assert finding.source == line.replace(secret, "*" * len(secret))


def test_lines_of_unread_text_are_not_shown(site: Site) -> None:
    site.write(".mcp.json", '{"mcpServers": {"a": ["password=hunter22hunter22"]}}')
    (finding,) = site.judge().findings
    assert finding.source == ""


def test_a_finding_beyond_the_text_has_no_line(site: Site) -> None:
    (finding,) = site.judge(names=["missing.json"]).findings
    assert (finding.place.line, finding.source) == (1, "")


def test_two_servers_of_one_name_are_told_apart_by_their_file(site: Site) -> None:
    site.registry.publish_npm("server", "1.0.0")
    site.write("mcp-guard.toml", PIN)
    site.servers(a="server@1.0.0")
    site.servers(".cursor/mcp.json", a="server@1.0.0")
    site.pin()
    site.servers(a="server@latest")
    report = site.judge()
    assert [(s.server.file, s.verdict) for s in report.subjects] == [
        (".cursor/mcp.json", "verified"),
        (".mcp.json", "blocked"),
    ]


def test_publishers_and_notes(every: Site) -> None:
    every.registry.publish_npm("server", "1.0.0", publisher=None)
    report = every.judge(network="required")
    told = {subject.server.name.text: subject.publishers for subject in report.subjects}
    assert told["bridge"] == ("declared: somebody",)
    assert told["image"] == ("unavailable",)
    assert told["package"] == ("absent: the registry names no account",)
    assert told["remote"] == ()
    every.commit()
    every.forget()
    notes = {subject.server.name.text: subject.notes for subject in every.judge(network="off").subjects}
    assert notes["bridge"] == ("carried from the base's lock, not asked",)
    assert notes["image"] == ("its registry was not asked",)


def test_nothing_is_known_of_an_unpinned_package(site: Site) -> None:
    site.servers(a="server", b="gone@1.0.0")
    report = site.judge()
    assert [subject.publishers for subject in report.subjects] == [("unavailable",), ("unavailable",)]


# ------------------------------------------------------------------------------------------------ exit codes


def finding(rule: str, severity: Severity, accepted: str | None = None) -> Finding:
    return Finding(rule, severity, Place("x"), "m", "r", accepted=accepted)


@pytest.mark.parametrize(
    ("findings", "code", "strict_code"),
    [
        ([], 0, 0),
        ([finding("unpinned", "warning")], 0, 1),
        ([finding("unpinned", "error")], 1, 1),
        ([finding("unpinned", "error", "reason")], 0, 0),
        ([finding("unpinned", "warning", "reason")], 0, 0),
        ([finding("unverifiable", "error")], 3, 3),
        ([finding("unverifiable", "error"), finding("unpinned", "error")], 1, 1),
        ([finding("unverifiable", "error"), finding("unpinned", "error", "reason")], 3, 3),
        ([finding("unverifiable", "error"), finding("unpinned", "warning")], 3, 1),
    ],
)
def test_exit_codes(findings: Sequence[Finding], code: int, strict_code: int) -> None:
    assert pipeline.exit_code(findings, strict=False) == code
    assert pipeline.exit_code(findings, strict=True) == strict_code


def test_strict_by_flag_and_by_preset(site: Site) -> None:
    space = site.space()
    with site.world(space.policy) as world:
        assert not pipeline.is_strict(space, world)
        assert pipeline.is_strict(space, world._replace(strict=True))
        assert pipeline.is_strict(space._replace(policy=Policy(preset="strict")), world)


# ------------------------------------------------------------------------------------------------ overrides


def test_the_overrides_beside_a_definition_are_part_of_its_fingerprint(site: Site) -> None:
    site.servers(a="server@1.0.0")
    (server,) = site.space().configs[0].servers
    place = Place("a/.npmrc", 1, 1, 1, 9)
    one = Override("npm", "registry", "https://registry.example/", None, place)
    bare = pipeline.fingerprint(server, ())
    assert bare == redaction.fingerprint(server), "what has nothing beside it is locked as before"
    with_one = pipeline.fingerprint(server, [one])
    assert with_one.startswith("sha256:")
    assert len(with_one) == len(bare)
    others = [
        one._replace(registry="https://npm.example/"),
        one._replace(registry=None),
        one._replace(scope="@corp"),
        one._replace(what="@corp:registry"),
        one._replace(place=Place(".npmrc")),
    ]
    prints = {bare, with_one, *(pipeline.fingerprint(server, [other]) for other in others)}
    assert len(prints) == 2 + len(others)
    moved = one._replace(place=Place("a/.npmrc", 7, 3, 7, 9))
    assert pipeline.fingerprint(server, [moved]) == with_one, "a note above it changes nothing"
    assert pipeline.fingerprint(server, [one, one]) == with_one
    assert pipeline.fingerprint(server, [one, others[0]]) == pipeline.fingerprint(server, [others[0], one])


def test_an_override_file_that_comes_after_the_lock_changes_the_definition(site: Site) -> None:
    site.registry.publish_npm("server", "1.0.0")
    site.write("mcp-guard.toml", PIN)
    site.servers(a="server")
    site.pin()
    site.write(".npmrc", f"registry={site.registry.npm_url}\n")
    assert blocking(site.judge()) == [], "the registry that is asked anyway"
    site.write(".npmrc", "registry=https://registry.example/\n")
    assert blocking(site.judge()) == ["definition-changed", "registry-override"]


def test_an_override_that_names_the_registry_that_is_asked_is_none(site: Site) -> None:
    policy = Policy()
    with site.world(policy) as world:
        registries, place = world.registries, Place("x")
        npm, pypi = site.registry.npm_url, site.registry.pypi_url
        harmless = [
            Override("npm", "registry", npm, None, place),
            Override("npm", "registry", npm.rstrip("/"), None, place),
            Override("npm", "@corp:registry", npm, "@corp", place),
            Override("pypi", "index-url", pypi, None, place),
        ]
        foreign = (
            Override("npm", "registry", "https://registry.example/", None, place),
            Override("npm", "registry", npm + "x", None, place),
            Override("npm", "registry", None, None, place),
            Override("pypi", "index-url", npm, None, place),
            Override("oci", "--url", npm, None, place),
        )
        assert pipeline.foreign([*harmless, *foreign], registries) == foreign
