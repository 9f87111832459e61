"""`dotnet`: a tool, a project, a file or an assembly (dotnet/docs: docs/core/tools/dotnet.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcp_guard.launchers import dnx
from mcp_guard.launchers.command import Command, Step, Token, Unclear, static
from mcp_guard.launchers.dotnet_tools import tools
from mcp_guard.launchers.files import Tracked, script
from mcp_guard.launchers.options import Flags, walk, words
from mcp_guard.launchers.overrides import launch as overrides
from mcp_guard.launchers.specs.nuget import named
from mcp_guard.model import PackageLaunch, Word

# --property and -p:NAME=VALUE may change what is built: they are left out on purpose.
RUN = Flags(
    "dotnet run",
    value=words(
        "--project --file -c --configuration -f --framework -r --runtime -a --arch --os -v --verbosity"
        " --launch-profile -lp"
    ),
    boolean=words(
        "--no-build --no-restore --no-launch-profile --no-dependencies --no-cache --force --interactive"
        " --self-contained --no-self-contained --sc --disable-build-servers"
    ),
)
TOOL = Flags("dotnet tool run", frozenset(), words("--allow-roll-forward"))
_FILE = re.compile(r"(?i).*\.(?:dll|exe|cs)")
_PROJECT = re.compile(r"(?i).*\.(?:cs|fs|vb)(?:proj)?")


def read(command: Command, tracked: Tracked) -> Iterator[Step]:
    """`dotnet tool exec …`, `dotnet run …`, `dotnet server.dll`."""
    tokens = command.argv[1:]
    match [token.text for token in tokens[:2]]:
        case ["dnx", *_]:
            yield from dnx.run(command, tokens[1:], tracked)
        case ["tool", "exec" | "execute"]:
            yield from dnx.run(command, tokens[2:], tracked)
        case ["tool", "run"]:
            yield _tool(command, tokens[2:], tracked)
        case ["run", *_]:
            yield from _run(command, tokens[1:], tracked)
        case ["exec", file] if _FILE.fullmatch(file):
            yield from script(command, tokens[1], tracked)
        case [file, *_] if _FILE.fullmatch(file):
            static(tokens[0], "the file")
            yield from script(command, tokens[0], tracked)
        case _:
            raise Unclear(
                "mcp-guard reads no other dotnet command than run, tool run, tool exec and dnx", _word(command)
            )


def _word(command: Command) -> Word:
    return (*command.argv[1:2], command.program)[0].word


def _tool(command: Command, tokens: tuple[Token, ...], tracked: Tracked) -> Step:
    """The package whose command this is, by the manifest: it is started in that version and no other."""
    walked = walk(tokens, TOOL)
    if not walked.rest:
        raise Unclear("no tool is named", command.program.word)
    name = walked.rest[0]
    text = static(name, "the tool")
    for tool in tools(command, name, tracked):
        if text in tool.commands:
            found = named(tool.package, tool.version, name)
            return PackageLaunch((found,), overrides("nuget", command, walked.options))
    raise Unclear("no `.config/dotnet-tools.json` of this repository has a tool with this command", name.word)


def _run(command: Command, tokens: tuple[Token, ...], tracked: Tracked) -> Iterator[Step]:
    walked = walk(tokens, RUN)
    named_files = (*walked.values("--project", "--file"), *(one for one in walked.rest[:1] if not walked.dashes))
    if not named_files or _PROJECT.fullmatch(static(named_files[0], "the project")) is None:
        raise Unclear("it builds the project of a folder: name its file with `--project`", command.program.word)
    yield from script(command, named_files[0], tracked)
