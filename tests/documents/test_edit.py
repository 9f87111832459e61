from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Literal

import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_guard import documents
from mcp_guard.documents import Document, Object
from mcp_guard.model import Word

TEXT = st.text(alphabet=st.sampled_from("a@1.-/é😀\"'\\\n\t\x7f\x01"), max_size=8)


def applied(document: Document, word: Word, cut: tuple[int, int], text: str) -> str:
    start, end, new = documents.replace(document, word, cut, text)
    assert word.start <= start <= end <= word.end
    return document.text[:start] + new + document.text[end:]


def word_at(document: Document, *path: str | int) -> Word:
    node = document.find(*path)
    assert node
    return document.word(node)


def cuts(text: str) -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(lambda pair: (min(pair), max(pair)))


@given(old=TEXT, new=TEXT, ascii_only=st.booleans(), data=st.data())
@settings(max_examples=200, deadline=None)
def test_json_edits_read_back(*, old: str, new: str, ascii_only: bool, data: st.DataObject) -> None:
    cut = data.draw(cuts(old))
    document = documents.read("x", json.dumps({"a": [old]}, ensure_ascii=ascii_only).encode(), "json")
    after = applied(document, word_at(document, "a", 0), cut, new)
    assert json.loads(after) == {"a": [old[: cut[0]] + new + old[cut[1] :]]}


def toml_literals(text: str) -> Iterator[str]:
    yield json.dumps(text).replace("\x7f", "\\u007f")
    plain = all(letter.isprintable() for letter in text)
    if plain and "'" not in text:
        yield f"'{text}'"
        yield f"'''{text}'''"
    if plain and not set('"\\') & set(text):
        yield f'"""\r\n{text}"""'


@given(st.text(alphabet=st.sampled_from("a@1.é\"'\\"), max_size=8), TEXT, st.data())
@settings(max_examples=200, deadline=None)
def test_toml_edits_read_back(old: str, new: str, data: st.DataObject) -> None:
    cut = data.draw(cuts(old))
    for literal in toml_literals(old):
        document = documents.read("x", f"a = [ {literal} ] # end".encode(), "toml")
        after = applied(document, word_at(document, "a", 0), cut, new)
        assert tomli.loads(after) == {"a": [old[: cut[0]] + new + old[cut[1] :]]}
        assert after.endswith(" ] # end")


@pytest.mark.parametrize(
    ("form", "before", "after"),
    [
        ("json", '{"a": "p@1", }', '{"a": "p@2.0", }'),
        ("json", '{"a": "p@1\t"}', '{"a": "p@2.0\t"}'),
        ("json", r'{"a": "\u0070@1"}', '{"a": "p@2.0"}'),
        ("toml", 'a = "p@1" # x', 'a = "p@2.0" # x'),
        ("toml", "a = 'p@1' # x", "a = 'p@2.0' # x"),
        ("toml", 'a = """p@1"""', 'a = "p@2.0"'),
        ("toml", "a = '''p@1'''", 'a = "p@2.0"'),
    ],
)
def test_only_what_must_change_changes(form: Literal["json", "toml"], before: str, after: str) -> None:
    document = documents.read("x", before.encode(), form)
    assert applied(document, word_at(document, "a"), (2, 3), "2.0") == after


@pytest.mark.parametrize(("new", "after"), [("b", "ab = 1"), (".b", '"a.b" = 1'), ("\ud800", '"a\\ud800" = 1')])
def test_a_bare_key_is_quoted_when_it_must_be(new: str, after: str) -> None:
    document = documents.read("x", b"a = 1", "toml")
    assert isinstance(document.root.value, Object)
    assert applied(document, document.key_word(document.root.value.members[0]), (1, 1), new) == after
