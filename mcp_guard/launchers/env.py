"""`env`: variables, then a command (GNU coreutils, `env --help`)."""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.launchers import environment
from mcp_guard.launchers.command import Command, Step, Token, Unclear
from mcp_guard.launchers.files import Tracked, enter
from mcp_guard.launchers.options import Flags, walk, words
from mcp_guard.launchers.split import posix

FLAGS = Flags(
    "env",
    value=words("-u --unset -C --chdir -S --split-string -P -a --argv0"),
    boolean=words("-i --ignore-environment -0 --null -v --debug"),
    clusters=True,
    terminal=words("-S --split-string"),  # its words come before all others, flags of `env` among them
)


def read(command: Command, _tracked: Tracked) -> Iterator[Step]:
    """`env [flags] [NAME=value ...] command [arguments]`."""
    walked = walk(command.argv[1:], FLAGS)
    if walked.has("-P"):
        raise Unclear("`env -P` changes where the program is looked up", command.program.word)
    rest = walked.rest[1:] if walked.rest and walked.rest[0].text == "-" else walked.rest
    for directory in walked.values("-C", "--chdir"):
        command = enter(command, directory)._replace(moved=directory.word)
    if strings := walked.values("-S", "--split-string"):
        split = tuple(token for string in strings for token in _split(string))
        yield command.inner((command.program, *split, *rest))
        return
    while rest and "=" in rest[0].text:
        command, rest = environment.assigned(command, rest[:1]), rest[1:]
    if not rest:
        raise Unclear("`env` is given no command", command.program.word)
    yield command.inner(rest)


def _split(string: Token) -> tuple[Token, ...]:
    if "\\" in string.text:
        raise Unclear("`env -S` has escapes of its own", string.word)
    return posix(string)
