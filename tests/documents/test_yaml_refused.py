from __future__ import annotations

import pytest
import yaml

from mcp_guard import documents
from mcp_guard.documents import DocumentError
from mcp_guard.documents import yaml as reader
from mcp_guard.documents.source import source_of
from mcp_guard.documents.yaml_errors import refused


def refusal(text: str, *, limit: int = 1 << 20) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        documents.read("x.yaml", text.encode(), "yaml", limit=limit)
    return caught.value


@pytest.mark.parametrize(
    ("text", "at", "says"),
    [
        ("a: b: c\n", (1, 5), "a value holds ': '"),
        ("a:\tb\n", (1, 3), "a tab stands where"),
        ("a:\n\tb: c\n", (2, 1), "a tab stands where"),
        ("a: @x/y\n", (1, 4), "a character that YAML keeps for itself: quote the value"),
        ("a: `x`\n", (1, 4), "a character that YAML keeps for itself: quote the value"),
        ("a: %x\n", (1, 4), "a character that YAML keeps for itself: quote the value"),
        ("b: c\na: 'x\n", (2, 4), "this string is never closed"),
        ('a: "x\n\n', (1, 4), "this string is never closed"),
        ("a: [b\n", (2, 1), "a list is never closed: add ']'"),
        ("a: {b: c\n", (2, 1), "an object is never closed: add '}'"),
        ("a: [b c: d e: f]\n", (1, 13), "misses a comma"),
        ("- a\nb: c\n", (2, 1), "does not belong to the list or object above"),
        ("a: 'b' c\n", (1, 8), "does not belong to the list or object above"),
        ("a: b\nc\nd: e\n", (2, 1), "a key has no ':' after it"),
        ("a: b\nc\n", (2, 1), "a key has no ':' after it"),
        ("}\n", (1, 1), "a value is missing"),
        ("a: |x\n", (1, 5), "text follows | or >"),
        ("a: b\n...\nfoo\n", (3, 1), "text follows the end of the document"),
        ("a: \x01\n", (1, 4), "U+0001 may not stand in YAML: remove it"),
        ('a: "\\q"\n', (1, 6), "found unknown escape character 'q'"),
        ('a: "\\U00110000"\n', (1, 2), "an escape beyond the last character of Unicode"),
        ('a: "\\Uffffffff"\n', (1, 2), "an escape beyond the last character of Unicode"),
        ("%YAML 2.0\n---\na: b\n", (1, 1), "incompatible YAML document"),
        ("a: !x!y b\n", (1, 4), "undefined tag handle"),
        ("? [a]\n: b\n", (1, 3), "a key is a list or an object"),
        ("a: *b\n", (1, 4), "no anchor of this name"),
        ("a: &b [1, {c: *b}]\n", (1, 15), "inside its own anchor"),
        ("a: 1\n<<: b\n", (2, 1), "<< takes an object"),
        ("<<: [{a: 1}, b]\n", (1, 1), "<< takes an object"),
        ("a: {{ name }}\n", (1, 5), "a template that is not filled in"),
        ("{{- if .x }}\na: b\n{{- end }}\n", (1, 3), "a template that is not filled in"),
        ("a: b\n{% if x %}\n", (2, 2), "a template that is not filled in"),
    ],
)
def test_a_break_has_line_and_column_and_what_to_do(text: str, at: tuple[int, int], says: str) -> None:
    error = refusal(text)
    assert says in error.message
    assert (error.place.line, error.place.column) == at
    assert error.text == text


@pytest.mark.parametrize(
    "text", ["a: *hunter2", "a: [hunter2", "TOKEN: 'hunter2", "a: @hunter2", "a: hunter2: b", "? [hunter2]"]
)
def test_a_message_shows_no_more_than_one_character_of_a_value(text: str) -> None:
    assert "unter2" not in str(refusal(text))


def test_an_error_of_pyyaml_without_a_place_stands_near() -> None:
    error = refused(source_of("x.yaml", "a: b"), yaml.error.MarkedYAMLError(), 3)
    assert (error.place.column, error.message) == (4, "this is not YAML: this cannot be parsed")


def test_sixty_four_levels_are_read_and_no_more() -> None:
    deep = documents.read("x", ("[" * 64 + "1" + "]" * 64).encode(), "yaml")
    assert deep.find(*[0] * 64) is not None
    assert refusal("[" * 65 + "]" * 65).message == "values are nested deeper than 64 levels: flatten the file"
    assert "64 levels" in refusal("- " * 65 + "a").message
    assert "64 levels" in refusal("{a: " * 100_000).message


def test_levels_that_an_alias_brings_count() -> None:
    inner = "- &a " + "[" * 40 + "]" * 40 + "\n"
    documents.read("x", (inner + "- " + "[" * 23 + "*a" + "]" * 23).encode(), "yaml")
    assert "64 levels" in refusal(inner + "- " + "[" * 24 + "*a" + "]" * 24).message
    nested = inner + "- &b " + "[" * 20 + "*a" + "]" * 20 + "\n- [[[*b]]]"
    documents.read("x", nested.encode(), "yaml")
    assert "64 levels" in refusal(nested.replace("[[[*b]]]", "[[[[*b]]]]")).message
    documents.read("x", ("- &s x\n- " + "[" * 63 + "*s" + "]" * 63).encode(), "yaml")


def test_a_thousand_anchors_are_read_and_no_more() -> None:
    text = "".join(f"- &a{number} x\n" for number in range(1000))
    documents.read("x", text.encode(), "yaml")
    assert "more than 1,000 anchors" in refusal(text + "- &b x\n").message


LAUGHS = "a0: &a0 [lol]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10))
MERGED = (
    "a: &a {" + ", ".join(f"k{n}: 1" for n in range(2000)) + "}\n" + "".join(f"b{n}: {{<<: *a}}\n" for n in range(60))
)


@pytest.mark.parametrize("text", [LAUGHS, MERGED], ids=["laughs", "merged"])
def test_values_are_capped_with_those_that_aliases_repeat(text: str) -> None:
    assert "more than 100,000 values" in refusal(text).message


def test_values_are_capped_as_they_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "VALUES", 10)
    documents.read("x", b"- x\n" * 9, "yaml")
    assert refusal("- x\n" * 10).place.line == 10


@pytest.mark.parametrize(
    "text",
    [
        "'" + "a''" * 300_000,
        '"' + "\\n" * 400_000,
        "[" * 900_000,
        "? " * 400_000,
        "!" * 900_000 + "\0",
        "&a " * 300_000,
    ],
    ids=["single", "double", "list", "keys", "tag", "anchors"],
)
def test_long_texts_are_refused_in_linear_time_or_this_test_never_ends(text: str) -> None:
    assert refusal(text).place.line == 1
