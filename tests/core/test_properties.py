"""For every config: `pin` makes `check` pass and touches versions only, the fingerprint sees every change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import mcp_guard
from mcp_guard import Policy, clients
from mcp_guard.model import JSON, Network
from mcp_guard.redaction import fingerprint
from tests.core.conftest import NOW
from tests.registry import Registry

NETWORKS: tuple[Network, ...] = ("auto", "required", "off")
OWN = Policy(require=("pin", "integrity"))

# ------------------------------------------------------------------------------------------------ pin, then check


class Entry(NamedTuple):
    """A server before and after."""

    before: JSON
    after: JSON


def npx(flags: list[str], spec: str, pinned: str, rest: list[str]) -> Entry:
    return Entry({"command": "npx", "args": [*flags, spec, *rest]}, {"command": "npx", "args": [*flags, pinned, *rest]})


def same(entry: JSON) -> Entry:
    return Entry(entry, entry)


NPM = [("server", "server@1.2.0"), ("@corp/server", "@corp/server@2.0.0"), ("other@latest", "other@3.0.0")]
ENTRIES = st.one_of(
    st.builds(
        npx,
        st.sampled_from([[], ["-y"], ["--yes", "--quiet"]]),
        st.just(""),
        st.just(""),
        st.lists(st.sampled_from(["/data", "--flag", "ünï", "a b"]), max_size=2),
    ).flatmap(
        lambda entry: st.sampled_from(NPM).map(
            lambda names: Entry(_filled(entry.before, names[0]), _filled(entry.after, names[1]))
        )
    ),
    st.just(
        Entry(
            {"command": "npx", "args": ["-p", "server", "-p", "@corp/server", "server"]},
            {"command": "npx", "args": ["-p", "server@1.2.0", "-p", "@corp/server@2.0.0", "server"]},
        )
    ),
    st.just(Entry({"command": "uvx", "args": ["py-server", "x"]}, {"command": "uvx", "args": ["py-server@1.0", "x"]})),
    st.just(
        Entry(
            {"args": ["-c", "npx -y server --x"], "command": "sh"},
            {"args": ["-c", "npx -y server@1.2.0 --x"], "command": "sh"},
        )
    ),
    st.just(same({"command": "npx", "args": ["server@1.0.0"], "disabled": True})),
    st.just(same({"command": "docker", "args": ["run", "-i", f"mcp/fetch@sha256:{'0' * 64}"]})),
    st.just(same({"command": "node", "args": ["server.js"], "env": {"A": "b"}})),
)


def _filled(entry: JSON, spec: str) -> JSON:
    return json.loads(json.dumps(entry).replace('""', json.dumps(spec)))  # type: ignore[no-any-return] # what it was


GAPS = ["", "", " ", "  ", "\n", "\n    ", "\t", ' /* a: [ " } */ ', " // {\n", "\n\n"]


def written(value: JSON, chance: Random) -> str:
    """A value as JSON with comments, spaced by chance."""

    def gap() -> str:
        return chance.choice(GAPS)

    def many(parts: list[str], start: str, end: str) -> str:
        comma = "," if parts and chance.random() < 0.2 else ""
        return start + gap() + (gap() + "," + gap()).join(parts) + gap() + comma + gap() + end

    match value:
        case dict():
            return many([f"{json.dumps(k)}{gap()}:{gap()}{written(v, chance)}" for k, v in value.items()], "{", "}")
        case list():
            return many([written(item, chance) for item in value], "[", "]")
        case str():
            return json.dumps(value, ensure_ascii=chance.random() < 0.5)
        case _:
            return json.dumps(value)


@pytest.fixture(scope="module")
def shop() -> Iterator[Registry]:
    with Registry() as registry:
        for name, version in (("server", "1.0.0"), ("server", "1.2.0"), ("@corp/server", "2.0.0"), ("other", "3.0.0")):
            registry.publish_npm(name, version)
        registry.publish_pypi("py-server", "1.0")
        yield registry


@settings(max_examples=30, deadline=None)
@given(
    servers=st.dictionaries(st.sampled_from(["a", "b c", "ü", "d.e", "f/g"]), ENTRIES, min_size=1, max_size=4),
    seed=st.integers(0, 2**32),
    line_end=st.sampled_from(["\n", "\r\n"]),
    path=st.sampled_from([".mcp.json", ".cursor/mcp.json", "with space/ü/.vscode/mcp.json"]),
)
def test_pin_then_check(shop: Registry, servers: dict[str, Entry], seed: int, line_end: str, path: str) -> None:
    before, after = (
        written({"mcpServers": {name: entry[side] for name, entry in servers.items()}}, Random(seed))  # noqa: S311 - layout
        for side in (0, 1)
    )
    with TemporaryDirectory() as top:
        folder, home = Path(top, "folder"), Path(top, "home")
        config = folder / path
        config.parent.mkdir(parents=True)
        (folder / "server.js").write_text("")
        config.write_bytes(before.replace("\n", line_end).encode())
        environ = {"HOME": str(home), "MCP_GUARD_CACHE_DIR": str(home / "cache"), **shop.environ}
        plan = mcp_guard.pin(folder, policy=OWN, now=NOW, environ=environ)
        assert plan.failures == ()
        mcp_guard.apply(plan, folder)
        assert config.read_bytes() == after.replace("\n", line_end).encode()
        for network in NETWORKS:
            report = mcp_guard.check(folder, policy=OWN, now=NOW, network=network, environ=environ)
            assert report.exit_code == 0, report.findings
            assert {subject.verdict for subject in report.subjects} <= {"verified", "allowed"}
        assert mcp_guard.pin(folder, policy=OWN, now=NOW, environ=environ).files == ()


# ------------------------------------------------------------------------------------------------ the fingerprint

FIELDS = ("command", "args", "cwd", "env", "envFile", "url", "headers")
WORD = st.sampled_from(["alpha", "beta", "gamma", "--flag", "/data", "", "ünï", "a b", "Alpha"])
NAMES = st.sampled_from(["ALPHA", "BETA", "MODE", "alpha"])
DEFINITIONS = st.fixed_dictionaries(
    {"command": st.sampled_from(["npx", "uvx", "gh", "./run", "gh "])},
    optional={
        "args": st.lists(WORD, max_size=3),
        "cwd": WORD.filter(bool),
        "env": st.dictionaries(NAMES, WORD, max_size=2),
        "envFile": st.sampled_from([".env", "b.env"]),
        "url": st.sampled_from(["https://mcp.example/x", "https://mcp.example/x?a=b", "http://mcp.example/x"]),
        "headers": st.dictionaries(NAMES, WORD, max_size=2),
    },
)


def read(definition: dict[str, JSON], path: str) -> str | None:
    """The fingerprint of a definition as the client's own reader sees it; None where it is no server."""
    key = "servers" if path.endswith(".vscode/mcp.json") else "mcpServers"
    config = clients.read(path, json.dumps({key: {"a": definition}}).encode())
    assert config is not None
    return fingerprint(config.servers[0]) if config.servers else None


PATHS = st.sampled_from([".mcp.json", ".vscode/mcp.json", ".gemini/settings.json", ".cursor/mcp.json"])


@settings(max_examples=300, deadline=None)
@given(DEFINITIONS, DEFINITIONS, PATHS)
def test_two_definitions_have_one_fingerprint_only_if_they_are_equal(
    first: dict[str, JSON], second: dict[str, JSON], path: str
) -> None:
    ours, theirs = read(first, path), read(second, path)
    assert ours is not None
    assert (ours == theirs) == (first == second)


@settings(max_examples=200, deadline=None)
@given(DEFINITIONS, DEFINITIONS, st.sampled_from(FIELDS), PATHS)
def test_every_change_of_one_field_is_seen(
    definition: dict[str, JSON], other: dict[str, JSON], field: str, path: str
) -> None:
    assume(other.get(field) != definition.get(field))
    rest = {key: value for key, value in definition.items() if key != field}
    changed = {**rest, field: other[field]} if field in other else rest
    assert read(changed, path) != read(definition, path)


@settings(max_examples=100, deadline=None)
@given(DEFINITIONS, st.randoms(use_true_random=False), PATHS)
def test_the_order_of_keys_and_the_layout_do_not_count(definition: dict[str, JSON], chance: Random, path: str) -> None:
    keys = list(definition)
    chance.shuffle(keys)
    moved = {key: definition[key] for key in keys}
    key = "servers" if path.endswith(".vscode/mcp.json") else "mcpServers"
    config = clients.read(path, written({key: {"a": moved}}, chance).encode())
    assert config is not None
    assert fingerprint(config.servers[0]) == read(definition, path)


@pytest.mark.parametrize(
    "change",
    [
        'command = "uvx"',
        'args = ["x"]',
        'cwd = "y"',
        'env = { A = "b" }',
        'url = "https://mcp.example/"',
        'http_headers = { A = "b" }',
        'env_http_headers = { A = "B" }',
        'bearer_token_env_var = "B"',
        "enabled = false",
    ],
)
def test_the_fingerprint_of_toml(change: str) -> None:
    prints = set()
    for text in ("", change):
        command = "" if text.startswith("command") else 'command = "npx"\n'
        config = clients.read(".codex/config.toml", f"[mcp_servers.a]\n{command}{text}\n".encode())
        assert config is not None
        prints.add(fingerprint(config.servers[0]))
    assert len(prints) == 2
