"""Rules on what a document holds or grants: hidden characters, approvals, helpers; and on containers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mcp_guard.model import Config, Escape, Facts, Finding, ImageLaunch, PackageLaunch, Problem, Severity
from mcp_guard.policy import ACCEPTABLE
from mcp_guard.rules import (
    RULES,
    container_escape,
    exec_helper,
    hidden_characters,
    judge,
    self_approval,
)

from .factories import FILE, IMAGE, TERMS, definition, facts, known, only, package, permit, place, server, word

APPROVES = "`alwaysAllow` names every tool"


def holding(*problems: Problem, file: str = FILE, names: tuple[str, ...] = ("postmark",)) -> Facts:
    """Build a config with these problems, and servers of these names that are in order otherwise."""
    definitions = tuple(definition(name, file) for name in names)
    started = (server(known(), name=name, file=file) for name in names)
    return facts(*started, configs=(Config(file, "roo", "", definitions, problems),))


def approval(name: str | None = "postmark", severity: Severity = "error") -> Problem:
    return Problem("self-approval", place(4), APPROVES + ".", name, severity)


def helper(name: str | None = "postmark") -> Problem:
    return Problem("exec-helper", place(4), "`headersHelper` names ./get-token.sh", name, "warning")


# ------------------------------------------------------------------------------------------------ hidden characters


@pytest.mark.parametrize("severity", ["error", "warning"])
def test_hidden_characters_are_as_grave_as_where_they_stand(severity: Severity) -> None:
    found = Problem("hidden-characters", place(4), "the name of a server holds a zero-width space", None, severity)
    finding = only(hidden_characters.check(holding(found)))
    assert (finding.severity, finding.place, finding.server) == (severity, place(4), None)
    assert finding.message.endswith("the name of a server holds a zero-width space")
    assert finding.remedy == "mcp-guard check .mcp.json"


def test_hidden_characters_can_never_be_accepted() -> None:
    assert "hidden-characters" not in ACCEPTABLE
    found = Problem("hidden-characters", place(4), "it holds a zero-width space", "postmark")
    everything = holding(found)
    given = everything._replace(policy=everything.policy._replace(acceptances=(permit("hidden-characters"),)))
    assert [finding.accepted for finding in judge(given) if finding.rule == "hidden-characters"] == [None]


# ------------------------------------------------------------------------------------------------ approvals


def test_what_one_definition_approves_can_be_accepted_while_it_stays() -> None:
    finding = only(self_approval.check(holding(approval())))
    assert (finding.severity, finding.server) == ("error", "postmark")
    assert finding.message == f"this file answers what a client would ask its user: {APPROVES}"
    assert finding.remedy == f"mcp-guard accept package postmark --rule self-approval {TERMS}"


def accepted(everything: Facts, rule: str) -> str | None:
    given = everything._replace(policy=everything.policy._replace(acceptances=(permit(rule),)))
    return only(finding for finding in judge(given) if finding.rule == rule).accepted


def test_an_acceptance_of_an_approval_holds_for_its_own_definition_only() -> None:
    everything = holding(approval())
    assert accepted(everything, "self-approval") == "SEC-43"
    changed = (everything.servers[0]._replace(fingerprint="sha256:" + "b" * 64),)
    assert accepted(everything._replace(servers=changed), "self-approval") is None


@pytest.mark.parametrize("name", [None, "elsewhere"])
def test_what_stands_in_no_definition_of_the_file_is_taken_out_by_hand(name: str | None) -> None:
    everything = holding(approval(name), file=".claude/settings.json", names=())
    finding = only(self_approval.check(everything))
    assert finding.remedy == "mcp-guard check .claude/settings.json"


@pytest.mark.parametrize("problem", [approval, helper])
def test_an_acceptance_of_a_server_of_that_name_in_another_file_does_not_count(
    problem: Callable[[str], Problem],
) -> None:
    """As of a plugin's server in a marketplace, which goes by another name there than its key."""
    mine = holding(approval())
    file = ".claude-plugin/marketplace.json"
    there = problem("postmark")._replace(severity="error", place=place(4)._replace(file=file))
    other = holding(there, file=file, names=())
    everything = mine._replace(configs=(*mine.configs, *other.configs))
    acceptances = (permit("self-approval"), permit("exec-helper"))
    given = everything._replace(policy=everything.policy._replace(acceptances=acceptances))
    found = {
        finding.place.file: (finding.server, finding.accepted)
        for finding in judge(given)
        if finding.rule in {"self-approval", "exec-helper"}
    }
    assert found == {".mcp.json": ("postmark", "SEC-43"), ".claude-plugin/marketplace.json": (None, None)}


def test_what_a_file_approves_for_all_servers_cannot_be_accepted() -> None:
    assert accepted(holding(approval(None)), "self-approval") is None


def test_a_list_of_single_tools_is_a_warning_that_needs_no_acceptance() -> None:
    finding = only(self_approval.check(holding(approval(severity="warning"))))
    assert (finding.severity, finding.remedy) == ("warning", "mcp-guard explain self-approval")


@pytest.mark.parametrize(
    ("problem", "remedy"),
    [(helper(), "mcp-guard explain exec-helper"), (helper(None), "mcp-guard check .mcp.json")],
    ids=["of a server", "of a file"],
)
def test_a_helper_is_a_warning_wherever_it_stands(problem: Problem, remedy: str) -> None:
    finding = only(exec_helper.check(holding(problem)))
    assert (finding.severity, finding.remedy) == ("warning", remedy)
    assert "`headersHelper` names ./get-token.sh" in finding.message


def test_a_helper_that_is_an_error_can_be_accepted() -> None:
    finding = only(exec_helper.check(holding(helper()._replace(severity="error"))))
    assert finding.remedy == f"mcp-guard accept package postmark --rule exec-helper {TERMS}"


def test_each_problem_is_told_by_exactly_one_rule() -> None:
    everything = holding(approval(), helper(), Problem("hidden-characters", place(4), "a zero-width space"))
    assert sorted(f.rule for f in judge(everything)) == ["exec-helper", "hidden-characters", "self-approval"]


def test_a_file_without_problems_is_silent() -> None:
    for rule in (hidden_characters, self_approval, exec_helper):
        assert not list(rule.check(holding()))


# ------------------------------------------------------------------------------------------------ containers


def escaping(*escapes: Escape) -> list[Finding]:
    launch = ImageLaunch(IMAGE, (), escapes)
    return list(container_escape.check(facts(server(known(IMAGE), name="docker", launches=(launch,)))))


def test_a_container_that_reaches_its_host_is_told_where_it_says_so() -> None:
    what = "it mounts `/var/run/docker.sock`, the socket of the engine"
    finding = only(escaping(Escape(what, "error", word("-v", 6))))
    assert finding.message == f'the container of server "docker" reaches its host: {what}'
    assert (finding.severity, finding.place, finding.server) == ("error", place(6), "docker")
    assert finding.remedy == f"mcp-guard accept package docker --rule container-escape {TERMS}"


def test_each_escape_has_its_own_gravity() -> None:
    found = escaping(
        Escape("`--privileged` gives it every right", "error", word("--privileged", 6)),
        Escape("it mounts a home folder", "warning", word("~", 7)),
    )
    assert [(f.severity, f.place) for f in found] == [("error", place(6)), ("warning", place(7))]
    assert found[1].remedy == "mcp-guard explain container-escape"


def test_other_launches_have_no_container() -> None:
    assert not escaping()
    assert not list(container_escape.check(facts(server(launches=(PackageLaunch((package(),)),)))))


def test_the_new_rules_that_may_be_accepted_are_those_that_a_person_can_judge() -> None:
    names = {rule.name for rule in RULES}
    judged = {"self-approval", "exec-helper", "code-loading-environment", "container-escape"}
    assert judged <= names & ACCEPTABLE
