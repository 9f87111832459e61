"""Real configs: what was gathered from public repositories, read at the path where it was found."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from mcp_guard import clients
from mcp_guard.model import JSON

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus"
CLIENTS = ("claude-code", "claude-desktop", "cursor", "vscode", "codex", "gemini-cli", "windsurf")
LAUNCHES = {"command", "url", "serverUrl", "httpUrl"}


def cases() -> list[tuple[Path, str]]:
    index = CORPUS / "index.tsv"
    if not index.is_file():
        return []
    with index.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return [(CORPUS / row["file"], row["original_path"]) for row in rows if row["file"].split("/")[1] in CLIENTS]


CASES = cases()
needs_corpus = pytest.mark.skipif(not CASES, reason="the corpus lies beside the checkout only where it was gathered")


def names(value: JSON) -> set[str]:
    """The names of all servers of a file, found without knowing its client."""
    if not isinstance(value, dict):
        return set()
    maps = [each for key in ("mcpServers", "servers", "mcp_servers") if isinstance(each := value.get(key), dict)]
    if not maps and any(isinstance(each, dict) and LAUNCHES & set(each) for each in value.values()):
        maps = [{key: each for key, each in value.items() if key != "$schema"}]
    return {name for each in maps for name in each}


def strict(path: Path) -> JSON:
    import tomli

    if path.suffix == ".toml":
        return tomli.loads(path.read_text(encoding="utf-8"))
    parsed: JSON = json.loads(path.read_bytes())
    return parsed


@needs_corpus
@pytest.mark.parametrize(("path", "original"), CASES, ids=lambda part: part.name if isinstance(part, Path) else "")
def test_a_real_config_has_servers_or_a_problem(path: Path, original: str) -> None:
    data = path.read_bytes()
    config = clients.read(original, data) or clients.read(original, data, named=True)
    assert config
    assert config.servers or config.problems  # none of the gathered files is a settings file without servers
    try:
        expected = names(strict(path))
    except ValueError:
        return  # comments, trailing commas, templates: no other reader at hand
    found = [server.name.text for server in config.servers]
    broken = {problem.server for problem in config.problems if problem.rule == "unreadable-config"} - {None}
    assert len(found) == len(set(found))
    assert set(found) | broken == expected
    assert not set(found) & broken


@needs_corpus
def test_the_corpus_is_read_nearly_whole() -> None:
    configs = [clients.read(original, path.read_bytes(), named=True) for path, original in CASES]
    assert sum(len(config.servers) for config in configs if config) > 300
    assert sum(bool(config.problems) for config in configs if config) <= 10
