"""From the bytes of a config to its servers and problems."""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.clients.entries import Entry, ambiguous, broken, command_line, doubtful, kind, server, written
from mcp_guard.clients.inputs import beside
from mcp_guard.clients.table import Client, Path
from mcp_guard.documents import Document, DocumentError, Member, Node, Object
from mcp_guard.documents import read as read_document
from mcp_guard.model import Config, Problem, Server

LIMIT = 10_000  # servers in a file


def config(file: str, data: bytes, client: Client) -> Config:
    """The config that `data` is for the client. Never raises: what cannot be read is a problem."""
    try:
        document = read_document(file, data, client.format)
    except DocumentError as error:
        problem = Problem("unreadable-config", error.place, error.message)
        return Config(file, client.name, error.text, (), (problem,))
    reader = _Reader(document, client)
    reader.read()
    return Config(file, client.name, document.text, tuple(reader.servers), tuple(sorted(reader.problems, key=_order)))


def _order(problem: Problem) -> tuple[int, int]:
    return problem.place.line, problem.place.column


class _Reader:
    """Gathers servers and problems; what is read in part is judged in part, nothing is dropped in silence."""

    def __init__(self, document: Document, client: Client) -> None:
        self.document = document
        self.client = client
        self.servers: list[Server] = []
        self.problems = [
            Problem("ambiguous-document", document.place(doubt.start, doubt.end), doubt.message)
            for doubt in document.doubts
        ]

    def unreadable(self, node: Node, message: str) -> None:
        place = self.document.place(node.start, node.end)
        self.problems.append(Problem("unreadable-config", place, message))

    def read(self) -> None:
        """Reads the maps of the client, or the root as the map, and the command line."""
        root = self.document.root
        if not isinstance(root.value, Object):
            self.unreadable(root, f"expected an object at the top, got {kind(self.document, root)}")
            return
        maps = [found for path in self.client.maps for found in self.follow(root, path)]
        entries = [entry for path, member in maps for entry in self.entries(path, member.node)]
        if not maps and self.client.flat and _flat(root.value, self.client):
            entries = [entry for entry in self.entries((), root) if entry.name != "$schema"]
        elif not maps and not self.client.globs:
            keys = ", ".join(written(path) for path in self.client.maps)
            self.unreadable(root, f"no server map was found in this file: servers are read from {keys}")
        if len(entries) > LIMIT:
            self.unreadable(root, f"more than {LIMIT:,} servers are defined, the most that is read: split the file")
            return
        self.judge(entries)
        for path, member in self.follow(root, self.client.command_line or ()):
            self.command_line(path, member)

    def follow(self, node: Node, path: Path, walked: Path = ()) -> Iterator[tuple[Path, Member]]:
        """The members that a path of keys leads to. One that differs in case is followed too, and is a problem."""
        if not isinstance(node.value, Object):
            self.unreadable(node, f"{written(walked)}: expected an object, got {kind(self.document, node)}")
            return
        for member in node.value.members:
            if path and member.key.casefold() == path[0].casefold():
                if member.key != path[0]:
                    message = f"{member.key} is {path[0]} for some clients only: write {path[0]}"
                    self.problems.append(ambiguous(self.document, member, message))
                here = (*walked, member.key)
                yield from self.follow(member.node, path[1:], here) if path[1:] else [(here, member)]

    def entries(self, path: Path, node: Node) -> Iterator[Entry]:
        """The members of a server map."""
        if isinstance(node.value, Object):
            inputs = beside(self.document, path)
            yield from (Entry(self.document, self.client, path, member, inputs) for member in node.value.members)
        else:
            self.unreadable(node, f"{written(path)}: expected an object, got {kind(self.document, node)}")

    def judge(self, entries: list[Entry]) -> None:
        """Adds the server of each entry, or what is wrong with it."""
        seen: dict[str, Entry] = {}
        for entry in entries:
            first = seen.setdefault(entry.name.casefold(), entry)
            if first.name != entry.name:
                message = f"the names {first.name} and {entry.name} differ only in case: rename one"
                self.problems.append(ambiguous(self.document, entry.member, message, entry))
            elif first.path != entry.path:
                message = f"this name is defined under {written(first.path)} too: remove one"
                self.problems.append(ambiguous(self.document, entry.member, message, entry))
            breaks = tuple(broken(entry))
            self.problems += (*breaks, *doubtful(entry))
            if not breaks:
                self.servers.append(server(entry))

    def command_line(self, path: Path, member: Member) -> None:
        """Adds the server that is one command line."""
        if not isinstance(member.node.value, str):
            got = kind(self.document, member.node)
            self.unreadable(member.node, f"{written(path)}: expected a string, got {got}")
        elif not member.node.value:
            self.unreadable(member.node, f"{written(path)}: expected a string with something in it, got an empty one")
        else:
            line = command_line(self.document, self.client, path, member)
            if any(each.name.text.casefold() == line.name.text.casefold() for each in self.servers):
                message = f"a server has the name {line.name.text}, by which this command line goes: rename it"
                self.problems.append(ambiguous(self.document, member, message))
            self.servers.append(line)


def _flat(root: Object, client: Client) -> bool:
    """Whether the root is itself a map of servers: one member that looks like a server makes the others suspects."""
    launches = {key.casefold() for key in ("command", *client.dialect.urls)}
    return any(
        inner.key.casefold() in launches
        for member in root.members
        if isinstance(member.node.value, Object)
        for inner in member.node.value.members
    )
