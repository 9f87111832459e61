"""`powershell` and `pwsh`: `-Command`, `-File`, `-EncodedCommand` (PowerShell: CommandLineParameterParser.cs).

Parameters are case-insensitive and may be cut short, down to a length that each has for itself.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from mcp_guard.launchers.command import Command, Step, Token, Unclear, static
from mcp_guard.launchers.files import Tracked, enter, script
from mcp_guard.launchers.program import stem

# Each parameter with its shortest form, and the aliases that are no beginning of it.
_SWITCHES = (
    ("noexit", "noe"),
    ("noprofile", "nop"),
    ("nologo", "nol"),
    ("noninteractive", "noni"),
    ("interactive", "i"),
    ("login", "l"),
    ("sta", "sta"),
    ("mta", "mta"),
    ("noprofileloadtime", "noprofilel"),
)
_VALUES = (
    ("executionpolicy", "ex"),
    ("windowstyle", "w"),
    ("inputformat", "inp"),
    ("outputformat", "o"),
    ("workingdirectory", "wo"),
)
_ENDS = (("command", "c"), ("file", "f"), ("encodedcommand", "e"))
_ALIASES = {
    "ep": "executionpolicy",
    "wd": "workingdirectory",
    "if": "inputformat",
    "of": "outputformat",
    "ec": "encodedcommand",
}

# A word of PowerShell's argument mode that it takes as it stands, or one in quotes that it does not expand.
_WORD = re.compile(
    r"(?P<space>[ \t]+)|(?P<quoted>'[^']*'(?!')|\"[^\"$`]*\"(?!\"))|(?P<plain>[A-Za-z0-9_./:\\=+%~^*?!@\[\]-]+)"
)


def read(command: Command, tracked: Tracked) -> Iterator[Step]:
    """`powershell [parameters] -Command command`, `-File script` or `-EncodedCommand base64`."""
    tokens = command.argv[1:]
    while tokens:
        name = _parameter(tokens[0])
        if name is None:
            break
        tokens = tokens[1:]
        if name in {full for full, _ in _ENDS}:
            yield from _ended(name, command, tokens, tracked)
            return
        if name in {full for full, _ in _VALUES}:
            if name == "workingdirectory" and tokens:
                command = enter(command, tokens[0])._replace(moved=tokens[0].word)
            tokens = tokens[1:]
    if not tokens:
        raise Unclear("PowerShell reads its commands from the client", command.program.word)
    name = "command" if stem(command.program.text) == "powershell" else "file"
    yield from _ended(name, command, tokens, tracked)


def _parameter(token: Token) -> str | None:
    """The parameter that an argument names; None where it is none. Unclear for one that is not read here."""
    match = re.fullmatch(r"(?:--?|/)([A-Za-z]+)", token.text)
    if match is None or (token.text.startswith("/") and len(token.text) > 20):  # noqa: PLR2004 - a path, not a name
        if token.text.startswith("-"):
            raise Unclear(f"mcp-guard does not know the parameter `{token.text[:60]}` of PowerShell", token.word)
        return None
    written = match[1].lower()
    written = _ALIASES.get(written, written)
    for full, shortest in (*_SWITCHES, *_VALUES, *_ENDS):
        if full.startswith(written) and written.startswith(shortest):
            return full
    raise Unclear(f"mcp-guard does not know the parameter `{token.text[:60]}` of PowerShell", token.word)


def _ended(name: str, command: Command, tokens: tuple[Token, ...], tracked: Tracked) -> Iterator[Step]:
    """What follows the parameter that ends the others."""
    if not tokens or tokens[0].text == "-":
        raise Unclear("PowerShell reads its commands from the client", command.program.word)
    if name == "file":
        static(tokens[0], "the script")
        yield from script(command, tokens[0], tracked)
        return
    sources = (_decoded(tokens[0]),) if name == "encodedcommand" else tokens
    line = tuple(word for source in sources for word in _words(source))
    if line and line[0].text == "&" and len(sources) == 1:
        line = line[1:]
    if not line:
        raise Unclear("PowerShell is given no command", command.program.word)
    if stem(line[0].text) == "npm" and any(word.text == "--" for word in line):
        raise Unclear("PowerShell takes the `--` for its own, and npm reads flags on: use `npx`", tokens[0].word)
    yield command.inner(line)


def _decoded(token: Token) -> Token:
    """The text of `-EncodedCommand`, which is UTF-16LE in base64."""
    try:
        text = base64.b64decode(token.text, validate=True).decode("utf-16-le")
    except (binascii.Error, ValueError):
        raise Unclear("the encoded command of PowerShell cannot be decoded", token.word) from None
    return token._replace(text=text, start=None)


def _words(source: Token) -> tuple[Token, ...]:
    """The words of one plain command; Unclear for everything that makes a script of it."""
    text = source.text
    at = len(text) - len(text.lstrip())
    words: list[Token] = []
    if text.startswith("&", at) and not text.startswith("&&", at):  # the call operator, before a name in quotes
        words.append(source.part(at, at + 1))
        at += 1
    glued = False
    while at < len(text):
        match = _WORD.match(text, at)
        space = match is not None and match.lastgroup == "space"
        if match is None or (glued and not space) or match[0].startswith(("@", "--%")):
            raise Unclear("PowerShell would act on a character in this command, or run several", source.word)
        if not space:
            quoted = match.lastgroup == "quoted"
            words.append(source.part(match.start() + quoted, match.end() - quoted))
        glued, at = not space, match.end()
    return tuple(words)
