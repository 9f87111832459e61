from __future__ import annotations

import pytest
from hypothesis import given, settings

from mcp_guard.documents import read as read_document
from mcp_guard.model import JSON, Problem, Server
from tests.clients.shapes.reading import argv, corpus, document, fields, found, is_sound, problems, servers

PLUGIN = "plugins/p/.claude-plugin/plugin.json"
MARKET = ".claude-plugin/marketplace.json"
SERVER: dict[str, JSON] = {"command": "npx", "args": ["-y", "x@1.0.0"]}


def plugin(union: JSON) -> list[Server]:
    return servers("plugin", document({"name": "p", "mcpServers": union}, PLUGIN))


def test_an_inline_object_is_read_like_any_other_config() -> None:
    (server,) = plugin({"a": {**SERVER, "env": {"K": "v"}}})
    assert server.name.text == "a"
    assert argv(server) == "npx -y x@1.0.0"
    assert [each.name.text for each in server.env] == ["K"]


def test_a_config_that_is_found_by_itself_is_not_said_again() -> None:
    assert plugin("./.mcp.json") == []
    assert plugin(["./.mcp.json", "./sub/.mcp.json"]) == []


@pytest.mark.parametrize(
    ("union", "words"),
    [
        ("./servers/list.json", "plugins/p/servers/list.json"),
        ("./../../../.mcp.json", "name that file"),
        ("./x.mcpb", "bundle"),
        ("./X.DXT", "bundle"),
        ("https://a.example/x.mcpb", "bundle"),
        ("https://a.example/x.json", "bundle"),
    ],
)
def test_servers_that_stand_elsewhere_are_hidden(union: str, words: str) -> None:
    (server,) = plugin(union)
    assert words in (server.hidden or "")
    assert server.name.text == union
    assert plugin([union])[0].hidden == server.hidden


def test_a_list_mixes_all_and_a_name_twice_is_two_servers() -> None:
    got = plugin([{"a": SERVER}, "./x.mcpb", {"a": {"url": "https://a.example"}, "b": SERVER}])
    assert [server.name.text for server in got] == ["a", "./x.mcpb", "a#2", "b"]


def test_a_key_that_is_written_twice_is_read_twice() -> None:
    text = '{"mcpServers": {"a": {"command": "x"}}, "mcpServers": "./y.mcpb"}'
    assert [server.name.text for server in servers("plugin", read_document(PLUGIN, text.encode(), "json"))] == [
        "a",
        "./y.mcpb",
    ]


def test_what_a_definition_approves_is_said() -> None:
    content = document({"mcpServers": {"a": {"url": "https://a.example", "headersHelper": "./token.sh"}}}, PLUGIN)
    server, problem = sorted(found("plugin", content), key=lambda each: isinstance(each, Problem))
    assert isinstance(server, Server)
    assert isinstance(problem, Problem)
    assert (problem.rule, problem.severity, problem.server) == ("exec-helper", "warning", "a")


def test_a_marketplace_gives_servers_to_its_plugins() -> None:
    listed: JSON = [
        {"name": "one", "source": "./plugins/one", "mcpServers": {"s": SERVER}},
        {"name": "two", "source": {"source": "github", "repo": "a/b"}, "mcpServers": ["./x.json", {"s": SERVER}]},
        {"name": "three", "source": "./plugins/three", "mcpServers": ["./.mcp.json", "./own.json"]},
        {"name": "four", "source": "https://git.example/x.git", "mcpServers": "./.mcp.json"},
        {"name": "five", "source": "./plugins/five"},
        {"mcpServers": {"s": SERVER}},
    ]
    got = servers("marketplace", document({"name": "m", "plugins": listed}, MARKET))
    assert [(server.name.text, bool(server.hidden)) for server in got] == [
        ("one#s", False),
        ("two#./x.json", True),
        ("two#s", False),
        ("three#./own.json", True),
        ("four#./.mcp.json", True),
        ("5#s", False),
    ]
    assert "plugins/three/own.json" in (got[3].hidden or "")
    assert "another repository" in (got[1].hidden or "")


def test_the_root_of_the_plugins_counts() -> None:
    content: JSON = {"metadata": {"pluginRoot": "./all"}, "plugins": [{"source": "one", "mcpServers": "./own.json"}]}
    (server,) = servers("marketplace", document(content, MARKET))
    assert "all/one/own.json" in (server.hidden or "")


def test_hooks_of_a_plugin_are_told_of() -> None:
    (problem,) = problems("plugin", document({"hooks": {"Stop": [{"hooks": [{"command": "x"}]}]}}, PLUGIN))
    assert (problem.rule, problem.severity) == ("exec-helper", "warning")


@pytest.mark.parametrize("shape", ["plugin", "marketplace"])
@pytest.mark.parametrize("content", [{}, {"name": "x"}, {"plugins": []}, {"plugins": [{"name": "x"}]}])
def test_without_servers_nothing_is_said(shape: str, content: JSON) -> None:
    assert found(shape, document(content, MARKET)) == []


@pytest.mark.parametrize(
    ("shape", "content", "message"),
    [
        ("plugin", [], "expected an object, got a list"),
        ("plugin", {"mcpServers": 1}, "mcpServers: expected an object, a string or a list, got a number"),
        ("plugin", {"mcpServers": None}, "mcpServers: expected an object, a string or a list, got null"),
        ("plugin", {"mcpServers": "npx evil"}, "mcpServers: expected the path of a .json file"),
        ("plugin", {"mcpServers": [[{}]]}, "mcpServers[0]: expected an object or a string, got a list"),
        ("plugin", {"mcpServers": {"a": 1}}, "mcpServers.a: expected an object, got a number"),
        ("plugin", {"mcpServers": {"a": {"command": []}}}, "mcpServers.a.command: expected a string"),
        ("marketplace", {"plugins": {}}, "plugins: expected a list, got an object"),
        ("marketplace", {"plugins": [1]}, "plugins[0]: expected an object, got a number"),
        ("marketplace", {"plugins": [{"mcpServers": 1}]}, "plugins[0].mcpServers: expected an object, a string"),
        ("marketplace", {"plugins": [{"name": [], "mcpServers": 1}]}, "plugins[0].name: expected a string"),
    ],
)
def test_wrong_types_are_problems(shape: str, content: JSON, message: str) -> None:
    (problem,) = problems(shape, document(content, PLUGIN))
    assert problem.message.startswith(message)


@given(
    fields("name", "plugins", "mcpServers", "source", "metadata", "pluginRoot", "command", "args", "env", "url", "type")
)
@settings(max_examples=120, deadline=None)
def test_nothing_makes_it_raise(content: JSON) -> None:
    read = document(content, PLUGIN)
    for shape in ("plugin", "marketplace"):
        assert is_sound(read, found(shape, read))


def test_the_real_files_are_read_entry_by_entry() -> None:
    real = {
        name: [(one.name.text, argv(one), one.url and one.url.text) for one in servers("plugin", each)]
        for name, each in corpus("claude-plugin", "json")
    }
    assert real == {
        "modelcontextprotocol__modelcontextprotocol__1": [("mcp-docs", "", "https://modelcontextprotocol.io/mcp")],
        "upstash__context7__1": [("context7", "npx -y @upstash/context7-mcp --api-key ${CONTEXT7_API_KEY:-}", None)],
    }
