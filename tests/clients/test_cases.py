"""One folder a row of the table: a config, and the servers that must come out of it.

`expected.json` says at which `path` the file lies (a row without files is read by its name), the `servers` by name with
what is not empty of them, and the `problems`: rule, line and message.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mcp_guard import clients
from mcp_guard.clients import CLIENTS
from mcp_guard.clients.table import owner
from mcp_guard.model import JSON, Config, Server

CASES = Path(__file__).parent / "cases"


def shown(server: Server) -> dict[str, JSON]:
    """What a server amounts to, without what is empty."""
    whole: dict[str, JSON] = {
        "argv": [word.text for word in server.argv],
        "env": {each.name.text: each.value.text for each in server.env},
        "env_files": [word.text for word in server.env_files],
        "cwd": server.cwd.text if server.cwd else None,
        "url": server.url.text if server.url else None,
        "headers": {each.name.text: each.value.text for each in server.headers},
        "hidden": server.hidden,
    }
    return {key: value for key, value in whole.items() if value}


def outcome(config: Config) -> dict[str, JSON]:
    """A config as `expected.json` has it."""
    assert len({server.name.text for server in config.servers}) == len(config.servers)
    return {
        "servers": {server.name.text: shown(server) for server in config.servers},
        "problems": [[each.rule, each.place.line, each.message] for each in config.problems],
    }


def test_every_row_has_a_case_and_every_case_a_row() -> None:
    assert {path.name for path in CASES.iterdir()} == {client.name for client in CLIENTS}


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_the_servers_of_a_client(client: clients.Client) -> None:
    folder = CASES / client.name
    [file] = folder.glob("config.*")
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    path = expected.pop("path")
    assert (owner(path) == client) is bool(client.globs)
    config = clients.read(path, file.read_bytes(), client=None if client.globs else client.name)
    assert config
    assert config.client == client.name
    assert outcome(config) == expected
    assert config.servers or config.problems
