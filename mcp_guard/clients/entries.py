"""One server as a config has it: what is wrong with it, and what it amounts to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from mcp_guard.clients.client import Client
from mcp_guard.clients.dialects import DIALECTS, Dialect, Hidden
from mcp_guard.clients.inputs import Inputs, filled_in
from mcp_guard.clients.schemas import breaks
from mcp_guard.clients.targets import Start, contained, started
from mcp_guard.documents import Array, Document, Member, Node, Object, descend
from mcp_guard.model import Problem, Server, Variable, Word

Step: TypeAlias = str | int

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{2}:[0-9]{2}")
_NOTHING = "it gives neither a command nor a URL"
# A registry that a client hands to npx and to uvx, whichever it starts.
_REGISTRIES = ("NPM_CONFIG_REGISTRY", "UV_DEFAULT_INDEX", "PIP_INDEX_URL")


class Entry(NamedTuple):
    """A server in an object or list of servers; `path` leads to that, beside which stand the `inputs`."""

    document: Document
    client: Client
    path: tuple[Step, ...]
    step: Step
    name: Word
    node: Node
    inputs: Inputs

    @property
    def dialect(self) -> Dialect:
        """How its fields are spelled."""
        return DIALECTS[self.client.dialect]

    @property
    def where(self) -> tuple[Step, ...]:
        """The path from the root."""
        return (*self.path, self.step) if self.step != "" else self.path

    def field(self, path: str) -> Node | None:
        """The value of a field, None where it is not written, or is empty and the dialect takes that for the same."""
        key, _, below = path.partition("/")
        node = _last(self.node, key)
        if below and node is not None:
            node = descend(node, tuple(below.split("/")))
        return None if node is not None and node.value == "" and self.dialect.blank else node

    def first(self, fields: tuple[str, ...]) -> Node | None:
        """The value of the first of several spellings that is written."""
        return next((node for path in fields if (node := self.field(path)) is not None), None)


def is_no_server(entry: Entry) -> bool:
    """Whether it is a part of the client itself, or switches a server that is defined elsewhere."""
    if not isinstance(entry.node.value, Object):
        return False
    if [member.key for member in entry.node.value.members] in [[switch] for switch in entry.dialect.switches]:
        return True
    rules = (rule for rule in entry.dialect.hidden if rule.reason is None)
    return entry.first(entry.dialect.launches) is None and any(_applies(entry, rule) for rule in rules)


def broken(entry: Entry) -> Iterator[Problem]:
    """Where the entry has not the shape that its client's schema asks for."""
    document, dialect = entry.document, entry.dialect
    for path, expected, got in breaks(dialect, document.plain(entry.node)):
        node = descend(entry.node, path) or entry.node
        message = f"{written((*entry.where, *path))}: expected {expected}, got {got or kind(document, node)}"
        place = entry.name.place if got and not path else document.place(node.start, node.end)
        yield Problem("unreadable-config", place, message, entry.name.text)
    for field in dialect.fields:
        for path, node in _dates(document, entry.field(field), tuple(field.split("/"))):
            message = f"{written((*entry.where, *path))}: expected a string, got a date"
            yield Problem("unreadable-config", document.place(node.start, node.end), message, entry.name.text)


def doubtful(entry: Entry) -> Iterator[Problem]:
    """Where clients would disagree about what the entry starts."""
    dialect = entry.dialect
    fields = {field.casefold(): field for each in dialect.fields for field in each.split("/")[:1]}
    for member in _members(entry.node):
        field = fields.get(member.key.casefold(), member.key)
        if field != member.key:
            yield ambiguous(
                entry.document, member, f"{member.key} is {field} for some clients only: write {field}", entry
            )
    launches = list(_launches(entry))
    for member in launches[1:]:
        if member.key != launches[0].key:
            message = f"{launches[0].key} and {member.key} are both given, and clients differ in which they use"
            yield ambiguous(entry.document, member, f"{message}: keep one", entry)


def ambiguous(document: Document, member: Member, message: str, entry: Entry | None = None) -> Problem:
    """A problem at a key."""
    place = document.place(member.key_start, member.key_end)
    if entry is None:
        return Problem("ambiguous-document", place, message)
    return Problem("ambiguous-document", place, f"{written(entry.where)}: {message}", entry.name.text)


def server(entry: Entry) -> Server:
    """The server of an entry that is not broken."""
    document, dialect = entry.document, entry.dialect
    start = _start(entry)
    env_files = (entry.field(field) for field in dialect.env_files)
    cwd = entry.first(dialect.cwd)
    return Server(
        file=document.file,
        client=entry.client.name,
        name=entry.name,
        argv=start.argv,
        env=(*_variables(document, entry.first(dialect.env)), *_registry(entry)),
        env_files=tuple(document.word(node) for node in env_files if node is not None),
        cwd=document.word(cwd) if cwd else None,
        url=start.url,
        headers=_variables(document, entry.first(dialect.headers)),
        definition=filled_in(document.plain(entry.node), entry.inputs),
        hidden=start.hidden,
    )


def command_line(document: Document, client: Client, path: tuple[Step, ...], member: Member) -> Server:
    """The server that is one command line: its name is the path of the key, its argv the unsplit line."""
    name = document.key_word(member)._replace(text=".".join(map(str, path)))
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
        case str() if _is_date(document, node):
            return "a date"
        case str():
            return "a string"
        case int() | float():
            return "a number"
        case Object():
            return "an object"
        case Array():
            return "a list"


def _start(entry: Entry) -> Start:
    """What is started or asked, or why the entry does not say it."""
    document, dialect = entry.document, entry.dialect
    spellings = (entry.field(field) for field in dialect.command)
    command = next((node for node in spellings if node and not isinstance(node.value, Object)), None)
    url = entry.first(dialect.urls)
    target = entry.field(dialect.target) if dialect.target else None
    arguments = tuple(document.word(node) for node in items(entry.first(dialect.args)))
    argv = tuple(document.word(node) for node in (items(command) or (command,)) if node)
    image = entry.field(dialect.image) if dialect.image else None
    if target is not None and not argv:
        start = started(document.word(target), arguments)
    elif image is not None and not argv:
        version = entry.field("version")
        after = tuple(document.word(node) for node in items(entry.field("entrypointArgs")))
        start = contained(document.word(image), version and document.word(version), arguments, after)
    else:
        start = Start((*argv, *arguments) if argv else (), None, None)
    if url is not None:
        return start._replace(url=document.word(url))
    if not start.argv and start.url is None and start.hidden is None:
        parts = _from_parts(entry)
        reasons = (rule.reason for rule in dialect.hidden if rule.reason and _applies(entry, rule))
        return Start((), parts, None if parts else next(reasons, _NOTHING))
    return start


def _from_parts(entry: Entry) -> Word | None:
    """The URL that protocol, host and path amount to."""
    nodes = [entry.field(part) for part in entry.dialect.parts]
    match [node.value if node else "" for node in nodes]:
        case [str() as protocol, str() as host, str() as path] if host and nodes[1]:
            word = entry.document.word(nodes[1])
            text = f"{(protocol or 'https').removesuffix('://')}://{host}/{path.lstrip('/')}"
            return Word(text, word.place, word.start, word.start)
        case _:
            return None


def _registry(entry: Entry) -> tuple[Variable, ...]:
    """The variables by which a client hands a registry on (CherryHQ/cherry-studio:src/main/services/MCPService.ts)."""
    field = entry.dialect.registry
    node = entry.field(field) if field else None
    if node is None:
        return ()
    value = entry.document.word(node)
    return tuple(Variable(Word(name, value.place, value.start, value.start), value) for name in _REGISTRIES)


def _applies(entry: Entry, rule: Hidden) -> bool:
    node = entry.field(rule.field)
    return node is not None and rule.value in (None, node.value)


def _launches(entry: Entry) -> Iterator[Member]:
    """The members that say what is started, in the order of the file."""
    keys = {path.split("/")[0] for path in entry.dialect.launches}
    nested = {path.split("/")[0] for path in entry.dialect.launches if "/" in path} - {"command"}
    for member in _members(entry.node):
        is_empty = member.node.value == "" and entry.dialect.blank
        if member.key in keys and not is_empty and (member.key not in nested or isinstance(member.node.value, Object)):
            yield member


def _is_date(document: Document, node: Node) -> bool:
    """Whether it is a date of TOML, the one format that has them and that all readers take alike."""
    literal = document.text[node.start : node.end]
    return document.format == "toml" and isinstance(node.value, str) and bool(_DATE.match(literal))


def _dates(document: Document, node: Node | None, path: tuple[Step, ...]) -> Iterator[tuple[tuple[Step, ...], Node]]:
    """The dates of TOML, which a document holds as strings, in a field and one level below it."""
    if node is None or document.format != "toml":
        return
    below = [((*path, index), item) for index, item in enumerate(items(node))]
    inside = [((*path, member.key), member.node) for member in _members(node)]
    for where, leaf in ((path, node), *below, *inside):
        if _is_date(document, leaf):
            yield where, leaf


def _variables(document: Document, node: Node | None) -> tuple[Variable, ...]:
    return tuple(Variable(document.key_word(member), document.word(member.node)) for member in _members(node))


def _last(node: Node, key: str) -> Node | None:
    """As `descend` for one key; most fields of a dialect are not written, so this is what takes the time."""
    for member in reversed(_members(node)):
        if member.key == key:
            return member.node
    return None


def _members(node: Node | None) -> tuple[Member, ...]:
    return node.value.members if node and isinstance(node.value, Object) else ()


def items(node: Node | None) -> tuple[Node, ...]:
    """The items of a list; none where it is not one."""
    return node.value.items if node and isinstance(node.value, Array) else ()
