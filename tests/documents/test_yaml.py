from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_guard import documents
from mcp_guard.documents import Array, Document, DocumentError, Node, Object
from mcp_guard.model import JSON

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus" / "configs"

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    (
        "yes",
        "012",
        "1:30",
        "0o7",
        "1e5",
        ".inf",
        "2001-01-01",
        "null",
        "~",
        "",
        " a ",
        "a: b",
        "a #b",
        "@a",
        "- a",
        "<<",
    )
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4))
BASIC = st.text(st.characters(max_codepoint=0xD7FF), max_size=12)  # what JSON escapes beyond it are surrogates
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(-(10**6), 10**6).map(lambda value: round(value, 3)) | BASIC,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(BASIC, inner, max_size=4),
)
TOKENS = st.sampled_from(
    (
        *"{}[],:-?&*!|>'\"%@`#~ \t\n\ré😀\ufeff\x85\u2028\x00",
        *(
            "a",
            "1",
            "a: b\n",
            "- a\n",
            "\n  ",
            "---\n",
            "...\n",
            "<<: *a\n",
            "&a ",
            "*a",
            "!!str ",
            "!x ",
            "%YAML 1.1\n",
        ),
        *("|\n  a\n", ">2-\n", '"\\u00e9"', '"\\ud83d"', '"\\U00110000"', "{{ x }}", "? ", "''"),
    )
)


def read(text: str | bytes) -> Document:
    return documents.read("x.yaml", text.encode() if isinstance(text, str) else text, "yaml")


def plain(text: str) -> JSON:
    document = read(text)
    return document.plain(document.root)


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
                yield Node(member.key, member.key_start, member.key_end)
                yield from nodes(member.node)
        case Array(items):
            for item in items:
                yield from nodes(item)
        case _:
            pass


def as_written(value: object, literal: str) -> JSON:
    """A value of PyYAML as the reader has it: where YAML 1.2 reads another type, the literal."""
    if isinstance(value, dict):
        return {str(key): as_written(inner, "") for key, inner in value.items()}
    if isinstance(value, list):
        return [as_written(inner, "") for inner in value]
    return value if value is None or isinstance(value, (bool, int, float, str)) else literal


def check_spans(document: Document) -> None:
    for node in nodes(document.root):
        literal = document.text[node.start : node.end]
        if not isinstance(node.value, (Object, Array)) and not literal.startswith(("|", ">")):
            assert yaml.safe_load(literal) == node.value


@given(
    value=VALUES,
    flow=st.none() | st.booleans(),
    style=st.sampled_from([None, '"', "'", "|", ">"]),
    indent=st.integers(2, 6),
    width=st.sampled_from([8, 80]),
    unicode=st.booleans(),
    ends=st.sampled_from(["\n", "\r\n", "\r"]),
)
@settings(max_examples=250, deadline=None)
def test_whatever_pyyaml_writes_reads_back_and_every_span_holds_its_value(
    *, value: JSON, flow: bool | None, style: str | None, indent: int, width: int, unicode: bool, ends: str
) -> None:
    written = yaml.safe_dump(
        {"a": value}, default_flow_style=flow, default_style=style, indent=indent, width=width, allow_unicode=unicode
    ).replace("\n", ends)
    document = read(written)
    assert document.plain(document.root) == as_written(yaml.safe_load(written), "")
    if style is None:
        check_spans(document)


@given(value=JSON_VALUES, indent=st.none() | st.integers(0, 4))
@settings(max_examples=150, deadline=None)
def test_json_is_yaml(value: JSON, indent: int | None) -> None:
    document = read(json.dumps(value, indent=indent))
    assert document.doubts == ()
    assert document.plain(document.root) == value
    check_spans(document)


@given(st.text(max_size=40) | st.lists(TOKENS, max_size=25).map("".join))
@settings(max_examples=600, deadline=None)
def test_any_text_is_a_document_or_refused(text: str) -> None:
    with contextlib.suppress(DocumentError):
        document = read(text.encode("utf-8", "surrogatepass"))
        json.dumps(document.plain(document.root), allow_nan=False)
        for node in nodes(document.root):
            assert 0 <= node.start <= node.end <= len(document.text)
        with contextlib.suppress(yaml.YAMLError, ValueError, TypeError, AttributeError):
            expected = yaml.safe_load(text.removeprefix("\ufeff"))
            if not document.doubts and isinstance(expected, str):
                assert document.plain(document.root) == expected


@given(st.binary(max_size=60))
@settings(max_examples=150, deadline=None)
def test_any_bytes_raise_nothing_but_document_error(data: bytes) -> None:
    with contextlib.suppress(DocumentError):
        read(data)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real configs is not beside this checkout")
def test_the_corpus_reads_as_pyyaml_reads_it() -> None:
    files = sorted(path for path in CORPUS.rglob("*.y*ml"))
    assert len(files) >= 55
    for path in files:
        document = documents.read(path.name, path.read_bytes(), "yaml")
        expected = as_written(yaml.safe_load(path.read_bytes()), "")
        assert document.plain(document.root) == ({} if expected is None else expected), path.name
        assert document.doubts == (), path.name
        check_spans(document)


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        *(("true", True), ("False", False), ("null", None), ("~", None), ("0", 0), ("-12", -12), ("+3", 3)),
        *(("0x1F", 31), ("1.10", 1.1), ("1.", 1.0), (".5", 0.5), ("1.0e+3", 1000.0), ("-0.0", -0.0)),
        *((text, text) for text in ("yes", "No", "on", "OFF", "y", "012", "0o7", "0b1", "1_000", "1:30", "1e5", "-.5")),
        *((text, text) for text in (".inf", "-.INF", ".nan", "1.0e+999", "2001-01-01", "2001-01-01 10:00:00", "=")),
        *((text, text) for text in ("1" * 401, "-" + "1" * 5000, "0x" + "f" * 400, "tRue", "1.2.3", "<<", "0x")),
        *(('"true"', "true"), ("'1'", "1"), ("!!str 1", "1"), ("! 2", "2"), ('!!int "5"', 5), ("!!float 1", 1)),
        *(("!!bool yes", "yes"), ("!!int 012", "012"), ("!!bool TRUE", True), ("!!int true", "true")),
        *(
            ("!!null ''", None),
            ("!!str", ""),
            ("!!timestamp 2001-01-01", "2001-01-01"),
            ("!<tag:yaml.org,2002:str> 1", "1"),
        ),
    ],
)
def test_a_scalar_has_a_type_where_all_readers_agree_and_loses_nothing(literal: str, value: JSON) -> None:
    document = read(f"a: {literal} # c")
    assert document.doubts == ()
    node = document.find("a")
    assert node
    assert (node.value, type(node.value)) == (value, type(value))
    if not isinstance(value, str):
        assert document.word(node).text in literal


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: b\n---\nc: d\n", "a second document starts"),
        ("--- a\n---\n", "a second document starts"),
        ("a: 1\na: 2\n", "the key a is written twice"),
        ("a: &x {}\n<<: *x\n<<: *x\n", "the key << is written twice"),
        ("1: a\n'1': b\n", "the key 1 is written twice"),
        ("a: &x 1\nb: &x 2\n", "this anchor is written twice"),
        ("\ufeffa: b\n", "byte order mark"),
        ("a: b # c\u2028d: e\n", "ends a line for YAML 1.1"),
        ("a: b # c\x85d: e\n", "ends a line for YAML 1.1"),
        ('a: "\\ud83d\\ude00"\n', "half of a surrogate pair"),
        ('a: "\\udc00"\n', "half of a surrogate pair"),
        ("a: !!python/object/apply:os.system [id]\n", "a tag makes this value another thing"),
        ("a: !include other.yaml\n", "a tag makes this value another thing"),
        ("a: &x !secret {b: c}\n", "a tag makes this value another thing"),
        ("a: !!binary aGk=\n", "a tag makes this value another thing"),
        ("a: !!set {b}\n", "a tag makes this value another thing"),
        ("a: !!map x\n", "a tag makes this value another thing"),
        ("a: !!str [x]\n", "a tag makes this value another thing"),
        ("%TAG !! tag:evil.example,2000:\n---\na: !!str x\n", "a tag makes this value another thing"),
    ],
)
def test_where_readers_disagree_reading_goes_on_with_a_doubt(text: str, says: str) -> None:
    [(_, message)] = doubts(text)
    assert says in message


def test_doubts_stand_at_what_is_doubted() -> None:
    assert [where for where, _ in doubts("a: &x 1\nb: &x !foo/bar # no\n  c\na: 2\n---\n")] == [
        "&x",
        "!foo/bar",
        "a",
        "---",
    ]


def test_of_duplicates_and_of_documents_all_readers_keep_the_same() -> None:
    document = read("a: 1\nb: 2\na: 3\n---\na: 4\n")
    assert isinstance(document.root.value, Object)
    assert [member.key for member in document.root.value.members] == ["a", "b", "a"]
    assert document.plain(document.root) == {"a": 3, "b": 2}


def test_a_pair_of_escaped_surrogates_is_one_character() -> None:
    assert plain('a: "\\ud83d\\ude00\\ud800"') == {"a": "😀\ud800"}


@pytest.mark.parametrize("text", ["", "# only\n", "---\n", "--- # c\n...\n", "\ufeff", "&a"])
def test_a_file_without_a_value_is_an_empty_object(text: str) -> None:
    assert plain(text) == {}


def test_null_is_null() -> None:
    assert plain("null") is None


def test_an_alias_is_its_anchor_and_stands_there() -> None:
    document = read("a: &x !!str foo # c\nb: *x\nc: [*x, {*x : 1}]\n")
    assert document.plain(document.root) == {"a": "foo", "b": "foo", "c": ["foo", {"foo": 1}]}
    found = [document.find("a"), document.find("b"), document.find("c", 0)]
    assert [(node.start, node.end) for node in found if node] == [(12, 15)] * 3
    after = document.find("c")
    assert after
    assert document.text[after.start : after.end] == "[*x, {*x : 1}]"


def test_what_an_anchor_is_written_anew_for_is_what_follows() -> None:
    assert plain("a: &x 1\nb: *x\nc: &x 2\nd: *x\n") == {"a": 1, "b": 1, "c": 2, "d": 2}


@pytest.mark.parametrize(
    "text",
    [
        "x: &x {a: 1, b: 2}\nz:\n  <<: *x\n  a: 9\n",
        "x: &x {a: 1, b: 2}\nz:\n  a: 9\n  <<: *x\n",
        "x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nz:\n  <<: [*x, *y]\n  c: 9\n",
        "x: &x {a: 1}\ny: &y {<<: *x, b: 3}\nz: {<<: *y}\n",
        "x: &x {a: 1, a: 2}\nz: {<<: [{b: 1}, *x]}\n",
        "z:\n  <<: []\n  a: 1\n",
        "z: {'<<': {a: 1}}\n",
        "z: {!!merge <<: {a: 1}}\n",
    ],
)
def test_merge_keys_are_what_pyyaml_makes_of_them(text: str) -> None:
    assert plain(text) == yaml.safe_load(text)


def test_blocks_and_flows_stand_where_they_are_written() -> None:
    text = "a:\n- &x\n  b: 'c'\n-   - d\n    - [e,\n f] # g\n\n# h\nz: |\n  i\n"
    document = read(text)
    spans = {path: document.find(*path) for path in [("a",), ("a", 0), ("a", 1), ("a", 1, 1), ("z",)]}
    assert [text[node.start : node.end] for node in spans.values() if node] == [
        "- &x\n  b: 'c'\n-   - d\n    - [e,\n f]",
        "b: 'c'",
        "- d\n    - [e,\n f]",
        "[e,\n f]",
        "|\n  i\n",
    ]


def test_offsets_count_characters_after_a_mark_and_beyond_the_first_plane() -> None:
    document = read("\ufeff😀: 'é'\r\n\"b\": 😀 # x\r\n")
    check_spans(document)
    word = document.find("b")
    assert word
    assert document.place(word.start, word.end)[1:] == (2, 6, 2, 7)


@pytest.mark.parametrize(
    ("text", "key"),
    [("1: x", "1"), ("true: x", "true"), ("~: x", "~"), ("?\n: x", ""), ("0x1: x", "0x1"), ("? a\n: x", "a")],
)
def test_a_key_that_is_no_string_is_its_literal(text: str, key: str) -> None:
    assert plain(text) == {key: "x"}
