from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mcp_guard.clients import CLIENTS, schemas
from mcp_guard.clients.table import CODEX, GEMINI, STANDARD, VSCODE, Client, Dialect
from mcp_guard.model import JSON

DIALECTS = (STANDARD, VSCODE, CODEX, GEMINI)
ORDINARY: JSON = {"mcpServers": {"a": {"command": "npx", "args": ["-y"], "env": {"A": "b"}}, "b": {"url": "https://x"}}}


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


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_schemas_are_schemas_and_usable_in_an_editor(dialect: Dialect) -> None:
    schema = schemas.load(dialect.name)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:mcp-guard:schema:{dialect.name}"
    assert schema["title"]
    assert schema["description"]
    for name in at(schema, "$defs", "server", "properties"):
        assert at(schema, "$defs", "server", "properties", name)["description"]


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_the_fields_of_the_table_are_those_of_the_schema(dialect: Dialect) -> None:
    server = at(schemas.load(dialect.name), "$defs", "server")
    assert sorted(at(server, "properties")) == sorted(dialect.fields)
    condition = at(server, "if", "not")
    required = condition.get("anyOf", [condition])
    assert required in ([{"required": [url]} for url in dialect.urls], [{"required": list(dialect.urls)}])
    assert server["then"] == {"required": ["command"]}


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_the_maps_of_the_table_are_those_of_the_schema(client: Client) -> None:
    properties = at(schemas.load(client.dialect.name), "properties")
    maps = [
        (name,)
        for name, schema in properties.items()
        if isinstance(schema, Mapping) and "additionalProperties" in schema
    ]
    assert sorted(maps) == sorted(client.maps)
    if client.command_line:
        first, second = client.command_line
        assert at(properties, first, "properties", second)["type"] == "string"


def test_every_keyword_of_a_server_that_can_break_has_its_own_words() -> None:
    worded = {"type", "minLength", "required"}
    silent = {"title", "description", "properties", "additionalProperties", "items", "if", "then", "not", "anyOf"}
    for dialect in DIALECTS:
        server = at(schemas.load(dialect.name), "$defs", "server")
        assert set(keywords(server)) <= worded | silent


def test_an_ordinary_config_keeps_to_the_schema_and_unknown_keys_are_allowed() -> None:
    validator = Draft202012Validator(schemas.load("standard"))
    assert validator.is_valid(ORDINARY)
    assert validator.is_valid({"theme": 1, "mcpServers": {"a": {"command": "x", "new": [1]}}})
    assert not validator.is_valid({"mcpServers": {"a": {"new": 1}}})
    assert list(schemas.breaks("standard", {"command": "x", "new": [1]})) == []


def test_breaks_have_one_place_each() -> None:
    found = list(schemas.breaks("vscode", {"command": 1, "args": ["x", None], "env": {"A": 1, "B": []}}))
    assert [(each.path, each.expected) for each in found] == [
        (("command",), "a string"),
        (("args", 1), "a string"),
        (("env", "B"), "a string, a number or null"),
    ]


def test_a_keyword_without_words_is_reported_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    validator = Draft202012Validator({"maxProperties": 0})
    monkeypatch.setattr(schemas, "_validator", lambda _: validator)
    [found] = schemas.breaks("standard", {"type": "x"})
    assert found == ((), "what the standard schema says of maxProperties", "something else")


def test_the_schemas_lie_beside_the_package_or_in_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    package = tmp_path / "mcp_guard"
    (package / "clients").mkdir(parents=True)
    monkeypatch.setattr(schemas, "__file__", str(package / "clients" / "schemas.py"))
    assert schemas.folder() == str(tmp_path / "schemas")
    (package / "schemas").mkdir()
    assert schemas.folder() == str(package / "schemas")


def test_a_schema_that_defines_no_server_is_a_fault_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schemas, "load", lambda _: {"$defs": {}})
    with pytest.raises(LookupError, match=r"none\.schema\.json does not define a server"):
        list(schemas.breaks("none", {}))


def test_a_validator_is_made_once() -> None:
    assert schemas._validator("codex") is schemas._validator("codex")


TEXTS = st.sampled_from(["", "npx", " "]) | st.text(max_size=3)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)
SHAPES = st.dictionaries(
    st.sampled_from(["command", "args", "env", "url", "type", "cwd", "headers"]), VALUES, max_size=4
)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
@given(shape=SHAPES)
@settings(max_examples=150, deadline=None)
def test_what_is_plain_keeps_to_every_schema(dialect: Dialect, shape: dict[str, JSON]) -> None:
    """The short way may only skip what jsonschema would not find fault with."""
    server = at(schemas.load(dialect.name), "$defs", "server")
    if schemas.is_plain(shape):
        assert Draft202012Validator(server).is_valid(shape)


def test_which_shapes_are_plain() -> None:
    assert schemas.is_plain({"command": "npx", "args": ["-y", "x"], "env": {"A": "b"}})
    assert schemas.is_plain({"url": "https://mcp.example/"})
    odds: list[JSON] = [{}, [], {"args": []}, {"command": ""}, {"command": "x", "args": "y"}]
    odds.append({"command": "x", "env": {"A": 1}})
    odds.append({"command": "x", "cwd": "y"})  # what it does not know, the schema judges
    assert not any(map(schemas.is_plain, odds))
