"""What the tests of the shapes share: documents read by a shape, as text that is easy to compare."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import strategies as st

from mcp_guard.clients.client import Client, Format
from mcp_guard.clients.shapes import SHAPES
from mcp_guard.documents import Document, read
from mcp_guard.model import JSON, Problem, Server

SHARED = Path(__file__).resolve().parents[3].parent / "shared"
CORPUS = SHARED / "corpus"

JSONS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.floats(allow_nan=False, allow_infinity=False, width=16)
    | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def fields(*names: str) -> st.SearchStrategy[JSON]:
    """Objects that use the fields of a shape for anything at all, also for one another."""
    strings = st.sampled_from(
        ["npx", "docker", "mcp/x:1", "./x.json", "./x.mcpb", "https://a.example/", "{x}", "", "'"]
    )
    leaves = JSONS | strings | st.sampled_from(names)
    keys = st.sampled_from(names) | st.text(max_size=4)
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=5),
        max_leaves=14,
    )


def document(content: JSON | str, file: str = "a/config.json", form: Format = "json") -> Document:
    text = content if isinstance(content, str) and form != "json" else json.dumps(content)
    return read(file, text.encode("utf-8", "surrogatepass") if form != "json" else text.encode(), form)


def found(shape: str, content: Document) -> list[Server | Problem]:
    return list(SHAPES[shape](content, Client(name=shape, title=shape, source="a test", shape=shape)))


def servers(shape: str, content: Document) -> list[Server]:
    """The servers of a document in which there is no problem."""
    everything = found(shape, content)
    assert not [each for each in everything if isinstance(each, Problem)]
    return [each for each in everything if isinstance(each, Server)]


def problems(shape: str, content: Document) -> list[Problem]:
    return [each for each in found(shape, content) if isinstance(each, Problem)]


def argv(server: Server) -> str:
    return " ".join(word.text for word in server.argv)


def is_sound(content: Document, everything: list[Server | Problem]) -> bool:
    """Whether names differ, each word stands in the file, and each place is a place of it."""
    named = [each.name.text for each in everything if isinstance(each, Server)]
    for each in everything:
        if isinstance(each, Problem):
            assert each.place.file == content.file
            assert each.place.line <= len(content.source.lines)
            continue
        assert each.argv or each.url or each.hidden, "a server that starts nothing"
        for word in (each.name, *each.argv, *(variable.value for variable in each.env)):
            assert word.place.file == content.file
            assert 0 <= word.start <= word.end <= len(content.text)
            if word.start != word.end:
                literal = content.text[word.start : word.end]
                assert word.text in {literal, literal[1:-1]} or "\\" in literal or content.format == "yaml"
    return len(named) == len(set(named))


def corpus(folder: str, form: Format) -> Iterator[tuple[str, Document]]:
    """Each real file of a kind, by the name of its file, read under its path in its own repository."""
    if not CORPUS.is_dir():
        pytest.skip("the corpus is not here")
    with (CORPUS / "index.tsv").open(encoding="utf-8") as index:
        rows = [row for row in csv.DictReader(index, delimiter="\t") if row["file"].startswith(f"configs/{folder}/")]
    for row in rows:
        data = (CORPUS / row["file"]).read_bytes()
        yield Path(row["file"]).stem, read(row["original_path"], data, form)
