"""`envFile`: files of variables that a client reads before it starts a server.

A file of the tree is read, and its variables count as the server's own. One that is not in the tree cannot be read,
and stays what it is: something that can move a launch (`launchers` reports it).
"""

from __future__ import annotations

import re

from mcp_guard import triggers
from mcp_guard.launchers import Tracked
from mcp_guard.model import Config, Place, Server, Variable, Word
from mcp_guard.trees import Tree
from mcp_guard.workspace import start_folders

LIMIT = 1 << 16

_LINE = re.compile(r"\s*(?:export\s+)?(?P<name>[A-Za-z_]\w*)\s*=\s*(?P<value>.*?)\s*")


def expand(server: Server, config: Config, tree: Tree, tracked: Tracked) -> Server:
    """Return the server with the variables of those of its files that can be read in place of the files."""
    variables: list[Variable] = []
    left: list[Word] = []
    for word in server.env_files:
        found = _read(word, config, tree, tracked)
        if found is None:
            left.append(word)
        else:
            variables += found
    return server._replace(env=(*variables, *server.env), env_files=tuple(left))


def _read(word: Word, config: Config, tree: Tree, tracked: Tracked) -> list[Variable] | None:
    """Read one file; None where it is not in the tree, is not called like one, or may be one of two.

    Only files that are called like files of variables are read: a commit that changes another would not be looked at.
    """
    paths = [path for path in start_folders(config, word.text) if tracked.holds(path)]
    if len(paths) != 1 or not triggers.is_env_file(paths[0]):
        return None
    data = tree.read(paths, LIMIT).get(paths[0])
    if not isinstance(data, bytes) or len(data) > LIMIT:
        return None
    return _variables(paths[0], data.decode("utf-8", "replace"))


def _variables(path: str, text: str) -> list[Variable] | None:
    """Read `NAME=value` lines; None where a line is anything else: nobody knows what a client makes of it.

    So it is where readers end lines differently (CR alone, U+2028, …).
    """
    lines = text.replace("\r\n", "\n").split("\n")
    if any(len(line.splitlines()) > 1 for line in lines):
        return None
    found: list[Variable] = []
    for number, line in enumerate(lines, 1):
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
