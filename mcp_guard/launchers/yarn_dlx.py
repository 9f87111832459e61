"""`yarn dlx` of Yarn 2 and later (yarnpkg/berry: packages/plugin-dlx/sources/commands/dlx.ts)."""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.launchers import npm_family
from mcp_guard.launchers.command import Command, Step, Unclear
from mcp_guard.launchers.files import Tracked
from mcp_guard.launchers.options import Flags, walk

FLAGS = Flags("yarn dlx", frozenset({"-p", "--package"}), frozenset({"-q", "--quiet"}))


def read(command: Command, tracked: Tracked) -> Iterator[Step]:
    """`yarn dlx [flags] package [arguments]`."""
    if [token.text for token in command.argv[1:2]] != ["dlx"]:
        raise Unclear("mcp-guard reads no other yarn command than `yarn dlx`", command.argv[:2][-1].word)
    walked = walk(command.argv[2:], FLAGS)
    yield from npm_family.launches(command, walked, walked.values("-p", "--package"), tracked, alias="named")
