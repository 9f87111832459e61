"""A value of a document and the path to it: what the shapes read with, so that each wrong type is one problem."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from mcp_guard.clients.client import Client
from mcp_guard.clients.entries import Step, kind, written
from mcp_guard.documents import Array, Document, Member, Node, Object
from mcp_guard.model import JSON, Problem, Server, Variable, Word

Found: TypeAlias = Iterator[Server | Problem]


class Broken(Exception):  # noqa: N818 - a problem of the file, which is reported; not an error
    """A value has not the type that its shape asks for, so what it belongs to cannot be read."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class Part(NamedTuple):
    """A value, the keys and indices that lead to it, and the name of the server that it belongs to."""

    document: Document
    client: Client
    node: Node
    path: tuple[Step, ...] = ()
    server: str | None = None

    def get(self, *keys: str) -> Part | None:
        """The value of a key that has several spellings; None where it is not written, or null.

        Broken where this is no object, or two of the spellings are used: clients differ in which they read.
        """
        found = [(member.key, member.node) for member in self.members() if member.key in keys]
        if len({key for key, _ in found}) > 1:
            spellings = " and ".join(dict.fromkeys(key for key, _ in found))
            raise Broken(self.problem(f"{spellings} are both given, and clients differ in which they use: keep one"))
        if not found or found[-1][1].value is None:
            return None
        return self.at(*found[-1])

    def at(self, step: Step, node: Node) -> Part:
        """A value below this one."""
        return self._replace(node=node, path=(*self.path, step))

    def members(self) -> tuple[Member, ...]:
        """The members of an object; Broken where it is none."""
        if not isinstance(self.node.value, Object):
            raise self.broken("an object")
        return self.node.value.members

    def items(self) -> Iterator[Part]:
        """The items of a list; Broken where it is none."""
        if not isinstance(self.node.value, Array):
            raise self.broken("a list")
        return (self.at(index, item) for index, item in enumerate(self.node.value.items))

    def word(self) -> Word:
        """A string; Broken where it is none."""
        if not isinstance(self.node.value, str):
            raise self.broken("a string")
        return self.document.word(self.node)

    def scalar(self) -> Word:
        """A string, or the literal of a number or of true or false; Broken where it is a list or an object."""
        if isinstance(self.node.value, Object | Array):
            raise self.broken("a string")
        return self.document.word(self.node)

    def words(self, key: str) -> tuple[Word, ...]:
        """The list of strings under a key; nothing where it is not written."""
        part = self.get(key)
        return () if part is None else tuple(item.word() for item in part.items())

    def variables(self, key: str) -> tuple[Variable, ...]:
        """The object of strings under a key; nothing where it is not written."""
        part = self.get(key)
        if part is None:
            return ()
        members = part.members()
        return tuple(
            Variable(self.document.key_word(member), part.at(member.key, member.node).scalar()) for member in members
        )

    def plain(self) -> JSON:
        """The value without its places."""
        return self.document.plain(self.node)

    def problem(self, message: str) -> Problem:
        """What is wrong with this value; `message` is a clause."""
        where = f"{written(self.path)}: {message}" if self.path else message
        place = self.document.place(self.node.start, self.node.end)
        return Problem("unreadable-config", place, where, self.server)

    def broken(self, expected: str) -> Broken:
        """The doubt that this value is of the wrong type."""
        return Broken(self.problem(f"expected {expected}, got {kind(self.document, self.node)}"))


def root(document: Document, client: Client) -> Part:
    """The whole document."""
    return Part(document, client, document.root)


def has(node: Node, *keys: str) -> bool:
    """Whether a value is an object with one of the keys."""
    return isinstance(node.value, Object) and any(member.key in keys for member in node.value.members)


def guarded(found: Found) -> Found:
    """What is found until something is broken, and then that."""
    try:
        yield from found
    except Broken as broken:
        yield broken.problem


def added(text: str, beside: Word) -> Word:
    """A word that the client puts there, or that is made of others: it stands at `beside` and cannot be edited."""
    return Word(text, beside.place, beside.start, beside.start)


def server(
    part: Part,
    name: Word,
    argv: tuple[Word, ...] = (),
    *,
    env: tuple[Variable, ...] = (),
    cwd: Word | None = None,
    url: Word | None = None,
    headers: tuple[Variable, ...] = (),
    hidden: str | None = None,
) -> Server:
    """The server that a part of a document defines."""
    file, client = part.document.file, part.client.name
    return Server(file, client, name, argv, env, (), cwd, url, headers, part.plain(), hidden)
