"""The `inputs` of VS Code: what a client asks for, or computes, and puts in the place of `${input:ID}`.

They stand beside the map of servers (microsoft/vscode-docs:docs/copilot/reference/mcp-configuration.md). An input can
have a default, a list of choices or a command, so it decides as much as the server's own words on what is started.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from mcp_guard.documents import Document, Object, descend
from mcp_guard.model import JSON

Inputs: TypeAlias = Mapping[str, Sequence[JSON]]  # id → the objects with this id, in the order of the file

INPUTS = 200  # inputs of a file: each counts in every server that it comes to, so that very many take very long

_REFERENCE = re.compile(r"\$\{input:([^}]*)\}")


def beside(document: Document, path: tuple[str | int, ...]) -> Inputs:
    """The inputs that stand beside the map of servers to which `path` leads."""
    owner = descend(document.root, path[:-1])
    members = owner.value.members if owner and isinstance(owner.value, Object) else ()
    found: dict[str, list[JSON]] = {}
    for member in members:
        content = document.plain(member.node) if member.key == "inputs" else None
        for each in content if isinstance(content, list) else ():
            if isinstance(each, dict) and isinstance(name := each.get("id"), str):
                found.setdefault(name, []).append(each)
    return found


def filled_in(definition: JSON, inputs: Inputs) -> JSON:
    """A definition with the inputs that it refers to, by id: `{"server": definition, "inputs": [...]}`.

    Also with those that an input refers to in turn. Where there are none, the definition as it is; the other form is
    none that a server can have, because it has neither command nor URL.
    """
    found: set[str] = set()
    wanted = {name for name in _references(definition) if name in inputs}
    while wanted:
        found |= wanted
        named = (name for each in wanted for name in _references([*inputs[each]]))
        wanted = {name for name in named if name in inputs and name not in found}
    if not found:
        return definition
    return {"server": definition, "inputs": [each for name in sorted(found) for each in inputs[name]]}


def _references(value: JSON) -> Iterator[str]:
    """The ids of the inputs that a value refers to, in keys and in texts."""
    match value:
        case str():
            yield from _REFERENCE.findall(value)
        case list():
            for item in value:
                yield from _references(item)
        case dict():
            for key, inner in value.items():
                yield from _REFERENCE.findall(key)
                yield from _references(inner)
        case _:
            return
