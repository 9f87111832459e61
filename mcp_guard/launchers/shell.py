"""`sh`, `bash`, `zsh`, `dash`: a script, or `-c` with one simple command (POSIX sh, 2.9.1 Simple Commands)."""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.launchers import environment
from mcp_guard.launchers.command import Command, Step, Token, Unclear, static
from mcp_guard.launchers.files import Tracked, script
from mcp_guard.launchers.options import Flags, walk, words
from mcp_guard.launchers.split import posix

# --rcfile and --init-file name code that runs first, -s reads it from the client: they are left out on purpose.
FLAGS = Flags(
    "the shell",
    value=frozenset({"-o", "-O"}),
    boolean=words("-c -l -i -e -u -x -f -h -b -m -p -B -E -H -P -T --login --norc --noprofile --posix"),
    clusters=True,
)
_PREFIXES = frozenset({"exec", "command"})


def read(command: Command, tracked: Tracked) -> Iterator[Step]:
    """`sh [flags] -c 'command'` or `sh [flags] script`."""
    walked = walk(command.argv[1:], FLAGS)
    if not walked.rest or walked.rest[0].text == "-" or walked.rest[0].text.startswith("+"):
        raise Unclear("the shell reads its commands from the client", command.program.word)
    if walked.has("-c"):
        yield simple_command(command, walked.rest[0])
    else:
        static(walked.rest[0], "the script")
        yield from script(command, walked.rest[0], tracked)


def simple_command(command: Command, source: Token) -> Command:
    """The one command that a shell's command line consists of; Unclear when there is more to it."""
    tokens = posix(source)
    length = environment.count(tokens)
    inner = environment.assigned(command, tokens[:length])
    rest = tokens[length:]
    if rest and rest[0].text in _PREFIXES:
        rest = rest[1:]
        if rest and rest[0].text.startswith("-"):
            raise Unclear("a flag of a shell's own command", source.word)
    if not rest:
        raise Unclear("the shell is given no command", source.word)
    return inner.inner(rest)
