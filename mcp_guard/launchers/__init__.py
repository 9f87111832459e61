"""Launchers: what a server's command line amounts to, never guessed.

A launcher is one file and one row of `LAUNCHERS`. Its grammar takes a command line and yields what it knows of it,
and the command lines within it (`sh -c`, `docker run IMAGE npx …`), which are read in their turn.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcp_guard.launchers import program, whole_lines
from mcp_guard.launchers.command import Command, Glued, Step, Token, Unclear, static
from mcp_guard.launchers.files import Tracked, enter, is_installed, is_path
from mcp_guard.launchers.override_files import OVERRIDE_FILES, overrides
from mcp_guard.launchers.placeholders import placed
from mcp_guard.launchers.remote import remote
from mcp_guard.launchers.table import LAUNCHERS, Launcher
from mcp_guard.launchers.unread import UNREAD_WORDS
from mcp_guard.model import Launch, OpaqueLaunch, Server, Word

__all__ = ["LAUNCHERS", "OVERRIDE_FILES", "Launcher", "Tracked", "overrides", "read"]


_BY_PROGRAM = {name: launcher for launcher in LAUNCHERS for name in launcher.programs}
_DEEPEST = 8
_WORKSPACE = frozenset({"${workspaceFolder}", "."})


def read(server: Server, tracked: Tracked) -> tuple[Launch, ...]:
    """What a server amounts to: at least one launch, never an exception.

    `tracked` is the tree that is judged. A server with a URL and a command gives the launches of both; what cannot be
    known is an `OpaqueLaunch`.
    """
    found: list[Launch] = [OpaqueLaunch(server.hidden, server.name)] if server.hidden is not None else []
    if server.url is not None:
        found.append(_remote(server.url))
    if server.argv:
        found += _launches(_command(server, tracked), tracked, 1)
    return tuple(found) or (OpaqueLaunch("it has neither a command nor a URL", server.name),)


def _command(server: Server, tracked: Tracked) -> Command:
    if server.cwd is None or server.cwd.text in _WORKSPACE:
        argv = tuple(placed(word, tracked) for word in server.argv)
        return Command(argv, server.env, server.env_files)
    argv = tuple(Token(word.text, word, None if word.start == word.end else 0) for word in server.argv)
    command = Command(argv, server.env, server.env_files)
    return enter(command, Token(server.cwd.text, server.cwd))


def _remote(url: Word) -> Launch:
    try:
        return remote(Token(url.text, url))
    except Unclear as doubt:
        return OpaqueLaunch(doubt.reason, doubt.word)


def _launches(command: Command, tracked: Tracked, depth: int) -> Iterator[Launch]:
    """The launches of a command line and of those within it."""
    if depth > _DEEPEST:
        yield OpaqueLaunch("too many launchers start one another", command.program.word)
        return
    try:
        for step in _steps(command, tracked, depth):
            if isinstance(step, Command):
                yield from _launches(step, tracked, depth + 1)
            else:
                yield step
    except Unclear as doubt:
        yield OpaqueLaunch(doubt.reason, doubt.word)
        if depth == 1 and isinstance(doubt, Glued):
            yield from whole_lines.split(command, lambda line: _launches(line, tracked, 2))


def _steps(command: Command, tracked: Tracked, depth: int) -> Iterator[Step]:
    """One command line, read by the grammar of its program."""
    text = command.program.text
    if depth == 1 and whole_lines.holds(command, _is_launcher):
        yield from whole_lines.read(command, _is_launcher, lambda line: _launches(line, tracked, 2))
        return
    launcher = _find(text)
    if launcher is None:
        yield from program.read(command, tracked)
        return
    if command.scope in {"image", "mounted"} and program.stem(text) in UNREAD_WORDS:
        yield from _if_a_launcher(launcher, command, tracked)
        return
    static(command.program, "the program")
    if command.scope == "mounted":
        raise Unclear("what is mounted into the container may be this launcher, or its settings", command.program.word)
    if launcher.installed or (is_path(text) and not is_installed(text, tracked)):
        yield from program.itself(command, tracked)  # the file of that name runs, whatever it does then
    yield from launcher.read(command, tracked)


def _if_a_launcher(launcher: Launcher, command: Command, tracked: Tracked) -> tuple[Step, ...]:
    """What a plain word in a container starts (`timeout 5 npx x`), if its arguments are a launcher's at all.

    If not, it is the first argument of the image's own program (`time`, `exec`).
    """
    try:
        return tuple(launcher.read(command, tracked))
    except Unclear:
        return ()


def _find(text: str) -> Launcher | None:
    """The launcher of a program; `python3.12` is `python`."""
    if program.several_words(text):
        return None
    name = program.stem(text)
    versioned = re.fullmatch(r"(python|pypy|ruby|perl|php|lua)w?[\d.]+t?", name)
    return _BY_PROGRAM.get(versioned[1] if versioned else name)


def _is_launcher(text: str) -> bool:
    return _find(text) is not None
