"""Tracked scripts that call a launcher: read where they hold one simple command, else nobody knows what they start."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from mcp_guard.launchers import environment
from mcp_guard.launchers.command import Command, Token, Unclear
from mcp_guard.launchers.options import words
from mcp_guard.launchers.split import posix

# Programs that get code from elsewhere, or start what does.
_LAUNCHERS = (
    "pip|pip3|npx|npm|bunx|bun|pnpm|pnpx|pnx|pn|yarn|yarnpkg|uvx|uv|uvw|pipx|pip-run|docker|docker-compose|podman"
    "|nerdctl|deno|dnx|dotnet|cargo|nix|nix-shell|go|thv|tsx|ts-node|corepack|volta|mise|supergateway|mcp-proxy|mcp-remote"
    "|mcpo|fastmcp|make|just"
)
_START = r"(?:^|[;&|({!`]|\$\(|\b(?:then|do|else)(?=\s))"
# Programs that start another one, behind flags and arguments of their own.
_WRAPPERS = "exec|sudo|doas|env|timeout|gtimeout|nice|ionice|stdbuf|setsid|flock|chrt|caffeinate|xargs"
# Everything is bounded, or stops where another command may start: a hostile script must not take longer than others.
_WORD = r"[^\s\"';&|(){}!`]"
_ASSIGNED = rf"(?:\w{{1,80}}=(?:\"[^\"\n]{{0,200}}\"|'[^'\n]{{0,200}}'|{_WORD}){{0,200}}[ \t]+){{0,9}}"
_CALL = re.compile(
    rf"""(?:{_START}|\b(?:exec|sudo|env|command|nohup|time|xargs|call|start|eval)(?=\s)|\s--\s
      |{_START}[ \t@]{{0,99}}{_ASSIGNED}(?:{_WRAPPERS})\b[^;&|\n]{{0,40}}?(?=[ \t]))
    [ \t@"']{{0,99}}(?:-{_WORD}{{1,80}}[ \t]+){{0,9}}{_ASSIGNED}["']?
    (?:{_WORD}{{0,200}}python[\d.]*[ \t]+-m[ \t]+)?(?:{_WORD}{{0,300}}[/\\])?
    (?P<name>"""
    + _LAUNCHERS
    + r""")(?:\.cmd|\.exe|\.bat|\.ps1)?["']?(?=[\s;&|)]|$)""",
    re.VERBOSE | re.MULTILINE | re.IGNORECASE,
)
_POSIX = (".sh", ".bash", ".zsh")
_WINDOWS = (".cmd", ".bat", ".ps1")
_SHEBANG = re.compile(r"#![ \t]*(?:\S*/env[ \t]+(?:-S[ \t]*)?)?(?P<line>[^\r\n]+)")
_SHELLS = words("sh bash zsh dash ash ksh")
_INTERPRETER = re.compile(r"(?:node|nodejs|python[\d.]*|pypy[\d.]*|ruby|perl|php|lua|awk)")
# A path of a shell script, without what may stand before it (`"$DIR"/start.sh`).
_OTHER = re.compile(r"(?<![\w./-])(?:\.{0,2}/)?([\w.-]{1,80}(?:/[\w.-]{1,80}){0,9}\.(?:sh|bash|zsh))(?![\w.-])")
_MOST = 64  # scripts that are followed from one
_SET = re.compile(r"set(?:[ \t]+[-+]?[\w-]+)+|shopt[ \t].*|umask[ \t]+\d+")
_HERE = re.compile(
    r"""cd[ \t]+(?:--[ \t]+)?"?\$\([ \t]*dirname[ \t]+(?:--[ \t]+)?
    "?\$(?:0|\{0\}|BASH_SOURCE|\{BASH_SOURCE(?:\[0\])?\})"?[ \t]*\)"?
    (?:[ \t]*(?:\|\||&&)[ \t]*(?:exit(?:[ \t]+\d+)?|return(?:[ \t]+\d+)?))?""",
    re.VERBOSE,
)
_PLAIN_CD = re.compile(r"cd[ \t]+(?P<path>[\w./@-]+)")
_ASSIGNMENT = re.compile(r"(?:export[ \t]+|readonly[ \t]+)?(?P<words>[A-Za-z_]\w*=.*)", re.DOTALL)
_ARGUMENTS = words("$@ ${@} $*")


class _Body(NamedTuple):
    """What stands before the command of a script, and the command."""

    command: Command
    line: str


def commands(command: Command, token: Token, path: str, text: str | None) -> Iterator[Command]:
    """The command that a tracked script holds, if it holds one that calls a launcher.

    Unclear when it calls a launcher among other commands, or cannot be read. `command` is the command line that
    starts the script, `token` its word there.
    """
    first = text.partition("\n")[0] if text else ""
    direct = token is command.program
    shebang = _SHEBANG.match(first) if direct else None
    interpreter = shebang["line"].split()[0].rsplit("/", 1)[-1] if shebang else ""
    if path.lower().endswith(_WINDOWS):
        _refuse_calls(path, text, token)
    elif interpreter and interpreter not in _SHELLS:
        followed = interpreter == "uv" and token.start is None  # `uv run` starts the file by itself
        if not (_INTERPRETER.fullmatch(interpreter) or followed):
            yield _by_interpreter(command, token, shebang["line"] if shebang else "")
    elif path.lower().endswith(_POSIX) or interpreter or _started_by_shell(command, token):
        yield from _of_shell(command, token, path, text)


def refuse_indirect(token: Token, path: str, text: Callable[[str], str | None]) -> None:
    """Unclear when a shell script names another tracked one, anywhere in it, that calls a launcher.

    It is looked for from the root and from the script's own folder; `text` gives the content of a tracked file.
    """
    if not path.lower().endswith(_POSIX) and "." in posixpath.basename(path):
        return
    waiting, seen = [path], {path}
    while waiting:
        here = waiting.pop()
        content = "\n".join(_lines(text(here) or ""))
        called = _CALL.search(content)
        if called is not None and here != path:
            raise Unclear(f"the script {path} starts {here}, which calls `{called['name']}`", token.word)
        found = {other for other in _others(here, content) if other not in seen and text(other) is not None}
        seen |= found
        waiting += sorted(found)
        if len(seen) > _MOST:
            raise Unclear(f"the script {path} starts too many others", token.word)


def _others(path: str, content: str) -> set[str]:
    """Where the scripts may stand that a script names; what comes first may be a variable (`$DIR/start.sh`)."""
    names = (name.split("/") for name in _OTHER.findall(content))
    ends = {"/".join(parts[start:]) for parts in names for start in range(len(parts))}
    return {posixpath.normpath(posixpath.join(folder, end)) for folder in ("", posixpath.dirname(path)) for end in ends}


def _by_interpreter(command: Command, token: Token, line: str) -> Command:
    """`#!/usr/bin/env -S uv run --script`: the interpreter gets the script and its arguments."""
    own = posix(Token(line.strip(), token.word, None))
    return command.inner((*own, token._replace(start=None), *_arguments(command, token)))


def _started_by_shell(command: Command, token: Token) -> bool:
    name = posixpath.basename(command.program.text.replace("\\", "/")).lower().removesuffix(".exe")
    return name in _SHELLS and token is not command.program


def _of_shell(command: Command, token: Token, path: str, text: str | None) -> Iterator[Command]:
    if text is None:
        raise Unclear(f"the script {path} is too large to be read, or is not UTF-8", token.word)
    lines = _lines(text)
    called = _CALL.search("\n".join(lines))
    if called is None:
        yield from _another(command, token, path, lines)
        return
    try:
        body = _body(command, token, path, lines)
        tokens = posix(Token(body.line, token.word, None))
        length = environment.count(tokens)
        inner = environment.assigned(body.command, tokens[:length])
    except Unclear as doubt:
        raise Unclear(f"the script {path} calls `{called['name']}` among other commands", doubt.word) from None
    rest = tuple(_filled(command, token, tokens[length:]))
    if rest and rest[0].text == "exec":
        rest = rest[1:]
    if not rest or rest[0].text.startswith("-"):
        raise Unclear(f"the script {path} is not one simple command", token.word)
    yield inner.inner(rest)


def _another(command: Command, token: Token, path: str, lines: list[str]) -> Iterator[Command]:
    """The other shell script that a script starts, where that is all it does: what stands there counts as well."""
    try:
        body = _body(command, token, path, lines) if lines else None
        rest = tuple(_filled(command, token, posix(Token(body.line, token.word, None)))) if body else ()
    except Unclear:
        return
    if rest and rest[0].text == "exec":
        rest = rest[1:]
    shell = rest[0].text.rpartition("/")[2] if rest else ""
    if body is not None and (shell in _SHELLS or shell.lower().endswith(_POSIX)):
        yield body.command.inner(rest)


def _body(command: Command, token: Token, path: str, lines: list[str]) -> _Body:
    """The script up to its last line; Unclear when that is not the only command."""
    for line in lines[:-1]:
        assignment = _ASSIGNMENT.fullmatch(line)
        if _SET.fullmatch(line):
            continue
        if _HERE.fullmatch(line):
            command = command._replace(directory=posixpath.dirname(path), moved=token.word)
        elif (entered := _PLAIN_CD.fullmatch(line)) is not None and command.directory is not None:
            folder = posixpath.normpath(posixpath.join(command.directory, entered["path"]))
            command = command._replace(directory="" if folder == "." else folder, moved=token.word)
        elif assignment is not None:
            tokens = posix(Token(assignment["words"], token.word, None))
            if environment.count(tokens) != len(tokens):
                raise Unclear("several commands", token.word)
            command = environment.assigned(command, tokens)
        else:
            raise Unclear("several commands", token.word)
    return _Body(command, lines[-1])


def _lines(text: str) -> list[str]:
    """The lines of a script without comments and blank ones, continued lines joined."""
    joined = re.sub(r"\\\r?\n", "", text)
    stripped = (line.strip() for line in joined.splitlines())
    return [line for line in stripped if line and not line.startswith("#")]


def _filled(command: Command, token: Token, tokens: tuple[Token, ...]) -> Iterator[Token]:
    """The words of the command, `"$@"` replaced by the script's own arguments."""
    for one in tokens:
        if one.text in _ARGUMENTS:
            yield from _arguments(command, token)
        else:
            yield one


def _arguments(command: Command, token: Token) -> tuple[Token, ...]:
    """What follows the script on the command line that starts it."""
    for index, one in enumerate(command.argv):
        if one is token:
            return command.argv[index + 1 :]
    raise Unclear("the arguments of the script are not known", token.word)


def _refuse_calls(path: str, text: str | None, token: Token) -> None:
    if text is None:
        raise Unclear(f"the script {path} is too large to be read, or is not UTF-8", token.word)
    called = _CALL.search(re.sub(r"(?im)^[ \t]*(?:rem\b|::|#).*$", "", text))
    if called is not None:
        raise Unclear(
            f"the script {path} calls `{called['name']}`, and mcp-guard does not read such scripts", token.word
        )
