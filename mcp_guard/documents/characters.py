"""Characters that a reader does not see, or takes for others.

Hidden is what Unicode draws as nothing (Default_Ignorable_Code_Point in DerivedCoreProperties.txt: direction marks,
zero-width characters, tags, variation selectors, fillers), the braille blank and the marks of annotations. Not hidden
is what a writer of emoji, Persian or Hindi cannot do without: see `_FINE`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_HIDDEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_PICTURE = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf\u2934\u2935"
    "\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
_STYLED = f"{_PICTURE}[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]?"
_FLAGS = "|".join("".join(chr(0xE0000 + ord(letter)) for letter in region) for region in ("gbeng", "gbsct", "gbwls"))
_JOINING = "[\u0600-\u07ff\u0860-\u0dff]"  # Arabic, Syriac and the scripts of India, whose letters joiners shape
_FINE = "|".join(
    (
        f"\U0001f3f4(?:{_FLAGS})\U000e007f",  # the three flags of emoji-sequences.txt that are written with tags
        f"{_STYLED}(?:\u200d{_STYLED})*",  # an emoji, or several joined to one
        "[#*0-9]\ufe0f\u20e3",  # a keycap
        f"(?<={_JOINING})[\u200c\u200d](?={_JOINING})",
    )
)
_ANY = re.compile(f"[{_HIDDEN}]")
_TOKEN = re.compile(f"{_FINE}|(?P<hidden>[{_HIDDEN}]+)")

_LATIN = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
_OTHER = "\u0370-\u0373\u0376-\u037d\u037f-\u03ff\u1f00-\u1fff\u0400-\u0481\u048a-\u052f\u1c80-\u1c8a\ua640-\ua66e"
_LOOKALIKE = re.compile(f"(?<=[{_LATIN}])[{_OTHER}]|[{_OTHER}](?=[{_LATIN}])")


def hidden(text: str) -> Iterator[tuple[int, int, str]]:
    """Each run of hidden characters: start, end, and what it is called (`U+202E RIGHT-TO-LEFT OVERRIDE`).

    A byte order mark at the start is none.
    """
    if text.isascii() or not _ANY.search(text, 1 if text.startswith("\ufeff") else 0):
        return
    for found in _TOKEN.finditer(text, 1 if text.startswith("\ufeff") else 0):
        if found["hidden"]:
            more = found.end() - found.start() - 1
            yield *found.span(), named(found[0][0]) + (f" and {more:,} more after it" if more else "")


def mixed(text: str) -> Iterator[tuple[int, int, str]]:
    """Each Greek or Cyrillic letter that stands next to a Latin one: start, end, and what it is called."""
    if text.isascii():
        return
    for found in _LOOKALIKE.finditer(text):
        yield *found.span(), named(found[0])


def named(character: str) -> str:
    """The code point of a character and its name in Unicode, without showing it."""
    from unicodedata import name

    return f"U+{ord(character):04X} {name(character, '(no name)')}"
