"""One server as a config has it: what is wrong with it, and what it amounts to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from mcp_guard.clients.inputs import Inputs, filled_in
from mcp_guard.clients.schemas import breaks
from mcp_guard.clients.table import Client
from mcp_guard.documents import Array, Document, Member, Node, Object, descend
from mcp_guard.model import Problem, Server, Variable, Word

Step: TypeAlias = str | int

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


class Entry(NamedTuple):
    """A member of a server map; `path` leads to the map, beside which stand the `inputs`."""

    document: Document
    client: Client
    path: tuple[str, ...]
    member: Member
    inputs: Inputs

    @property
    def name(self) -> str:
        """The name of the server."""
        return self.member.key

    def field(self, key: str) -> Node | None:
        """The value of a field, None where it is not written."""
        return descend(self.member.node, (key,))


def broken(entry: Entry) -> Iterator[Problem]:
    """Where the entry has not the shape that its client's schema asks for."""
    document, server = entry.document, entry.member.node
    for path, expected, got in breaks(entry.client.dialect.name, document.plain(server)):
        node = descend(server, path) or server
        message = f"{written((*entry.path, entry.name, *path))}: expected {expected}, got {got or kind(document, node)}"
        place = document.key_word(entry.member).place if got and not path else document.place(node.start, node.end)
        yield Problem("unreadable-config", place, message, entry.name)
    for field in entry.client.dialect.fields:
        for path, node in _dates(document, entry.field(field), (field,)):
            message = f"{written((*entry.path, entry.name, *path))}: expected a string, got a date"
            yield Problem("unreadable-config", document.place(node.start, node.end), message, entry.name)


def doubtful(entry: Entry) -> Iterator[Problem]:
    """Where clients would disagree about what the entry starts."""
    members = _members(entry.member.node)
    fields = {field.casefold(): field for field in entry.client.dialect.fields}
    for member in members:
        field = fields.get(member.key.casefold(), member.key)
        if field != member.key:
            yield ambiguous(
                entry.document, member, f"{member.key} is {field} for some clients only: write {field}", entry
            )
    launches = [member for member in members if member.key in ("command", *entry.client.dialect.urls)]
    for member in launches[1:]:
        if member.key != launches[0].key:
            message = f"{launches[0].key} and {member.key} are both given, and clients differ in which they use"
            yield ambiguous(entry.document, member, f"{message}: keep one", entry)


def ambiguous(document: Document, member: Member, message: str, entry: Entry | None = None) -> Problem:
    """A problem at a key."""
    place = document.place(member.key_start, member.key_end)
    if entry is None:
        return Problem("ambiguous-document", place, message)
    return Problem("ambiguous-document", place, f"{written((*entry.path, entry.name))}: {message}", entry.name)


def server(entry: Entry) -> Server:
    """The server of an entry that is not broken."""
    document, dialect = entry.document, entry.client.dialect
    words = {key: document.word(node) for key in dialect.fields if (node := entry.field(key))}
    arguments = tuple(document.word(node) for node in _items(entry.field("args")))
    return Server(
        file=document.file,
        client=entry.client.name,
        name=document.key_word(entry.member),
        argv=(words["command"], *arguments) if "command" in words else (),
        env=_variables(document, entry.field("env")),
        env_files=tuple(words[key] for key in dialect.env_files if key in words),
        cwd=words.get("cwd"),
        url=next((words[key] for key in dialect.urls if key in words), None),
        headers=_variables(document, entry.field(dialect.headers)),
        definition=filled_in(document.plain(entry.member.node), entry.inputs),
    )


def command_line(document: Document, client: Client, path: tuple[str, ...], member: Member) -> Server:
    """The server that is one command line: its name is the path of the key, its argv the unsplit line."""
    name = document.key_word(member)._replace(text=".".join(path))
    line: tuple[Word, ...] = (document.word(member.node),)
    return Server(document.file, client.name, name, line, (), (), None, None, (), document.plain(member.node))


def written(path: tuple[Step, ...]) -> str:
    """A path as people write it: `mcpServers.github.args[1]`, `mcpServers["my server"]`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _IDENTIFIER.fullmatch(step):
            text += f".{step}" if text else step
        else:
            text += f'["{step}"]'
    return text


def kind(document: Document, node: Node) -> str:
    """What a value is, in the words of a message; never what it says, which may be a secret."""
    match node.value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a string" if document.text[node.start] in "\"'" else "a date"
        case Object():
            return "an object"
        case Array():
            return "a list"


def _dates(document: Document, node: Node | None, path: tuple[Step, ...]) -> Iterator[tuple[tuple[Step, ...], Node]]:
    """The dates of TOML, which a document holds as strings, in a field and one level below it."""
    if node is None:
        return
    below = [((*path, index), item) for index, item in enumerate(_items(node))]
    inside = [((*path, member.key), member.node) for member in _members(node)]
    for where, leaf in ((path, node), *below, *inside):
        if kind(document, leaf) == "a date":
            yield where, leaf


def _variables(document: Document, node: Node | None) -> tuple[Variable, ...]:
    return tuple(Variable(document.key_word(member), document.word(member.node)) for member in _members(node))


def _members(node: Node | None) -> tuple[Member, ...]:
    return node.value.members if node and isinstance(node.value, Object) else ()


def _items(node: Node | None) -> tuple[Node, ...]:
    return node.value.items if node and isinstance(node.value, Array) else ()
