"""Lists, any keys, single servers, servers gone astray, and files of common names."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_guard import clients
from mcp_guard.model import Config


def read(file: str, text: str, client: str | None = None, *, named: bool = False) -> Config:
    config = clients.read(file, text.encode(), named=named, client=client)
    assert config
    return config


def names(config: Config) -> list[str]:
    return [server.name.text for server in config.servers]


def messages(config: Config) -> list[str]:
    return [f"{problem.rule} {problem.place.line}: {problem.message}" for problem in config.problems]


# ------------------------------------------------------------------------------------------------ lists


def test_the_servers_of_a_list_have_their_names_inside() -> None:
    text = "mcpServers:\n  - name: a\n    command: x\n  - command: y\n  - name: 7\n    command: z\n"
    config = read(".continue/config.yaml", text)
    assert names(config) == ["a", "mcpServers[1]", "mcpServers[2]"]
    first, second, _ = config.servers
    assert text[first.name.start : first.name.end] == "a"
    assert (second.name.place.line, second.name.start) == (4, second.name.end)
    assert config.problems == ()


def test_a_list_may_name_no_server_twice() -> None:
    config = read(".vibe/config.toml", '[[mcp_servers]]\nname="a"\nurl="u"\n[[mcp_servers]]\nname="a"\nurl="v"\n')
    assert messages(config) == ["ambiguous-document 5: mcp_servers[1]: this name is defined twice: rename one"]
    assert names(config) == ["a", "a"]


@pytest.mark.parametrize(
    ("item", "says"),
    [
        ("7", "mcpServers[0]: expected an object, got a number"),
        ("[]", "mcpServers[0]: expected an object, got a list"),
        ('"a"', "mcpServers[0]: expected an object, got a string"),
        ('{"name": "a"}', "mcpServers[0]: expected command or url, got neither"),
        ('{"name": "a", "command": 1}', "mcpServers[0].command: expected a string, got a number"),
    ],
)
def test_a_broken_item_is_named(item: str, says: str) -> None:
    config = read("cherry.json", f'{{"mcpServers": [{item}]}}', "continue")
    assert messages(config) == [f"unreadable-config 1: {says}"]
    assert config.servers == ()


def test_a_list_where_a_client_wants_an_object_is_read_and_a_problem() -> None:
    config = read(".cursor/mcp.json", '{"mcpServers": [{"name": "a", "command": "x"}, "b", 7]}')
    assert names(config) == ["a"]
    assert messages(config) == ["unreadable-config 1: mcpServers: expected an object, got a list"]


def test_an_object_where_a_client_wants_a_list_is_a_problem() -> None:
    config = read(".vibe/config.toml", '[mcp_servers.a]\ncommand = "x"\n')
    assert messages(config) == ["unreadable-config 1: mcp_servers: expected a list, got an object"]


def test_a_list_of_names_and_of_servers() -> None:
    text = "---\nmcpServers:\n  - github\n  - a:\n      command: x\n    b:\n      url: u\n  - 7\n---\n"
    config = read(".claude/agents/x.md", text)
    assert names(config) == ["a", "b"]
    assert messages(config) == ["unreadable-config 8: mcpServers[2]: expected an object, got a number"]


# ------------------------------------------------------------------------------------------------ any key, any depth


def test_the_same_name_in_two_projects_is_two_servers() -> None:
    project = {"mcpServers": {"a": {"command": "x"}}}
    config = read("x", json.dumps({"projects": {"/p": project, "/q": project}, **project}), "claude-code-user")
    assert names(config) == ["a", 'a (projects["/p"].mcpServers)', 'a (projects["/q"].mcpServers)']
    assert config.problems == ()


def test_what_is_named_is_searched_at_any_depth() -> None:
    text = '{"x": [{"y": {"MCPServers": {"a": {"url": "u"}}}}], "servers": {"b": {"url": "u"}, "c": {}}}'
    config = read("x.json", text, named=True)
    assert names(config) == ["a", "b"]
    assert messages(config) == [
        "ambiguous-document 1: MCPServers is mcpServers for some clients only: write mcpServers",
        "unreadable-config 1: servers.c: expected command or url, got neither",
    ]


@pytest.mark.parametrize(
    "text",
    [
        '{"servers": [{"url": "https://api.example"}]}',
        '{"servers": {"production": {"host": "x"}}, "extensions": ["a"], "mcp": {"enabled": true}}',
        '{"openapi": "3.1.0", "paths": {}}',
        "[1, 2]",
        '"text"',
        "{}",
        "{",
        "",
        '{"a": 1, "a": 2}',
    ],
)
def test_a_file_of_a_common_name_without_servers_passes(text: str) -> None:
    assert clients.read("api/my-mcp-notes.json", text.encode()) is None
    config = read("api/my-mcp-notes.json", text, named=True)
    assert (config.servers, config.problems) == ((), ())


@pytest.mark.parametrize("text", ['{"mcpServers": {', '{"a": {"command": "x"}', '{"serverUrl": "u",,}'])
def test_a_file_of_a_common_name_that_could_hold_servers_must_be_readable(text: str) -> None:
    [problem] = read("mcp.json", text).problems
    assert problem.rule == "unreadable-config"


def test_a_named_file_that_nobody_knows_must_hold_servers() -> None:
    for text in ("{}", "[]", "7"):
        [problem] = read("x.json", text, named=True).problems
        assert problem.rule == "unreadable-config"


# ------------------------------------------------------------------------------------------------ one server


def test_a_file_may_be_one_server() -> None:
    config = read(".continue/mcpServers/my.server.json", '{"command": "npx", "args": ["x"]}')
    [server] = config.servers
    assert (server.name.text, server.name.start, server.name.end) == ("my", 0, 0)
    assert [word.text for word in server.argv] == ["npx", "x"]
    [server] = read("target.json", '{"targetId": "t", "command": "npx"}', named=True).servers
    assert server.name.text == "target"


def test_a_broken_single_server_is_named() -> None:
    assert messages(read("x.json", '{"command": ["npx", 1]}', named=True)) == [
        "unreadable-config 1: command[1]: expected a string, got a number"
    ]


# ------------------------------------------------------------------------------------------------ astray


@pytest.mark.parametrize(
    ("file", "text", "key", "where"),
    [
        (".cursor/mcp.json", '{"mcp-servers": {"a": {"command": "x"}}}', "mcp-servers", "mcpServers"),
        (".cursor/mcp.json", '{"mcpServers": {}, "tools": {"a": {"url": "x"}}}', "tools", "mcpServers"),
        (".cursor/mcp.json", '{"mcpServers": {}, "a": {"command": "x"}}', "a", "mcpServers"),
        (".cursor/mcp.json", '{"mcpServers": {}, "list": [{"command": "x"}]}', "list", "mcpServers"),
        ("opencode.json", '{"mcpServers": {"a": {"command": "x"}}}', "mcpServers", "mcp"),
        (".codex/config.toml", '[mcpServers.a]\ncommand = "x"', "mcpServers", "mcp_servers"),
        (".zed/settings.json", '{"mcp_servers": {"a": {"command": "x"}}}', "mcp_servers", "context_servers"),
    ],
)
def test_servers_where_no_client_looks_are_a_problem(file: str, text: str, key: str, where: str) -> None:
    assert messages(read(file, text)) == [
        f"ambiguous-document 1: no client reads servers from `{key}`: write them under `{where}`"
    ]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        (".cursor/mcp.json", '{"mcpServers": {}, "inputs": [{"id": "a"}], "x": {"y": {"z": 1}}, "v": 1}'),
        ("crush.json", '{"options": {"go": {"command": "gopls"}}, "mcp": {}}'),
        (".zed/settings.json", '{"agent_servers": {"a": {"command": "x"}}, "tasks": {"a": {"command": "x"}}}'),
        (".gemini/settings.json", '{"tool": {"a": {"command": "x"}}, "mcpServers": {}}'),
    ],
)
def test_other_keys_of_settings_are_left_alone(file: str, text: str) -> None:
    config = read(file, text)
    assert (config.servers, config.problems) == ((), ())


# ------------------------------------------------------------------------------------------------ dialects


def test_two_spellings_of_what_is_started_are_ambiguous() -> None:
    text = '{"mcp": {"a": {"command": ["x"], "url": "u"}}}'
    [problem] = read("opencode.json", text).problems
    assert "command and url are both given" in problem.message
    text = (
        '{"mcpServers": {"a": {"command": "x", "transport": {"url": "u"}}, "b": {"command": "x", "transport": "http"}}}'
    )
    [problem] = read(".roo/mcp.json", text).problems
    assert problem.message.startswith("mcpServers.a: command and transport are both given")


def test_comments_in_a_map_are_no_servers() -> None:
    text = '{"mcpServers": {"_comment": "x", "//": ["y"], "a": {"url": "u"}, "_off": {"url": "u"}}}'
    config = read(".mcp.json", text)
    assert names(config) == ["a", "_off"]
    assert config.problems == ()


def test_an_empty_command_of_a_desktop_application_is_none() -> None:
    [server] = read("x.json", '{"mcpServers": {"a": {"command": ""}}}', "jan").servers
    assert (server.argv, server.url, server.hidden) == ((), None, "it gives neither a command nor a URL")


def test_parts_of_a_url_may_be_missing() -> None:
    text = '{"mcpServers": {"a": {"host": "h.example"}, "b": {"host": 7, "protocol": "http"}}}'
    first, second = read(".roo/mcp.json", text).servers
    assert first.url
    assert (first.url.text, first.url.start) == ("https://h.example/", first.url.end)
    assert second.hidden


def test_a_target_with_arguments_beside_it() -> None:
    text = 'mcp:\n  servers:\n    a:\n      target: "@s/p"\n      args: [x]\n    b:\n      target: ""\n'
    config = read("fast-agent.yaml", text)
    assert [word.text for word in config.servers[0].argv] == ["npx", "@s/p", "x"]
    assert all(word.start == word.end for word in config.servers[0].argv[:2])
    assert messages(config) == [
        "unreadable-config 7: mcp.servers.b.target: expected a string with something in it, got an empty one"
    ]


def test_an_entry_of_the_client_itself_that_names_a_command_is_a_server() -> None:
    config = read("config.yaml", "extensions:\n  a: {type: builtin, cmd: x}\n  b: {type: builtin}\n", "goose")
    assert names(config) == ["a"]


def test_names_of_variables_may_differ_in_case_only() -> None:
    text = '{"mcpServers": {"s": {"url": "u", "env": {"a": "", "A": ""}, "headers": {"h": "", "H": ""}, "Type": 1}}}'
    assert messages(read(".mcp.json", text)) == []


# ------------------------------------------------------------------------------------------------ the call


def test_a_client_may_be_named_instead_of_known_by_the_path() -> None:
    assert read("/home/x/.mcp.json", '{"mcpServers": {"a": {"url": "u"}}}', "lm-studio").client == "lm-studio"
    with pytest.raises(KeyError):
        clients.read("x", b"", client="nobody")


def test_the_limit_can_be_raised() -> None:
    data = b'{"mcpServers": {}}' + b" " * (1 << 20)
    [problem] = read(".mcp.json", data.decode()).problems
    assert "larger than 1,048,576 bytes" in problem.message
    config = clients.read(".mcp.json", data, limit=2 << 20)
    assert config
    assert config.problems == ()


NAMES = st.text("ab/ é", min_size=1, max_size=3)
SERVERS = st.dictionaries(NAMES, st.just({"command": "x"}), max_size=3)


@given(st.dictionaries(NAMES, st.fixed_dictionaries({"mcpServers": SERVERS}), max_size=3), SERVERS)
@settings(max_examples=100, deadline=None)
def test_every_server_of_every_project_is_there_once(projects: dict[str, dict[str, object]], user: object) -> None:
    text = json.dumps({"mcpServers": user, "projects": projects})
    config = read("x.json", text, "claude-code-user")
    whole = [user, *(project["mcpServers"] for project in projects.values())]
    assert len(config.servers) == sum(len(each) for each in whole if isinstance(each, dict))
    assert len(set(names(config))) == len(config.servers)
