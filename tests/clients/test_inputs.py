"""The inputs of VS Code that a server refers to are a part of its definition."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_guard import clients
from mcp_guard.model import JSON
from mcp_guard.redaction import fingerprint, secrets

SERVER: JSON = {"command": "npx", "args": ["-y", "${input:what}"]}


def text(content: JSON) -> bytes:
    return json.dumps(content).encode()


def definition(server: JSON, inputs: JSON, file: str = ".vscode/mcp.json") -> JSON:
    config = clients.read(file, text({"inputs": inputs, "servers": {"a": server}}))
    assert config is not None
    assert config.problems == ()
    (found,) = config.servers
    return found.definition


def prompt(name: str, default: str = "good@1.0.0") -> dict[str, JSON]:
    return {"id": name, "type": "promptString", "default": default}


def test_what_is_referred_to_is_in_the_definition_and_nothing_else() -> None:
    found = definition(SERVER, [prompt("other"), prompt("what")])
    assert found == {"server": SERVER, "inputs": [prompt("what")]}


@pytest.mark.parametrize(
    "server",
    [
        {"command": "x", "env": {"A": "b${input:what}c"}},
        {"command": "x", "env": {"${input:what}": "b"}},
        {"command": "${input:what}"},
        {"command": "x", "cwd": "${input:what}"},
        {"command": "x", "envFile": "${workspaceFolder}/${input:what}"},
        {"url": "https://${input:what}/"},
        {"url": "https://mcp.example/", "headers": {"X": "Bearer ${input:what}"}},
        {"command": "x", "dev": {"debug": [{"deep": "${input:what}"}]}},
        {"command": "x", "args": ["${input:unknown}", "${input:}", "${input:what", "${input:what}"]},
    ],
)
def test_wherever_it_is_referred_to(server: JSON) -> None:
    assert definition(server, [prompt("what")]) == {"server": server, "inputs": [prompt("what")]}


@pytest.mark.parametrize(
    "inputs",
    [
        [],
        None,
        "what",
        {"what": prompt("what")},
        [prompt("other")],
        [prompt("What")],
        ["what", None, 1, [], {}, {"id": 1}, {"id": ["what"]}, {"name": "what"}],
    ],
)
def test_an_unknown_id_leaves_the_definition_as_it_is(inputs: JSON) -> None:
    assert definition(SERVER, inputs) == SERVER


def test_a_server_without_references_has_no_inputs() -> None:
    assert definition({"command": "x", "args": ["input:what", "$input:what"]}, [prompt("what")]) == {
        "command": "x",
        "args": ["input:what", "$input:what"],
    }


def test_all_of_several_with_one_id_count_in_their_order() -> None:
    first, second = prompt("what", "good@1.0.0"), prompt("what", "evil")
    one, two = definition(SERVER, [first, second]), definition(SERVER, [second, first])
    assert one == {"server": SERVER, "inputs": [first, second]}
    assert two == {"server": SERVER, "inputs": [second, first]}


def test_what_an_input_refers_to_counts_too_also_in_a_circle() -> None:
    one, two, three = prompt("what", "${input:b}"), prompt("b", "${input:a}"), prompt("a", "${input:what}${input:a}")
    assert definition(SERVER, [one, two, three, prompt("x")]) == {"server": SERVER, "inputs": [three, two, one]}


@pytest.mark.parametrize("file", [".vscode/mcp.json", ".mcp.json", ".cursor/mcp.json"])
def test_of_every_client_that_reads_such_a_file(file: str) -> None:
    assert definition(SERVER, [prompt("what")], file) != SERVER


def test_inputs_stand_beside_the_map_of_servers() -> None:
    inner: JSON = {"inputs": [prompt("what")], "servers": {"a": SERVER}}
    config = clients.read("settings.json", text({"inputs": [prompt("what", "no")], "mcp": inner}), named=True)
    assert config is not None
    assert [server.definition for server in config.servers] == [{"server": SERVER, "inputs": [prompt("what")]}]


def read(inputs: JSON) -> tuple[str, frozenset[str]]:
    config = clients.read(".vscode/mcp.json", text({"inputs": inputs, "servers": {"a": SERVER}}))
    assert config is not None
    (server,) = config.servers
    return fingerprint(server), secrets(server)


PLAIN = st.text("abc@1. ", max_size=6)
INPUTS = st.lists(
    st.fixed_dictionaries(
        {"id": st.sampled_from(["what", "other"]), "type": st.sampled_from(["promptString", "pickString"])},
        optional={"default": PLAIN, "options": st.lists(PLAIN, max_size=2), "command": PLAIN},
    ),
    max_size=3,
)


@settings(max_examples=150, deadline=None)
@given(INPUTS, INPUTS)
def test_the_fingerprint_is_that_of_what_is_referred_to(one: list[JSON], other: list[JSON]) -> None:
    def used(inputs: list[JSON]) -> list[JSON]:
        return [each for each in inputs if isinstance(each, dict) and each["id"] == "what"]

    assert (read(one)[0] == read(other)[0]) is (used(one) == used(other))


def test_a_token_in_an_input_is_masked_and_does_not_count() -> None:
    one, two = "ghp_" + "a1B2" * 9, "ghp_" + "C3d4" * 9
    assert read([prompt("what", one)])[0] == read([prompt("what", two)])[0]
    assert one in read([prompt("what", one)])[1]


@pytest.mark.parametrize("same", [True, False])
def test_very_many_inputs_are_a_problem(same: bool) -> None:
    """Each counts in every server that it comes to, which a hostile file could make a matter of minutes."""
    inputs: list[JSON] = [
        {"id": "what" if same else f"i{number}", "default": f"${{input:i{number + 1}}}"} for number in range(201)
    ]
    for few, rules in ((inputs[1:], []), (inputs, ["unreadable-config"])):
        config = clients.read(".vscode/mcp.json", text({"inputs": few, "servers": {"a": SERVER}}))
        assert config
        assert [problem.rule for problem in config.problems] == rules
