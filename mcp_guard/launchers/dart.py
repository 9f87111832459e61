"""`dart`: a script, or the MCP server that comes with it (dart-lang/sdk: pkg/dartdev)."""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.launchers.command import Command, Step, Unclear, static
from mcp_guard.launchers.files import Tracked, script
from mcp_guard.model import ProgramLaunch


def read(command: Command, tracked: Tracked) -> Iterator[Step]:
    """`dart mcp-server`, `dart [run] FILE.dart`; a package is one of the project, or activated on the machine."""
    tokens = command.argv[1:]
    if tokens and tokens[0].text == "mcp-server":
        yield ProgramLaunch("dart mcp-server", command.program.word)
        return
    if tokens and tokens[0].text == "run":
        tokens = tokens[1:]
    if not tokens or not tokens[0].text.endswith(".dart"):
        raise Unclear(
            "it runs a package of pubspec.lock or of the machine, which mcp-guard does not read", command.program.word
        )
    static(tokens[0], "the script")
    yield from script(command, tokens[0], tracked)
