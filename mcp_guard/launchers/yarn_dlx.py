"""`yarn dlx` of Yarn 2 and later (yarnpkg/berry: packages/plugin-dlx/sources/commands/dlx.ts). Yarn 1 has none."""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.launchers import npm_family
from mcp_guard.launchers.command import Command, Step, Token
from mcp_guard.launchers.files import Tracked
from mcp_guard.launchers.options import Flags, walk

FLAGS = Flags("yarn dlx", frozenset({"-p", "--package"}), frozenset({"-q", "--quiet"}))


def read(command: Command, tokens: tuple[Token, ...], tracked: Tracked) -> Iterator[Step]:
    """What follows `yarn dlx`: `[flags] package [arguments]`."""
    walked = walk(tokens, FLAGS)
    yield from npm_family.launches(command, walked, walked.values("-p", "--package"), tracked, alias="named")
