"""`wsl`: a command line in a Linux that belongs to this Windows (learn.microsoft.com: "Basic commands for WSL")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcp_guard.launchers.command import Command, Step, Token, Unclear
from mcp_guard.launchers.files import Tracked, enter
from mcp_guard.launchers.options import Flags, walk, words
from mcp_guard.launchers.shell import simple_command

_DIRECT = words("-e --exec")
FLAGS = Flags(
    "`wsl`",
    value=words("-d --distribution -u --user --cd --shell-type --distribution-id"),
    boolean=words("--system -e --exec"),
    terminal=_DIRECT,
)


def read(command: Command, _tracked: Tracked) -> Iterator[Step]:
    """`wsl [flags] [--] command`, which a shell reads, or `wsl [flags] --exec command`."""
    walked = walk(command.argv[1:], FLAGS)
    rest = walked.rest
    command = command._replace(directory=None) if walked.has("-u", "--user") else command
    for directory in walked.values("--cd"):
        command = enter(command, directory)._replace(moved=directory.word)
    if rest and rest[0].text == "~":
        command, rest = command._replace(directory=None), rest[1:]
    if not rest:
        raise Unclear("`wsl` is given no command", command.program.word)
    if walked.has(*_DIRECT):
        yield command.inner(rest)
    else:
        yield simple_command(command, *(_as_passed(token) for token in rest))


def _as_passed(token: Token) -> Token:
    """One argument in the command line that the shell gets: a client puts those with blanks in double quotes."""
    if re.search(r"\s", token.text) is None:
        return token
    if re.search(r'["\\$`]', token.text):
        raise Unclear("a shell reads what is quoted here a second time: use `wsl --exec`", token.word)
    # The quote stands one before the text, so that the text is found in the literal where it is.
    return token._replace(text=f'"{token.text}"', start=None if token.start is None else token.start - 1)
