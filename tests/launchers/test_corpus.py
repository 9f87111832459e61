"""The real configs: read without an exception, and mostly understood."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from mcp_guard import launchers
from mcp_guard.model import OpaqueLaunch, Server
from tests.launchers.reading import check_pins, server, tree

CONFIGS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus" / "configs"
MAPS = ("mcpServers", "servers", "mcp_servers", "context_servers")
pytestmark = pytest.mark.skipif(not CONFIGS.is_dir(), reason="the corpus is not beside this checkout")


def strings(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def definitions(value: object) -> Iterator[dict[str, object]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in MAPS and isinstance(inner, dict):
                yield from (one for one in inner.values() if isinstance(one, dict))
            yield from definitions(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from definitions(inner)


def servers() -> Iterator[Server]:
    for path in sorted(CONFIGS.rglob("*.json")):
        try:
            value: object = json.loads(path.read_text(encoding="utf-8-sig"))
        except ValueError:
            continue
        for one in definitions(value):
            command, url, env = one.get("command"), one.get("url", one.get("serverUrl")), one.get("env")
            variables = env if isinstance(env, dict) else {}
            yield server(
                [*([command] if isinstance(command, str) else []), *strings(one.get("args"))],
                env={name: text for name, text in variables.items() if isinstance(text, str)},
                url=url if isinstance(url, str) else None,
            )


def test_the_corpus_is_read_and_mostly_understood() -> None:
    kinds: Counter[str] = Counter()
    for one in servers():
        found = launchers.read(one, tree())
        kinds.update(type(launch).__name__ for launch in found)
        check_pins([argument.text for argument in one.argv])
        opaque = [launch.reason for launch in found if isinstance(launch, OpaqueLaunch)]
        assert not [reason for reason in opaque if "does not know the flag" in reason], one.argv
    print(dict(kinds))
    assert kinds["PackageLaunch"] > 200
    assert kinds["OpaqueLaunch"] < kinds.total() // 5
