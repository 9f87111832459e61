from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mcp_guard.reports.escape import cells, encodable, escape, width
from tests.reports.samples import texts


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain, ünïcode, 日本 and emoji 🙂", "plain, ünïcode, 日本 and emoji 🙂"),
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("\x9b31m", r"\x9b31m"),  # CSI as one C1 character
        ("a\nb\r\tc\0\x7f", r"a\nb\r\tc\x00\x7f"),
        ("\u202e\u2066\u200b\u200d\ufeff\u00ad", r"\u202e\u2066\u200b\u200d\ufeff\xad"),
        ("\u2028\u2029\u0085", r"\u2028\u2029\x85"),
        ("\xa0\u3000", r"\xa0\u3000"),  # spaces that are not the space
        ("\ud800x\udfff", r"\ud800x\udfff"),
        ("\U000e0041\U000e0100\ufe0f\u3164\u2800", r"\U000e0041\U000e0100\ufe0f\u3164\u2800"),
        ("\ue000\uffff", r"\ue000\uffff"),  # private, unassigned
        ("C:\\x1b", "C:\\x1b"),
    ],
)
def test_only_visible_characters_remain(raw: str, shown: str) -> None:
    assert escape(raw) == shown


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("::stop-commands::x", r"\x3a:stop-commands::x"),
        ("  ::error::x", r"  \x3a:error::x"),
        ("a::b", "a::b"),
        ("[::1]:80", "[::1]:80"),
        ("x ##[error]y ###[z", r"x \x23#[error]y #\x23#[z"),
        ("# #[x", "# #[x"),
    ],
)
def test_no_text_is_a_command_to_a_github_runner(raw: str, shown: str) -> None:
    assert escape(raw) == shown


@given(st.text(st.characters()))
@example("".join(map(chr, range(0x3000))))
def test_escaped_text_has_no_control_or_format_character_and_can_be_encoded(text: str) -> None:
    shown = escape(text)
    assert shown.encode("utf-8").decode("utf-8") == shown
    assert {unicodedata.category(char) for char in shown} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} == set()
    assert "##[" not in shown
    assert not shown.lstrip().startswith("::")
    assert escape(shown) == shown


@given(texts)
def test_there_is_one_cell_a_character(text: str) -> None:
    assert len(cells(text)) == len(text)
    assert all(cells(text))


@given(st.text())
def test_text_that_can_be_encoded_is_left_alone(text: str) -> None:
    assert encodable(text) == text


def test_lone_surrogates_are_written_out() -> None:
    assert encodable("a\ud800b") == r"a\ud800b"


@pytest.mark.parametrize(("text", "columns"), [("", 0), ("abc", 3), ("日本", 4), ("e\u0301", 1), ("é", 1), ("ｱＡ", 3)])
def test_width_counts_terminal_columns(text: str, columns: int) -> None:
    assert width(text) == columns
