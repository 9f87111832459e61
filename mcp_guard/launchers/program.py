"""Any other program: installed on the machine, or a file of the repository."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from mcp_guard.launchers.command import Command, Step, Unclear, static
from mcp_guard.launchers.files import Tracked, is_path, script
from mcp_guard.launchers.packaged import bringing, started
from mcp_guard.launchers.unread import UNREAD, UNREAD_WORDS
from mcp_guard.model import ProgramLaunch

_SPACED = re.compile(r"(?<=[\\/])(?:Program Files(?: \(x86\))?|Application Support)(?=[\\/])")
_PATH = re.compile(r"\.?[\\/]|[A-Za-z]:[\\/]")
_CONTAINER = frozenset({"image", "mounted"})
SEVERAL = "the command holds several words: write the program alone, and each argument in args"
PROJECT = (
    "it comes from the environment of the project, and mcp-guard does not judge lockfiles yet:"
    " name the package (`uvx --from NAME==VERSION`, `npx -y NAME@VERSION`) or a script of this repository"
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
    yield from itself(command, tracked)


def itself(command: Command, tracked: Tracked) -> Iterator[Step]:
    """The program alone, whatever its arguments start beside it."""
    token = command.program
    if bringing(token.text, command.packages) is not None or command.scope in _CONTAINER:
        return  # a program of the package or image, or an argument of its entry point
    name = static(token, "the program")
    if several_words(name) and not _is_one_path(name, command, tracked):
        raise Unclear(SEVERAL, token.word)
    if name.startswith("-"):
        raise Unclear("a flag stands where the program is expected", token.word)
    if re.search(r"[\x00-\x1f\x7f]", name):
        raise Unclear("the program has control characters in its name", token.word)
    if is_path(name):
        yield from script(command, token, tracked)
    elif command.scope == "machine":
        yield ProgramLaunch(name, token.word)
    elif command.scope == "project":
        raise Unclear(PROJECT, token.word)


def _is_one_path(name: str, command: Command, tracked: Tracked) -> bool:
    """Whether a name with blanks is a path all the same, because its arguments stand apart.

    Not so where a shell, by which some clients start it, would find its first word in this repository.
    """
    if len(command.argv) == 1 or _PATH.match(name) is None:
        return False
    first = posixpath.normpath(posixpath.join(command.directory or "", name.split(maxsplit=1)[0]))
    return not tracked.holds(first)


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
