"""The judgement over all rules, and what every rule and every finding has to have."""

from __future__ import annotations

import copy
import re
import shlex
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest

from mcp_guard.model import (
    Config,
    Escape,
    Facts,
    Finding,
    ImageLaunch,
    Link,
    Lock,
    LockedPackage,
    LockedServer,
    Missing,
    OpaqueLaunch,
    Override,
    PackageLaunch,
    Policy,
    Problem,
    ProgramLaunch,
    Refused,
    RemoteLaunch,
    Unreachable,
    Variable,
)
from mcp_guard.rules import RULES, judge, pages

from .factories import (
    EVIL,
    FILE,
    FINGERPRINT,
    IMAGE,
    LOCK_PLACE,
    NOW,
    OCTO,
    RELEASE,
    TERMS,
    TODAY,
    acceptance,
    attested,
    base,
    facts,
    known,
    naming,
    package,
    place,
    server,
    word,
)

ROOT = Path(__file__).resolve().parents[2]
PROBLEMS: tuple[
    Literal["unreadable-config", "ambiguous-document", "hidden-characters", "self-approval", "exec-helper"], ...
] = ("unreadable-config", "ambiguous-document", "hidden-characters", "self-approval", "exec-helper")
HEADINGS = ["What", "Why", "Bad", "Good", "Remedy"]
FENCE = re.compile(r'^```(json|toml) title="[^"]+"( illustrative)?\n(.+?)^```$', re.MULTILINE | re.DOTALL)


def everything_wrong(name: str = "postmark", file: str = FILE) -> Facts:
    """Build facts on which every rule has something to say, about servers of this name."""
    problems = tuple(
        Problem(rule, place(1, file), "a bracket is missing", name, "warning" if rule == "exec-helper" else "error")
        for rule in PROBLEMS
    )
    bad = RELEASE._replace(digests=(), withdrawn="yanked", deprecated="old", published=None)
    far = package("branch", None, written="github:a/b#main")._replace(source="git")
    override = Override("npm", "--registry", "https://npm.example/", None, place(8, file))
    subjects = (
        known(package(version=None)),
        known(far),
        known(answer=bad),
        known(package("gone"), answer=Missing("404")),
        known(package("quiet"), answer=Unreachable("timed out")),
        known(package("elsewhere"), answer=Refused("https://npm.example/")),
        known(package("weak"), basis="weaker"),
        known(IMAGE, entry=None),
        known(package("stranger"), answer=attested(EVIL)),
        known(package("named"), answer=attested(EVIL)),
        known(package("moved"), answer=attested(EVIL)),
        known(package("rebuilt"), answer=attested(OCTO._replace(trigger="workflow_dispatch"))),
        known(package("lost"), answer=RELEASE),
        known(package("forged"))._replace(problems=("has a registry signature that does not hold",)),
        known(package("served"), entry=None)._replace(problems=("has attestations that do not hold",)),
    )
    before = base(*((f"{known_name}@1.0.0", attested()) for known_name in ("moved", "rebuilt", "lost")))
    launch = PackageLaunch(tuple(subject.package for subject in subjects), (override,))
    others = (
        ImageLaunch(IMAGE, (), (Escape("it mounts `/`, the whole disk", "error", word("-v", 12, file)),)),
        OpaqueLaunch("inline code", word("-c", 9, file)),
        ProgramLaunch("gh", word("gh", 10, file)),
        RemoteLaunch("http://mcp.example.com/mcp", word("http", 11, file)),
    )
    one = server(*subjects, name=name, file=file, launches=(launch, *others))
    preload = Variable(word("LD_PRELOAD", 13, file), word("./evil.so", 13, file))
    one = one._replace(env=(preload,))
    old = LockedServer(file, "old", "package", (), FINGERPRINT, LOCK_PLACE)
    accepted = (
        acceptance(),
        acceptance("withdrawn", until=TODAY - timedelta(days=1)),
        acceptance(package="npm:x@1.0.0"),
    )
    return facts(
        one._replace(fingerprint="sha256:" + "b" * 64),
        server(known(), name="new", file=file, locked=False),
        configs=(Config(file, "claude-code", "", (one.server,), problems),),
        links=(Link(f"{file}.d", "a submodule"),),
        lock=Lock({"pkg:npm/x@1.0.0": LockedPackage("pkg:npm/x@1.0.0", RELEASE, LOCK_PLACE)}, {(file, "old"): old}),
        lock_problems=((LOCK_PLACE, "a merge conflict"),),
        base_lock=before,
        policy=naming("github:octo/server#4711", key="npm:named")._replace(acceptances=accepted, programs=("x",)),
        base_policy=Policy(),
        network="required",
    )._replace(proof_files=(f"mcp-guard.proofs/{'e' * 64}.json",))


def test_every_rule_has_something_to_say_of_the_worst_facts() -> None:
    assert {finding.rule for finding in judge(everything_wrong())} == {rule.name for rule in RULES}


def test_nothing_is_said_where_everything_is_in_order() -> None:
    assert judge(facts(server(known()), server(known(IMAGE), name="image"))) == ()
    assert judge(facts()) == ()


def test_judging_is_pure() -> None:
    everything = everything_wrong()
    before = copy.deepcopy(everything)
    first = judge(everything)
    assert judge(everything) == first
    assert everything == before
    for rule in RULES[:-2]:
        assert list(rule.check(everything)) == list(rule.check(everything))  # type: ignore[call-arg]  # the last two take uses


def test_findings_are_sorted_by_place_then_gravity_then_rule() -> None:
    findings = judge(everything_wrong())
    keys = [(f.place, f.severity != "error", f.rule) for f in findings]
    assert keys == sorted(keys)
    assert [(f.rule, f.severity) for f in findings if f.package == "npm:postmark-mcp@1.0.12" and f.rule == "withdrawn"][
        :2
    ] == [("withdrawn", "error"), ("withdrawn", "warning")]


def test_the_order_of_servers_changes_nothing() -> None:
    everything = everything_wrong()
    assert judge(everything._replace(servers=everything.servers[::-1])) == judge(everything)


def test_a_finding_is_told_once() -> None:
    subject = known(package(version=None))
    twice = server(subject, launches=(PackageLaunch((subject.package, subject.package)),), locked=False)
    assert len(judge(facts(twice))) == 1


def test_every_finding_ends_with_one_command_of_ours_or_of_git() -> None:
    for finding in judge(everything_wrong()):
        assert finding.message
        assert "\n" not in finding.message
        words = shlex.split(finding.remedy)
        assert words[0] in {"mcp-guard", "git"}
        assert not {"&&", ";", "|"} & set(words)


def test_findings_have_the_severity_of_their_rule() -> None:
    table = {rule.name: rule.severity for rule in RULES}
    # deprecated, ended where nothing is touched: warnings; unused and new: an error
    mixed = {"withdrawn", "acceptance-expired", "lock-unused"}
    for finding in judge(everything_wrong()):
        assert finding.severity == table[finding.rule] or finding.rule in mixed


PROMISES = re.compile(r"\b(safe|clean|safely|cleanly)\b", re.IGNORECASE)


def test_nothing_is_called_what_nobody_can_know() -> None:
    findings: list[Finding] = [*judge(everything_wrong()), *judge(everything_wrong()._replace(network="off"))]
    for text in (*(finding.message for finding in findings), *pages.files(RULES).values()):
        assert not PROMISES.search(text), text


HOSTILE = ["-x", "--force", "", " ", "a b", "a'b", 'a"b', "$(touch x)", "a\nb", "a;b", "\u202egpj", "\x1b[2J", "é"]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_breaks_out_of_a_command(name: str) -> None:
    for finding in judge(everything_wrong(name, "-odd dir/.mcp.json")):
        words = shlex.split(finding.remedy)
        if words[:2] == ["mcp-guard", "accept"] and finding.server == name:
            assert name in words
            assert not name.startswith("-") or words[-2:] == ["--", name]
        if words[:2] == ["mcp-guard", "pin"]:
            assert words[2:] in ([], ["new"], [name], ["./-odd dir/.mcp.json"])
            assert len(words) == 2 or (words[2].isprintable() and not words[2].startswith("-"))


def test_a_shared_name_is_told_apart_by_its_file() -> None:
    files = (".mcp.json", ".cursor/mcp.json")
    servers = (server(known(package(version=None)), file=file, locked=False) for file in files)
    assert {finding.remedy for finding in judge(facts(*servers))} == {f"mcp-guard pin {file}" for file in files}
    accepts = {
        finding.remedy for finding in judge(facts(*(server(known(), file=file) for file in files), policy=Policy()))
    }
    assert accepts == {f"mcp-guard accept package postmark --file {file} {TERMS}" for file in files}


def test_many_servers_and_acceptances_are_judged_in_one_pass_each() -> None:
    """Two thousand of each would take minutes if every acceptance were held against every finding."""
    count = 2000
    servers = (server(known(package(f"p{n}")), name=f"s{n}") for n in range(count))
    given = tuple(acceptance(package=f"npm:p{n}@1.0.12", line=n + 1) for n in range(count))
    findings = judge(facts(*servers, policy=Policy(acceptances=given)))
    assert len(findings) == count
    assert all(finding.accepted for finding in findings)


def test_the_commands_of_the_pages_are_those_of_the_findings() -> None:
    shown: dict[str, list[list[str]]] = {}
    for finding in judge(everything_wrong()):
        shown.setdefault(finding.rule, []).append(finding.remedy.split()[:2])
    for rule in RULES:
        last = rule.page.strip().splitlines()[-1].split()[:2]
        if rule.name in {"registry-override", "acceptance-expired"}:  # these end in one of two commands
            assert last[0] == shown[rule.name][0][0]
        else:
            explained = ["mcp-guard", "explain"] in shown[rule.name]  # then the page says what to do
            assert explained or last in shown[rule.name], rule.name


def test_rules_are_light_to_import() -> None:
    """Measured against the policy alone, whose import they need."""
    heavy = {"requests", "requests_cache", "jsonschema", "packaging", "packageurl", "tomlkit", "cryptography", "yaml"}
    script = "import sys, mcp_guard.rules; print(*{name.partition('.')[0] for name in sys.modules})"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert not heavy & set(ran.stdout.split())


def test_now_is_the_only_clock() -> None:
    later = everything_wrong()._replace(now=NOW + timedelta(days=10))
    assert {f.remedy for f in judge(later) if "--until" in f.remedy}
    assert all("2027-03-02" in f.remedy for f in judge(later) if "--until" in f.remedy)
