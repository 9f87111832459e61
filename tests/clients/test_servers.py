from __future__ import annotations

import json
from itertools import permutations

import pytest

from mcp_guard import clients
from mcp_guard.model import Config, Place, Server, Word
from tests.clients.paths import FLAT


def read(file: str, text: str, *, named: bool = False) -> Config:
    config = clients.read(file, text.encode(), named=named)
    assert config
    return config


def only(config: Config) -> Server:
    assert config.problems == ()
    [server] = config.servers
    return server


def texts(words: tuple[Word, ...]) -> list[str]:
    return [word.text for word in words]


FULL = """{
  // everything
  "mcpServers": {
    "all": {
      "type": "stdio", "command": "npx", "args": ["-y", "p@1.0.0"],
      "env": {"http_proxy": "a", "HTTP_PROXY": "b"}, "envFile": ".env", "cwd": "sub", "disabled": true, "x": [{}],
    },
  },
}
"""


def test_a_server_with_everything() -> None:
    server = only(read("a/.mcp.json", FULL))
    assert (server.file, server.client, server.name.text) == ("a/.mcp.json", "claude-code", "all")
    assert texts(server.argv) == ["npx", "-y", "p@1.0.0"]
    assert [(each.name.text, each.value.text) for each in server.env] == [("http_proxy", "a"), ("HTTP_PROXY", "b")]
    assert texts(server.env_files) == [".env"]
    assert server.cwd
    assert server.cwd.text == "sub"
    assert (server.url, server.headers) == (None, ())
    definition = json.loads("{" + FULL.split("{", 3)[3].rsplit(",\n    }", 1)[0] + "}")
    assert server.definition == definition


def test_every_word_stands_where_it_says() -> None:
    server = only(read("a/.mcp.json", FULL))
    assert server.argv[2].place == Place("a/.mcp.json", 5, 57, 5, 66)
    words = (server.name, *server.argv, *server.env_files, server.cwd, *(part for each in server.env for part in each))
    for word in words:
        assert word
        assert json.loads(FULL[word.start : word.end]) == word.text


@pytest.mark.parametrize("file", FLAT)
@pytest.mark.parametrize("url", ["url", "serverUrl", "httpUrl"])
def test_remotes_of_all_json_clients(file: str, url: str) -> None:
    server = only(read(file, f'{{"mcpServers": {{"r": {{"{url}": "https://a.example", "headers": {{"H": "v"}}}}}}}}'))
    assert server.argv == ()
    assert server.url
    assert server.url.text == "https://a.example"
    assert [(each.name.text, each.value.text) for each in server.headers] == [("H", "v")]


@pytest.mark.parametrize("file", FLAT)
@pytest.mark.parametrize(
    "text",
    [
        '{"mcpServers": {"s": {"command": "npx"}}}',
        '{"servers": {"s": {"command": "npx"}}, "inputs": [{"id": "x"}]}',
        '{"s": {"command": "npx"}}',
        '{"$schema": "https://x.example/s.json", "s": {"command": "npx"}}',
        '\r\n{ "mcpServers" :\r{ "s": { "command": "np\\u0078" } } }',
    ],
)
def test_every_mcp_file_may_have_either_key_or_none(file: str, text: str) -> None:
    assert texts(only(read(file, text)).argv) == ["npx"]


def test_both_maps_are_read() -> None:
    config = read(".mcp.json", '{"servers": {"a": {"command": "x"}}, "mcpServers": {"b": {"command": "y"}}}')
    assert {server.name.text for server in config.servers} == {"a", "b"}
    assert config.problems == ()


CODEX = """\
model = "m"
[mcp_servers."a b"]
command = 'npx'
args = ["-y", \"\"\"p@1.0.0\"\"\"]
startup_timeout_sec = 1.5
[mcp_servers."a b".env]
K = "v"
[mcp_servers.remote]
url = "https://a.example"
http_headers = { H = "v" }
bearer_token_env_var = "T"
[projects."/x"]
trust_level = "trusted"
"""


def test_codex() -> None:
    config = read(".codex/config.toml", CODEX)
    first, second = config.servers
    [trusted] = config.problems
    assert (trusted.rule, trusted.severity, trusted.place.line) == ("self-approval", "warning", 13)
    assert first.name == Word("a b", Place(".codex/config.toml", 2, 14, 2, 19), 25, 30)
    assert texts(first.argv) == ["npx", "-y", "p@1.0.0"]
    assert [(each.name.text, each.value.text) for each in first.env] == [("K", "v")]
    assert second.url
    assert second.url.text == "https://a.example"
    assert [(each.name.text, each.value.text) for each in second.headers] == [("H", "v")]
    assert second.definition == {"url": "https://a.example", "http_headers": {"H": "v"}, "bearer_token_env_var": "T"}


def test_vs_code_may_have_numbers_and_null_in_the_environment() -> None:
    text = '{"servers": {"s": {"command": "c", "env": {"A": "x", "B": 1.50, "C": null}}}}'
    assert [each.value.text for each in only(read(".vscode/mcp.json", text)).env] == ["x", "1.50", "null"]


def test_gemini_reads_its_one_command_line_too() -> None:
    text = (
        '{"mcpServers": {"s": {"httpUrl": "https://a.example"}}, "mcp": {"serverCommand": "npx -y p@1", "allowed": []}}'
    )
    config = read(".gemini/settings.json", text)
    assert config.problems == ()
    _, line = config.servers
    assert line.name.text == "mcp.serverCommand"
    assert text[line.name.start : line.name.end] == '"serverCommand"'
    assert texts(line.argv) == ["npx -y p@1"]
    assert line.definition == "npx -y p@1"


@pytest.mark.parametrize(
    ("file", "text"),
    [
        (".mcp.json", "{}"),
        (".mcp.json", '{"mcpServers": {}}'),
        (".vscode/mcp.json", '{"inputs": [], "servers": {}}'),
        ("claude_desktop_config.json", '{"globalShortcut": "x", "preferences": {"a": true}}'),
        (
            ".gemini/settings.json",
            '{"theme": "x", "keys": {"BeforeTool": [{"command": "rm"}]}, "mcp": {"allowed": []}}',
        ),
        (".gemini/settings.json", '{"tool": {"command": "x"}}'),
        (".codex/config.toml", ""),
        (".codex/config.toml", 'model = "m"\n[tool]\ncommand = "x"\n'),
    ],
)
def test_a_file_without_servers_passes(file: str, text: str) -> None:
    assert read(file, text)[3:] == ((), ())


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("a.json", '{"mcpServers": {"s": {"command": "x"}}}'),
        ("a.json.example", '{"servers": {"s": {"command": "x"}}}'),
        ("a", '{"mcp_servers": {"s": {"command": "x"}}}'),
        ("settings.json", '{"mcp": {"servers": {"s": {"command": "x"}}}}'),
        ("settings.json", '{"mcp.servers": {"s": {"command": "x"}}}'),
        ("a.json", '{"s": {"command": "x"}}'),
        ("a.TOML", 'mcp_servers.s.command = "x"'),
        ("a.toml", '[mcpServers.s]\ncommand = "x"'),
        ("a.toml", '[s]\ncommand = "x"'),
    ],
)
def test_a_named_file_is_read_wherever_its_map_is(file: str, text: str) -> None:
    assert clients.read(file, text.encode()) is None
    server = only(read(file, text, named=True))
    assert (server.client, texts(server.argv)) == ("generic", ["x"])


@pytest.mark.parametrize("text", ["{}", '{"a": 1}', '{"a": {"b": {"command": "x"}}}'])
def test_a_named_file_without_a_map_is_a_problem(text: str) -> None:
    config = read("x.json", text, named=True)
    [problem] = config.problems
    assert problem.rule == "unreadable-config"
    assert problem.message == (
        "no server map was found in this file: "
        "servers are read from mcpServers, mcp_servers, mcp-servers, mcp.servers, amp.mcpServers, context_servers, "
        "servers, mcp, extensions, mcp/targets"
    )


def test_naming_a_file_that_a_client_owns_changes_nothing() -> None:
    assert read(".mcp.json", "{}", named=True) == read(".mcp.json", "{}")


@pytest.mark.parametrize("order", list(permutations(["command", "args", "cwd", "env"])))
def test_the_order_of_fields_does_not_matter(order: tuple[str, ...]) -> None:
    fields = {"command": "c", "args": ["a"], "cwd": "d", "env": {"K": "v"}}
    server = only(read(".mcp.json", json.dumps({"mcpServers": {"s": {key: fields[key] for key in order}}})))
    assert texts(server.argv) == ["c", "a"]
    assert server.definition == fields
