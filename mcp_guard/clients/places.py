"""Where in a document the objects and lists of servers are: the paths of a client's row, followed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from mcp_guard.clients.client import Client
from mcp_guard.clients.entries import Step, ambiguous, kind, written
from mcp_guard.clients.likeness import looks_like_a_server
from mcp_guard.documents import Array, Document, Member, Node, Object
from mcp_guard.model import Problem

Steps: TypeAlias = tuple[Step, ...]


# Below these keys a JSON Schema describes what a config may hold.
_DESCRIBED = (("properties",), ("patternProperties",))


class Kind(NamedTuple):
    """What may lie at the end of a path."""

    map: bool = False
    list: bool = False
    names: bool = False  # a list of names, and of objects of servers
    doubtful: bool = False  # only where something in it looks like a server

    def __or__(self, other: Kind) -> Kind:
        """Either of the two."""
        doubtful = self.doubtful and other.doubtful
        return Kind(self.map or other.map, self.list or other.list, self.names or other.names, doubtful)


class Place(NamedTuple):
    """An object or list of servers. `shared`: other places of the file may have servers of the same names."""

    path: Steps
    node: Node
    kind: Kind
    shared: bool
    member: Member | None = None  # None where it is the root


def followed(document: Document, client: Client) -> Iterator[Place | Problem]:
    """Each place to which a path of the client leads, and what is wrong on the way there."""
    paths: dict[str, Kind] = {}
    for path in client.maps:
        base, found = _split(path)
        paths[base] = paths[base] | found if base in paths else found
    anywhere = {base.removeprefix("**/"): found for base, found in paths.items() if base.startswith("**/")}
    if anywhere:
        yield from _search(document, client, anywhere, (), document.root)
    for base, found in paths.items():
        if not base.startswith("**/"):
            steps = base.split("/") if base else []
            yield from _follow(document, client, steps, Place((), document.root, found, shared="*" in steps))


def _split(path: str) -> tuple[str, Kind]:
    """A path without what follows it, and what that says."""
    base, doubtful = path.removesuffix("?"), path.endswith("?")
    if base.endswith("[*]"):
        return base.removesuffix("[*]"), Kind(names=True, doubtful=doubtful)
    if base.endswith("[]"):
        return base.removesuffix("[]"), Kind(list=True, doubtful=doubtful)
    return base, Kind(map=True, doubtful=doubtful)


def _follow(document: Document, client: Client, steps: list[str], here: Place) -> Iterator[Place | Problem]:
    """One that differs in case is followed too, and is a problem."""
    if not steps:
        if not here.kind.doubtful or _holds_a_server(here.node, here.kind, client):
            yield here
    elif isinstance(here.node.value, Object):
        for member in here.node.value.members:
            if steps[0] == "*" or member.key.casefold() == steps[0].casefold():
                below = here._replace(path=(*here.path, member.key), node=member.node, member=member)
                inner = list(_follow(document, client, steps[1:], below))
                yield from _misspelled(document, member, steps[0]) if inner or not here.kind.doubtful else ()
                yield from inner
    elif here.path and not here.kind.doubtful:
        message = f"{written(here.path)}: expected an object, got {kind(document, here.node)}"
        yield Problem("unreadable-config", document.place(here.node.start, here.node.end), message)


def _misspelled(document: Document, member: Member, key: str) -> Iterator[Problem]:
    if key not in ("*", member.key):
        yield ambiguous(document, member, f"{member.key} is {key} for some clients only: write {key}")


def _search(
    document: Document, client: Client, keys: dict[str, Kind], walked: Steps, node: Node
) -> Iterator[Place | Problem]:
    """The values of all these keys, however deep; what is found is not searched."""
    spelled = {key.casefold(): key for key in keys}
    if isinstance(node.value, Object):
        for member in node.value.members:
            path = (*walked, member.key)
            key = spelled.get(member.key.casefold(), "")
            found = keys.get(key)
            is_doubtful = found is not None and (found.doubtful or walked[-1:] in _DESCRIBED)
            if found and (not is_doubtful or _holds_a_server(member.node, found, client)):
                yield from _misspelled(document, member, key)
                yield Place(path, member.node, found, shared=True, member=member)
            else:
                yield from _search(document, client, keys, path, member.node)
    elif isinstance(node.value, Array):
        for index, item in enumerate(node.value.items):
            yield from _search(document, client, keys, (*walked, index), item)


def _holds_a_server(node: Node, found: Kind, client: Client) -> bool:
    match node.value:
        case Object(members) if found.map:
            return any(looks_like_a_server(member.node, client) for member in members)
        case Array(items) if found.list:
            return any(isinstance(item.value, Object) and item.value.get("name") for item in items) and any(
                looks_like_a_server(item, client) for item in items
            )
        case _:
            return False
