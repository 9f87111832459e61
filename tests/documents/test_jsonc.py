from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mcp_guard import documents
from mcp_guard.documents import Array, Document, DocumentError, Doubt, Node, Object
from mcp_guard.model import JSON

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
TOKENS = st.sampled_from(
    (
        *'{}[]:,1-" \\\n\ré\ufeff\u2028\x00',
        *('"a"', "0.5e1", "true", "null", "NaN", "//", "/*", "*/", "\\u", "\\ud800", '"\\n"', '"\\q"', '{"a":'),
    )
)


def read(text: str | bytes) -> Document:
    return documents.read("x.json", text.encode() if isinstance(text, str) else text, "json")


def refusal(text: str) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        read(text)
    return caught.value


def doubts(text: str) -> list[tuple[str, str]]:
    document = read(text)
    return [(document.text[start:end], message) for start, end, message in document.doubts]


def nodes(node: Node) -> Iterator[Node]:
    yield node
    match node.value:
        case Object(members):
            for member in members:
                yield from nodes(member.node)
        case Array(items):
            for item in items:
                yield from nodes(item)
        case _:
            pass


@given(
    value=VALUES,
    indent=st.none() | st.integers(0, 5) | st.just("\t"),
    ascii_only=st.booleans(),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
)
@settings(max_examples=150, deadline=None)
def test_any_value_reads_back_and_every_span_holds_its_value(
    *, value: JSON, indent: int | str | None, ascii_only: bool, line_end: str
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only).replace("\n", line_end)
    document = read(text)
    assert document.doubts == ()
    assert document.plain(document.root) == value
    for node in nodes(document.root):
        assert json.loads(document.text[node.start : node.end]) == document.plain(node)
        if isinstance(node.value, Object):
            for member in node.value.members:
                assert json.loads(document.text[member.key_start : member.key_end]) == member.key


@given(st.text() | st.lists(TOKENS, max_size=30).map("".join))
@settings(max_examples=400, deadline=None)
@example('{"a": 1, "a": 2}')
@example("[1e999]")
def test_any_text_is_read_as_the_standard_library_reads_it_or_refused(text: str) -> None:
    def no_constant(name: str) -> JSON:
        raise ValueError(name)

    with contextlib.suppress(ValueError):  # what the library refuses may have comments or doubts
        expected = json.loads(text, parse_constant=no_constant)
        json.dumps(expected, allow_nan=False)
        document = read(text)
        assert document.plain(document.root) == expected
        return
    with contextlib.suppress(DocumentError):
        read(text.encode("utf-8", "surrogatepass"))


@given(st.binary(max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_bytes_raise_nothing_but_document_error(data: bytes) -> None:
    with contextlib.suppress(DocumentError):
        read(data)


def test_comments_and_trailing_commas_are_no_doubt() -> None:
    document = read('// a\n{ /* b */ "a" /**/ : [1, 2, /* , */ ], // "x": 1\r\n "b": {"c": "//",}, }\n// end')
    assert document.plain(document.root) == {"a": [1, 2], "b": {"c": "//"}}
    assert document.doubts == ()


@pytest.mark.parametrize(
    ("text", "at", "says"),
    [
        ('{"a": 1 "b": 2}', (1, 9), "expected ',' or '}', got '\"'"),
        ('{"a" 1}', (1, 6), "expected ':' after the key, got '1'"),
        ("{a: 1}", (1, 2), "expected a key in double quotes or '}', got 'a'"),
        ("{'a': 1}", (1, 2), "expected a key in double quotes"),
        ("{,}", (1, 2), "expected a key in double quotes"),
        ("[1,,2]", (1, 4), "expected a value, got ','"),
        ("[\n  1\n", (3, 1), "expected ',' or ']', got the end of the file"),
        ('{"a": ', (1, 7), "expected a value, got the end of the file"),
        ("[01]", (1, 3), "expected ',' or ']', got '1'"),
        ("[0 1]", (1, 4), "expected ',' or ']', got '1'"),
        ("[+1]", (1, 2), "expected a value, got '+'"),
        ("[.5]", (1, 2), "expected a value, got '.'"),
        ("[trUe]", (1, 2), "expected a value, got 't'"),
        ("[\u0661]", (1, 2), "expected a value"),
        ("[\xa01]", (1, 2), "expected a value, got U+00A0"),
        ("[NaN]", (1, 2), "NaN is not a JSON value"),
        ("[-Infinity]", (1, 2), "-Infinity is not a JSON value"),
        ("[1e999]", (1, 2), "this number is too large"),
        ("[" + "1" * 5000 + "]", (1, 2), "more than 400 characters"),
        ('{"a": "b}', (1, 7), "this string is never closed"),
        ('{"a": "b,\n "c": 1}', (1, 7), "this string is not closed on its line"),
        ("{} /* x", (1, 4), "this comment is never closed"),
        ("[" * 65 + "]" * 65, (1, 65), "nested deeper than 64 levels"),
        ("[" * 100_000, (1, 65), "nested deeper than 64 levels"),
        ('{"a":' * 100_000, (1, 321), "nested deeper than 64 levels"),
    ],
)
def test_a_break_has_line_and_column(text: str, at: tuple[int, int], says: str) -> None:
    error = refusal(text)
    assert (error.place.line, error.place.column) == at
    assert says in error.message
    assert error.text == text


def test_sixty_four_levels_are_read() -> None:
    document = read("[" * 64 + "1" + "]" * 64)
    assert document.find(*[0] * 64) == Node(1, 64, 65)


def test_a_message_shows_no_more_than_one_character_of_a_value() -> None:
    assert "hunter2" not in refusal('{"TOKEN": hunter2}').message


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        ('{"a": 1, "a": 2}', '"a"', 'the key "a" is written twice'),
        ('[{"b": {"a": 1, "\\u0061": 2}}]', '"\\u0061"', "is written twice"),
        ("{} {}", "{}", "text follows the end"),
        ('{"a": 1}}', "}", "text follows the end"),
        ("\ufeff{}", "\ufeff", "byte order mark"),
        (r'["\x41"]', r"\x", "an escape that JSON does not know"),
        (r'["\u12"]', r"\u", "an escape that JSON does not know"),
        ('["a\tb"]', "\t", "a raw control character"),
        ('["a\nb"]', "\n", "a raw control character"),
        (r'["\ud800"]', r'"\ud800"', "half of a surrogate pair"),
        (r'{"\udc00\ud83d": 1}', r'"\udc00\ud83d"', "half of a surrogate pair"),
        ("{} // a\u2028, 1", "\u2028", "a line or paragraph separator in a comment"),
    ],
)
def test_where_readers_disagree_reading_goes_on_with_a_doubt(text: str, where: str, says: str) -> None:
    [(found, message)] = doubts(text)
    assert found == where
    assert says in message


def test_doubts_do_not_stop_at_the_first() -> None:
    document = read('\ufeff{"a": "\\x", "a": "\t"} 1')
    assert [doubt.start for doubt in document.doubts] == [0, 8, 13, 19, 23]
    assert isinstance(document.doubts[0], Doubt)


def test_duplicates_are_kept_and_the_last_counts() -> None:
    document = read('{"a": 1, "b": 2, "a": 3}')
    assert isinstance(document.root.value, Object)
    assert [member.key for member in document.root.value.members] == ["a", "b", "a"]
    assert document.find("a") == Node(3, 22, 23)
    assert document.plain(document.root) == {"a": 3, "b": 2}


def test_a_whole_pair_of_surrogates_and_a_separator_in_a_string_are_no_doubt() -> None:
    document = read('["\\ud83d\\ude00", "\u2028"]')
    assert document.plain(document.root) == ["😀", "\u2028"]
    assert document.doubts == ()


def test_words_show_the_decoded_string_and_the_literal_of_anything_else() -> None:
    document = read('{"a\\n": ["x\\ty", 1.50, null]}')
    assert isinstance(document.root.value, Object)
    [member] = document.root.value.members
    assert document.key_word(member)[0::3] == ("a\n", 6)
    items = [document.find("a\n", index) for index in range(3)]
    assert [document.word(item).text for item in items if item] == ["x\ty", "1.50", "null"]


@pytest.mark.parametrize("path", [("b",), ("a", 2), ("a", -1), ("a", "0"), (0,), ("a", 0, "x")])
def test_find_answers_none_for_a_path_that_is_not_there(path: tuple[str | int, ...]) -> None:
    assert read('{"a": [1, 2]}').find(*path) is None


@pytest.mark.parametrize(
    ("text", "doubt_count"),
    [
        ("//" * 400_000 + "\u2028\n{}", 1),
        ("/**/" * 200_000 + "{}", 0),
        ('"' + "\\n" * 400_000 + '"', 0),
        ('"' + "\\q" * 100_000 + '"', 100_000),
        ("[" + "1," * 100_000 + "]", 0),
    ],
    ids=["slashes", "comments", "escapes", "invalid escapes", "numbers"],
)
def test_long_texts_take_linear_time_or_this_test_never_ends(text: str, doubt_count: int) -> None:
    assert len(read(text).doubts) == doubt_count


@pytest.mark.parametrize(
    "text", ['"' + "\\n" * 400_000, "/*" * 400_000, "[" * 800_000], ids=["string", "comment", "list"]
)
def test_what_is_never_closed_is_refused_in_linear_time_or_this_test_never_ends(text: str) -> None:
    assert refusal(text).place.line == 1
