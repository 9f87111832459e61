"""Shells: a script, or `-c` with one simple command (POSIX sh, 2.9.1 Simple Commands; `fish --help`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcp_guard.launchers import environment
from mcp_guard.launchers.command import Command, Step, Token, Unclear, static
from mcp_guard.launchers.files import Tracked, enter, script
from mcp_guard.launchers.options import Flags, Walk, walk, words
from mcp_guard.launchers.split import posix

# `-s` reads the code from the client: it is left out on purpose. `--rcfile` names code that runs first.
FLAGS = Flags(
    "the shell",
    value=words("-o -O --rcfile --init-file"),
    boolean=words("-c -l -i -e -u -x -f -h -b -m -p -B -E -H -P -T --login --norc --noprofile --posix --no-rcs"),
    clusters=True,
)
_FISH = Flags(
    "fish",
    value=words("-o -d --debug --debug-output --features -f"),
    boolean=words("-c --command -l --login -i --interactive -N --no-config -P --private"),
    clusters=True,
)
_PREFIXES = frozenset({"exec", "command"})
# `cd folder && command`: the one list of commands whose meaning is plain, as the command runs only in that folder.
_CD = re.compile(r"""\s*cd[ \t]+(?P<folder>[^\s;&|<>()'"]+|'[^'\n]*'|"[^"\n]*")\s*&&\s*(?=\S)""")


def read(command: Command, tracked: Tracked) -> Iterator[Step]:
    """`sh [flags] -c 'command'` or `sh [flags] script`."""
    yield from _read(command, walk(_without_plus(command.argv[1:]), FLAGS), tracked)


def fish(command: Command, tracked: Tracked) -> Iterator[Step]:
    """`fish -c 'command'` or `fish script`; inside quotes it reads a backslash in its own way."""
    walked = walk(command.argv[1:], _FISH)
    if walked.has("-c", "--command") and any("\\" in token.text for token in walked.rest[:1]):
        raise Unclear("fish reads a backslash in its own way: use `sh -c`", walked.rest[0].word)
    yield from _read(command, walked, tracked)


def _read(command: Command, walked: Walk, tracked: Tracked) -> Iterator[Step]:
    for file in walked.values("--rcfile", "--init-file"):
        yield from script(command, file, tracked)
    if not walked.rest or walked.rest[0].text == "-" or walked.rest[0].text.startswith("+"):
        raise Unclear("the shell reads its commands from the client", command.program.word)
    if walked.has("-c", "--command"):
        yield simple_command(command, walked.rest[0])
    else:
        static(walked.rest[0], "the script")
        yield from script(command, walked.rest[0], tracked)


def busybox(command: Command, _tracked: Tracked) -> Iterator[Step]:
    """`busybox sh …`: the program that its first argument names, which BusyBox has in itself."""
    if len(command.argv) < 2:  # noqa: PLR2004 - itself and a program
        raise Unclear("`busybox` is given no program", command.program.word)
    yield command.inner(command.argv[1:])


def _without_plus(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """Leave out `+O name` and `+o name`, which switch an option of bash off."""
    while len(tokens) > 1 and tokens[0].text in {"+O", "+o"}:
        tokens = tokens[2:]
    return tokens


def simple_command(command: Command, *sources: Token) -> Command:
    """The one command that a shell's command line consists of; Unclear when there is more to it.

    Several `sources` are what a client puts together with spaces between them.
    """
    word = sources[0].word
    if len(sources) == 1 and (match := _CD.match(sources[0].text)) is not None:
        folder = posix(sources[0].part(match.start("folder"), match.end("folder")))
        if len(folder) == 1 and not folder[0].text.startswith("-"):
            inside = enter(command, folder[0])._replace(moved=word)
            return simple_command(inside, sources[0].part(match.end()))
    tokens = tuple(token for source in sources for token in posix(source))
    length = environment.count(tokens)
    inner = environment.assigned(command, tokens[:length])
    rest = tokens[length:]
    if rest and rest[0].text in _PREFIXES:
        rest = rest[1:]
        if rest and rest[0].text.startswith("-"):
            raise Unclear("a flag of a shell's own command", word)
    if not rest:
        raise Unclear("the shell is given no command", word)
    return inner.inner(rest)
