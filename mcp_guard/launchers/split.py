"""Command lines in one string: as a POSIX shell and as Windows would split them."""

from __future__ import annotations

import re
from typing import NamedTuple

from mcp_guard.launchers.command import Token, Unclear

_SEVERAL = "it is a shell script: several commands"
_INNER = "a shell runs another command inside this one"

# A piece of a POSIX command line. Anything that matches none of them is left to `_refuse`.
_POSIX = re.compile(
    r"""(?P<continued>\\\n)
      | (?P<space>[ \t]+)
      | (?P<single>'[^']*')
      | (?P<double>"(?:[^"\\`]|\\.)*")
      | (?P<escape>\\[^\n])
      | (?P<variable>\$(?:\{[^}`;&|<>()"'\n]*\}|\w+|[@*\#?$!-]))
      | (?P<pattern>[*?\[{]|~(?=[\w/]))
      | (?P<plain>[^\s'"\\$`;&|<>()*?\[{\#~]+|[\#~]|\$(?=[\s]|$))
    """,
    re.VERBOSE | re.DOTALL,
)
_WINDOWS = re.compile(r'(?P<space>[ \t]+)|(?P<quoted>"[^"]*")|(?P<plain>[^ \t"\r\n]+)')


class _Pieces(NamedTuple):
    """A token while it is being read: its pieces of text, where they stand, and whether a shell may change them."""

    texts: list[str]
    starts: list[int]
    loose: list[bool]

    def token(self, source: Token) -> Token:
        """The finished token; it has a place only if it is one piece of the source, quotes aside."""
        text = "".join(self.texts)
        start = self.starts[0]
        whole = source.text[start : start + len(text)] == text
        place = source.start + start if whole and source.start is not None else None
        return Token(text, source.word, place, loose=any(self.loose))


def posix(source: Token) -> tuple[Token, ...]:
    """The words of one simple command, as `sh` splits them; Unclear when it is more than that.

    Variables stay as written. `loose` marks what `sh` may split or expand further.
    """
    text = source.text.strip("\n")
    begin = len(source.text) - len(source.text.lstrip("\n"))
    source = source.part(begin, begin + len(text))
    tokens: list[Token] = []
    pieces = _Pieces([], [], [])
    at = 0
    while at < len(text):
        match = _POSIX.match(text, at)
        if match is None or (match["plain"] == "#" and not pieces.texts):
            raise _refuse(source, at)
        if match.lastgroup == "space":
            tokens += [pieces.token(source)] if pieces.texts else []
            pieces = _Pieces([], [], [])
        elif match.lastgroup != "continued":
            _add(pieces, match, source)
        at = match.end()
    return (*tokens, pieces.token(source)) if pieces.texts else tuple(tokens)


def _add(pieces: _Pieces, match: re.Match[str], source: Token) -> None:
    text, start = match[0], match.start()
    if match.lastgroup in {"single", "double"}:
        text, start = text[1:-1], start + 1
    elif match.lastgroup == "escape":
        text, start = text[1:], start + 1
    if match.lastgroup == "double":
        if re.search(r"\$\(", text):
            raise Unclear(_INNER, source.word)
        text = re.sub(r'\\(?:\n|([$`"\\]))', r"\1", text)
    pieces.texts.append(text)
    pieces.starts.append(start)
    several = match.lastgroup == "double" and re.search(r"\$(?:@|\{[^}]*@)", text) is not None
    pieces.loose.append(several or match.lastgroup in {"variable", "pattern"})


def _refuse(source: Token, at: int) -> Unclear:
    rest = source.text[at:]
    if rest.startswith(("$(", "`", "<(", ">(", "${")):
        return Unclear(_INNER, source.word)
    if rest.startswith(("'", '"')):
        inside = "`" in rest or "$(" in rest
        return Unclear(_INNER if inside else "a quotation mark is not closed", source.word)
    return Unclear(_SEVERAL if rest[0] in ";&|<>()\n\r#" else "a shell would change this command line", source.word)


def windows(source: Token) -> tuple[Token, ...]:
    """The words of a command line as Windows programs split it; Unclear for what `cmd` would act on."""
    tokens: list[Token] = []
    pieces = _Pieces([], [], [])
    at = 0
    while at < len(source.text):
        match = _WINDOWS.match(source.text, at)
        if match is None:
            raise Unclear("a quotation mark is not closed, or a line ends", source.word)
        if match.lastgroup == "space":
            tokens += [pieces.token(source)] if pieces.texts else []
            pieces = _Pieces([], [], [])
        else:
            _add_windows(pieces, match, source)
        at = match.end()
    return (*tokens, pieces.token(source)) if pieces.texts else tuple(tokens)


def _add_windows(pieces: _Pieces, match: re.Match[str], source: Token) -> None:
    quoted = match.lastgroup == "quoted"
    text = match[0][1:-1] if quoted else match[0]
    doubled = quoted and source.text[match.end() : match.end() + 1] == '"'
    if doubled or (text.endswith("\\") and source.text[match.end() - quoted : match.end() - quoted + 1] == '"'):
        raise Unclear('Windows programs differ in how they read `\\"` and `""`', source.word)
    if not quoted and re.search(r"[&|<>^]", text):
        raise Unclear(f"{_SEVERAL}, or characters that `cmd` acts on", source.word)
    pieces.texts.append(text)
    pieces.starts.append(match.start() + quoted)
    pieces.loose.append("%" in text)
