"""`npm exec` and `npm x` (npm/cli: lib/commands/exec.js; nopt): npm reads its flags on both sides until `--`."""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.launchers import npx
from mcp_guard.launchers.command import Command, Step, Token, Unclear, dynamic
from mcp_guard.launchers.files import Tracked
from mcp_guard.launchers.npm_flags import NPM
from mcp_guard.launchers.options import Option, Walk, walk

WORKSPACES = npx.WORKSPACES


def read(command: Command, walked: Walk, tracked: Tracked) -> Iterator[Step]:
    """What follows `npm exec`: `[flags] package [flags] [-- arguments]`."""
    yield from npx.execute(command, walked, tracked)


def both_sides(tokens: tuple[Token, ...]) -> Walk:
    """The flags before and after npm's own positional arguments, and these, the command among them."""
    options: list[Option] = []
    positionals: list[Token] = []
    while tokens:
        walked = walk(tokens, NPM)
        options += walked.options
        _refuse_detached(walked.options, walked.rest)
        if walked.dashes:
            return Walk(tuple(options), (*positionals, *walked.rest), dashes=True)
        positionals += walked.rest[:1]
        if any(dynamic(token.text) for token in walked.rest[:1]):
            raise Unclear("npm may read what is filled in here as a flag", walked.rest[0].word)
        tokens = walked.rest[1:]
    return Walk(tuple(options), tuple(positionals))


def _refuse_detached(options: tuple[Option, ...], rest: tuple[Token, ...]) -> None:
    """Refuse a detached `true` or `false` after a boolean flag, which npm takes for its value."""
    if options and options[-1].value is None and rest and rest[0].text in {"true", "false", "null"}:
        raise Unclear(f"`{rest[0].text}` may be the value of `{options[-1].name}`", rest[0].word)
