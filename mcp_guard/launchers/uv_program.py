"""The program `uv`: its own flags, then `run` or `tool run`."""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.launchers import uv_run, uvx
from mcp_guard.launchers.command import Command, Step, Unclear
from mcp_guard.launchers.files import Tracked
from mcp_guard.launchers.options import walk
from mcp_guard.launchers.uv import GLOBAL


def read(command: Command, tracked: Tracked) -> Iterator[Step]:
    """`uv [flags] run …` and `uv [flags] tool run …`."""
    walked = walk(command.argv[1:], GLOBAL)
    match [token.text for token in walked.rest[:2]]:
        case ["run", *_]:
            yield from uv_run.run(command, walked.options, walked.rest[1:], tracked)
        case ["tool", "run"]:
            yield from uvx.run(command, walked.options, walked.rest[2:], tracked)
        case _:
            raise Unclear("mcp-guard reads no other uv command than `uv run` and `uv tool run`", command.program.word)
