"""Rules on documents and launches: when each fires, and when it does not."""

from __future__ import annotations

import pytest

from mcp_guard.model import (
    Config,
    Finding,
    Launch,
    Link,
    LocalLaunch,
    OpaqueLaunch,
    Override,
    Package,
    PackageLaunch,
    Place,
    Policy,
    Problem,
    ProgramLaunch,
    Refused,
    RemoteLaunch,
)
from mcp_guard.rules import (
    ambiguous_document,
    insecure_remote,
    mutable_source,
    opaque_launch,
    registry_override,
    symlinked_config,
    unlisted_remote,
    unmanaged_program,
    unpinned,
    unreadable_config,
)

from .factories import (
    FILE,
    TERMS,
    facts,
    known,
    only,
    package,
    place,
    server,
    word,
)

IMAGE = "ghcr.io/example/server"


def remote(url: str) -> Launch:
    return RemoteLaunch(url, word(url, 5))


# ------------------------------------------------------------------------------------------------ documents


def test_each_problem_of_a_config_is_reported_by_its_own_rule() -> None:
    problems = (
        Problem("unreadable-config", place(2), "expected a comma."),
        Problem("ambiguous-document", place(4), 'the key "git" is written twice', "git"),
    )
    everything = facts(configs=(Config(FILE, "claude-code", "", (), problems),))
    unreadable = only(unreadable_config.check(everything))
    ambiguous = only(ambiguous_document.check(everything))
    assert unreadable.message == "nobody knows which servers this config starts: expected a comma"
    assert (unreadable.place, unreadable.server) == (place(2), None)
    assert unreadable.remedy == "mcp-guard check .mcp.json"
    assert 'the key "git" is written twice' in ambiguous.message
    assert (ambiguous.place, ambiguous.server) == (place(4), "git")


def test_a_config_without_problems_is_read() -> None:
    everything = facts(configs=(Config(FILE, "claude-code", "{}", (), ()),))
    assert not list(unreadable_config.check(everything))
    assert not list(ambiguous_document.check(everything))


@pytest.mark.parametrize(
    ("path", "remedy"),
    [
        (".mcp.json", "git rm --cached .mcp.json"),
        ("a b/.cursor", "git rm --cached 'a b/.cursor'"),
        ("-f", "git rm --cached ./-f"),
        ("$(touch x)/.mcp.json", "git rm --cached '$(touch x)/.mcp.json'"),
    ],
)
def test_a_link_is_taken_out_of_git(path: str, remedy: str) -> None:
    finding = only(symlinked_config.check(facts(links=(Link(path, "a symbolic link to ../elsewhere"),))))
    assert finding.place == Place(path)
    assert finding.remedy == remedy
    assert "a symbolic link to ../elsewhere" in finding.message


# ------------------------------------------------------------------------------------------------ unpinned


def test_a_package_without_version_is_unpinned_at_its_word() -> None:
    finding = only(unpinned.check(facts(server(known(package(version=None))))))
    expected = 'server "postmark" runs whatever version of postmark-mcp is newest on the day it starts'
    assert finding == Finding("unpinned", "error", place(5), expected, "mcp-guard pin postmark", "postmark")


def test_a_range_is_shown_as_written() -> None:
    subject = package(version=None, written="postmark-mcp@^1.0.0")
    finding = only(unpinned.check(facts(server(known(subject)))))
    assert "whatever version postmark-mcp@^1.0.0 stands for" in finding.message


def test_a_pinned_package_is_not_unpinned() -> None:
    digest = package(IMAGE, "sha256:" + "0" * 64, "oci")
    assert not list(unpinned.check(facts(server(known()), server(known(digest), name="image"))))


def test_an_image_is_named_by_hand_or_accepted_by_name() -> None:
    finding = only(unpinned.check(facts(server(known(package(IMAGE, None, "oci", written=f"{IMAGE}:1"))))))
    assert "resolves no digests" in finding.message
    assert finding.remedy == f"mcp-guard accept package postmark --rule unpinned {TERMS}"


def test_pin_is_the_remedy_only_where_every_unpinned_package_can_be_edited() -> None:
    editable, fixed = known(package(version=None)), known(package("other", None, cut=False))
    findings = list(unpinned.check(facts(server(editable, fixed))))
    assert [finding.remedy for finding in findings] == [
        f"mcp-guard accept package postmark --rule unpinned {TERMS}"
    ] * 2
    pinned = known(package("other", cut=False))
    assert only(unpinned.check(facts(server(editable, pinned)))).remedy == "mcp-guard pin postmark"


@pytest.mark.parametrize("source", ["git", "url", "path"])
@pytest.mark.parametrize("version", [None, "4f2c9e1d0b7a6583921c0e5f4d3b2a1908f7e6d5"])
@pytest.mark.parametrize("ecosystem", ["npm", "pypi"])
def test_exactly_one_of_unpinned_and_mutable_source_fires(source: str, version: str | None, ecosystem: str) -> None:
    subject = package(version=version)._replace(source=source, ecosystem=ecosystem)  # type: ignore[arg-type]  # a table of literals
    everything = facts(server(known(subject)))
    assert not list(unpinned.check(everything))
    assert len(list(mutable_source.check(everything))) == (version is None)


def test_a_registry_package_is_no_mutable_source() -> None:
    assert not list(mutable_source.check(facts(server(known(package(version=None))))))


@pytest.mark.parametrize(
    ("source", "written", "shown"),
    [
        ("git", "github:example/notes#main", "github:example/notes#main without a full commit hash"),
        (
            "git",
            "git+https://user:t0ken@git.example/n.git?k=t0ken#t0ken",
            "git+https://git.example/n.git without a",
        ),
        ("url", "https://files.example/t0ken/notes.tgz", "https://files.example without a hash, and what is delivered"),
        ("url", "https://[t0ken", "a URL that cannot be read without a hash, and what"),
        ("path", "../notes", "../notes and what lies there"),
    ],
)
def test_a_mutable_source_is_named_without_its_secrets(source: str, written: str, shown: str) -> None:
    subject = package(version=None, written=written)._replace(source=source)  # type: ignore[arg-type]  # a table of literals
    finding = only(mutable_source.check(facts(server(known(subject)))))
    assert shown in finding.message
    assert "t0ken" not in finding.message
    assert finding.remedy == f"mcp-guard accept package postmark --rule mutable-source {TERMS}"


# ------------------------------------------------------------------------------------------------ other launches


def test_an_opaque_launch_says_why() -> None:
    launch = OpaqueLaunch("-c runs inline code", word("-c", 5))
    finding = only(opaque_launch.check(facts(server(launches=(launch,), name="tools"))))
    assert finding.message == 'what server "tools" runs cannot be pinned: -c runs inline code'
    assert (finding.place, finding.remedy) == (place(5), f"mcp-guard accept program tools {TERMS}")


@pytest.mark.parametrize("rule", [opaque_launch, unmanaged_program, insecure_remote, unlisted_remote, mutable_source])
def test_packages_and_local_scripts_are_nobody_elses_matter(rule: object) -> None:
    local = LocalLaunch("tools/server.py", word("tools/server.py"))
    everything = facts(server(known()), server(launches=(local,), name="local"))
    assert not list(rule.RULE.check(everything))  # type: ignore[attr-defined]  # modules of rules have no common type


def test_a_program_has_to_be_on_the_list() -> None:
    everything = facts(server(launches=(ProgramLaunch("gh", word("gh", 5)),), name="github"))
    finding = only(unmanaged_program.check(everything))
    assert (finding.place, finding.remedy) == (place(5), "mcp-guard accept program github")
    assert not list(unmanaged_program.check(everything._replace(policy=Policy(programs=("gh",)))))


def test_a_remote_has_to_be_on_the_list() -> None:
    everything = facts(server(launches=(remote("https://mcp.example.com/t0ken?key=t0ken"),), name="wiki"))
    finding = only(unlisted_remote.check(everything))
    assert (finding.place, finding.remedy) == (place(5), "mcp-guard accept remote wiki")
    assert "https://mcp.example.com," in finding.message
    assert "t0ken" not in finding.message
    assert not list(unlisted_remote.check(everything._replace(policy=Policy(remotes=("https://mcp.example.com/*",)))))


def test_a_bridge_is_judged_by_its_remote_too() -> None:
    subject = package("mcp-remote", "0.1.16")
    bridge = server(known(subject), launches=(PackageLaunch((subject,)), remote("http://mcp.example.com/sse")))
    assert only(unlisted_remote.check(facts(bridge)))
    assert only(insecure_remote.check(facts(bridge)))


@pytest.mark.parametrize(
    "url",
    [
        "https://mcp.example.com/mcp",
        "HTTPS://mcp.example.com/mcp",
        "wss://mcp.example.com/mcp",
        "http://localhost:3000/mcp",
        "http://LOCALHOST/mcp",
        "http://127.0.0.1:8080",
        "http://127.1.2.3/",
        "http://[::1]:3000/mcp",
        "ws://localhost/mcp",
    ],
)
def test_a_url_that_tls_or_this_machine_vouches_for(url: str) -> None:
    assert not list(insecure_remote.check(facts(server(launches=(remote(url),)))))


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://mcp.example.com/mcp", "not encrypted"),
        ("ws://mcp.example.com/mcp", "not encrypted"),
        ("http://127.0.0.1.evil.example/", "not encrypted"),
        ("http://localhost.evil.example/", "not encrypted"),
        ("http://0.0.0.0/", "not encrypted"),
        ("http://[::ffff:127.0.0.1]/", "not encrypted"),
        ("https://user:t0ken@mcp.example.com/", "user name"),
        ("https://@mcp.example.com/", "user name"),
        ("http://localhost@evil.example/", "user name"),
        ("https://127.0.0.1\\@evil.example/", "alike"),
        ("http://local\thost/", "alike"),
        (" https://mcp.example.com/", "alike"),
        ("https://[evil/", "alike"),
        ("https://mcp.example.com:99999/", "alike"),
        ("https://mcp.example.com:x/", "alike"),
        ("https:///mcp", "no host"),
        ("ftp://mcp.example.com/", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("mcp.example.com/mcp", "scheme"),
        ("${MCP_URL}", "scheme"),
        ("", "scheme"),
    ],
)
def test_a_url_that_nobody_vouches_for(url: str, why: str) -> None:
    finding = only(insecure_remote.check(facts(server(launches=(remote(url),), name="wiki"))))
    assert why in finding.message
    assert "t0ken" not in finding.message
    assert finding.remedy == f"mcp-guard accept remote wiki {TERMS}"


# ------------------------------------------------------------------------------------------------ overrides

FLAG = Override("npm", "--registry", "https://u:t0ken@npm.example/t0ken/", None, place(6))
SCOPED = Override("npm", "@corp:registry in .npmrc", "https://npm.example/", "@corp", place(1, ".npmrc"))
VAGUE = Override("pypi", "--find-links", None, None, place(7))


def test_every_override_of_the_launch_and_of_files_beside_is_reported_where_it_stands() -> None:
    launch = PackageLaunch((package(),), (FLAG, VAGUE))
    findings = list(registry_override.check(facts(server(known(), launches=(launch,), overrides=(SCOPED,)))))
    assert [finding.place for finding in findings] == [place(6), place(7), place(1, ".npmrc")]
    assert [finding.server for finding in findings] == ["postmark"] * 3
    assert '--registry moves server "postmark" to https://npm.example, which' in findings[0].message
    assert "--find-links may change what" in findings[1].message
    assert "https://npm.example for @corp" in findings[2].message
    assert "t0ken" not in "".join(finding.message for finding in findings)


def test_overrides_of_images_count_and_remotes_have_none() -> None:
    image = package(IMAGE, "sha256:" + "0" * 64, "oci")
    changed = Override("oci", "DOCKER_HOST", "tcp://docker.example:2375", None, place(6))
    one = server(known(image))
    everything = facts(one._replace(launches=(one.launches[0]._replace(overrides=(changed,)),)))  # type: ignore[call-arg]  # an ImageLaunch
    assert "DOCKER_HOST" in only(registry_override.check(everything)).message
    assert not list(registry_override.check(facts(server(launches=(remote("https://mcp.example.com/"),)))))


def test_a_registry_that_was_not_asked_is_named_with_the_line_to_add() -> None:
    refused = known(basis="claimed", answer=Refused("https://npm.example/"))._replace(
        registry_line="registry=https://npm.example/"
    )
    finding = only(registry_override.check(facts(server(refused))))
    assert "https://npm.example" in finding.message
    assert finding.message.endswith("add to your own configuration: registry=https://npm.example/")
    assert finding.remedy == "mcp-guard check --network=required"
    assert finding.package == "npm:postmark-mcp@1.0.12"
    assert "add to" not in only(registry_override.check(facts(server(refused._replace(registry_line=None))))).message


def test_an_unpinned_package_of_a_refused_registry_is_reported_too() -> None:
    unversioned: Package = package(version=None)
    finding = only(
        list(registry_override.check(facts(server(known(unversioned, answer=Refused("https://npm.example/"))))))
    )
    assert finding.package is None
