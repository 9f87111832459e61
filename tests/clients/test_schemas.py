"""The schemas are those of the tables, and a server is judged by them whichever way is taken."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mcp_guard.clients import CLIENTS, schemas
from mcp_guard.clients.__main__ import main
from mcp_guard.clients.__main__ import schemas as files
from mcp_guard.clients.dialects import DIALECTS, STANDARD, VSCODE, Dialect
from mcp_guard.clients.schema_of import server
from mcp_guard.model import JSON

FOLDER = Path(__file__).resolve().parents[2] / "schemas"
EACH = pytest.mark.parametrize("dialect", DIALECTS.values(), ids=lambda dialect: dialect.name)
GOOD: JSON = {"command": "npx", "args": ["-y"], "env": {"A": "b"}, "url": "https://mcp.example", "other": [1]}


def at(value: JSON, *path: str) -> dict[str, JSON]:
    for step in path:
        assert isinstance(value, dict)
        value = value[step]
    assert isinstance(value, dict)
    return value


def keywords(schema: JSON, *, names: bool = False) -> Iterator[str]:
    if isinstance(schema, dict):
        for key, value in schema.items():
            if not names:
                yield key
            yield from keywords(value, names=key in ("properties", "$defs") and not names)
    elif isinstance(schema, list):
        for value in schema:
            yield from keywords(value)


def read(name: str) -> dict[str, JSON]:
    schema: dict[str, JSON] = json.loads((FOLDER / f"{name}.schema.json").read_text(encoding="utf-8"))
    return schema


def test_the_files_are_fresh() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    for name, text in files():
        assert written.get(name) == text, "stale: run python -m mcp_guard.clients --schemas schemas"


def test_the_command_writes_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "argv", ["clients", "--schemas", str(tmp_path)])
    main()
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == dict(files())


def test_every_dialect_has_a_client() -> None:
    assert {client.dialect for client in CLIENTS} == set(DIALECTS)


@EACH
def test_schemas_are_schemas_and_usable_in_an_editor(dialect: Dialect) -> None:
    schema = read(dialect.name)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:mcp-guard:schema:{dialect.name}"
    assert dialect.title in str(schema["title"])
    assert at(schema, "properties")
    for name in at(schema, "$defs", "server", "properties"):
        assert "type" in at(schema, "$defs", "server", "properties", name)


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("standard", {"mcpServers": {"a": GOOD}, "x": 1}, {"mcpServers": {"a": {"command": 1}}}),
        (
            "standard",
            {"projects": {"/p": {"mcpServers": {"a": GOOD}}}},
            {"projects": {"/p": {"mcpServers": {"a": {}}}}},
        ),
        ("vscode", {"mcp": {"servers": {"a": GOOD}}, "servers": {}}, {"servers": {"a": []}}),
        ("codex", {"mcp_servers": {"a": GOOD}}, {"mcp_servers": []}),
        ("opencode", {"mcp": {"a": {"command": ["npx"]}, "b": {"enabled": False}}}, {"mcp": {"a": {"command": []}}}),
        ("goose", {"extensions": [{"type": "builtin"}]}, {"extensions": [{"type": "stdio"}]}),
        ("goose", {"extensions": {"a": {"cmd": "npx"}}}, {"extensions": {"a": {"cmd": ""}}}),
        ("zed", {"context_servers": {"a": {"settings": {}}}}, {"context_servers": {"a": {"command": {"args": []}}}}),
        (
            "zed",
            {"context_servers": {"a": {"command": {"path": "x"}}}},
            {"context_servers": {"a": {"source": "custom"}}},
        ),
        ("continue", {"mcpServers": [{"uses": "a/b"}]}, {"mcpServers": [{"name": "a"}]}),
        ("cline", {"mcpServers": {"a": {"transport": {"url": "u"}}}}, {"mcpServers": {"a": {"transport": {}}}}),
        ("agents", {"mcp": {"targets": [{"target": "@a/b"}]}}, {"mcp": {"targets": [{"target": 1}]}}),
        ("gemini", {"mcp": {"serverCommand": "npx x"}}, {"mcp": {"serverCommand": ""}}),
    ],
)
def test_a_whole_config_is_judged(name: str, good: JSON, bad: JSON) -> None:
    validator = Draft202012Validator(read(name))
    assert validator.is_valid(good)
    assert not validator.is_valid(bad)


@EACH
def test_every_keyword_of_a_server_that_can_break_has_its_own_words(dialect: Dialect) -> None:
    worded = {"type", "minLength", "minItems", "required"}
    silent = {"title", "description", "properties", "additionalProperties", "items", "if", "then", "not", "anyOf"}
    assert set(keywords(server(dialect))) <= worded | silent | {"const", "maxProperties"}  # the last in conditions only


@pytest.mark.parametrize(
    ("name", "broken", "path", "expected", "got"),
    [
        ("standard", {"command": ""}, ("command",), "a string with something in it", "an empty one"),
        ("standard", {}, (), "command or url", "neither"),
        ("standard", [], (), "an object", None),
        ("opencode", {"command": []}, ("command",), "a list with something in it", "an empty one"),
        ("opencode", {"command": 1}, ("command",), "a string or a list", None),
        ("goose", {"type": "stdio"}, (), "cmd or uri", "neither"),
        ("zed", {"command": {}}, ("command",), "path", "neither"),
        ("cline", {"transport": {}}, ("transport",), "command or url", "neither"),
        ("vscode", {"command": "c", "env": {"A": True}}, ("env", "A"), "a string, a number or null", None),
    ],
)
def test_a_break_has_its_place_and_words(
    name: str, broken: JSON, path: tuple[str, ...], expected: str, got: str | None
) -> None:
    assert list(schemas.breaks(DIALECTS[name], broken)) == [(path, expected, got)]


def test_a_keyword_without_words_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    validator = Draft202012Validator({"maxProperties": 0})
    monkeypatch.setattr(schemas, "_validator", lambda _: validator)
    [found] = schemas.breaks(STANDARD, {"type": "x"})
    assert found == ((), "what the standard schema says of maxProperties", "something else")


def test_a_validator_is_made_once() -> None:
    assert schemas._validator(VSCODE) is schemas._validator(VSCODE)


FIELDS = sorted({field.split("/")[0] for dialect in DIALECTS.values() for field in dialect.fields} | {"type", "x"})
TEXTS = st.sampled_from(["", "npx", " "]) | st.text(max_size=3)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS | st.sampled_from(FIELDS), inner, max_size=2),
    max_leaves=4,
)
SHAPES = st.dictionaries(st.sampled_from(["command", "url", "args", "env", *FIELDS]), VALUES, max_size=4)


@EACH
@given(shape=SHAPES)
@settings(max_examples=120, deadline=None)
def test_what_is_plain_keeps_to_every_schema(dialect: Dialect, shape: dict[str, JSON]) -> None:
    """The short way may only skip what jsonschema would not find fault with."""
    if schemas.is_plain(dialect, shape):
        assert Draft202012Validator(server(dialect)).is_valid(shape)


def test_which_shapes_are_plain() -> None:
    assert schemas.is_plain(STANDARD, GOOD)
    assert schemas.is_plain(STANDARD, {"command": "x", "cwd": "y", "disabled": False, "headers": {"A": "b"}})
    assert schemas.is_plain(VSCODE, {"command": "x", "env": {"A": 1, "B": None}})
    assert schemas.is_plain(DIALECTS["opencode"], {"command": ["npx"], "environment": {}})
    odds: list[JSON] = [{}, [], {"args": []}, {"command": ""}, {"command": "x", "args": "y"}]
    odds += [{"command": "x", "env": {"A": 1}}, {"command": ["x"]}, {"command": "x", "cwd": 1}]
    assert not any(schemas.is_plain(STANDARD, odd) for odd in odds)
    assert not schemas.is_plain(VSCODE, {"command": "x", "env": {"A": True}})
