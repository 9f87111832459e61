"""Any other program: installed on the machine, or a file of the repository."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcp_guard.launchers.command import Command, Step, Unclear, static
from mcp_guard.launchers.files import Tracked, is_path, script
from mcp_guard.launchers.packaged import bringing, started
from mcp_guard.launchers.unread import UNREAD, UNREAD_WORDS
from mcp_guard.model import ProgramLaunch

_SPACED = re.compile(r"(?<=[\\/])(?:Program Files(?: \(x86\))?|Application Support)(?=[\\/])")
_CONTAINER = frozenset({"image", "mounted"})
PROJECT = (
    "it comes from the environment of the project, and mcp-guard does not judge lockfiles yet:"
    " name the package (`uvx --from NAME==VERSION`) or a script of this repository"
)


def read(command: Command, tracked: Tracked) -> Iterator[Step]:
    """A program by its path or its name; what follows are its own arguments."""
    token = command.program
    if (package := bringing(token.text, command.packages)) is not None:
        yield from started(package, command, tracked)
        return
    bare = stem(token.text)
    if bare in UNREAD or (bare in UNREAD_WORDS and command.scope not in _CONTAINER):
        raise Unclear(f"`{bare}` runs what its arguments name, and mcp-guard does not read them yet", token.word)
    if command.scope in _CONTAINER:
        return  # a program of the image, or an argument of its entry point
    name = static(token, "the program")
    if several_words(name):
        raise Unclear("the command holds several words: write the program alone, and each argument in args", token.word)
    if is_path(name):
        yield from script(command, token, tracked)
    elif command.scope == "machine":
        yield ProgramLaunch(name, token.word)
    elif command.scope == "project":
        raise Unclear(PROJECT, token.word)


def several_words(text: str) -> bool:
    """Whether a program's name has blanks in it, those of a few well-known folders aside.

    Some clients start such a command through a shell and some do not, so its last word is not what runs.
    """
    return re.search(r"\s", _SPACED.sub("", text)) is not None


def stem(program: str) -> str:
    """The name that a launcher is known by: lower case, without directory and Windows ending."""
    name = program.replace("\\", "/").rsplit("/", 1)[-1].lower()
    root, dot, ending = name.rpartition(".")
    return root if dot and root and ending in {"exe", "cmd", "bat", "ps1"} else name
