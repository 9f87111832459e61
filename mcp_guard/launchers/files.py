"""Scripts and programs: files of this repository, or from outside."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator

from mcp_guard.launchers.command import Command, Step, Token, Unclear, static
from mcp_guard.model import LocalLaunch, ProgramLaunch

Tracked = Callable[[str], bool]

_ABSOLUTE = re.compile(r"[/\\~]|[A-Za-z]:")
_LOCAL_ROOT = re.compile(r"/(?![/\\])|[A-Za-z]:[/\\]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def is_absolute(path: str) -> bool:
    """Whether a path does not depend on the working directory, on POSIX or on Windows."""
    return _ABSOLUTE.match(path) is not None


def is_installed(program: str, tracked: Tracked) -> bool:
    """Whether an absolute path can be taken for the launcher of that name.

    Not so `~/npx`, which not every client expands, a network share (`//host/npx`), and on POSIX a tracked `C:/npx`.
    """
    return _LOCAL_ROOT.match(program) is not None and not tracked(posixpath.normpath(program))


def is_path(text: str) -> bool:
    """Whether a program is named by a path, and not looked up by its name."""
    return "/" in text or "\\" in text


def resolve(command: Command, token: Token, what: str = "the script") -> str:
    """The path from the repository root (or the absolute path) of a file that a command line names."""
    text = static(token, what)
    if _CONTROL.search(text):
        raise Unclear(f"{what} has control characters in its name", token.word)
    if is_absolute(text):
        return text
    if command.directory is None:
        raise Unclear(f"the directory from which {what} is taken is not known", token.word)
    return posixpath.normpath(posixpath.join(command.directory, text))


def enter(command: Command, token: Token) -> Command:
    """The command line, started in another directory; where that is not known, no relative path is either."""
    try:
        path = resolve(command, token)
    except Unclear:
        return command._replace(directory=None)
    return command._replace(directory="" if path == "." else path)


def tracked_file(path: str, tracked: Tracked, endings: tuple[str, ...] = ("",)) -> str | None:
    """The file of this repository that a path means: as written, or with backslashes as Windows reads them."""
    for spelling in dict.fromkeys((path, posixpath.normpath(path.replace("\\", "/")))):
        for ending in endings:
            candidate = posixpath.normpath(spelling + ending)
            if not is_absolute(candidate) and candidate.split("/")[0] != ".." and tracked(candidate):
                return candidate
    return None


def script(command: Command, token: Token, tracked: Tracked, endings: tuple[str, ...] = ("",)) -> Iterator[Step]:
    """What a script or a program given by its path amounts to."""
    if command.scope == "image":
        return
    if command.scope == "mounted":
        raise Unclear("the file is the container's, and what is mounted there is not in the file", token.word)
    path = resolve(command, token)
    found = tracked_file(path, tracked, endings)
    yield ProgramLaunch(path, token.word) if found is None else LocalLaunch(found, token.word)
