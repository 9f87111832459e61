"""The real configs beside the checkout, and an independent count of the servers in each."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import tomli
import yaml

from mcp_guard.model import JSON

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
CORPUS = SHARED / "corpus"
REFERENCE = SHARED / "reference" / "corpus.md"

# Kept in the corpus, but not client configs: their entries are not in the figures of the reference.
OTHERS = frozenset({"mcp-registry-server", "mcpb-manifest", "docker-compose"})

_MAPS = frozenset({"mcpServers", "servers", "mcp_servers", "context_servers", "mcp", "amp.mcpServers", "mcp.servers"})
_STARTS = frozenset({"command", "cmd", "url", "serverUrl", "httpUrl", "uri", "transport", "args", "target"})


class File(NamedTuple):
    """One file of the corpus: `client` is the folder that it was put into, `original` its path in `repository`."""

    path: Path
    client: str
    repository: str
    original: str

    @property
    def name(self) -> str:
        """What it is called in the corpus."""
        return self.path.relative_to(CORPUS).as_posix()


@cache
def files() -> Sequence[File]:
    """All configs of the corpus, as its index lists them; none where there is no corpus."""
    index = CORPUS / "index.tsv"
    if not index.is_file():
        return ()
    with index.open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table, delimiter="\t"))
    parts = [(row, row["file"].split("/")) for row in rows]
    return tuple(
        File(CORPUS / row["file"], folders[1], row["repo"], row["original_path"])
        for row, folders in parts
        if folders[0] == "configs"
    )


def entries(file: File) -> frozenset[str] | None:
    """The names of the servers in a file, found without knowing its client; None where no plain parser reads it."""
    text = file.path.read_text(encoding="utf-8-sig")
    try:
        if file.path.suffix == ".toml":
            value: JSON = tomli.loads(text)
        elif file.path.suffix in {".yaml", ".yml"}:
            value = yaml.safe_load(text)
        else:
            value = json.loads(text)
    except (ValueError, yaml.YAMLError):
        return None
    found = frozenset(_named(value))
    if not found and isinstance(value, dict):
        found = frozenset(key for key, inner in value.items() if _starts(inner))
    if not found and isinstance(value, dict) and isinstance(value.get("command"), str):
        found = frozenset({file.path.name})  # the file is the server
    return found


def _named(value: JSON) -> Iterator[str]:
    """Every member of something that is called like a map of servers, and every named item of such a list."""
    if isinstance(value, list):
        for item in value:
            yield from _named(item)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key in _MAPS and isinstance(inner, dict):
                yield from (name for name, one in inner.items() if _starts(one))
            elif key in (*_MAPS, "extensions") and isinstance(inner, list):
                yield from (
                    str(one["name"]) for one in inner if isinstance(one, dict) and "name" in one and _starts(one)
                )
            elif key == "extensions" and isinstance(inner, dict):
                yield from (name for name, one in inner.items() if _starts(one))
            yield from _named(inner)


def _starts(value: JSON) -> bool:
    return isinstance(value, dict) and not _STARTS.isdisjoint(value)
