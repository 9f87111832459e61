"""The shapes that the values of a lock have: each function returns the value, or raises `LockError` at its key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NoReturn, TypeVar

from mcp_guard.lock.source import LockError, Node, Source
from mcp_guard.model import Place

Choice = TypeVar("Choice", bound=str)
Read = TypeVar("Read")


class Shapes:
    """Reads the nodes of one lock; each method raises `LockError` where its node has another shape."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def object(self, node: Node) -> dict[str, Node]:
        """The members of an object."""
        if node.members is None:
            self.fail(node, "must be an object")
        return node.members

    def filled(self, node: Node) -> dict[str, Node]:
        """The members of an object that has some, none of them without a name."""
        members = self.object(node)
        if not members or "" in members:
            self.fail(node, "must not be empty, nor have a key that is empty")
        return members

    def fields(self, node: Node, required: Sequence[str], optional: Sequence[str] = ()) -> dict[str, Node]:
        """The members of an object that has all of `required` and nothing beyond these and `optional`."""
        members = self.object(node)
        for key, member in members.items():
            if key not in required and key not in optional:
                self.fail(member, "is not known here")
        for key in required:
            if key not in members:
                self.fail(node, f"needs the key {key}")
        return members

    def text(self, node: Node) -> str:
        """A string that is not empty."""
        if not isinstance(node.value, str) or not node.value:
            self.fail(node, "must be a string with something in it")
        return node.value

    def texts(self, node: Node) -> tuple[str, ...]:
        """A list of strings, of which none is empty or there twice."""
        words = node.value if isinstance(node.value, list) else []
        found = tuple(word for word in words if isinstance(word, str) and word)
        if not words or len(set(found)) < len(words):
            self.fail(node, "must be a list of different strings")
        return found

    def one_of(self, node: Node, words: Sequence[Choice]) -> Choice:
        """One of a few words."""
        found = next((word for word in words if word == node.value), None)
        if found is None:
            self.fail(node, f"must be one of {', '.join(words)}")
        return found

    def value(self, node: Node, parse: Callable[[str], Read]) -> Read:
        """The string at `node` as `parse` returns it, which raises `ValueError` where it is not one."""
        return self.parsed(node, self.text(node), parse)

    def optional(self, members: dict[str, Node], key: str, parse: Callable[[str], Read]) -> Read | None:
        """The same of a member that may be missing."""
        return self.value(members[key], parse) if key in members else None

    def parsed(self, node: Node, word: str, parse: Callable[[str], Read]) -> Read:
        """The same of a word in what `node` holds."""
        try:
            return parse(word)
        except ValueError as error:
            self.fail(node, str(error))

    def place(self, node: Node) -> Place:
        """Where the key of `node` stands."""
        return self.source.place(node.start, node.end)

    def fail(self, node: Node, message: str) -> NoReturn:
        """Raise `LockError` at the key of `node`, with a message that goes on after it."""
        key = self.source.text[node.start : node.end] or "the lock"
        message = f"{key} {message}: restore the lock, or delete it and run mcp-guard pin"
        raise LockError(self.place(node), message)
