from __future__ import annotations

import pytest
from hypothesis import given, settings

from mcp_guard import clients
from mcp_guard.clients import approvals
from mcp_guard.clients.client import Client
from mcp_guard.documents import Node, Object, read
from mcp_guard.model import JSON, Problem
from tests.clients.shapes.reading import document, fields

CLIENT = Client(name="x", title="x", source="a test")


def of_file(content: JSON) -> list[Problem]:
    return list(approvals.of_file(document(content, ".claude/settings.json"), CLIENT))


def of_server(content: JSON) -> list[Problem]:
    whole = document({"a": content})
    assert isinstance(whole.root.value, Object)
    node: Node | None = whole.root.value.get("a")
    assert node is not None
    return list(approvals.of_server(whole, CLIENT, "a", node))


@pytest.mark.parametrize(
    ("content", "severity"),
    [
        ({"enableAllProjectMcpServers": True}, "error"),
        ({"enableAllProjectMcpServers": "true"}, "error"),
        ({"enabledMcpjsonServers": ["a"]}, "error"),
        ({"enabledMcpjsonServers": "a"}, "error"),
        ({"permissions": {"defaultMode": "bypassPermissions"}}, "error"),
        ({"permissions": {"allow": ["Bash(ls)", "mcp__*"]}}, "error"),
        ({"permissions": {"allow": ["*"]}}, "error"),
        ({"permissions": {"allow": ["mcp__github__get_issue"]}}, "warning"),
        ({"permissions": {"allowed_tools": ["view", "mcp_context7_x"]}}, "warning"),
        ({"skipDangerousModePermissionPrompt": True}, "warning"),
        ({"enabledPlugins": {"a@b": True}}, "warning"),
        ({"enabledPlugins": {"a@b": ["1.0"]}}, "warning"),
        ({"extraKnownMarketplaces": {"m": {"source": {}}}}, "warning"),
        ({"chat.tools.autoApprove": True}, "error"),
        ({"chat.tools.global.autoApprove": True}, "error"),
        ({"settings": {"chat.tools.autoApprove": True}}, "error"),
        ({"customizations": {"vscode": {"settings": {"chat.tools.autoApprove": True}}}}, "error"),
        ({"chat.mcp.autostart": "newAndOutdated"}, "warning"),
        ({"amp.dangerouslyAllowAll": True}, "error"),
        ({"agent": {"always_allow_tool_actions": True}}, "error"),
        ({"agent": {"tool_permissions": {"default": "allow"}}}, "error"),
        ({"approval_policy": "never"}, "error"),
        ({"profiles": {"p": {"approval_policy": "never"}}}, "error"),
        ({"sandbox_mode": "danger-full-access"}, "warning"),
        ({"projects": {"/x": {"trust_level": "trusted"}}}, "warning"),
        ({"security": {"folderTrust": {"enabled": False}}}, "warning"),
        ({"allowedTools": ["@git/status"]}, "warning"),
    ],
)
def test_what_a_file_approves(content: JSON, severity: str) -> None:
    (problem,) = of_file(content)
    assert (problem.rule, problem.severity, problem.server) == ("self-approval", severity, None)


@pytest.mark.parametrize(
    "content",
    [
        {},
        [],
        {"enableAllProjectMcpServers": False, "enabledMcpjsonServers": [], "disabledMcpjsonServers": ["a"]},
        {"enableAllProjectMcpServers": 1, "enabledMcpjsonServers": None},
        {"permissions": {"defaultMode": "plan", "allow": ["Bash(ls)", 1, None], "deny": ["mcp__*"]}},
        {"permissions": []},
        {"enabledPlugins": {"a@b": False}, "extraKnownMarketplaces": {}},
        {"chat.tools.autoApprove": False, "chat.mcp.autostart": "never"},
        {"approval_policy": "on-request", "projects": {"/x": {"trust_level": "untrusted"}}},
        {"security": {"folderTrust": {"enabled": True}}, "allowedTools": ["fs_read"]},
        {"hooks": {}, "statusLine": None, "apiKeyHelper": "", "notify": []},
        {"hooks": {"Stop": [{"hooks": [{"type": "prompt", "prompt": "x"}]}]}},
        {"deep": {"enableAllProjectMcpServers": True}},
    ],
)
def test_what_grants_nothing_is_nothing(content: JSON) -> None:
    assert of_file(content) == []


@pytest.mark.parametrize(
    ("content", "path"),
    [
        ({"apiKeyHelper": "./key.sh"}, "apiKeyHelper"),
        ({"awsAuthRefresh": "x"}, "awsAuthRefresh"),
        ({"gcpAuthRefresh": "x"}, "gcpAuthRefresh"),
        ({"awsCredentialExport": "x"}, "awsCredentialExport"),
        ({"otelHeadersHelper": "x"}, "otelHeadersHelper"),
        ({"statusLine": {"type": "command", "command": "x"}}, "statusLine.command"),
        ({"fileSuggestion": {"command": "x"}}, "fileSuggestion.command"),
        ({"notify": ["python3", "x.py"]}, "notify"),
        ({"hooks": "./hooks.json"}, "hooks"),
        ({"hooks": {"SessionStart": [{"hooks": [{"command": "x"}]}]}}, "hooks.SessionStart[0].hooks[0].command"),
        ({"hooks": {"Odd": {"command": ["a", "b"]}}}, "hooks.Odd.command"),
        ({"hooks": {"Odd": [{"command": {"command": "x"}}]}}, "hooks.Odd[0].command.command"),
    ],
)
def test_what_runs_and_is_no_server(content: JSON, path: str) -> None:
    (problem,) = of_file(content)
    assert (problem.rule, problem.severity) == ("exec-helper", "warning")
    assert problem.message.startswith(f"{path}: a command that runs ")


@pytest.mark.parametrize(
    ("content", "rule", "severity"),
    [
        ({"trust": True}, "self-approval", "error"),
        ({"autoApprove": ["*"]}, "self-approval", "error"),
        ({"autoApprove": ["read", "*"]}, "self-approval", "error"),
        ({"autoApprove": True}, "self-approval", "error"),
        ({"autoApprove": ["read"]}, "self-approval", "warning"),
        ({"alwaysAllow": ["read"]}, "self-approval", "warning"),
        ({"default_tools_approval_mode": "approve"}, "self-approval", "error"),
        ({"tools": {"read": {"approval_mode": "approve"}}}, "self-approval", "warning"),
        ({"headersHelper": "./token.sh"}, "exec-helper", "warning"),
    ],
)
def test_what_a_server_approves(content: JSON, rule: str, severity: str) -> None:
    (problem,) = of_server(content)
    assert (problem.rule, problem.severity, problem.server) == (rule, severity, "a")
    assert problem.message.startswith("a.")


@pytest.mark.parametrize(
    "content",
    [{}, [], 1, {"trust": False, "autoApprove": [], "alwaysAllow": None, "headersHelper": ""}, {"tools": ["*"]}],
)
def test_a_server_that_approves_nothing(content: JSON) -> None:
    assert of_server(content) == []


def test_a_key_that_is_written_twice_counts_each_time_and_stands_at_its_place() -> None:
    text = b'{\n "enableAllProjectMcpServers": true,\n "enableAllProjectMcpServers": false\n}'
    (problem,) = approvals.of_file(read("s.json", text, "json"), CLIENT)
    assert (problem.place.line, problem.place.column, problem.place.end_column) == (2, 2, 30)


def test_no_value_is_told() -> None:
    content: JSON = {"apiKeyHelper": "echo hunter2", "hooks": {"Stop": {"command": "hunter2"}}, "notify": ["hunter2"]}
    assert len(of_file(content)) == 3
    assert not [problem for problem in of_file(content) if "hunter2" in problem.message]


def test_codex_keeps_its_own_in_toml() -> None:
    text = b'approval_policy = "never"\nnotify = ["x"]\n[mcp_servers.a]\ncommand = "x"\n'
    whole = read(".codex/config.toml", text, "toml")
    assert [problem.place.line for problem in approvals.of_file(whole, CLIENT)] == [1, 2]


def test_each_row_names_its_source() -> None:
    for table in (approvals.IN_FILE, approvals.IN_SERVER, approvals.FILE_HELPERS, approvals.SERVER_HELPERS):
        assert all(row.source for row in table)
        assert len({row.path for row in table}) == len(table)


@given(
    fields(
        "hooks",
        "command",
        "permissions",
        "allow",
        "projects",
        "trust_level",
        "tools",
        "approval_mode",
        "trust",
        "autoApprove",
        "*",
    )
)
@settings(max_examples=120, deadline=None)
def test_nothing_makes_it_raise(content: JSON) -> None:
    for problem in (*of_file(content), *of_server(content)):
        assert problem.place.line == 1


@pytest.mark.parametrize(
    "content",
    ['{"tools": {"discoveryCommand": "x"}}', '{"tools": {"callCommand": "x"}}', '{"toolDiscoveryCommand": "x"}'],
)
def test_the_commands_by_which_gemini_finds_and_calls_tools(content: str) -> None:
    config = clients.read(".gemini/settings.json", content.encode())
    assert config
    assert [(problem.rule, problem.severity) for problem in config.problems] == [("exec-helper", "warning")]
