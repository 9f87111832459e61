"""`npm exec` and `npm x` (npm/cli: lib/commands/exec.js; nopt): npm reads its flags on both sides until `--`."""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.launchers import npx
from mcp_guard.launchers.command import Command, Step, Token, Unclear, dynamic
from mcp_guard.launchers.files import Tracked
from mcp_guard.launchers.npm_flags import NPM
from mcp_guard.launchers.options import Option, Walk, walk

_COMMANDS = frozenset({"exec", "x"})


def read(command: Command, tracked: Tracked) -> Iterator[Step]:
    """`npm [flags] exec [flags] package [flags] [-- arguments]`."""
    options, positionals = _both_sides(command.argv[1:])
    if not positionals or positionals[0].text not in _COMMANDS:
        raise Unclear("mcp-guard reads no other npm command than `npm exec`", (*positionals, command.program)[0].word)
    yield from npx.execute(command, Walk(options, positionals[1:]), tracked)


def _both_sides(tokens: tuple[Token, ...]) -> tuple[tuple[Option, ...], tuple[Token, ...]]:
    options: list[Option] = []
    positionals: list[Token] = []
    while tokens:
        walked = walk(tokens, NPM)
        options += walked.options
        _refuse_detached(walked.options, walked.rest)
        if walked.dashes:
            return tuple(options), (*positionals, *walked.rest)
        positionals += walked.rest[:1]
        if any(dynamic(token.text) for token in walked.rest[:1]):
            raise Unclear("npm may read what is filled in here as a flag", walked.rest[0].word)
        tokens = walked.rest[1:]
    return tuple(options), tuple(positionals)


def _refuse_detached(options: tuple[Option, ...], rest: tuple[Token, ...]) -> None:
    """Refuse a detached `true` or `false` after a boolean flag, which npm takes for its value."""
    if options and options[-1].value is None and rest and rest[0].text in {"true", "false", "null"}:
        raise Unclear(f"`{rest[0].text}` may be the value of `{options[-1].name}`", rest[0].word)
