from __future__ import annotations

import pytest

from mcp_guard.clients import shapes
from mcp_guard.model import JSON, Problem, Server
from tests.clients.shapes.reading import document, found

SHAPES = {"server-json", "mcpb", "plugin", "marketplace", "catalog", "compose", "crushrc", "settings", "dotenv"}


def test_each_shape_has_its_row() -> None:
    assert set(shapes.SHAPES) == SHAPES


def test_a_name_is_given_once_however_often_it_is_written() -> None:
    entries: list[JSON] = [{"a#2": {"command": "x"}}, {"a": {"command": "x"}}, {"a": {"command": "x"}}]
    got = found("plugin", document({"mcpServers": [*entries, {"a": {"command": "x"}}]}))
    assert [each.name.text for each in got if isinstance(each, Server)] == ["a#2", "a", "a#3", "a#4"]


def test_there_is_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapes, "LIMIT", 3)
    got = found("catalog", document({"registry": {str(number): {"image": "x"} for number in range(9)}}))
    assert [type(each) for each in got] == [Server, Server, Server, Problem]
    assert isinstance(got[-1], Problem)
    assert "split the file" in got[-1].message


def test_thousands_of_one_name_take_no_time_to_tell_apart() -> None:
    union: list[JSON] = [{"a": {"command": "x"}}] * 3_000
    names = {each.name.text for each in found("plugin", document({"mcpServers": union})) if isinstance(each, Server)}
    assert len(names) == 3_000
