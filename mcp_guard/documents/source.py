"""The text of a file and its lines, and the one error that reading a document raises."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from mcp_guard.model import Place

BOM = "\ufeff"
DEPTH = 64  # levels of nesting; the deepest real config in the corpus has 7
NUMBER = 400  # characters of a number; a double needs fewer than 330 in the plainest notation

_LINE_END = re.compile(r"\r\n|\r|\n")
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")


class DocumentError(Exception):
    """A file cannot be read as its format: where, and in `message` why and what to do.

    `text` is what was decoded of it, "" where it could not be decoded.
    """

    def __init__(self, place: Place, message: str, text: str = "") -> None:
        super().__init__(f"{place.file}:{place.line}:{place.column}: {message}")
        self.place = place
        self.message = message
        self.text = text


class Source(NamedTuple):
    """A decoded file. `lines` holds the offset at which each line starts; a byte order mark belongs to no line."""

    file: str
    text: str
    lines: tuple[int, ...]

    @property
    def first(self) -> int:
        """The offset of the first character that is not a byte order mark."""
        return self.lines[0]

    def place(self, start: int, end: int) -> Place:
        """The place of the characters from `start` up to `end`; lines end at LF, CRLF or CR."""
        line, column = self._position(start)
        return Place(self.file, line, column, *self._position(end))

    def error(self, start: int, message: str, end: int | None = None) -> DocumentError:
        """An error at `start`, of one character unless `end` is given."""
        stop = min(start + 1, len(self.text)) if end is None else end
        return DocumentError(self.place(start, max(start, stop)), message, self.text)

    def _position(self, offset: int) -> tuple[int, int]:
        line = max(1, bisect_right(self.lines, offset))
        return line, max(1, offset - self.lines[line - 1] + 1)


def source_of(file: str, text: str) -> Source:
    """The source with its lines found; `text` keeps its byte order mark, so that offsets are those of the file."""
    first = 1 if text.startswith(BOM) else 0
    return Source(file, text, (first, *(end.end() for end in _LINE_END.finditer(text))))


def decode(file: str, data: bytes, limit: int) -> Source:
    """The text of `data`. Raises `DocumentError` where it is larger than `limit` bytes or not UTF-8."""
    if len(data) > limit:
        raise DocumentError(Place(file), f"the file is larger than {limit:,} bytes, the most that is read: shorten it")
    if data.startswith(_WIDE) or b"\0" in data[:4]:
        raise DocumentError(Place(file), "the file is UTF-16 or UTF-32: save it as UTF-8")
    try:
        return source_of(file, data.decode("utf-8"))
    except UnicodeDecodeError as error:
        before = source_of(file, data[: error.start].decode("utf-8"))
        place = before.place(len(before.text), len(before.text))
        message = f"byte 0x{data[error.start]:02x} is not UTF-8: save the file as UTF-8"
        raise DocumentError(place, message) from None


def shown(text: str, at: int) -> str:
    """The character at an offset as a message names it; one only, because what follows may be a secret."""
    if at >= len(text):
        return "the end of the file"
    return f"'{text[at]}'" if text[at].isprintable() else f"U+{ord(text[at]):04X}"
