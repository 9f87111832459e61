"""`NAME=value` words before a command, as `env` and shells take them."""

from __future__ import annotations

import re

from mcp_guard.launchers.command import Command, Token, Unclear, dynamic
from mcp_guard.launchers.loading import loaded
from mcp_guard.model import Variable, Word

_NAME = re.compile(r"[A-Za-z_]\w*")


def assigned(command: Command, tokens: tuple[Token, ...]) -> Command:
    """The command line, started with these `NAME=value` words in its environment."""
    return command._replace(variables=(*command.variables, *(_variable(token) for token in tokens)))


def count(tokens: tuple[Token, ...]) -> int:
    """How many leading words a shell takes for assignments (POSIX 2.9.1)."""
    for index, token in enumerate(tokens):
        name, equals, _ = token.text.partition("=")
        if not equals or not _NAME.fullmatch(name):
            return index
    return len(tokens)


def variable(token: Token) -> Variable:
    """The variable that a `NAME=value` word sets."""
    name, _, written = token.text.partition("=")
    if dynamic(name):
        raise Unclear("the name of a variable is filled in when the server starts", token.word)
    word = token.word
    return Variable(
        Word(name, word.place, word.start, word.end),
        Word(written, word.place, word.start, word.end),
    )


def _variable(token: Token) -> Variable:
    """The variable; Unclear where it changes what runs. Of a server's own `env` a rule says so."""
    found = variable(token)
    told = loaded(found.name.text, found.value.text)
    if told is not None:
        raise Unclear(f"it sets `{found.name.text}`, which {told[1]}", token.word)
    return found
