"""What a bridge is given: a URL that it connects to, or a command line that it starts."""

from __future__ import annotations

import re

from mcp_guard.launchers.command import Command, Step, Token, Unclear
from mcp_guard.launchers.remote import remote

_URL = re.compile(r"(?:https?|wss?)://", re.IGNORECASE)


def target(command: Command, tokens: tuple[Token, ...]) -> Step:
    """The server behind a bridge; Unclear when there is none."""
    if not tokens:
        raise Unclear("the bridge is given neither a command nor a URL", command.program.word)
    return remote(tokens[0]) if _URL.match(tokens[0].text) else command.inner(tokens)
