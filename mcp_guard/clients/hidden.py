"""Hidden and lookalike characters in a config: text that a reviewer reads otherwise than the client does.

Raw characters are looked for in the whole file, comments too. One written as an escape deceives nobody who reads the
file, but the client's prompt and a report show it decoded, so it counts in what names and starts a server.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mcp_guard.documents import Document
from mcp_guard.documents.characters import hidden, mixed
from mcp_guard.model import Place, Problem, Server, Severity, Word

# Alone and in prose these are as a rule left over from typesetting: joiners, direction marks, selectors, soft hyphens.
_SOFT = re.compile("[\u00ad\u061c\u180b-\u180f\u200c-\u200f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_ORIGIN = re.compile("[^/?#]*://[^/?#]*")


class _Named(NamedTuple):
    """A word that says what a server is or starts."""

    server: str
    word: Word


def problems(document: Document, servers: Sequence[Server]) -> Iterator[Problem]:
    """Each run of hidden characters, and each letter of another alphabet within a Latin word of a server.

    An error; a warning where it is one character of those that prose holds, outside of what a server is or starts.
    Messages name the character and never show it.
    """
    if document.text.isascii() and "\\" not in document.text:
        return
    runs = tuple(hidden(document.text))
    words = sorted((named for server in servers for named in _words(server)), key=lambda named: named.word.start)
    starts = [named.word.start for named in words]
    for start, end, name in runs:
        before = bisect_right(starts, start)
        inside = words[before - 1].server if before and start < words[before - 1].word.end else None
        soft = inside is None and end - start == 1 and _SOFT.match(document.text, start)
        severity: Severity = "warning" if soft else "error"
        message = f"this holds {name}, which no reader of the file sees: remove it"
        yield Problem("hidden-characters", document.place(start, end), message, inside, severity)
    for server, word in words:
        if not word.text.isascii() and not (runs and _raw(document, word)):
            yield from _decoded(server, word)
        yield from _mixed(document, server, word)


def _words(server: Server) -> Iterator[_Named]:
    words = (server.name, *server.argv, *(variable.name for variable in (*server.env, *server.headers)))
    for word in (*words, *server.env_files, server.cwd, server.url):
        if word is not None:
            yield _Named(server.name.text, word)


def _raw(document: Document, word: Word) -> bool:
    """Whether the file shows what a word hides: in its literal, or anywhere where it has none of its own."""
    return word.start == word.end or any(hidden(document.text[word.start : word.end]))


def _decoded(server: str, word: Word) -> Iterator[Problem]:
    """What a word holds by an escape."""
    for _, _, name in hidden(word.text):
        message = f"an escape stands for {name}, which no prompt shows: remove it"
        yield Problem("hidden-characters", word.place, message, server)


def _mixed(document: Document, server: str, word: Word) -> Iterator[Problem]:
    """Letters that look like those beside them; of a URL only the part before the path names a server."""
    origin = _ORIGIN.match(word.text)
    for start, end, name in mixed(origin[0] if origin else word.text):
        place = _part(document, word, start, end - start)
        message = f"a Latin word holds {name}, which looks like another letter: write the word in one alphabet"
        yield Problem("hidden-characters", place, message, server)


def _part(document: Document, word: Word, start: int, length: int) -> Place:
    """The place of a part of a word, that of the word where its literal does not show it as it is."""
    at = document.text.find(word.text, word.start, word.end)
    return word.place if at < 0 else document.place(at + start, at + start + length)
