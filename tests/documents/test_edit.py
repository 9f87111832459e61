from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import tomli
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_guard import documents
from mcp_guard.documents import Array, Document, Format, Node, Object
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
def test_only_what_must_change_changes(form: Format, before: str, after: str) -> None:
    document = documents.read("x", before.encode(), form)
    assert applied(document, word_at(document, "a"), (2, 3), "2.0") == after


@pytest.mark.parametrize(("new", "after"), [("b", "ab = 1"), (".b", '"a.b" = 1'), ("\ud800", '"a\\ud800" = 1')])
def test_a_bare_key_is_quoted_when_it_must_be(new: str, after: str) -> None:
    document = documents.read("x", b"a = 1", "toml")
    assert isinstance(document.root.value, Object)
    assert applied(document, document.key_word(document.root.value.members[0]), (1, 1), new) == after


# ------------------------------------------------------------------------------------------------ YAML

WORDS = st.text(st.sampled_from("ab@1.-/:#, '\"\\\\\n\té😀\x85\x7f&*!|>%{[]}"), max_size=12) | st.sampled_from(
    ("yes", "012", "1.5", "null", "~", "2001-01-01", "npx -y @a/b@1", "a b  c\nd", "---", "- a", "? a", "<<")
)


def literals(text: str, indent: str) -> Iterator[str]:
    """Ways to write a text in YAML; those that do not say it are left out by the test."""
    yield json.dumps(text)
    yield "'" + text.replace("'", "''") + "'"
    yield text
    yield text.replace(" ", f"\n{indent}")
    for header in ("|", "|-", ">", ">-", "|2-", "> # note"):
        yield f"{header}\n" + "".join(f"{indent}{line}\n" for line in text.split("\n"))
    yield ">-\n" + "".join(f"{indent}{line}\n" for line in text.split(" "))


FRAMES: tuple[tuple[Format, str, str], ...] = (
    ("yaml", "x: 1\na: {} # c\nb: [1]\n", "  "),
    ("yaml", "- - a: &w {}\n    b: *w\n", "      "),
    ("yaml", "a: [x, {}, {{b: 1}}]\n", "  "),
    ("yaml", "{}: x\n", "  "),
    ("yaml", "\ufeffa:\r\n- !!str {}\r\n- y\r\n", "  "),
    ("markdown", "---\na: {}\nb: c\n---\n# a: x\n", "  "),
)


def words_of(document: Document) -> list[Word]:
    def below(node: Node) -> Iterator[Word]:
        match node.value:
            case Object(members):
                for member in members:
                    yield document.key_word(member)
                    yield from below(member.node)
            case Array(items):
                for item in items:
                    yield from below(item)
            case _:
                yield document.word(node)

    return list(below(document.root))


@given(frame=st.sampled_from(FRAMES), old=WORDS, new=WORDS, data=st.data())
@settings(max_examples=100, deadline=None)
def test_yaml_edits_change_one_word_and_nothing_else(
    *, frame: tuple[Format, str, str], old: str, new: str, data: st.DataObject
) -> None:
    form, template, indent = frame
    cut = data.draw(cuts(old))
    whole = old[: cut[0]] + new + old[cut[1] :]
    for literal in literals(old, indent):
        try:
            document = documents.read("x", template.format(literal).encode(), form)
        except documents.DocumentError:
            continue
        before = words_of(document)
        for word in [word for word in before if word.text == old and word.start < word.end][:1]:
            try:
                after = documents.read("x", applied(document, word, cut, new).encode(), form)
            except ValueError:
                assert document.text[word.start] in "|>", literal
                continue
            assert [each.text for each in words_of(after)] == [
                whole if (each.start, each.end) == (word.start, word.end) else each.text for each in before
            ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: p@1 # c", "a: p@2.0 # c"),
        ("a: 'p@1'", "a: 'p@2.0'"),
        ('a: "p@1"', 'a: "p@2.0"'),
        (r'a: "\u0070@1"', 'a: "p@2.0"'),
        ("a: &x p@1\nb: *x", "a: &x p@2.0\nb: *x"),
        ("a: !!str p@1", "a: !!str p@2.0"),
        ("{a: p@1, b: c}", "{a: p@2.0, b: c}"),
        ("a: |\n  p@1\n", "a: |\n  p@2.0\n"),
        ("a: >-\n\n  p@1\n\n\nb: c", "a: >-\n\n  p@2.0\n\n\nb: c"),
        ("? p@1\n: a", "? p@2.0\n: a"),
    ],
)
def test_a_yaml_word_is_edited_where_its_literal_shows_it(before: str, after: str) -> None:
    document = documents.read("x", before.encode(), "yaml")
    word = next(word for word in words_of(document) if word.text.strip() == "p@1")
    start = word.text.index("1")
    assert applied(document, word, (start, start + 1), "2.0") == after


@pytest.mark.parametrize(
    ("literal", "cut", "new", "after"),
    [
        ("pkg", (0, 0), "@scope/", '"@scope/pkg"'),
        ("pkg", (3, 3), ": x", '"pkg: x"'),
        ("pkg", (3, 3), " # x", '"pkg # x"'),
        ("pkg", (0, 3), "yes", '"yes"'),
        ("pkg", (0, 3), "012", '"012"'),
        ("pkg", (0, 3), "1e5", '"1e5"'),
        ("pkg", (0, 3), "2001-01-01", '"2001-01-01"'),
        ("pkg", (0, 3), "null", '"null"'),
        ("pkg", (0, 3), "", '""'),
        ("pkg", (0, 3), "a\n", '"a\\n"'),
        ("pkg", (0, 3), "\x85\ufeff\x7f", '"\\u0085\\ufeff\\u007f"'),
        ("'pkg'", (0, 0), "it's ", "'it''s pkg'"),
        ("'it''s'", (0, 2), "is", '"is\'s"'),
        ("1.10", (2, 4), "11", "1.11"),
        ("npx\n  pkg@1  x", (8, 9), "2", "npx\n  pkg@2  x"),
        ("npx\n  pkg@1", (3, 4), "  ", '"npx  pkg@1"'),
        (">\n  npx\n  pkg@1\n", (8, 9), "2", ">\n  npx\n  pkg@2\n"),
    ],
)
def test_a_yaml_word_is_quoted_when_it_must_be(literal: str, cut: tuple[int, int], new: str, after: str) -> None:
    document = documents.read("x", f"a: {literal}".encode(), "yaml")
    edited = applied(document, word_at(document, "a"), cut, new)
    assert edited == f"a: {after}"
    assert isinstance(yaml.safe_load(edited)["a"], str) or literal == "1.10"


@pytest.mark.parametrize("new", ["a\nb", "\x7f", " "])
def test_a_yaml_block_whose_layout_would_break_is_refused(new: str) -> None:
    document = documents.read("x.yaml", b"a: |\n  p@1\n", "yaml")
    with pytest.raises(ValueError, match=r"x\.yaml:1:4: this YAML cannot be edited in place: write it by hand"):
        documents.replace(document, word_at(document, "a"), (0, 0), new)


def test_a_word_without_a_literal_is_refused() -> None:
    document = documents.read("x.yaml", b"a:\n", "yaml")
    with pytest.raises(ValueError, match=r"x\.yaml:1:3: this word has no literal of its own"):
        documents.replace(document, word_at(document, "a"), (0, 0), "b")


def test_a_yaml_edit_that_would_change_another_word_is_not_made() -> None:
    document = documents.read("x", b"a: &b p@1\n<<: {c: &d [p@1]}\ne: *d\n", "yaml")
    word = word_at(document, "e", 0)
    assert applied(document, word, (2, 3), "2") == "a: &b p@1\n<<: {c: &d [p@2]}\ne: *d\n"
    key = next(each for each in words_of(document) if each.text == "c")
    assert applied(document, key, (0, 1), "f") == "a: &b p@1\n<<: {f: &d [p@1]}\ne: *d\n"
    with pytest.raises(ValueError, match="cannot be edited in place"):
        documents.replace(document, key, (0, 1), "e")


def test_plain_text_is_edited_where_it_stands() -> None:
    document = documents.read("x", "\ufeffnpx a@1\n".encode(), "text")
    word = Word("a@1", document.place(5, 8), 5, 8)
    assert applied(document, word, (2, 3), "2") == "\ufeffnpx a@2\n"
    with pytest.raises(ValueError, match="cannot be edited in place"):
        documents.replace(document, word._replace(text="a 1"), (2, 3), "2")


def changed(text: str, news: list[str]) -> str:
    """A list of words in YAML, after a text has been put behind each of them."""
    document = documents.read("x", text.encode(), "yaml")
    assert isinstance(document.root.value, documents.Array)
    words = [document.word(item) for item in document.root.value.items]
    changes = [(word, (len(word.text),) * 2, new) for word, new in zip(words, news, strict=True)]
    for start, end, new in sorted(documents.replace_all(document, changes), reverse=True):
        text = text[:start] + new + text[end:]
    return text


@pytest.mark.parametrize(
    ("news", "after"),
    [
        (["@1", "@2", "@3"], "- one@1\n- 'two@2'\n- >-\n  three@3\n"),
        ([": x", "@2", "@3"], "- \"one: x\"\n- 'two@2'\n- >-\n  three@3\n"),  # not all at once
    ],
)
def test_several_words_of_yaml(news: list[str], after: str) -> None:
    assert changed("- one\n- 'two'\n- >-\n  three\n", news) == after


def test_several_words_of_yaml_of_which_one_cannot_be_edited() -> None:
    with pytest.raises(ValueError, match="by hand"):
        changed("- one\n- >-\n  two\n", ["@1", "\x07"])
    with pytest.raises(ValueError, match="no literal"):
        changed("- one\n-\n", ["@1", "@2"])


def test_many_words_of_yaml_are_read_back_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from mcp_guard.documents import source, yaml

    readings = []
    reading = yaml.read

    def counted(text: source.Source, end: int | None = None) -> Document:
        readings.append(text)
        return reading(text, end)

    monkeypatch.setattr(yaml, "read", counted)
    assert changed("- a\n" * 50, ["@1"] * 50) == "- a@1\n" * 50
    assert len(readings) == 2
