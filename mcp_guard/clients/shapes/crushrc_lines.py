"""The command lines of a Bash file, as far as they are plain: words, quotes, comments, variables and `$(…)`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from mcp_guard.documents import Document
from mcp_guard.model import Place, Word

_TOKEN = re.compile(
    r"""(?P<blank>[ \t]+)
      | (?P<joined>\\\n)
      | (?P<end>(?:\r?\n|;(?!;))(?:[ \t]*(?:\r?\n|;(?!;)))*)
      | (?P<single>'[^']*')
      | (?P<double>"(?:[^"\\`$]|\\.|\$\([^()'"`\\\n]*\)|\$\{[^{}"'`$\\\n]*\}|\$(?![({]))*")
      | (?P<substitution>\$\([^()'"`\\\n]*\))
      | (?P<variable>\$(?:\{[^{}`"'$\\\n]*\}|\w+|[@*\#?$!-]))
      | (?P<escape>\\[^\r\n])
      | (?P<pattern>[*?\[\]{}~!])
      | (?P<plain>[^\s'"\\$`;&|<>()*?\[\]{}~!]+)
    """,
    re.VERBOSE | re.DOTALL,
)
_REST = re.compile(r"[^\n]*")
_ESCAPED = re.compile(r'\\(?:\n|([$`"\\]))')
_LOOSE = frozenset({"substitution", "variable", "pattern"})


class Line(NamedTuple):
    """One command line.

    It is not `plain` where the words are not all of it: a pipe, a condition, a redirection. `loose` words may become
    several when the shell puts a variable or a pattern in; `substitutes` tells of a `$(…)`.
    """

    words: tuple[Word, ...]
    place: Place
    plain: bool
    loose: bool
    substitutes: bool


class _Reader:
    """Reads one command line, word by word."""

    def __init__(self, document: Document, at: int) -> None:
        self.document = document
        self.at = self.start = self.begin = at
        self.words: list[Word] = []
        self.texts: list[str] = []
        self.plain = True
        self.loose = False
        self.substitutes = False

    def line(self) -> Line:
        """The command line; afterwards `at` stands behind it."""
        text = self.document.text
        while self.at < len(text):
            if not self.texts and text[self.at] == "#":
                self.at = self.end_of_line()
                continue
            match = _TOKEN.match(text, self.at)
            if match is None:
                self.plain, self.at = False, self.end_of_line()
                break
            if match.lastgroup in {"blank", "end"}:
                self.finish(match.start())
            else:
                self.add(match)
            self.at = match.end()
            if match.lastgroup == "end":
                break
        self.finish(self.at)
        return Line(tuple(self.words), self.place(), self.plain, self.loose, self.substitutes)

    def place(self) -> Place:
        """The place from the first word to the last."""
        if not self.words:
            return self.document.place(self.start, self.at)
        last = self.words[-1].place
        return self.words[0].place._replace(end_line=last.end_line, end_column=last.end_column)

    def end_of_line(self) -> int:
        rest = _REST.match(self.document.text, self.at)
        return rest.end() if rest else self.at

    def add(self, match: re.Match[str]) -> None:
        kind, text = match.lastgroup, match[0]
        if kind == "joined":
            return
        if not self.texts:
            self.begin = match.start()
        self.loose = self.loose or kind in _LOOSE
        self.substitutes = self.substitutes or (kind != "single" and "$(" in text)
        if kind in {"single", "double"}:
            text = text[1:-1]
        if kind == "double":
            text = _ESCAPED.sub(lambda found: found[1] or "", text)
        self.texts.append(text[1:] if kind == "escape" else text)

    def finish(self, end: int) -> None:
        """Ends the word, if there is one. What is made of several pieces has no literal to be edited."""
        if self.texts:
            place = self.document.place(self.begin, end)
            self.words.append(Word("".join(self.texts), place, self.begin, end if len(self.texts) == 1 else self.begin))
            self.texts = []


def lines(document: Document) -> Iterator[Line]:
    """All command lines of the document that hold anything."""
    at = document.source.first
    while at < len(document.text):
        reader = _Reader(document, at)
        line = reader.line()
        if line.words or not line.plain:
            yield line
        at = reader.at
