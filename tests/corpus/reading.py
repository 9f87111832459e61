"""Every file of the corpus, read and judged at its original path in a scratch tree of its repository."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from functools import cache
from typing import NamedTuple

from mcp_guard import clients, pipeline, registries, rules, workspace
from mcp_guard.model import Config, Finding, Policy, ServerFacts
from mcp_guard.pipeline import World
from mcp_guard.receipts import Receipts
from mcp_guard.trees import Tree
from mcp_guard.trees.tree import FILE, Entry
from tests.corpus.files import File, files

NOW = datetime(2026, 11, 22, tzinfo=timezone.utc)


class Read(NamedTuple):
    """What came out of one file, named; `found` says that the hook would have found it by itself."""

    file: File
    config: Config
    found: bool
    servers: tuple[ServerFacts, ...]
    findings: tuple[Finding, ...]


@cache
def corpus() -> Sequence[Read]:
    """Read all files, in the order of the index."""
    answers = {read.file.name: read for trees in _repositories() for read in _judged(trees)}
    return tuple(answers[file.name] for file in files())


def _repositories() -> Iterator[dict[str, File]]:
    """The files of each repository by their paths; a path that was taken twice (from history) makes a second tree."""
    trees: list[tuple[str, dict[str, File]]] = []
    for file in files():
        fitting = (tree for name, tree in trees if name == file.repository and file.original not in tree)
        tree = next(fitting, None)
        if tree is None:
            trees.append((file.repository, tree := {}))
        tree[file.original] = file
    yield from (tree for _, tree in trees)


def _judged(held: Mapping[str, File]) -> Iterator[Read]:
    def read(wanted: Mapping[str, Entry], limit: int) -> dict[str, bytes]:
        return {path: held[path].path.read_bytes()[: limit + 1] for path in wanted}

    tree = Tree("", "the scratch tree", {path: Entry(FILE, "") for path in held}, lambda w, n: {**read(w, n)})
    settings = registries.settings({})
    asker = registries.Registries(settings, Policy(), os.devnull, fresh=False, deadline=1.0)
    world = World(asker, Receipts(os.devnull), NOW, "off")
    try:
        space = workspace.read(tree, None, list(held))
        facts = pipeline.gather(space, world, {})
        findings = rules.judge(facts)
    finally:
        asker.close()
    for config in space.configs:
        yield Read(
            file=held[config.file],
            config=config,
            found=clients.concerns(config.file),
            servers=tuple(server for server in facts.servers if server.server.file == config.file),
            findings=tuple(finding for finding in findings if finding.place.file == config.file),
        )
