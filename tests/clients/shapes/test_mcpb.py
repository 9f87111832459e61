from __future__ import annotations

import pytest
from hypothesis import given, settings

from mcp_guard import launchers
from mcp_guard.model import JSON, LocalLaunch, Server
from tests.clients.shapes.reading import argv, corpus, document, fields, found, is_sound, problems, servers
from tests.launchers.reading import tree

FIELDS = (
    "manifest_version dxt_version name server mcp_config command args env platform_overrides win32 type entry_point"
)


def manifest(server: JSON, version: str = "manifest_version") -> JSON:
    return {version: "0.3", "name": "n", "server": server}


@pytest.mark.parametrize("version", ["manifest_version", "dxt_version"])
def test_the_folder_of_the_bundle_is_that_of_the_manifest(version: str) -> None:
    config: JSON = {
        "command": "node",
        "args": ["${__dirname}/s.js", "--db=${__dirname}${/}d", "x"],
        "env": {"P": "${__dirname}/l"},
    }
    content = document(manifest({"type": "node", "mcp_config": config}, version), "b/c/manifest.json")
    (server,) = servers("mcpb", content)
    assert argv(server) == "node ./s.js --db=./d x"
    assert server.cwd is not None
    assert server.cwd.text == "b/c"
    assert [each.value.text for each in server.env] == ["./l"]
    assert [word.start == word.end for word in server.argv] == [False, True, True, False]
    (launch,) = launchers.read(server, tree({"b/c/s.js": "1"}))
    assert isinstance(launch, LocalLaunch)
    assert launch.script == "b/c/s.js"


def test_a_manifest_at_the_root_starts_there() -> None:
    content = document(manifest({"mcp_config": {"command": "${__dirname}/run"}}), "manifest.json")
    (server,) = servers("mcpb", content)
    (launch,) = launchers.read(server, tree({"run": "1"}))
    assert launch == LocalLaunch("run", server.argv[0])


def test_each_platform_with_a_command_of_its_own_is_a_server() -> None:
    overrides: JSON = {
        "win32": {"command": "cmd", "args": ["/c", "x"]},
        "linux": {"env": {"A": "2", "B": "3"}},
        "darwin": {"args": []},
    }
    config: JSON = {"command": "npx", "args": ["-y", "p@1.0.0"], "env": {"A": "1"}, "platform_overrides": overrides}
    got = {server.name.text: server for server in servers("mcpb", document(manifest({"mcp_config": config})))}
    assert {name: argv(server) for name, server in got.items()} == {
        "n": "npx -y p@1.0.0",
        "n#win32": "cmd /c x",
        "n#linux": "npx -y p@1.0.0",
        "n#darwin": "npx",
    }
    assert [(each.name.text, each.value.text) for each in got["n#linux"].env] == [("A", "1"), ("A", "2"), ("B", "3")]
    assert all(server.cwd is None for server in got.values())
    assert got["n"].definition == got["n#win32"].definition, "an override is part of what a person accepts"


def test_a_command_only_for_some_platforms_leaves_the_others_broken() -> None:
    config: JSON = {"platform_overrides": {"win32": {"command": "x"}, "linux": 1}}
    everything = found("mcpb", document(manifest({"mcp_config": config})))
    assert [argv(each) if isinstance(each, Server) else each.message for each in everything] == [
        "server.mcp_config: command is missing, so it is not known what is started",
        "x",
        "server.mcp_config.platform_overrides.linux: expected an object, got a number",
    ]


def test_there_is_an_end_to_platforms_for_each_repeats_the_command_line() -> None:
    config: JSON = {"command": "x", "platform_overrides": {str(number): {} for number in range(5)}}
    everything = found("mcpb", document(manifest({"mcp_config": config})))
    assert [argv(each) if isinstance(each, Server) else each.message for each in everything] == [
        "x",
        "server.mcp_config.platform_overrides: more than 4 platforms are named, the most that is read",
    ]


def test_uv_runs_the_entry_point() -> None:
    content = document(manifest({"type": "uv", "entry_point": "src/main.py"}), "b/manifest.json")
    (server,) = servers("mcpb", content)
    assert argv(server) == "uv run ./src/main.py"
    assert server.cwd is not None
    assert server.cwd.text == "b"


@pytest.mark.parametrize("server", [{"type": "node", "entry_point": "x"}, {"type": "uv"}, {"entry_point": 1}])
def test_without_a_command_the_client_decides(server: JSON) -> None:
    (got,) = servers("mcpb", document(manifest(server)))
    assert "mcp_config" in (got.hidden or "")


@pytest.mark.parametrize(
    "content",
    [
        {"manifest_version": 3, "name": "a browser extension", "background": {}},
        {"manifest_version": 3, "server": "https://a.example"},
        {"manifest_version": 3, "server": {"port": 1}},
        {"name": "a web app", "start_url": "/"},
        {"server": {"entry_point": "x"}},
        {"server": {"command": "x"}},
        [],
        "manifest",
    ],
)
def test_another_manifest_is_none_of_our_business(content: JSON) -> None:
    assert found("mcpb", document(content)) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (manifest(1), "server: expected an object, got a number"),
        (manifest(None), "server is null"),
        (manifest({"mcp_config": []}), "server.mcp_config: expected an object, got a list"),
        (manifest({"mcp_config": {"command": []}}), "server.mcp_config.command: expected a string, got a list"),
        (manifest({"mcp_config": {"command": "x", "args": "y"}}), "server.mcp_config.args: expected a list"),
        (manifest({"mcp_config": {"command": "x", "env": {"A": []}}}), "server.mcp_config.env.A: expected a string"),
        ({"manifest_version": "1", "name": 1, "server": {}}, "name: expected a string"),
    ],
)
def test_wrong_types_are_problems(content: JSON, message: str) -> None:
    (problem,) = problems("mcpb", document(content))
    assert problem.message.startswith(message)


@given(fields(*FIELDS.split()))
@settings(max_examples=120, deadline=None)
def test_nothing_makes_it_raise(content: JSON) -> None:
    read = document(content if not isinstance(content, dict) else {"manifest_version": "1", **content})
    assert is_sound(read, found("mcpb", read))


def test_the_real_files_are_read_entry_by_entry() -> None:
    real = {name: [argv(one) for one in servers("mcpb", each)] for name, each in corpus("mcpb-manifest", "json")}
    assert real == {
        "michaelahern__airthings-consumer-mcp__1": ["node ./bin/server.js"],
        "microsoft__mcp__1": ["./server/azmcp server start", "./server/azmcp.exe"],
        "microsoft__mcp__2": ["./server/fabmcp server start", "./server/fabmcp.exe"],
        "modelcontextprotocol__mcpb__1": ["node ./server/index.js"],
        "modelcontextprotocol__mcpb__2": [
            "python ./server/main.py --workspace=${user_config.workspace_directory}",
        ],
        "modelcontextprotocol__mcpb__3": ["node ./server/index.js ${user_config.allowed_directories}"],
        "mrveiss__AutoBot-AI__1": ["node ./dist/index.js"],
        "upstash__context7__1": ["node ./dist/index.js"],
    }
