from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_guard import documents
from mcp_guard.documents import Document, DocumentError
from mcp_guard.model import JSON


def read(text: str) -> Document:
    return documents.read("a.md", text.encode(), "markdown")


def refusal(text: str) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        read(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("---\nname: a\n---\n# hi\nb: c: d\n", {"name": "a"}),
        ("---\r\nname: a\r\n---\r\n\r\nhi", {"name": "a"}),
        ("---\rname: a\r---\rhi", {"name": "a"}),
        ("---  \nname: a\n--- \t", {"name": "a"}),
        ("---\nname: a\n---", {"name": "a"}),
        ("---\n---\nhi", {}),
        ("---\n# none\n---\n", {}),
        ("---\nname: a ---\nb: c --- d\n---\n", {"name": "a ---", "b": "c --- d"}),
        ("---\nname: |\n  a\n  ---\n---\n", {"name": "a\n---\n"}),
        ("---\nname: a\n...\n---\n", {"name": "a"}),
        ("", {}),
        ("# hi\n\n---\nname: a\n---\n", {}),
        ("----\nname: a\n----\n", {}),
        ("-- -\nname: a\n---\n", {}),
        ("\n---\n\nonly a rule\n", {}),
    ],
)
def test_front_matter_is_what_stands_between_the_first_line_and_the_next_dashes(text: str, value: JSON) -> None:
    document = read(text)
    assert document.plain(document.root) == value
    assert document.doubts == ()
    assert document.format == "markdown"


def test_places_are_those_of_the_file() -> None:
    document = read("---\nname: a\nmcp:\n  - b@1\n---\nname: z\n")
    node = document.find("mcp", 0)
    assert node
    assert document.word(node).place == ("a.md", 4, 5, 4, 8)
    assert document.text.endswith("name: z\n")


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("---", 1, "never closed"),
        ("---\nname: a\n", 1, "never closed"),
        ("---\nname: a\n ---\n", 1, "never closed"),
        ("---\nname: a\n...\n# hi\n", 1, "never closed"),
        ("---\nname: a\n----\n", 1, "never closed"),
        ("---js\nname: a\n---\n", 1, "more than ---"),
        ("--- # c\nname: a\n---\n", 1, "more than ---"),
        ("---\nname: a: b\n---\n", 2, "this is not YAML"),
        ("---\nname: a\n...\nmcp: b\n---\n", 4, "text follows the end of the document"),
        ("---\nname: '\n---\n'\n---\n", 2, "this string is never closed"),
        ("---\nname: {{ x }}\n---\n", 2, "a template"),
    ],
)
def test_what_is_no_front_matter_for_all_readers_is_refused(text: str, line: int, says: str) -> None:
    error = refusal(text)
    assert says in error.message
    assert error.place.line == line


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("\ufeff---\nname: a\n---\n", "byte order mark"),
        ("\n---\nname: a\n---\n", "below the first line"),
        ("  ---\nname: a\n---\n", "below the first line"),
    ],
)
def test_what_some_readers_take_otherwise_is_a_doubt(text: str, says: str) -> None:
    [doubt] = read(text).doubts
    assert says in doubt.message


@given(st.text(st.sampled_from("-\n\r \tab:.'{[\ufeff"), max_size=30).map("---\n".__add__) | st.text())
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_document_or_refused(text: str) -> None:
    with contextlib.suppress(DocumentError):
        read(text)


def test_long_blanks_take_linear_time_or_this_test_never_ends() -> None:
    assert read("\n" * 500_000 + "---x").doubts == ()
    assert "never closed" in refusal("---\n" + "--- a\n" * 100_000).message


@pytest.mark.parametrize("text", ["", "a\r\nb: {{", "\ufeffa\x00"])
def test_text_is_one_string(text: str) -> None:
    document = documents.read(".env", text.encode(), "text")
    assert document.root.value == text.removeprefix("\ufeff")
    assert document.text[document.root.start : document.root.end] == document.root.value
    assert document.doubts == ()
    assert document.format == "text"
