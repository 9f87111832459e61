"""Secrets of a command line, of which the word before says that they are one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mcp_guard.redaction.literals import SHELL_WORD, Span, by_name
from mcp_guard.redaction.names import is_secret, is_secret_flag

_HEADER_FLAGS = ("-H", "--header", "--headers")
_HEADER = re.compile(r"([A-Za-z_][A-Za-z0-9_-]*)[:=]\s*")
_ASSIGNED = re.compile(r"-{0,2}([A-Za-z_][A-Za-z0-9_.-]*)=(?!=)(?=\S*$)")
_SHELL_FLAG = re.compile(r"-[a-z]*c|/[ck]|-command", re.IGNORECASE)
_BLANK = re.compile(r"\s")
_WORD = re.compile(rf"\"([^\"]*)\"|'([^']*)'|({SHELL_WORD})|[;&|<>()]")


def by_place(words: Sequence[str], index: int) -> Iterator[Span]:
    """The secret in `words[index]`, by what stands before it.

    `--api-key SECRET`, `--api-key=SECRET`, `API_KEY=SECRET`, `-H "X-Api-Key: SECRET"`, `--headers X-Api-Key SECRET`.
    """
    word = words[index]
    before = words[index - 1] if index else ""
    assigned = _ASSIGNED.match(word)
    header = _HEADER.match(word)
    if assigned and is_secret(assigned[1]) and not _SHELL_FLAG.fullmatch(before):
        yield from by_name(word, assigned.end())
    elif before in _HEADER_FLAGS and header:
        if is_secret(header[1]):
            yield from by_name(word, header.end())
    elif is_secret_flag(before):
        if not word.startswith("-"):
            yield from by_name(word)
    elif index > 1 and words[index - 2] in _HEADER_FLAGS and is_secret(before):
        yield from by_name(word)


def in_command(text: str) -> Iterator[Span]:
    """The same for each word of a text that holds a whole command line."""
    if not _BLANK.search(text):
        return
    found = list(_WORD.finditer(text))
    words = [match[match.lastindex or 0] for match in found]
    for index, match in enumerate(found):
        if match.lastindex:  # else what a shell ends a command with
            offset = match.start(match.lastindex)
            yield from ((offset + start, offset + end) for start, end in by_place(words, index))
