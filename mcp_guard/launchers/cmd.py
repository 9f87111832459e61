"""`cmd /c`: the rest is one command line (Windows: `cmd /?`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcp_guard.launchers.command import Command, Step, Token, Unclear
from mcp_guard.launchers.files import Tracked
from mcp_guard.launchers.split import windows

_SWITCH = re.compile(r"/(?:[adqsu]|e:on|f:on|f:off|v:off)", re.IGNORECASE)
_ACTED_ON = re.compile(r"[&|<>^\"\r\n]")


def read(command: Command, _tracked: Tracked) -> Iterator[Step]:
    """`cmd [switches] /c command [arguments]`, or `/k`."""
    tokens = command.argv[1:]
    while tokens and _SWITCH.fullmatch(tokens[0].text):
        tokens = tokens[1:]
    if len(tokens) < 2 or tokens[0].text.lower() not in {"/c", "/k"}:  # noqa: PLR2004 - the switch and a command
        raise Unclear("`cmd` is read only as `cmd /c` with one command", command.program.word)
    line = windows(tokens[1]) if len(tokens) == 2 else tuple(_as_passed(token) for token in tokens[1:])  # noqa: PLR2004
    if not line or len(line[0].text.split()) != 1:
        raise Unclear("what `cmd` starts is not clear: write each argument by itself", tokens[1].word)
    yield command.inner(line)


def _as_passed(token: Token) -> Token:
    """One of several arguments: a client puts those with spaces in quotes, and `cmd` reads the others itself."""
    spaced = " " in token.text
    if _ACTED_ON.search(token.text if not spaced else token.text.replace("&", "").replace("|", "")):
        raise Unclear("`cmd` acts on a character in this argument (`&`, `|`, `<`, `>`, `^`, a quote)", token.word)
    return token._replace(loose="%" in token.text)
