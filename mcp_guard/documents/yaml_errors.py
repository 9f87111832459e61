"""What PyYAML says of a text that is no YAML, in the words of our messages and without a snippet of the text."""

from __future__ import annotations

import re

from yaml.error import MarkedYAMLError
from yaml.reader import ReaderError

from mcp_guard.documents.source import DocumentError, Source, shown

_TEMPLATE = re.compile(r"\{\{|\{%")
_STRANGER = "this does not belong to the list or object above it: indent it as its neighbours, or quote the whole value"
_AT_START = ("found unexpected end of stream", "could not find expected ':'")  # what is not ended stands elsewhere
_HINTS = (
    ("mapping values are not allowed here", "a value holds ': ', or a line is indented wrongly: quote it or indent it"),
    ("found character '\\t' that", "a tab stands where readers want spaces: write spaces"),
    ("found character '", "a value starts with a character that YAML keeps for itself: quote the value"),
    ("expected chomping or indentation", "text follows | or > on its line: write it on the next lines"),
    ("found unexpected end of stream", "this string is never closed: add the closing quote"),
    (
        "could not find expected ':'",
        "a key has no ':' after it: add it, or indent the line as part of a value",
    ),
    ("expected <block end>", _STRANGER),
    ("expected ',' or ']', but got '<stream end>'", "a list is never closed: add ']'"),
    ("expected ',' or '}', but got '<stream end>'", "an object is never closed: add '}'"),
    ("expected ',' or", "a list or object in brackets misses a comma or its closing bracket: add it"),
    ("expected the node content", "a value is missing: write one, or null"),
    ("expected '<document start>'", "text follows the end of the document: remove it"),
)


def refused(source: Source, error: Exception | str, near: int) -> DocumentError:
    """The error at its own place, or `near` where it has none; a template is named as what it is."""
    at, reason = near, str(error)
    if isinstance(error, ReaderError):
        at, reason = error.position, f"{shown(source.text, error.position)} may not stand in YAML: remove it"
    elif isinstance(error, MarkedYAMLError):
        problem = error.problem or "this cannot be parsed"
        marks = (error.context_mark, error.problem_mark)
        mark = next(filter(None, marks if problem in _AT_START else reversed(marks)), None)
        at, reason = (mark.index if mark else near), _hint(problem)
    elif isinstance(error, (ValueError, OverflowError)):
        reason = "a string holds an escape beyond the last character of Unicode: remove it"
    if _template(source, at):
        reason = "this line is a template that is not filled in ({{ … }}): render the file first, or quote the value"
        return source.error(at, reason)
    return source.error(at, f"this is not YAML: {reason}")


def _template(source: Source, at: int) -> bool:
    """Whether the line of an offset, or the one before, holds the braces of a template."""
    line = source.place(at, at).line
    start = source.lines[max(0, line - 2)]
    end = source.lines[line] if line < len(source.lines) else len(source.text)
    return bool(_TEMPLATE.search(source.text, start, end))


def _hint(problem: str) -> str:
    return next((hint for start, hint in _HINTS if problem.startswith(start)), problem)
