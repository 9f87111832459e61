from __future__ import annotations

import contextlib
import datetime as dt

import pytest
import tomli
import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_guard import documents
from mcp_guard.documents import Array, Document, DocumentError, Node, Object, toml
from mcp_guard.documents.locator import Lost
from mcp_guard.documents.source import Source

KEYS = st.lists(
    st.sampled_from(["a", "b", "c-1", "7", '"q x"', "'l.t'", '"\\u0061"', '"é"', '""', "''"]), min_size=1, max_size=3
).map(".".join)
SCALARS = st.sampled_from(
    (
        *("1", "-1_000", "0xff", "1.5", "1e3", "true", "false", '"a"', '"a # b"', '"\\"\\n"', "'c:\\x'", "''", '"]}"'),
        *('"""m\nn"""', '"""\r\n a\\\n  b"""', '"""x""y"""', '""""q""""', "'''x''\ny'''", "'''''z'''''", '"""\\""""'),
        *("1979-05-27", "1979-05-27 07:32:00", "1979-05-27T07:32:00Z", "07:32:00", "inf", "nan", "1e999", "@", '"\\q"'),
    )
)
GAPS = st.sampled_from(["", " ", "\t", " # c ]}\n", "\n", "\r\n"])


def _inside(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    lists = st.builds(
        lambda items, gap, comma: f"[{gap}{(gap + ',' + gap).join(items)}{gap}{comma if items else ''}{gap}]",
        st.lists(inner, max_size=3),
        GAPS,
        st.sampled_from(["", ","]),
    )
    pairs = st.lists(st.builds("{} = {}".format, KEYS, inner), max_size=3)
    return lists | pairs.map(lambda items: "{ " + ", ".join(items) + " }")


LITERALS = st.recursive(SCALARS, _inside, max_leaves=6)
STATEMENTS = st.one_of(
    st.builds("{} ={}{}".format, KEYS, st.sampled_from(["", " "]), LITERALS),
    KEYS.map("[{}]".format),
    KEYS.map("[[ {} ]] # x".format),
    st.sampled_from(["", "# comment", "  "]),
)
TEXTS = st.lists(STATEMENTS, max_size=8).flatmap(
    lambda lines: st.sampled_from(["\n", "\r\n"]).map(lambda end: end.join(lines) + end)
)


def read(text: str) -> Document:
    return documents.read("c.toml", text.encode(), "toml")


def refusal(text: str) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        read(text)
    return caught.value


def check_spans(document: Document, node: Node, expected: object) -> None:
    """Each node has tomli's value, and its literal, read alone, has it too."""
    literal = document.text[node.start : node.end]
    match node.value:
        case Object(members):
            assert isinstance(expected, dict)
            assert [member.key for member in members] == list(expected)
            for member in members:
                key = document.text[member.key_start : member.key_end]
                assert list(tomli.loads(f"{key} = 0")) == [member.key]
                check_spans(document, member.node, expected[member.key])
        case Array(items):
            assert isinstance(expected, list)
            assert len(items) == len(expected)
            for item, each in zip(items, expected, strict=True):
                check_spans(document, item, each)
        case value:
            if isinstance(expected, (dt.date, dt.time)):
                assert value == literal
            else:
                assert value == expected
            assert tomli.loads(f"x = {literal}") == {"x": expected}


@given(TEXTS)
@settings(max_examples=400, deadline=None)
def test_tomli_is_the_authority_and_every_span_holds_its_value(text: str) -> None:
    try:
        expected = tomli.loads(text)
    except ValueError:
        assert refusal(text).place.line >= 1
        return
    if any(number in text for number in ("inf", "nan", "1e999")):
        with contextlib.suppress(DocumentError):
            read(text)
        return
    document = read(text)
    check_spans(document, document.root, expected)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
TABLES = st.dictionaries(
    TEXTS,
    st.recursive(
        st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
        max_leaves=12,
    ),
    max_size=4,
)


@given(TABLES)
@settings(max_examples=100, deadline=None)
def test_whatever_tomlkit_writes_reads_back_and_every_span_holds_its_value(value: dict[str, object]) -> None:
    written = tomlkit.dumps(value)
    with contextlib.suppress(tomli.TOMLDecodeError):  # tomlkit writes some tables in lists wrongly
        expected = tomli.loads(written)
        document = read(written)
        assert document.plain(document.root) == expected
        check_spans(document, document.root, expected)


@given(st.text(alphabet=st.sampled_from("ab.=[]{}\"'\\\n\r#,1 \t-:TZ_é\ufeff\x00")) | st.text())
@settings(max_examples=400, deadline=None)
def test_any_text_raises_nothing_but_document_error(text: str) -> None:
    with contextlib.suppress(DocumentError):
        document = read(text)
        check_spans(document, document.root, tomli.loads(text.removeprefix("\ufeff")))


@pytest.mark.parametrize(
    ("text", "at", "says"),
    [
        ("a = ", (1, 5), "this is not TOML: Invalid value"),
        ("\ufeffa = @", (1, 5), "this is not TOML: Invalid value"),
        ("x = 1\r\ny = @\r\n", (2, 5), "this is not TOML: Invalid value"),
        ("a = 1\na = 2\n", (2, 6), "this is not TOML: Cannot overwrite a value"),
        ("[a]\nb = 1\n[a]\n", (3, 3), "this is not TOML: Cannot declare"),
        ("a = 1\n[a.b]\n", (2, 5), "this is not TOML: Cannot"),
        ("a = 1\n[[a]]\n", (2, 4), "this is not TOML: Cannot"),
        ('"\\q" = 1', (1, 4), "this is not TOML: Unescaped '\\' in a string"),
        ("a = " + "1" * 5000, (1, 5), "more than 400 characters"),
        ("a = " + "[" * 100_000, (1, 68), "nested deeper than 64 levels"),
        ("a = " + "{a=" * 100_000, (1, 194), "nested deeper than 64 levels"),
        ("a." * 400_000 + "a = 1", (1, 1), "a key has more than 64 parts"),
        ("[" + ".".join("a" * 40) + "]\n" + ".".join("a" * 40) + " = 1", (2, 47), "nested deeper than 64 levels"),
        ("a = [nan]", (1, 6), "not a number that every reader has"),
        ("a = 1e999", (1, 5), "not a number that every reader has"),
    ],
)
def test_a_break_has_line_and_column(text: str, at: tuple[int, int], says: str) -> None:
    error = refusal(text)
    assert says in error.message
    assert (error.place.line, error.place.column) == at


def test_the_depth_cap_is_the_same_as_for_json() -> None:
    assert read("a = " + "[" * 63 + "1" + "]" * 63).find("a", *[0] * 63) is not None
    assert "64 levels" in refusal("a = " + "[" * 64 + "]" * 64).message


def test_a_byte_order_mark_is_a_doubt() -> None:
    document = read("\ufeffa = 'x'\n")
    assert document.plain(document.root) == {"a": "x"}
    [doubt] = document.doubts
    assert "byte order mark" in doubt.message
    node = document.find("a")
    assert node
    assert document.text[node.start : node.end] == "'x'"


def test_tables_stand_where_their_name_is_first_written() -> None:
    document = read('[s."a b".env]\nK = "v"\n[s."a b"]\ncommand = "c"\n[[t]]\nx=1\n[[t]]\nx=2\n[t.u]\nv=3\n')
    table = document.find("s", "a b")
    assert table
    assert document.text[table.start : table.end] == '"a b"'
    assert document.plain(table) == {"env": {"K": "v"}, "command": "c"}
    assert document.plain(document.root) == tomli.loads(document.text)


def test_dates_are_strings_of_their_literal() -> None:
    document = read("a = 1979-05-27 07:32:00 # noon\nb = [07:32:00,1979-05-27]")
    assert document.plain(document.root) == {"a": "1979-05-27 07:32:00", "b": ["07:32:00", "1979-05-27"]}


def test_what_the_locator_cannot_follow_is_refused_even_if_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(source: Source) -> object:
        raise Lost(source.first)

    monkeypatch.setattr(toml, "locate", lost)
    assert "cannot be followed" in refusal("a = 1").message


@pytest.mark.parametrize("values", [{"b": 1}, {"a": [1]}, {"a": {}}])
def test_places_that_do_not_fit_the_values_are_refused(monkeypatch: pytest.MonkeyPatch, values: object) -> None:
    monkeypatch.setattr(tomli, "loads", lambda _: values)
    assert "cannot be told" in refusal("a = 1").message


def test_too_deep_for_tomli_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_deep(_: str) -> dict[str, object]:
        raise RecursionError("deep")

    monkeypatch.setattr(tomli, "loads", too_deep)
    assert refusal("a = 1").message == "this is not TOML: deep"


@pytest.mark.parametrize("text", ["a." * 400_000, '"""' + '\\"' * 400_000, "[a]\n" * 50_000, "a = [" + "1," * 100_000])
def test_long_texts_are_refused_in_linear_time_or_this_test_never_ends(text: str) -> None:
    assert refusal(text).place.line >= 1
