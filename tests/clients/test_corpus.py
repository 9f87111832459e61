"""Real configs: what was gathered from public repositories, read at the path where it was found and as named."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from mcp_guard import clients
from mcp_guard.model import JSON, Config

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus"
KEYS = ("mcpServers", "mcp_servers", "context_servers", "amp.mcpServers", "mcp.servers")
DOCUMENTS = {"docker-compose", "mcp-registry-server", "mcpb-manifest"}  # whose servers are not those of a client

# Servers found, by the folder of the corpus.
SERVERS = {
    "amazonq": 27,
    "amp": 3,
    "antigravity": 1,
    "claude-code": 147,
    "claude-desktop": 16,
    "claude-plugin": 2,
    "cline": 21,
    "codex": 50,
    "continue": 2,
    "copilot": 5,
    "crush": 6,
    "cursor": 76,
    "factory": 10,
    "fast-agent": 29,
    "gemini-cli": 36,
    "gemini-extension": 17,
    "generic": 208,
    "goose": 24,
    "junie": 1,
    "kilocode": 1,
    "kiro": 2,
    "mcp-agent": 33,
    "opencode": 46,
    "roo": 8,
    "trae": 1,
    "vscode": 22,
    "windsurf": 21,
    "zed": 19,
}
# Three templates that cannot be parsed unrendered, and one file with a bracket that is never closed.
NOT_PARSED = {
    "claude-code/jonahsnider__dotfiles__1.json",
    "codex/h3y6e__dotfiles__4.toml",
    "opencode/h3y6e__dotfiles__3.jsonc",
    "windsurf/PaulJPhilp__EffectPatterns__6.json",
}
# Not found by their path: names that say nothing of servers, backups, and examples with a further extension.
NOT_DISCOVERED = {
    *("claude-code/PaulJPhilp__EffectPatterns__2.json", "claude-code/Sorranop01__HumanResources__2.json"),
    *("claude-code/jonahsnider__dotfiles__1.json", "claude-code/mrveiss__AutoBot-AI__1.json"),
    *("codex/arjaygg__dotfiles-omerxx__3.toml", "codex/h3y6e__dotfiles__4.toml"),
    *("copilot/modelcontextprotocol__servers__1.json", "cursor/arjaygg__dotfiles-omerxx__3.json"),
    *("fast-agent/pablotoledo__sumer-ia__1.yaml", "gemini-cli/arjaygg__dotfiles-omerxx__6.json"),
    *("generic/TBXark__mcp-proxy__1.json", "generic/chughtapan__wags__1.json", "generic/open-webui__mcpo__1.json"),
    *("generic/sparfenyuk__mcp-proxy__1.json", "generic/sushichan044__dotfiles__1.jsonc"),
    *("opencode/h3y6e__dotfiles__3.jsonc", "zed/izzaalfiansyah__dotfiles__2.json"),
}


def cases() -> list[tuple[str, Path, str]]:
    index = CORPUS / "index.tsv"
    if not index.is_file():
        return []
    with index.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    configs = [row for row in rows if row["file"].startswith("configs/")]
    return [(row["file"].removeprefix("configs/"), CORPUS / row["file"], row["original_path"]) for row in configs]


CASES = cases()
needs_corpus = pytest.mark.skipif(not CASES, reason="the corpus lies beside the checkout only where it was gathered")


def named(path: Path, original: str) -> Config:
    config = clients.read(original, path.read_bytes(), named=True)
    assert config
    return config


def count(value: JSON) -> int:
    """How many servers stand in objects under the usual keys, at any depth, found without knowing the client."""
    if isinstance(value, list):
        return sum(map(count, value))
    if not isinstance(value, dict):
        return 0
    maps = [each for key in KEYS if isinstance(each := value.get(key), dict)]
    return sum(map(len, maps)) + sum(count(each) for key, each in value.items() if key not in KEYS)


def strict(path: Path) -> JSON:
    """The value of a file as another reader has it. Raises `ValueError` where that does not read it."""
    import tomli
    import yaml

    text = path.read_text(encoding="utf-8-sig")
    if path.suffix == ".toml":
        return tomli.loads(text)
    if path.suffix == ".yaml":
        loaded: JSON = yaml.safe_load(text)
        return loaded
    parsed: JSON = json.loads(text)
    return parsed


@needs_corpus
@pytest.mark.parametrize(("name", "path", "original"), CASES, ids=lambda part: part if isinstance(part, str) else "")
def test_a_real_config_has_servers_or_a_problem(name: str, path: Path, original: str) -> None:
    config = named(path, original)
    folder = name.partition("/")[0]
    assert config.servers or config.problems or folder == "docker-compose"
    assert len({server.name.text for server in config.servers}) == len(config.servers)
    assert all(server.argv or server.url or server.hidden for server in config.servers)
    if folder in DOCUMENTS or folder == "claude-plugin":
        return
    try:
        expected = count(strict(path))
    except ValueError:
        return  # comments, trailing commas, templates: no other reader at hand
    broken = {problem.server for problem in config.problems if problem.rule == "unreadable-config"} - {None}
    found = {server.name.text for server in config.servers}
    assert not found & broken
    assert len(found | broken) >= expected
    assert not expected or len(found | broken) == expected


@needs_corpus
def test_the_corpus_is_read_whole() -> None:
    configs = {name: named(path, original) for name, path, original in CASES}
    servers = Counter[str]()
    for name, config in configs.items():
        servers[name.split("/")[0]] += len(config.servers)
    assert {folder: number for folder, number in servers.items() if folder not in DOCUMENTS} == SERVERS
    silent = {name for name, config in configs.items() if not config.servers and name.split("/")[0] not in DOCUMENTS}
    assert silent == NOT_PARSED
    unreadable = {
        name for name, config in configs.items() if any(p.rule == "unreadable-config" for p in config.problems)
    }
    assert unreadable - NOT_PARSED == {
        "codex/matsuvr__novel2manga-ts__1.toml",  # an entry that is only noted as removed
        "cursor/JuckZ__one-config__1.json",  # a number in the environment
        "windsurf/PaulJPhilp__EffectPatterns__5.json",  # a list where the client wants an object
    }
    assert not [
        name for name, config in configs.items() if any(p.rule == "ambiguous-document" for p in config.problems)
    ]


@needs_corpus
def test_nearly_all_are_found_by_their_path() -> None:
    found = {name for name, path, original in CASES if clients.read(original, path.read_bytes()) is not None}
    names = {name for name, path, original in CASES if named(path, original).servers or name in NOT_PARSED}
    assert names - found == NOT_DISCOVERED
    for name, path, original in CASES:
        if name in found:
            assert clients.read(original, path.read_bytes()) == named(path, original)
