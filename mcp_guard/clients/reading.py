"""From the bytes of a config to its servers and problems."""

from __future__ import annotations

import os.path
import re
from collections.abc import Iterator

from mcp_guard.clients import entries
from mcp_guard.clients.astray import astray
from mcp_guard.clients.client import Client
from mcp_guard.clients.entries import Entry, kind, written
from mcp_guard.clients.inputs import INPUTS, Inputs, beside
from mcp_guard.clients.likeness import COMMENTS, holds_servers, looks_like_a_server
from mcp_guard.clients.places import Kind, Place, followed
from mcp_guard.clients.table import form
from mcp_guard.documents import Array, Document, DocumentError, Node, Object
from mcp_guard.documents import read as read_document
from mcp_guard.model import Config, Problem, Server, Word

LIMIT = 10_000  # servers in a file

# What a file of a common name that cannot be read must hold to be taken for a config; in one that may be a server
# itself, what says how to start it, and in one of variables, what moves a client's settings.
_ABOUT_SERVERS = re.compile(rb"mcp|context_servers|extensions", re.IGNORECASE)
_ABOUT_A_SERVER = re.compile(rb"mcp|context_servers|\bcommand\b|url\b", re.IGNORECASE)
_IN_FRONT = re.compile(rb"\A\s*---(?:(?![\r\n]---[ \t]*[\r\n])[\s\S])*?mcp[-_]?servers", re.IGNORECASE)
_ABOUT_A_HOME = re.compile(rb"CODEX_HOME|GEMINI_CLI_HOME|CLAUDE_CONFIG_DIR", re.IGNORECASE)
_LARGE = ("mcpb", "server-json", "catalog")  # shapes of files that are large in other programs


def config(file: str, data: bytes, client: Client, limit: int) -> Config:
    """The config that `data` is for the client. Never raises: what cannot be read is a problem."""
    try:
        document = read_document(file, data, form(file, client), limit=limit)
    except DocumentError as error:
        problem = Problem("unreadable-config", error.place, error.message)
        is_ours = not client.common or _is_telling(file, client, data, limit)
        return Config(file, client.name, error.text, (), (problem,) if is_ours else ())
    reader = _Reader(document, client)
    reader.read()
    problems = tuple(
        sorted(dict.fromkeys(reader.problems), key=lambda problem: (problem.place.line, problem.place.column))
    )
    return Config(file, client.name, document.text, tuple(reader.servers), problems)


def _is_telling(file: str, client: Client, data: bytes, limit: int) -> bool:
    """Whether a file of a common name that cannot be read is taken for a config of the client.

    So is one that is too large, because what tells of servers may stand behind the part that is here; not so where
    other programs have large files of the name.
    """
    if len(data) > limit and client.shape not in _LARGE:
        return True
    plain = data.replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf")  # UTF-16 as if it were not
    if client.shape == "dotenv":
        return bool(_ABOUT_A_HOME.search(plain))
    if form(file, client) == "markdown":
        return bool(_IN_FRONT.search(plain))
    return bool((_ABOUT_A_SERVER if client.single else _ABOUT_SERVERS).search(plain))


class _Reader:
    """Gathers servers and problems; what is read in part is judged in part, nothing is dropped in silence."""

    def __init__(self, document: Document, client: Client) -> None:
        self.document = document
        self.client = client
        self.servers: list[Server] = []
        self.problems: list[Problem] = []

    def unreadable(self, node: Node, message: str) -> None:
        place = self.document.place(node.start, node.end)
        self.problems.append(Problem("unreadable-config", place, message))

    def read(self) -> None:
        """Reads the places of the client, else the root as an object of servers or as one; and the rest."""
        found = list(followed(self.document, self.client))
        self.problems += (each for each in found if isinstance(each, Problem))
        places = [each for each in found if isinstance(each, Place)]
        places = places or list(self.whole())
        self.judge([(place, entry) for place in places for entry in self.entries(place)])
        self.command_line()
        self.shape()
        if self.client.common and not (places or self.servers or self.problems):
            return
        if self.client.globs and not self.client.common:
            self.problems += astray(self.document, self.client, places)
        self.doubts()

    def doubts(self) -> None:
        """Adds where readers would disagree about what the file says, people included."""
        from mcp_guard.clients.hidden import problems

        document = self.document
        for doubt in document.doubts:
            place = document.place(doubt.start, doubt.end)
            self.problems.append(Problem("ambiguous-document", place, doubt.message))
        self.problems += problems(document, tuple(self.servers))

    def whole(self) -> Iterator[Place]:
        """The root, where it is itself what holds the servers, or is one."""
        root = self.document.root
        if not isinstance(root.value, Object):
            if not self.client.common and self.client.shape == "servers":
                self.unreadable(root, f"expected an object at the top, got {kind(self.document, root)}")
        elif self.client.single and looks_like_a_server(root, self.client):
            yield Place((), root, Kind(), shared=False)
        elif self.client.flat and holds_servers(root.value, self.client):
            yield Place((), root, Kind(map=True), shared=False)
        elif not self.client.globs and self.client.name == "generic":
            keys = ", ".join(dict.fromkeys(path.removeprefix("**/").rstrip("?[]*") for path in self.client.maps[:-1]))
            self.unreadable(root, f"no server map was found in this file: servers are read from {keys}")

    def entries(self, place: Place) -> Iterator[Entry]:
        """The servers of an object or a list."""
        inputs = beside(self.document, place.path)
        if sum(map(len, inputs.values())) > INPUTS:
            self.unreadable(place.node, f"more than {INPUTS} inputs stand beside these servers, the most that is read")
            return
        match place.node.value:
            case Object(members) if place.kind.map:
                for member in members:
                    if isinstance(member.node.value, Object) or not member.key.startswith(COMMENTS):
                        name = self.document.key_word(member)
                        yield Entry(self.document, self.client, place.path, member.key, name, member.node, inputs)
            case Array(items) if place.kind.list or place.kind.names:
                for index, item in enumerate(items):
                    yield from self.item(place, index, item, inputs)
            case Object() if not any(place.kind):
                name = self.beside(place.node, os.path.basename(self.document.file).partition(".")[0])
                yield Entry(self.document, self.client, (), "", name, place.node, inputs)
            case None if place.node.start == place.node.end:
                return  # a key of YAML with nothing after it
            case _:
                wanted = " or ".join(
                    ["an object"] * place.kind.map + ["a list"] * (place.kind.list or place.kind.names)
                )
                message = f"{written(place.path)}: expected {wanted}, got {kind(self.document, place.node)}"
                self.unreadable(place.node, message)
                for index, item in enumerate(entries.items(place.node)):
                    if looks_like_a_server(item, self.client):
                        yield from self.item(place, index, item, inputs)

    def item(self, place: Place, index: int, item: Node, inputs: Inputs) -> Iterator[Entry]:
        """One item of a list: a server, the name of one that is defined elsewhere, or an object of servers."""
        if place.kind.names and isinstance(item.value, str):
            return
        if place.kind.names and not looks_like_a_server(item, self.client):
            yield from self.entries(place._replace(path=(*place.path, index), node=item, kind=Kind(map=True)))
            return
        named = item.value.get("name") if isinstance(item.value, Object) else None
        if named is not None and isinstance(named.value, str) and named.value:
            name = self.document.word(named)
        else:
            name = self.beside(item, written((*place.path, index)))
        yield Entry(self.document, self.client, place.path, index, name, item, inputs)

    def beside(self, node: Node, text: str) -> Word:
        """A word that has no literal of its own, at a node."""
        return Word(text, self.document.place(node.start, node.end), node.start, node.start)

    def judge(self, found: list[tuple[Place, Entry]]) -> None:
        """Adds the server of each entry, or what is wrong with it."""
        if len(found) > LIMIT:
            root = self.document.root
            self.unreadable(root, f"more than {LIMIT:,} servers are defined, the most that is read: split the file")
            return
        from mcp_guard.clients.approvals import of_server

        seen: dict[str, Entry] = {}
        for place, unnamed in found:
            if entries.is_no_server(unnamed):
                continue
            entry = self.named(unnamed, seen, shared=place.shared)
            breaks = tuple(entries.broken(entry))
            self.problems += (*breaks, *entries.doubtful(entry))
            self.problems += of_server(self.document, self.client, entry.name.text, entry.node)
            if not breaks:
                self.servers.append(entries.server(entry))

    def named(self, entry: Entry, seen: dict[str, Entry], *, shared: bool) -> Entry:
        """The entry, under a name that no other has where that is allowed; elsewhere it is a problem."""
        first = seen.setdefault(entry.name.text.casefold(), entry)
        if first is entry:
            return entry
        if shared and first.path != entry.path:
            text = f"{entry.name.text} ({written(entry.path)})"
            renamed = entry._replace(name=entry.name._replace(text=text))
            return self.named(renamed, seen, shared=False)
        if first.name.text != entry.name.text:
            message = f"the names {first.name.text} and {entry.name.text} differ only in case: rename one"
        elif first.path != entry.path:
            message = f"this name is defined under {written(first.path)} too: remove one"
        elif isinstance(entry.step, int):
            message = "this name is defined twice: rename one"
        else:
            return entry  # a key that is written twice is a doubt of the document
        place = entry.name.place
        self.problems.append(
            Problem("ambiguous-document", place, f"{written(entry.where)}: {message}", entry.name.text)
        )
        return entry

    def command_line(self) -> None:
        """Adds the server that is one command line."""
        path = self.client.command_line
        if path is None:
            return
        for found in followed(self.document, self.client._replace(maps=(path,))):
            if isinstance(found, Problem):
                self.problems.append(found)
            else:
                self.line(found)

    def line(self, place: Place) -> None:
        node, path = place.node, place.path
        if not isinstance(node.value, str) or place.member is None:
            self.unreadable(node, f"{written(path)}: expected a string, got {kind(self.document, node)}")
        elif not node.value:
            self.unreadable(node, f"{written(path)}: expected a string with something in it, got an empty one")
        else:
            line = entries.command_line(self.document, self.client, path, place.member)
            if any(each.name.text.casefold() == line.name.text.casefold() for each in self.servers):
                message = f"a server has the name {line.name.text}, by which this command line goes: rename it"
                self.problems.append(Problem("ambiguous-document", line.name.place, message))
            self.servers.append(line)

    def shape(self) -> None:
        """Adds what the shape of the document finds, and what a client's own settings grant."""
        if self.client.shape == "servers":
            if not self.client.common:
                from mcp_guard.clients.approvals import of_file

                self.problems += of_file(self.document, self.client)
        else:
            from mcp_guard.clients.shapes import SHAPES

            for found in SHAPES[self.client.shape](self.document, self.client):
                if isinstance(found, Server):
                    self.servers.append(found)
                else:
                    self.problems.append(found)
