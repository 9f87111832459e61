"""Single values of the policy file: each is what it should be, or a `PolicyError` that says where and what to write."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import NamedTuple, TypeVar

from mcp_guard.documents import Array, Document, Node, Object
from mcp_guard.model import Place

_DURATION = re.compile(r"([0-9]{1,9})([smhd])")
_UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_LONGEST = timedelta(days=3650)  # keeps every sum with a date inside the calendar
_NOTHING = timedelta()
_WEEK = 604_800  # seconds

Choice = TypeVar("Choice", bound=str)


class PolicyError(Exception):
    """The policy cannot be used: where, and in `message` why and what to do."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(f"{place.file}:{place.line}:{place.column}: {message}")
        self.place = place
        self.message = message


class Table(NamedTuple):
    """A table of the policy file. `path` is the dotted path that a person knows it by, "" for the whole policy."""

    document: Document
    path: str
    content: Object
    place: Place

    def name(self, key: str) -> str:
        """The dotted path of a key of this table."""
        return f"{self.path}.{key}" if self.path else key

    def error(self, node: Node, message: str) -> PolicyError:
        """An error at a value."""
        return PolicyError(self.document.place(node.start, node.end), message)


def table(document: Document, path: str, node: Node) -> Table:
    """The table at `node`. Raises `PolicyError` where something else stands there."""
    place = document.place(node.start, node.end)
    if not isinstance(node.value, Object):
        raise PolicyError(place, f"{path} must be a table of keys and values")
    return Table(document, path, node.value, place)


def known(owner: Table, keys: Sequence[str]) -> None:
    """Raise `PolicyError` at the first key that is none of `keys`, with the one that was probably meant."""
    for member in owner.content.members:
        if member.key not in keys:
            place = owner.document.place(member.key_start, member.key_end)
            raise PolicyError(place, f"{owner.name(member.key)} is not a key of the policy: {meant(member.key, keys)}")


def meant(word: str, words: Sequence[str]) -> str:
    """The end of a message about an unknown word."""
    from difflib import get_close_matches

    close = get_close_matches(word, words, 1)
    return f"did you mean {close[0]}?" if close else f"write one of {', '.join(words)}"


def required(owner: Table, key: str) -> Node:
    """The value under a key that must be there."""
    node = owner.content.get(key)
    if node is None:
        raise PolicyError(owner.place, f"{owner.path} needs the key {key}")
    return node


def text(owner: Table, name: str, node: Node) -> str:
    """The string at `node`; `name` is for the message. A TOML date is no string."""
    if not isinstance(node.value, str) or owner.document.text[node.start] not in "\"'":
        raise owner.error(node, f"{name} must be a string in quotes")
    if not node.value.strip():
        raise owner.error(node, f"{name} must not be blank")
    return node.value


def parsed(owner: Table, name: str, node: Node, parse: Callable[[str], str]) -> str:
    """The string at `node` as `parse` returns it, which raises `ValueError` where it is not one."""
    word = text(owner, name, node)
    try:
        return parse(word)
    except ValueError as error:
        raise owner.error(node, f"{name} {error}") from None


def items(owner: Table, key: str, parse: Callable[[str], str], default: tuple[str, ...] = ()) -> tuple[str, ...]:
    """A list of strings as `parse` returns them, of which none is there twice."""
    node = owner.content.get(key)
    if node is None:
        return default
    name = owner.name(key)
    if not isinstance(node.value, Array):
        raise owner.error(node, f"{name} must be a list of strings")
    found: list[str] = []
    for item in node.value.items:
        word = parsed(owner, name, item, parse)
        if word in found:
            raise owner.error(item, f"{name} names this item twice: delete one")
        found.append(word)
    return tuple(found)


def choice(owner: Table, key: str, words: Sequence[Choice], default: Choice) -> Choice:
    """One of a few words."""
    node = owner.content.get(key)
    if node is None:
        return default
    word = text(owner, owner.name(key), node)
    for candidate in words:
        if candidate == word:
            return candidate
    raise owner.error(node, f"{owner.name(key)} cannot be {word!r}: {meant(word, words)}")


def duration(owner: Table, key: str, default: timedelta, *, least: timedelta = _NOTHING) -> timedelta:
    """A length of time such as `"10s"`, `"30m"`, `"72h"` or `"14d"`; ten years at most, and not under `least`."""
    node = owner.content.get(key)
    if node is None:
        return default
    name = owner.name(key)
    found = _DURATION.fullmatch(text(owner, name, node)) if isinstance(node.value, str) else None
    if not found:
        raise owner.error(node, f'{name} must be a number and a unit in quotes, as in "10s", "30m", "72h" or "14d"')
    value = int(found[1]) * _UNITS[found[2]]
    if not least <= value <= _LONGEST:
        raise owner.error(node, f"{name} must be between {written(least)} and {written(_LONGEST)}")
    return value


def written(value: timedelta) -> str:
    """A length of time as a policy file writes it: `"72h"`, and in days from a week on."""
    seconds = round(value.total_seconds())
    if seconds >= _WEEK and seconds % 86_400 == 0:
        return f"{seconds // 86_400}d"
    size, unit = next(((size, unit) for size, unit in ((3_600, "h"), (60, "m")) if seconds % size == 0), (1, "s"))
    return f"{seconds // size}{unit}"
