from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_guard.documents.characters import hidden, mixed, named

ENGLAND = "\U0001f3f4" + "".join(chr(0xE0000 + ord(letter)) for letter in "gbeng") + "\U000e007f"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a\u202eb", [(1, 2, "U+202E RIGHT-TO-LEFT OVERRIDE")]),
        ("\u2066\u2069", [(0, 2, "U+2066 LEFT-TO-RIGHT ISOLATE and 1 more after it")]),
        ("a\u200bb\u200c", [(1, 2, "U+200B ZERO WIDTH SPACE"), (3, 4, "U+200C ZERO WIDTH NON-JOINER")]),
        ("\u200e\u200f", [(0, 2, "U+200E LEFT-TO-RIGHT MARK and 1 more after it")]),
        ("\u061c", [(0, 1, "U+061C ARABIC LETTER MARK")]),
        ("\ufeffa\ufeff", [(2, 3, "U+FEFF ZERO WIDTH NO-BREAK SPACE")]),
        ("\ufeff\ufeff", [(1, 2, "U+FEFF ZERO WIDTH NO-BREAK SPACE")]),
        ("\U000e0041" * 1200, [(0, 1200, "U+E0041 TAG LATIN CAPITAL LETTER A and 1,199 more after it")]),
        ("\U000e0100", [(0, 1, "U+E0100 VARIATION SELECTOR-17")]),
        ("\u3164\uffa0\u115f\u1160", [(0, 4, "U+3164 HANGUL FILLER and 3 more after it")]),
        ("\u2065", [(0, 1, "U+2065 (no name)")]),
        ("a\ufe0f", [(1, 2, "U+FE0F VARIATION SELECTOR-16")]),
        ("1\ufe0f", [(1, 2, "U+FE0F VARIATION SELECTOR-16")]),
        ("❤\ufe0f\ufe0f", [(2, 3, "U+FE0F VARIATION SELECTOR-16")]),
        ("❤\u200d", [(1, 2, "U+200D ZERO WIDTH JOINER")]),
        ("❤\u200da", [(1, 2, "U+200D ZERO WIDTH JOINER")]),
        ("\U0001f3f4\U000e0067\U000e007f", [(1, 3, "U+E0067 TAG LATIN SMALL LETTER G and 1 more after it")]),
        (ENGLAND + "\U000e0061", [(7, 8, "U+E0061 TAG LATIN SMALL LETTER A")]),
        ("م\u200ca", [(1, 2, "U+200C ZERO WIDTH NON-JOINER")]),
    ],
)
def test_what_nobody_sees_is_found_and_named(text: str, found: list[tuple[int, int, str]]) -> None:
    assert list(hidden(text)) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "npx -y a@1 # ok",
        "é ß 漢字 кириллица",
        "\ufeffa",
        "❤\ufe0f ☎\ufe0e 🧑🏽",
        "👩\u200d💻 👨\u200d👩\u200d👧 👁\ufe0f\u200d🗨\ufe0f 🏳\ufe0f\u200d🌈 🧑🏽\u200d🚀",
        "1\ufe0f\u20e3 #\ufe0f\u20e3",
        ENGLAND,
        "می\u200cخواهم",
        "क्\u200dष",
    ],
)
def test_what_writers_need_is_not_hidden(text: str) -> None:
    assert not list(hidden(text))


@given(st.text())
@settings(max_examples=200, deadline=None)
def test_every_format_character_but_those_of_scripts_is_found_once(text: str) -> None:
    spans = [range(start, end) for start, end, _ in hidden("x" + text)]
    inside = [offset for span in spans for offset in span]
    assert inside == sorted(set(inside))
    assert all(not unicodedata.name(("x" + text)[offset], "").startswith("LATIN") for offset in inside)


@pytest.mark.parametrize(
    "character",
    [
        *map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0x200B, 0x2010), *range(0x2060, 0x2065))),
        *map(chr, (*range(0xFE00, 0xFE10), 0xE0100, 0xE01EF, 0xE0000, 0xE0020, 0xE007F, 0xFEFF, 0xAD, 0x34F, 0x2800)),
    ],
    ids=ascii,
)
def test_each_hidden_character_within_latin_letters_is_found(character: str) -> None:
    assert list(hidden(f"a{character}b")) == [(1, 2, named(character))]


def test_a_long_text_takes_linear_time_or_this_test_never_ends() -> None:
    assert not list(hidden("❤\u200d" * 200_000 + "❤"))
    assert len(list(hidden("é\u200b" * 100_000))) == 100_000


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("g\u0456thub", [(1, 2, "U+0456 CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I")]),
        ("\u0430pp", [(0, 1, "U+0430 CYRILLIC SMALL LETTER A")]),
        ("npm\u03bf", [(3, 4, "U+03BF GREEK SMALL LETTER OMICRON")]),
        ("п\u0430ypal", [(1, 2, "U+0430 CYRILLIC SMALL LETTER A")]),
        ("сервер-mcp, mcp_сервер, Ωmega-Ω", [(24, 25, "U+03A9 GREEK CAPITAL LETTER OMEGA")]),
        ("µm 10µs café", []),
        ("кириллица и latin", []),
    ],
)
def test_a_letter_of_another_alphabet_within_a_latin_word_is_found(
    text: str, found: list[tuple[int, int, str]]
) -> None:
    assert list(mixed(text)) == found
