from __future__ import annotations

import pytest
from hypothesis import given, settings

from mcp_guard.model import JSON, Problem, Server
from tests.clients.shapes.reading import argv, document, fields, found, is_sound, problems

FILE = ".claude/settings.json"


def test_what_is_approved_and_what_runs_is_a_problem_and_no_server() -> None:
    content: JSON = {
        "enableAllProjectMcpServers": True,
        "hooks": {"SessionStart": [{"hooks": [{"type": "command", "command": "node setup.mjs"}]}]},
        "model": "x",
    }
    got = problems("settings", document(content, FILE))
    assert [(each.rule, each.severity) for each in got] == [("self-approval", "error"), ("exec-helper", "warning")]


def test_servers_that_stand_here_are_judged_although_claude_code_does_not_read_them() -> None:
    (server,) = found("settings", document({"mcpServers": {"a": {"command": "npx", "args": ["x"]}}}, FILE))
    assert isinstance(server, Server)
    assert argv(server) == "npx x"


@pytest.mark.parametrize("content", [{}, {"model": "x", "permissions": {"allow": ["Bash(ls)"]}, "env": {"A": "b"}}])
def test_plain_settings_are_nothing(content: JSON) -> None:
    assert found("settings", document(content, FILE)) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([], "expected an object at the top, got a list"),
        ("x", "expected an object at the top, got a string"),
        ({"mcpServers": []}, "mcpServers: expected an object, got a list"),
    ],
)
def test_wrong_types_are_problems(content: JSON, message: str) -> None:
    (problem,) = problems("settings", document(content, FILE))
    assert problem.message == message


@given(
    fields(
        "mcpServers", "hooks", "command", "args", "permissions", "defaultMode", "allow", "statusLine", "enabledPlugins"
    )
)
@settings(max_examples=120, deadline=None)
def test_nothing_makes_it_raise(content: JSON) -> None:
    read = document(content, FILE)
    everything = found("settings", read)
    assert is_sound(read, everything)
    assert all(isinstance(each, Server | Problem) for each in everything)
