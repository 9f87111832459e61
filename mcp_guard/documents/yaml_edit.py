"""Edits of YAML scalars: the smallest that the reader itself reads back as the same tree with that one word changed.

YAML has five ways to write a string and a plain one means something else when a colon, a hash or an at sign comes to
stand in the wrong place. So the edit is not reasoned about: each candidate is applied and read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from mcp_guard.documents import front_matter, yaml
from mcp_guard.documents.edit import quoted
from mcp_guard.documents.nodes import Array, Document, Node, Object
from mcp_guard.documents.source import DocumentError, source_of
from mcp_guard.model import Word

Edit: TypeAlias = tuple[int, int, str]

_BLOCK = re.compile(r"[|>][^\r\n]*")
# What some reader takes for a number, a date, a truth, nothing or a merge where it stands without quotes.
_TYPED = re.compile(
    r"[-+]?\.?[0-9][0-9a-fox_:.+-]*([t ].*)?|[-+]?\.(inf|nan)|y|n|yes|no|on|off|true|false|null|~|=|<<", re.IGNORECASE
)


def replace(document: Document, word: Word, cut: tuple[int, int], text: str) -> Edit | None:
    """The edit as `documents.replace` promises it, None where no candidate reads back."""
    whole = _whole(word, cut, text)
    return next(
        (edit for edit in _candidates(document, word, cut, text) if _hold(document, {word: (whole, edit)})), None
    )


def together(document: Document, changes: Sequence[tuple[Word, tuple[int, int], str]]) -> list[Edit] | None:
    """The smallest edit of each of several words, where all of them read back at once; else None.

    One reading in place of one for each word: with a hundred words that is a hundred times as quick.
    """
    edits = {change[0]: (_whole(*change), next(_candidates(document, *change), None)) for change in changes}
    sure = {word: (whole, edit) for word, (whole, edit) in edits.items() if edit is not None}
    whole_file = len(sure) == len(changes) and _hold(document, sure)
    return [edit for _, edit in sure.values()] if whole_file else None


def _whole(word: Word, cut: tuple[int, int], text: str) -> str:
    return word.text[: cut[0]] + text + word.text[cut[1] :]


def _candidates(document: Document, word: Word, cut: tuple[int, int], text: str) -> Iterator[Edit]:
    """The cut alone, where the literal shows it; then the whole literal in double quotes, which a block cannot take."""
    literal = document.text[word.start : word.end]
    whole = _whole(word, cut, text)
    block = _BLOCK.match(literal)
    if block:
        first, last, shown = block.end(), len(literal), text
    elif literal.startswith("'"):
        first, last, shown = 1, len(literal) - 1, text.replace("'", "''")
    elif literal.startswith('"'):
        first, last, shown = 1, len(literal) - 1, quoted(text)[1:-1]
    else:
        first, last, shown = 0, len(literal), text
    stays = bool(first or _TYPED.fullmatch(word.text) or not _TYPED.fullmatch(whole))
    if stays and (found := _shown(literal[first:last], word.text, cut)):
        start = word.start + first
        yield start + found[0], start + found[1], shown
    if not block:
        yield word.start, word.end, quoted(whole)


def _shown(content: str, text: str, cut: tuple[int, int]) -> tuple[int, int] | None:
    """Where a literal shows the cut of its text: folding and indenting change white space only, so letters count."""
    if content == text:
        return cut
    if "".join(content.split()) != "".join(text.split()):
        return None
    places = [offset for offset, letter in enumerate(content) if not letter.isspace()]
    before, inside = (len("".join(part.split())) for part in (text[: cut[0]], text[slice(*cut)]))
    if inside:
        return places[before], places[before + inside - 1] + 1
    return (places[before - 1] + 1,) * 2 if before else None


def _hold(document: Document, changes: Mapping[Word, tuple[str, Edit]]) -> bool:
    """Whether the document after the edits is the same but for the words, which are then as they are here."""
    text = document.text
    for start, end, new in sorted((edit for _, edit in changes.values()), reverse=True):
        text = text[:start] + new + text[end:]
    source = source_of(document.file, text)
    try:
        after = (front_matter if document.format == "markdown" else yaml).read(source)
    except DocumentError:
        return False
    wholes = {(word.start, word.end): whole for word, (whole, _) in changes.items()}
    same = _Comparison(after, wholes).same(document.root, after.root)
    return same and len(after.doubts) <= len(document.doubts)


class _Comparison:
    """Compares a tree with what it should be when words of it, told by their spans, have changed."""

    def __init__(self, after: Document, wholes: Mapping[tuple[int, int], str]) -> None:
        self.after = after
        self.wholes = wholes

    def same(self, old: Node, new: Node) -> bool:
        match old.value, new.value:
            case Object(members), Object(others) if len(members) == len(others):
                return all(
                    other.key == self.wholes.get((member.key_start, member.key_end), member.key)
                    and self.same(member.node, other.node)
                    for member, other in zip(members, others, strict=True)
                )
            case Array(items), Array(nodes) if len(items) == len(nodes):
                return all(self.same(item, node) for item, node in zip(items, nodes, strict=True))
            case (Object() | Array(), _) | (_, Object() | Array()):
                return False
            case value, other:
                return self.same_scalar(old, value, new, other)

    def same_scalar(self, old: Node, value: object, new: Node, other: object) -> bool:
        whole = self.wholes.get((old.start, old.end))
        if whole is None:
            return type(value) is type(other) and value == other
        if isinstance(value, str) or isinstance(other, str):
            return other == whole
        return self.after.word(new).text == whole
