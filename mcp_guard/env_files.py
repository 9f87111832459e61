"""`envFile`: files of variables that a client reads before it starts a server.

A file of the tree is read, and its variables count as the server's own. One that is not in the tree cannot be read,
and stays what it is: something that can move a launch (`launchers` reports it).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable

from mcp_guard import launchers
from mcp_guard.model import Launch, Place, Server, Variable, Word
from mcp_guard.trees import Tree

LIMIT = 1 << 16

_LINE = re.compile(r"\s*(?:export\s+)?(?P<name>[A-Za-z_]\w*)\s*=\s*(?P<value>.*?)\s*")
_ROOTS = ("${workspaceFolder}/", "${workspaceRoot}/", "./")


def launches(server: Server, tree: Tree, tracked: Callable[[str], bool]) -> tuple[Launch, ...]:
    """Say what a server amounts to, its files of variables read where they are in the tree."""
    return launchers.read(expand(server, tree, tracked), tracked)


def expand(server: Server, tree: Tree, tracked: Callable[[str], bool]) -> Server:
    """Return the server with the variables of those of its files that can be read in place of the files."""
    variables: list[Variable] = []
    left: list[Word] = []
    for word in server.env_files:
        found = _read(word, tree, tracked)
        if found is None:
            left.append(word)
        else:
            variables += found
    return server._replace(env=(*variables, *server.env), env_files=tuple(left))


def _read(word: Word, tree: Tree, tracked: Callable[[str], bool]) -> list[Variable] | None:
    path = word.text
    for root in _ROOTS:
        path = path.removeprefix(root)
    path = posixpath.normpath(path)
    if not tracked(path):
        return None
    data = tree.read([path], LIMIT).get(path)
    if not isinstance(data, bytes) or len(data) > LIMIT:
        return None
    return _variables(path, data.decode("utf-8", "replace"))


def _variables(path: str, text: str) -> list[Variable] | None:
    """Read `NAME=value` lines; None where a line is anything else: nobody knows what a client makes of it."""
    found: list[Variable] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            return None
        value = match["value"]
        if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
            value = value[1:-1]
        place = Place(path, number, match.start("name") + 1, number, match.end("name") + 1)
        found.append(Variable(Word(match["name"], place, 0, 0), Word(value, place, 0, 0)))
    return found
