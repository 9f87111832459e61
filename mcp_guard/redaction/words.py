"""What the words of a command line say of each other: after which one a secret stands, and after which one code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mcp_guard.redaction.literals import SHELL_WORD, Span, by_name
from mcp_guard.redaction.names import is_secret, is_secret_flag

_HEADER_FLAGS = ("-H", "--header", "--headers")
_HEADER = re.compile(r"([A-Za-z_][A-Za-z0-9_-]*)[:=]\s*")
# `NAME=value`, also behind the flag that sets it (`--env=NAME=value`).
_ASSIGNED = re.compile(r"(?:--?(?:e|env|environment|variable)=)?-{0,2}([A-Za-z_][A-Za-z0-9_.-]*)=(?!=)(?=\S*$)")
_SHELL_FLAG = re.compile(r"-[a-z]*c|/[ck]|-command", re.IGNORECASE)
# After these stands code, or what code is loaded from; PowerShell shortens `-EncodedCommand` to any of its beginnings.
_CODE_FLAG = re.compile(
    r"-[a-z]*[ceprm]|-en[a-z]*|/[ck]|-{1,2}(?:command|eval|execute|print|require|import|(?:experimental-)?loader)|eval",
    re.IGNORECASE,
)
_CODE = re.compile(r"[\s()\[\]{};'\"`]|data:|base64,")
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


def is_code(text: str, before: str) -> bool:
    """Whether a text may be run: no plain value by its characters, or what stands `before` it takes code."""
    return _CODE.search(text) is not None or _CODE_FLAG.fullmatch(before) is not None


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
