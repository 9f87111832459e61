from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_guard.model import Place
from mcp_guard.reports.escape import width
from mcp_guard.reports.excerpt import LIMIT, Excerpt, excerpt


def at(column: int, end_column: int, lines: int = 0) -> Place:
    return Place(".mcp.json", 3, column, 3 + lines, end_column)


@pytest.mark.parametrize(
    ("source", "place", "line", "indent", "carets"),
    [
        ("a bcd e", at(3, 6), "a bcd e", 2, 3),
        ("\t\tbcd", at(3, 6), "        bcd", 8, 3),
        ("日本 bcd", at(4, 7), "日本 bcd", 5, 3),
        ("日本", at(2, 3), "日本", 2, 2),
        ("e\u0301 bcd", at(4, 7), "e\u0301 bcd", 2, 3),
        ("\x1b bcd", at(3, 6), "\\x1b bcd", 5, 3),
        ("b\x1bd", at(1, 4), "b\\x1bd", 0, 6),
        ("abc", at(2, 2), "abc", 1, 1),  # an empty range still has its caret
        ("abc", at(3, 2), "abc", 2, 1),  # and one that ends before it begins
        ("abc", at(2, 99), "abc", 1, 2),
        ("abc", at(50, 60), "abc", 3, 1),
        ("abc", at(0, 2), "abc", 0, 1),
        ("abcdef", at(3, 2, lines=2), "abcdef", 2, 4),  # goes on in the next lines
        ("", at(1, 5), "", 0, 1),
    ],
)
def test_carets_stand_under_the_range(source: str, place: Place, line: str, indent: int, carets: int) -> None:
    assert excerpt(source, place) == Excerpt(line, indent, carets)


def test_a_long_line_is_cut_around_the_range() -> None:
    shown = excerpt("x" * 500 + "here" + "y" * 500, at(501, 505))
    assert shown.line.startswith("...xxx")
    assert shown.line.endswith("yyy...")
    assert len(shown.line) == LIMIT + 6
    assert shown.line[shown.indent : shown.indent + shown.carets] == "here"


def test_only_the_side_that_is_cut_says_so() -> None:
    early, late = excerpt("here" + "y" * 500, at(1, 5)), excerpt("x" * 500 + "here", at(501, 505))
    assert (early.line[:6], early.line[-3:]) == ("hereyy", "...")
    assert (late.line[:3], late.line[-6:]) == ("...", "xxhere")
    assert excerpt("z" * LIMIT, at(1, 5)).line == "z" * LIMIT


def test_a_range_that_is_longer_than_the_cut_ends_with_it() -> None:
    shown = excerpt("x" * 1000, at(10, 900))
    assert shown.indent + shown.carets == len(shown.line) - len("...")


def test_characters_without_width_may_be_cut_too() -> None:
    assert excerpt("e" + "\u0301" * 500 + "here", at(502, 506)).line.startswith("...\u0301")


def test_wide_and_escaped_characters_count_for_the_cut() -> None:
    for char in ("日", "\u202e"):
        assert width(excerpt(char * 300, at(150, 160)).line) <= LIMIT + 6


def test_of_a_huge_line_only_the_part_that_is_shown_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    # A minified config of a mebibyte may hold thousands of findings, all in its one line.
    looked_at: list[int] = []

    def counting(text: str) -> list[str]:
        looked_at.append(len(text))
        return list(text)

    monkeypatch.setattr("mcp_guard.reports.excerpt.cells", counting)
    shown = excerpt("x" * (1 << 20), at(1 << 19, (1 << 19) + 4))
    assert len(shown.line) == LIMIT + 6
    assert sum(looked_at) <= 2 * LIMIT


@given(st.text(st.characters(), max_size=400), st.integers(-1, 420), st.integers(-1, 420), st.integers(0, 1))
def test_carets_never_leave_the_line(source: str, column: int, end_column: int, lines: int) -> None:
    shown = excerpt(source, at(column, end_column, lines))
    assert shown.carets >= 1
    assert 0 <= shown.indent <= width(shown.line)
    assert shown.indent + shown.carets <= width(shown.line) + 1
    assert width(shown.line) <= LIMIT + 6


@given(st.text("ab日\t", max_size=300), st.data())
def test_the_marked_characters_are_those_of_the_range(source: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(source)))
    end = data.draw(st.integers(start, min(len(source), start + 20)))
    shown = excerpt(source, at(start + 1, end + 1))
    columns = "".join(char * width(char) for char in shown.line)
    expected = "".join("    " if char == "\t" else char * width(char) for char in source[start:end])
    assert columns[shown.indent : shown.indent + len(expected)] == expected
    assert shown.carets == max(len(expected), 1)
