from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_guard import clients
from mcp_guard.model import Config, Place
from tests.clients.paths import MCP_SERVERS, OWN, PATHS

FILES = [*PATHS.values(), "named.json", "named.toml", "named.yaml"]
WORDS = st.sampled_from(
    ["mcpServers", "MCPservers", "servers", "mcp", "serverCommand", "s", "S", "command", "Command", "args"]
)
KEYS = (
    WORDS | st.sampled_from(["url", "httpUrl", "env", "headers", "cwd", "$schema", "mcp_servers"]) | st.text(max_size=2)
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=15,
)


def read(file: str, data: str | bytes) -> Config:
    config = clients.read(file, data.encode() if isinstance(data, str) else data, named=True)
    assert config
    return config


def problems(file: str, text: str) -> list[tuple[str, str, str]]:
    """Rule, the text at the place, and message."""
    lines = text.split("\n")
    found: list[tuple[str, str, str]] = []
    for rule, place, message, *_ in read(file, text).problems:
        end = place.end_column - 1 if place.end_line == place.line else None
        found.append((rule, lines[place.line - 1][place.column - 1 : end], message))
    return found


@pytest.mark.parametrize(
    ("server", "where", "says"),
    [
        ('["npx"]', '["npx"]', "mcpServers.s: expected an object, got a list"),
        ('"npx"', '"npx"', "mcpServers.s: expected an object, got a string"),
        ("7", "7", "mcpServers.s: expected an object, got a number"),
        ("null", "null", "mcpServers.s: expected an object, got null"),
        ("{}", '"s"', "mcpServers.s: expected command or url, got neither"),
        ('{"args": ["x"]}', '"s"', "mcpServers.s: expected command or url, got neither"),
        ('{"command": null}', "null", "mcpServers.s.command: expected a string, got null"),
        ('{"command": ["npx"]}', '["npx"]', "mcpServers.s.command: expected a string, got a list"),
        ('{"command": ""}', '""', "mcpServers.s.command: expected a string with something in it, got an empty one"),
        ('{"command": "c", "args": "x"}', '"x"', "mcpServers.s.args: expected a list, got a string"),
        ('{"command": "c", "args": ["x", 1.5]}', "1.5", "mcpServers.s.args[1]: expected a string, got a number"),
        ('{"command": "c", "args": [true]}', "true", "mcpServers.s.args[0]: expected a string, got true or false"),
        ('{"command": "c", "env": ["A=b"]}', '["A=b"]', "mcpServers.s.env: expected an object, got a list"),
        ('{"command": "c", "env": {"A B": 1}}', "1", 'mcpServers.s.env["A B"]: expected a string, got a number'),
        ('{"command": "c", "env": {"A": {}}}', "{}", "mcpServers.s.env.A: expected a string, got an object"),
        ('{"command": "c", "cwd": 1}', "1", "mcpServers.s.cwd: expected a string, got a number"),
        ('{"command": "c", "envFile": []}', "[]", "mcpServers.s.envFile: expected a string, got a list"),
        ('{"url": 1}', "1", "mcpServers.s.url: expected a string, got a number"),
        ('{"url": "u", "headers": "H: v"}', '"H: v"', "mcpServers.s.headers: expected an object, got a string"),
    ],
)
def test_a_broken_server_is_named_and_the_others_are_read(server: str, where: str, says: str) -> None:
    text = f'{{\n "mcpServers": {{\n  "s": {server},\n  "good": {{"command": "c"}}\n}}}}'
    assert problems(".mcp.json", text) == [("unreadable-config", where, says)]
    config = read(".mcp.json", text)
    assert [each.name.text for each in config.servers] == ["good"]
    assert [problem.server for problem in config.problems] == ["s"]


def test_each_break_of_a_server_is_named() -> None:
    text = '{"mcpServers": {"s": {"command": 1, "args": [2, "x", 3], "env": []}}}'
    assert [where for _, where, _ in problems(".mcp.json", text)] == ["1", "2", "3", "[]"]


@pytest.mark.parametrize(
    ("file", "text", "where", "says"),
    [
        (".mcp.json", "[]", "[]", "expected an object at the top, got a list"),
        (".mcp.json", '{"mcpServers": []}', "[]", "mcpServers: expected an object, got a list"),
        (".mcp.json", '{"servers": null}', "null", "servers: expected an object, got null"),
        (".gemini/settings.json", '{"mcp": 1}', "1", "mcp: expected an object, got a number"),
        (
            ".gemini/settings.json",
            '{"mcp": {"serverCommand": []}}',
            "[]",
            "mcp.serverCommand: expected a string, got a list",
        ),
        (".gemini/settings.json", '{"mcp": {"serverCommand": ""}}', '""', "mcp.serverCommand: expected a string with"),
        (
            ".vscode/mcp.json",
            '{"servers": {"s": {"command": "c", "env": {"A": []}}}}',
            "[]",
            "a string, a number or null, got",
        ),
        (".codex/config.toml", "mcp_servers = 1", "1", "mcp_servers: expected an object, got a number"),
        (
            ".codex/config.toml",
            '[mcp_servers.s]\ncommand = "c"\nargs = [1]',
            "1",
            "mcp_servers.s.args[0]: expected a string",
        ),
        (".codex/config.toml", "[mcp_servers.s]\ncommand = 1979-05-27", "1979-05-27", "expected a string, got a date"),
        (
            ".codex/config.toml",
            '[mcp_servers.s]\ncommand="c"\nargs=[07:32:00]',
            "07:32:00",
            "args[0]: expected a string, got a date",
        ),
        (
            ".codex/config.toml",
            '[mcp_servers.s]\ncommand="c"\nenv.A=07:32:00',
            "07:32:00",
            "env.A: expected a string, got a date",
        ),
        (
            ".codex/config.toml",
            "[mcp_servers.s]\nenabled = false",
            "s",
            "mcp_servers.s: expected command or url, got neither",
        ),
        (".mcp.json", '{"s": {"command": "c"}, "t": {"cmd": "c"}}', '"t"', "t: expected command or url, got neither"),
        (".mcp.json", '{"s": {"command": "c"}, "t": "c"}', '"c"', "t: expected an object, got a string"),
        (".mcp.json", '{"s": {"Command": "c"}}', '"s"', "s: expected command or url, got neither"),
    ],
)
def test_what_is_broken_is_named(file: str, text: str, where: str, says: str) -> None:
    found = [(place, message) for rule, place, message in problems(file, text) if rule == "unreadable-config"]
    [(place, message)] = found
    assert place == where
    assert says in message


@pytest.mark.parametrize(
    ("file", "text", "where", "says"),
    [
        (
            ".mcp.json",
            '{"mcpservers": {"s": {"command": "c"}}}',
            '"mcpservers"',
            "mcpservers is mcpServers for some clients only",
        ),
        (".mcp.json", '{"mcpServers": {}, "MCPServers": {}}', '"MCPServers"', "write mcpServers"),
        (".mcp.json", '{"Servers": {}}', '"Servers"', "write servers"),
        (".mcp.json", '{"\u017fervers": {}}', '"\u017fervers"', "write servers"),
        (".gemini/settings.json", '{"MCP": {}}', '"MCP"', "write mcp"),
        (".gemini/settings.json", '{"mcp": {"servercommand": "x"}}', '"servercommand"', "write serverCommand"),
        (".codex/config.toml", "[MCP_servers]", "MCP_servers", "write mcp_servers"),
        (
            ".mcp.json",
            '{"mcpServers": {"a": {"url": "u"}, "A": {"url": "u"}}}',
            '"A"',
            "the names a and A differ only in case",
        ),
        (".mcp.json", '{"mcpServers": {"a": {"url": "u"}}, "servers": {"a": {"url": "u"}}}', '"a"', "is defined under"),
        (
            ".mcp.json",
            '{"mcpServers": {"a": {"url": "u", "Command": "c"}}}',
            '"Command"',
            "mcpServers.a: Command is command",
        ),
        (".mcp.json", '{"mcpServers": {"a": {"url": "u", "ENV": {}}}}', '"ENV"', "write env"),
        (".codex/config.toml", '[mcp_servers.a]\nurl="u"\nHTTP_headers={}', "HTTP_headers", "write http_headers"),
        (
            ".mcp.json",
            '{"mcpServers": {"a": {"url": "u", "command": "c"}}}',
            '"command"',
            "url and command are both given",
        ),
        (
            ".mcp.json",
            '{"mcpServers": {"a": {"url": "u", "httpUrl": "v"}}}',
            '"httpUrl"',
            "url and httpUrl are both given",
        ),
        (".mcp.json", '{"mcpServers": {"a": {"url": "u"}, "a": {"url": "u"}}}', '"a"', 'the key "a" is written twice'),
        (".mcp.json", '{"x": {"y": 1, "y": 1}}', '"y"', 'the key "y" is written twice'),
        (".mcp.json", '{"mcpServers": {}} {}', "{}", "text follows the end"),
        (".mcp.json", '{"mcpServers": {"a": {"url": "\\x"}}}', "\\x", "an escape that JSON does not know"),
    ],
)
def test_where_clients_would_disagree(file: str, text: str, where: str, says: str) -> None:
    [(rule, place, message)] = problems(file, text)
    assert rule == "ambiguous-document"
    assert place == where
    assert says in message


def test_a_command_line_and_a_server_of_its_name() -> None:
    text = '{"mcpServers": {"mcp.servercommand": {"url": "u"}}, "mcp": {"serverCommand": "x"}}'
    [(rule, where, message)] = problems(".gemini/settings.json", text)
    assert (rule, where) == ("ambiguous-document", '"serverCommand"')
    assert "a server has the name mcp.serverCommand" in message
    assert len(read(".gemini/settings.json", text).servers) == 2


def test_what_is_ambiguous_is_still_judged() -> None:
    twice = '{"mcpServers": {"a": {"command": "x"}, "a": {"command": "y"}}, "mcpServers": {"b": {"command": "z"}}}'
    assert sorted(server.argv[0].text for server in read(".mcp.json", twice).servers) == ["x", "y", "z"]
    fields = '{"mcpServers": {"a": {"command": "x", "command": "y"}}}'
    assert [server.argv[0].text for server in read(".mcp.json", fields).servers] == ["y"]
    assert len(read(".mcp.json", fields).problems) == 1
    variant = '{"mcpservers": {"a": {"command": "x"}}}'
    assert [server.argv[0].text for server in read(".mcp.json", variant).servers] == ["x"]


def test_a_byte_order_mark_is_ambiguous_and_the_servers_are_read() -> None:
    config = read(".mcp.json", b'\xef\xbb\xbf{"mcpServers": {"s": {"url": "u"}}}')
    assert [(problem.rule, problem.place.line) for problem in config.problems] == [("ambiguous-document", 1)]
    assert config.text.startswith("\ufeff{")
    assert len(config.servers) == 1


@pytest.mark.parametrize("file", [*OWN, "named.json", "named.toml"])
@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\xff\xfe{\x00}\x00", "UTF-16 or UTF-32: save it as UTF-8"),
        (b"# \xff", "byte 0xff is not UTF-8"),
        (b" " * ((1 << 20) + 1), "larger than 1,048,576 bytes"),
        (b"[" * 100_000, ""),
        (b'{"a": {"b": 1}', ""),
        (b"<html>", ""),
    ],
)
def test_an_unreadable_file_is_one_problem(file: str, data: bytes, says: str) -> None:
    config = read(file, data)
    [problem] = config.problems
    assert (problem.rule, problem.place.file, config.servers) == ("unreadable-config", file, ())
    assert says in problem.message


@pytest.mark.parametrize("data", [b"", b" \n\t\n"])
def test_an_empty_json_config_is_unreadable(data: bytes) -> None:
    [problem] = read(".mcp.json", data).problems
    assert (problem.rule, problem.message) == (
        "unreadable-config",
        "the file holds no value: write {} or remove the file",
    )


def test_the_text_of_a_file_with_a_syntax_error_is_kept_for_the_report() -> None:
    config = read(".mcp.json", '{"mcpServers": {\n  oops\n')
    assert config.text == '{"mcpServers": {\n  oops\n'
    assert config.problems[0].place == Place(".mcp.json", 2, 3, 2, 4)


def test_ten_thousand_servers_and_one_more() -> None:
    def data(count: int) -> str:
        return json.dumps({"mcpServers": {f"s{index}": {"url": "u"} for index in range(count)}})

    assert len(read(".mcp.json", data(10_000)).servers) == 10_000
    config = read(".mcp.json", data(10_001))
    assert config.servers == ()
    assert [problem.message for problem in config.problems] == [
        "more than 10,000 servers are defined, the most that is read: split the file"
    ]


def test_messages_hold_no_values() -> None:
    secret = "hunter2"
    text = json.dumps(
        {"mcpServers": {"s": {"command": [secret], "env": {"T": [secret]}, "args": {"x": secret}, "url": secret}}}
    )
    found = problems(".mcp.json", text)
    assert len(found) == 4
    assert not any(secret in message for _, _, message in found)


@given(
    st.sampled_from(FILES),
    st.binary(max_size=50) | st.text(max_size=50).map(lambda text: text.encode("utf-8", "replace")),
)
@settings(max_examples=200, deadline=None)
def test_no_bytes_raise(file: str, data: bytes) -> None:
    assert read(file, data) == read(file, data)


@given(st.sampled_from(FILES), VALUES)
@settings(max_examples=200, deadline=None)
def test_no_value_raises(file: str, value: object) -> None:
    config = read(file, json.dumps(value))
    assert all(server.argv or server.url or server.hidden for server in config.servers)


@given(st.sampled_from([*MCP_SERVERS, "named.json", "named.yaml"]), VALUES)
@settings(max_examples=300, deadline=None)
def test_no_json_raises_and_no_server_is_dropped_in_silence(file: str, value: object) -> None:
    config = read(file, json.dumps(value))
    found = {server.name.text for server in config.servers} | {problem.server for problem in config.problems}
    servers = value.get("mcpServers") if isinstance(value, dict) else None
    if isinstance(servers, dict):
        comments = {name for name, each in servers.items() if name.startswith("$") and not isinstance(each, dict)}
        assert set(servers) - comments <= found
    elif servers is not None:
        assert config.problems
