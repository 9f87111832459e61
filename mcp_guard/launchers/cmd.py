"""`cmd /c`: the rest is one command line (Windows: `cmd /?`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcp_guard.launchers.command import Command, Step, Token, Unclear
from mcp_guard.launchers.files import Tracked
from mcp_guard.launchers.program import several_words
from mcp_guard.launchers.split import windows

_SWITCH = re.compile(r"(?:/(?:[adqsu]|[ef]:o(?:n|ff)|v:off|t:[0-9a-f]{1,2}))+", re.IGNORECASE)
_LAST = re.compile(r"((?:/[adqsu])*)/[ck]", re.IGNORECASE)
_DELAYED = re.compile(r"(?i)(?:/[adqsu])*/v(?::on)?")
_ACTED_ON = re.compile(r"[&|<>^\"\r\n]")
_OWN = frozenset({"call", "@call"})


def read(command: Command, _tracked: Tracked) -> Iterator[Step]:
    """`cmd [switches] /c command [arguments]`, or `/k`."""
    tokens = command.argv[1:]
    while tokens and _SWITCH.fullmatch(tokens[0].text):
        tokens = tokens[1:]
    if tokens and _DELAYED.fullmatch(tokens[0].text):
        raise Unclear("with `/v:on` `cmd` fills in `!NAME!` when the server starts", tokens[0].word)
    if len(tokens) < 2 or not _LAST.fullmatch(tokens[0].text):  # noqa: PLR2004 - the switch and a command
        raise Unclear("`cmd` is read only as `cmd /c` with one command", command.program.word)
    line = windows(tokens[1]) if len(tokens) == 2 else tuple(_as_passed(token) for token in tokens[1:])  # noqa: PLR2004
    if line and line[0].text.lower() in _OWN:
        line = line[1:]
    if not line or not (len(line[0].text.split()) == 1 or _is_quoted_program(line)):
        raise Unclear("what `cmd` starts is not clear: write each argument by itself", tokens[1].word)
    yield command.inner(line)


def _is_quoted_program(line: tuple[Token, ...]) -> bool:
    """Whether all that is in quotes is a program below `Program Files`: `cmd` takes such quotes for what they are."""
    first = line[0].text
    plain = not re.search(r"[&<>()@^|]", first) and not any(" " in token.text for token in line[1:])
    return len(line) > 1 and first.strip() == first and plain and not several_words(first)


def _as_passed(token: Token) -> Token:
    """One of several arguments: a client puts those with spaces in quotes, and `cmd` reads the others itself."""
    spaced = " " in token.text
    if _ACTED_ON.search(token.text if not spaced else token.text.replace("&", "").replace("|", "")):
        raise Unclear("`cmd` acts on a character in this argument (`&`, `|`, `<`, `>`, `^`, a quote)", token.word)
    return token._replace(loose="%" in token.text)
