"""`NAME=value` words before a command, as `env` and shells take them."""

from __future__ import annotations

import re

from mcp_guard.launchers.command import Command, Token, Unclear, dynamic
from mcp_guard.launchers.options import words
from mcp_guard.model import Variable, Word

_NAME = re.compile(r"[A-Za-z_]\w*")
# Set here, these run other code than the command line names. (In a server's own `env` a rule judges them.)
_LOADING = words(
    "PATH PATHEXT NODE_OPTIONS NODE_PATH PYTHONPATH PYTHONHOME PYTHONSTARTUP BASH_ENV ENV LD_PRELOAD LD_LIBRARY_PATH"
    " LD_AUDIT IFS COMSPEC"
)


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
    found = variable(token)
    upper = found.name.text.upper()
    if upper in _LOADING or upper.startswith("DYLD_"):
        raise Unclear(f"it sets `{upper}`, which changes what runs", token.word)
    return found
