"""Whole command lines where a client expects one word: in `command`, or a flag and more in one argument."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mcp_guard.launchers import program, shell
from mcp_guard.launchers.command import Command, Unclear
from mcp_guard.launchers.files import is_path
from mcp_guard.launchers.split import windows
from mcp_guard.model import ImageLaunch, Launch, OpaqueLaunch, PackageLaunch


def holds(command: Command, is_launcher: Callable[[str], bool]) -> bool:
    """Whether the program is a command line in one string: blanks in it, and a launcher first or nothing behind it."""
    words = command.program.text.split()
    if len(command.argv) == 1:
        return len(words) > 1
    return bool(words) and program.several_words(command.program.text) and is_launcher(words[0])


def read(
    command: Command, is_launcher: Callable[[str], bool], launches: Callable[[Command], Iterator[Launch]]
) -> Iterator[Launch]:
    """What a whole command line starts. Some clients start it through a shell: all readings must agree.

    With arguments behind it only a shell reads it so, which puts them behind it with spaces between. What would then
    run is known; that a client without a shell finds no program of that name is said beside it.
    """
    token = command.program
    by_shell = shell.simple_command(command, *command.argv)
    first = by_shell.program.text
    if is_path(first) and not is_launcher(first):
        raise Unclear("the command is a path with a space in it, or a path and arguments: use args", token.word)
    found = tuple(launches(by_shell))
    words = tuple(word for argument in command.argv for word in windows(argument))
    by_windows = tuple(launches(command.inner(words)))
    if [_without_cuts(launch) for launch in found] != [_without_cuts(launch) for launch in by_windows]:
        raise Unclear("the command line is read differently by POSIX shells and by Windows: use args", token.word)
    yield from found
    if len(command.argv) > 1:
        yield OpaqueLaunch(program.SEVERAL, token.word)


def split(command: Command, launches: Callable[[Command], Iterator[Launch]]) -> Iterator[Launch]:
    """What starts where the client does use a shell, which splits the arguments that hold several."""
    try:
        line = shell.simple_command(command, *command.argv)
    except Unclear:
        return
    yield from (launch for launch in launches(line) if not isinstance(launch, OpaqueLaunch))


def _without_cuts(launch: Launch) -> Launch:
    """The launch, without where its text may be edited: quotes make that differ, and not what runs."""
    match launch:
        case PackageLaunch(packages, moved):
            return PackageLaunch(tuple(package._replace(cut=None) for package in packages), moved)
        case ImageLaunch():
            return launch._replace(image=launch.image._replace(cut=None))
        case _:
            return launch
