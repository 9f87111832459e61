"""Scripts and programs: files of this repository, or from outside."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from mcp_guard.launchers.command import Command, Step, Token, Unclear, static
from mcp_guard.model import LocalLaunch, ProgramLaunch


class Tracked(NamedTuple):
    """What a grammar may look at: the plain files of the tree that is judged, by their paths from its root.

    `text` gives the decoded content, None where there is no such file, or it is no UTF-8 or larger than 1 MiB.
    """

    holds: Callable[[str], bool]
    text: Callable[[str], str | None]


INSTALLED = (
    "it runs what is installed in the project already, and mcp-guard does not judge lockfiles yet:"
    " name the package and its version (`npx -y NAME@VERSION`) or a script of this repository"
)
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
    return _LOCAL_ROOT.match(program) is not None and not tracked.holds(posixpath.normpath(program))


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
    if token.start is None and text.startswith("./") and token.word.text.startswith("${"):
        return posixpath.normpath(text)  # a placeholder of the client, so from the root (`placeholders`)
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
            if not is_absolute(candidate) and candidate.split("/")[0] != ".." and tracked.holds(candidate):
                return candidate
    return None


def script(command: Command, token: Token, tracked: Tracked, endings: tuple[str, ...] = ("",)) -> Iterator[Step]:
    """What a script or a program given by its path amounts to; a shell script also to the command that it holds."""
    if command.scope == "image":
        return
    if command.scope == "mounted":
        raise Unclear("the file is the container's, and what is mounted there is not in the file", token.word)
    path = resolve(command, token)
    found = tracked_file(path, tracked, endings)
    if found is not None:
        yield LocalLaunch(found, token.word)
        from mcp_guard.launchers import shell_script  # few servers start one

        inner = tuple(shell_script.commands(command, token, found, tracked.text(found)))
        yield from inner
        if not inner:
            shell_script.refuse_indirect(token, found, tracked.text)
    elif "node_modules" in path.replace("\\", "/").split("/") and not is_absolute(path):
        raise Unclear(INSTALLED, token.word)
    else:
        yield ProgramLaunch(path, token.word)
