"""Files of names that other programs use too: nothing honest is found fault with, and nothing is passed over."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mcp_guard import clients
from mcp_guard.model import Config

SCHEMAS = sorted((Path(__file__).resolve().parents[2] / "schemas").glob("*.json"))


def read(file: str, text: str | bytes) -> Config:
    config = clients.read(file, text.encode() if isinstance(text, str) else text)
    assert config
    return config


def rules(config: Config) -> list[str]:
    return [problem.rule for problem in config.problems]


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda path: path.name)
@pytest.mark.parametrize("file", ["mcp.schema.json", "mcp/config.json", "server.json", "manifest.json"])
def test_a_json_schema_of_configs_is_none(file: str, schema: Path) -> None:
    assert clients.read(file, schema.read_bytes()) is None


def test_servers_below_the_properties_of_a_schema_are_still_servers() -> None:
    config = read("mcp.json", '{"properties": {"mcpServers": {"s": {"command": "npx", "args": ["p"]}}}}')
    assert [server.name.text for server in config.servers] == ["s"]


PACKAGE = {
    "name": "x",
    "scripts": {"start": "node x"},
    "bin": {"x": "y"},
    "repository": {"type": "git", "url": "https://git.example"},
    "bugs": {"url": "https://git.example/issues"},
}


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("mcp/package.json", json.dumps(PACKAGE)),
        ("mcp/package-lock.json", '{"lockfileVersion": 3, "packages": {"": {}, "a": {"resolved": "u"}}}'),
        ("mcp-lock.json", '{"lockfileVersion": 1, "dependencies": {"url": {"version": "1"}}}'),
        ("mcp/tsconfig.json", '{"compilerOptions": {}, "include": ["x"]}'),
        ("mcp/tasks.json", '{"version": "2.0.0", "tasks": [{"label": "x", "command": "npm", "args": ["run"]}]}'),
        ("openapi-mcp.json", '{"openapi": "3.0.0", "servers": [{"url": "https://a.example"}], "paths": {}}'),
        ("manifest.json", '{"manifest_version": 3, "name": "x", "background": {"service_worker": "x.js"}}'),
        ("server.json", '{"kind": "Deployment", "apiVersion": "apps/v1", "spec": {}}'),
        ("docker-compose.mcp.yml", "services:\n  a:\n    image: postgres\n"),
        (".github/workflows/mcp.yml", "on: push\njobs:\n  mcp:\n    steps: [{uses: a/b@v4, with: {command: x}}]\n"),
        ("agents/x.md", "# Prose\n"),
        ("agents/x.md", "\n---\nnot: [yaml\n---\n"),
        (".env", "A=1\n# CODEX_HOME=x\nCODEX_HOME=\n"),
        # What Claude Code itself writes: a description with colons, which it alone can read.
        (".claude/agents/x.md", "---\nname: x\ndescription: Use it: when a\ntools: mcp__x\n---\nmcpServers: prose\n"),
    ],
)
def test_what_is_not_about_servers_passes(file: str, text: str) -> None:
    assert clients.concerns(file)
    assert clients.read(file, text.encode()) is None


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("mcp/a.json", '{"note": "x", "a": {"command": "npx"}}'),
        ("mcp/a.json", '{"note": "x", "a": {"type": "sse", "url": "https://a.example"}}'),
        ("mcp/a.json", '{"$schema": "x", "a": {"url": "https://a.example"}, "b": {"url": "https://b.example"}}'),
        ("mcp.json", '{"servers": {"a": {"command": {"path": "npx"}}}}'),
        ("mcp.json", '{"servers": {"a": {"transport": {"type": "stdio", "command": "npx"}}}}'),
        ("recipes/x.yaml", "extensions:\n- {type: inline_python, name: a, code: 'print(1)'}\n"),
        (
            "recipes/x.yaml",
            "extensions:\n- {type: builtin, name: b}\n- {type: sse, name: a, uri: 'https://a.example'}\n",
        ),
    ],
)
def test_what_is_about_servers_does_not(file: str, text: str) -> None:
    assert read(file, text).servers


def test_front_matter_below_the_first_line_is_read_and_doubted() -> None:
    config = read(".claude/agents/x.md", "\n---\nmcpServers:\n- a: {command: npx}\n---\n")
    assert [server.name.text for server in config.servers] == ["a"]
    assert rules(config) == ["ambiguous-document"]


PADDED = b" " * (1 << 20)


@pytest.mark.parametrize(
    ("file", "data"),
    [
        ("mcp.json", '{"mcpServers": {"a": {"command": "npx"}}}'.encode("utf-16")),
        ("mcp.json", PADDED + b'{"mcpServers": {"a": {"command": "npx"}}}'),
        ("compose.yml", b"a: 1\n#" + PADDED + b"\nservices: {a: {image: mcp/a}}\n"),
        (".claude/agents/x.md", b"---\na: 1\n#" + PADDED + b"\nmcpServers: [{a: {command: npx}}]\n---\n"),
        (".claude/agents/x.md", b"---\r\na: b: c\r\nmcpServers: [{a: {command: npx}}]\r\n---\r\n"),
        (".claude/agents/x.md", b"\xef\xbb\xbf---\nmcp-servers: [\n---\n"),
        (".claude/agents/x.md", b"---js\nmcpServers: 1\n---\n"),
    ],
)
def test_what_cannot_be_read_and_may_be_about_servers_is_a_problem(file: str, data: bytes) -> None:
    assert rules(read(file, data)) == ["unreadable-config"]


def test_a_large_file_of_another_program_passes() -> None:
    assert clients.read("manifest.json", PADDED + b'{"files": []}') is None


@pytest.mark.parametrize("empty", ["mcpServers:\n", "mcpServers:   # none yet\n", "a: 1\nmcpServers:\n\nb: 2\n"])
def test_a_key_of_yaml_without_a_value_holds_no_servers(empty: str) -> None:
    config = read("librechat.yaml", empty)
    assert (config.servers, config.problems) == ((), ())


def test_a_null_that_is_written_is_a_problem() -> None:
    assert rules(read("librechat.yaml", "mcpServers: null\n")) == ["unreadable-config"]


@pytest.mark.parametrize("value", ["2026-11-22", "12:30", "yes", "off"])
def test_a_text_of_yaml_that_is_a_date_for_some_is_a_text(value: str) -> None:
    text = (
        f"mcpServers:\n  a: {{command: npx, args: [{value}], env: {{A: {value}}}, cwd: {value}, disabled: {value}}}\n"
    )
    config = read("librechat.yaml", text)
    assert config.problems == ()
    assert [word.text for word in config.servers[0].argv] == ["npx", value]


@pytest.mark.parametrize("word", ["yes", "On", "true", "TRUE"])
def test_a_switch_of_yaml_approves_in_each_spelling(word: str) -> None:
    config = read("librechat.yaml", f"mcpServers:\n  a: {{command: npx, autoApprove: {word}}}\n")
    assert [(problem.rule, problem.severity) for problem in config.problems] == [("self-approval", "error")]


@pytest.mark.parametrize("file", [".claude-plugin/plugin.json", ".claude/settings.json"])
@pytest.mark.parametrize("key", ["MCPServers", "mcp_servers", "mcp-servers"])
def test_servers_of_a_plugin_under_a_key_that_is_none_are_a_problem(file: str, key: str) -> None:
    config = read(file, f'{{"{key}": {{"a": {{"command": "npx"}}}}}}')
    assert rules(config) == ["ambiguous-document"]
