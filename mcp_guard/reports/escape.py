"""What stands in a checked file never reaches a terminal or a log as anything but visible characters."""

from __future__ import annotations

import re

# Printable by their general category, and still drawn as nothing: Default_Ignorable_Code_Point (Unicode's
# DerivedCoreProperties.txt) outside the "Other" categories, and the blank braille pattern.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0").union(
    map(chr, range(0xFE00, 0xFE10)), map(chr, range(0xE0100, 0xE01F0))
)

# A GitHub runner obeys `##[name]` anywhere in a line of a log and `::name::` at its start
# (actions/runner, src/Runner.Common/ActionCommand.cs).
_COMMAND = re.compile(r"#(?=#\[)")
_COMMAND_AT_START = re.compile(r" *:(?=:)")


def cells(text: str) -> list[str]:
    r"""Each character of `text` as it is printed: itself, or an ASCII escape such as `\x1b` or `\u202e`.

    Escaped are control and format characters, surrogates, private and unassigned code points, every separator but
    the space, what is invisible by other means, and one character of what a GitHub runner would take for a command.
    A backslash stays as it is: the escapes are for reading, not for reading back.
    """
    shown = [char if char.isprintable() and char not in _INVISIBLE else _ascii(char) for char in text]
    for command in _COMMAND.finditer(text):
        shown[command.start()] = r"\x23"
    if start := _COMMAND_AT_START.match(text):
        shown[start.end() - 1] = r"\x3a"
    return shown


def escape(text: str) -> str:
    """`text` as one line of visible characters and spaces; see `cells`."""
    return "".join(cells(text))


def encodable(text: str) -> str:
    """`text` with lone surrogates written out, so that it can be encoded; all else stays as it is."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def width(text: str) -> int:
    """How many terminal columns escaped text takes (UAX #11): two for a wide character, none for a combining one."""
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width

    return sum(2 if east_asian_width(char) in "WF" else category(char) not in ("Mn", "Me") for char in text)


def _ascii(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
