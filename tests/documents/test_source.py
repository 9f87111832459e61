from __future__ import annotations

from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_guard import documents
from mcp_guard.documents import DocumentError
from mcp_guard.documents.source import source_of
from mcp_guard.model import Place

FORMATS: tuple[Literal["json", "toml"], ...] = ("json", "toml")


def refusal(data: bytes, form: Literal["json", "toml"] = "json", *, limit: int = 1 << 20) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        documents.read("dir/x.json", data, form, limit=limit)
    return caught.value


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_wide_encodings_are_refused_with_what_to_do(form: Literal["json", "toml"], encoding: str) -> None:
    error = refusal('{"a": 1}'.encode(encoding), form)
    assert error.message == "the file is UTF-16 or UTF-32: save it as UTF-8"
    assert error.text == ""


@pytest.mark.parametrize("form", FORMATS)
def test_what_is_not_utf_8_is_refused_at_its_place(form: Literal["json", "toml"]) -> None:
    error = refusal("# é\r\nab".encode() + b"\xff", form)
    assert error.message == "byte 0xff is not UTF-8: save the file as UTF-8"
    assert error.place == Place("dir/x.json", 2, 3, 2, 3)
    assert str(error).startswith("dir/x.json:2:3: byte 0xff")


@pytest.mark.parametrize("form", FORMATS)
def test_the_limit_is_in_bytes_and_is_named(form: Literal["json", "toml"]) -> None:
    data = b'{"a": "\xc3\xa9"}' if form == "json" else b'a = "\xc3\xa9"'
    assert documents.read("x", data, form, limit=len(data)).find("a") is not None
    assert f"larger than {len(data) - 1} bytes" in refusal(data, form, limit=len(data) - 1).message


@pytest.mark.parametrize("data", [b"", b" \t\r\n", b"// only a comment\n", b"\xef\xbb\xbf", b"/* */"])
def test_json_without_a_value_is_refused(data: bytes) -> None:
    assert refusal(data).message == "the file holds no value: write {} or remove the file"


@pytest.mark.parametrize("data", [b"", b"\n", b"# nothing\n"])
def test_toml_without_a_value_is_an_empty_table(data: bytes) -> None:
    document = documents.read("x", data, "toml")
    assert document.plain(document.root) == {}


def test_lines_end_at_lf_crlf_and_cr_and_nowhere_else() -> None:
    source = source_of("x", "a\nb\r\nc\rd\u2028e\x0bf\x0cg\x85h")
    assert source.lines == (0, 2, 5, 7)


@given(st.text(alphabet="a\r\né😀\u2028"), st.data())
@settings(max_examples=200, deadline=None)
def test_places_count_code_points(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    before = text[:start]
    if before.endswith("\r") and text.startswith("\n", start):
        return  # nothing begins between CR and LF
    lines = before.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    place = source_of("x", text).place(start, start)
    assert (place.line, place.column) == (len(lines), len(lines[-1]) + 1)


def test_a_byte_order_mark_takes_no_column() -> None:
    document = documents.read("x", b'\xef\xbb\xbf{"a": 1}', "json")
    assert document.place(0, 1) == Place("x", 1, 1, 1, 1)
    assert document.place(1, 2) == Place("x", 1, 1, 1, 2)
    assert document.text[0] == "\ufeff"
