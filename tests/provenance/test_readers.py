"""The strict readers: JSON, base64, numbers, DER."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_guard.model import JSON
from mcp_guard.provenance import der
from mcp_guard.provenance.errors import VerificationError
from mcp_guard.provenance.shape import MAX_BYTES, Node, read_base64, read_json
from tests.provenance.stamps import oid, tlv

# ------------------------------------------------------------------------------------------------ JSON, base64


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"{} {}",
        b'{"a": 1, "a": 1}',
        b'{"a": {"b": 1, "\\u0062": 2}}',
        b"NaN",
        b"[-Infinity]",
        b"\xef\xbb\xbf{}",
        b'"\xff"',
        b"[" * 200_000,
        b" " * (MAX_BYTES + 1),
        b"1" * 5000,
    ],
)
def test_what_two_readers_may_read_differently_is_refused(text: bytes) -> None:
    with pytest.raises(VerificationError, match=r"^statement\.json: "):
        read_json(text, "statement.json")


@given(st.binary(max_size=40))
def test_base64_has_one_spelling(data: bytes) -> None:
    text = base64.b64encode(data).decode()
    assert read_base64(text, "bundle.shape", "x") == data
    for other in (text + "\n", text.rstrip("=") + "===", " " + text, text + "A"):
        with pytest.raises(VerificationError):
            read_base64(other, "bundle.shape", "x")


@settings(max_examples=300)
@given(st.text(alphabet="AB+/=-_ \n", max_size=9))
def test_no_other_base64_is_read(text: str) -> None:
    try:
        data = read_base64(text, "bundle.shape", "x")
    except VerificationError:
        return
    assert base64.b64encode(data).decode() == text


def node(value: JSON) -> Node:
    return Node(value, "x", "bundle.shape")


@pytest.mark.parametrize("value", [None, True, -1, "1.0", "", "01", " 1", "١", 1.0, 1 << 63, "9" * 30, [], {}])
def test_numbers_are_whole_and_fit(value: JSON) -> None:
    with pytest.raises(VerificationError):
        node(value).number()


def test_numbers_may_be_text() -> None:
    assert [node(value).number() for value in (0, "0", 7, "7", str((1 << 63) - 1))] == [0, 0, 7, 7, (1 << 63) - 1]


@pytest.mark.parametrize("value", [None, 1, [], "x"])
def test_nodes_refuse_other_kinds(value: JSON) -> None:
    for read in (node(value).members, lambda: node(value).get("a"), lambda: node(value).optional("a")):
        with pytest.raises(VerificationError):
            read()
    with pytest.raises(VerificationError):
        node(None if value == [] else value).items()
    with pytest.raises(VerificationError):
        node(None if value == "x" else value).text()


def test_null_is_missing() -> None:
    assert node({"a": None}).optional("a") is None
    with pytest.raises(VerificationError, match="x has no a"):
        node({"a": None}).get("a")
    with pytest.raises(VerificationError, match="has 2 items"):
        node([1, 2]).only()


def test_base64_in_lines_is_read_where_tools_write_it() -> None:
    assert node("AAAA\nAAAA\r\n").lines() == bytes(6)
    for value in ("AAAA\n", "AAA A", ""):
        with pytest.raises(VerificationError):
            node(value).data()


# ------------------------------------------------------------------------------------------------ DER


@pytest.mark.parametrize(
    "data",
    [
        b"\x30",
        b"\x1f\x81\x01\x00",  # a tag of two bytes
        b"\x04\x80\x00\x00",  # indefinite length
        b"\x04\x81\x01x",  # longer than needed
        b"\x04\x82\x00\x80" + bytes(128),
        b"\x04\x85\x00\x00\x00\x00\x01x",
        b"\x04\x02x",
        b"\x04\x81",
    ],
)
def test_what_is_not_der_is_refused(data: bytes) -> None:
    with pytest.raises(VerificationError):
        der.elements(data, "rfc3161.token")


@settings(max_examples=300)
@given(st.binary(max_size=300), st.sampled_from([der.OCTET_STRING, der.SEQUENCE, der.UTF8_STRING]))
def test_der_is_read_as_written(content: bytes, tag: int) -> None:
    encoded = tlv(tag, content)
    assert der.elements(encoded * 2, "rfc3161.token") == (der.Element(tag, content, encoded),) * 2


@settings(max_examples=500)
@given(st.binary(max_size=60))
def test_der_read_is_all_there_is(data: bytes) -> None:
    try:
        found = der.elements(data, "rfc3161.token")
    except VerificationError:
        return
    assert b"".join(element.encoded for element in found) == data


@given(st.integers(0, 2), st.integers(0, 39), st.lists(st.integers(0, 1 << 40), max_size=5))
def test_object_identifiers_are_read(first: int, second: int, rest: list[int]) -> None:
    text = ".".join(map(str, (first, second, *rest)))
    assert der.dotted(der.single(oid(text), der.OID, "rfc3161.token", "x").content, "rfc3161.token") == text


@pytest.mark.parametrize("content", [b"", b"\x80", b"\x2a\x80\x01", b"\x2a\x86", b"\x2a" * 65])
def test_object_identifiers_are_whole(content: bytes) -> None:
    with pytest.raises(VerificationError):
        der.dotted(content, "rfc3161.token")
