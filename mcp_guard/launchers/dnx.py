"""`dnx`, `dotnet dnx` and `dotnet tool exec` (dotnet/docs: docs/core/tools/dotnet-tool-exec.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcp_guard.launchers.command import Command, Step, Token, Unclear
from mcp_guard.launchers.dotnet_tools import tools
from mcp_guard.launchers.files import Tracked
from mcp_guard.launchers.options import Flags, Option, walk, words
from mcp_guard.launchers.overrides import launch as overrides
from mcp_guard.launchers.specs.nuget import package
from mcp_guard.model import PackageLaunch

# --version was a flag of dnx in previews only, and later is the tool's own: it is left out on purpose.
FLAGS = Flags(
    "dnx",
    value=words("-a --arch --add-source --configfile --framework --source -v --verbosity"),
    boolean=words(
        "--allow-roll-forward --disable-parallel --ignore-failed-sources --interactive --no-http-cache --prerelease"
        " -y --yes -h -? --help"
    ),
)
_KNOWN = FLAGS.value | FLAGS.boolean


def read(command: Command, tracked: Tracked) -> Iterator[Step]:
    """`dnx [flags] ID[@VERSION] [flags and arguments of the tool] [-- arguments]`."""
    yield from run(command, command.argv[1:], tracked)


def run(command: Command, tokens: tuple[Token, ...], tracked: Tracked) -> Iterator[Step]:
    """The package; its version is the manifest's where the command line names none and a manifest does."""
    before = walk(_delimited(tokens), FLAGS)
    if not before.rest or before.dashes:
        raise Unclear("no package is named", command.program.word)
    target = before.rest[0]
    options = (*before.options, *_after(before.rest[1:]))
    found = package(target)
    if "@" not in target.text:
        listed = next((tool for tool in tools(command, target, tracked) if tool.package == found.name), None)
        found = found._replace(version=listed.version) if listed else found
    yield PackageLaunch((found,), overrides("nuget", command, options))


def _after(tokens: tuple[Token, ...]) -> Iterator[Option]:
    """The flags of dnx itself among the arguments after the package, up to `--`; the others are the tool's."""
    index = 0
    while index < len(tokens) and tokens[index].text != "--":
        token = tokens[index]
        name = token.text.partition("=")[0]
        if token.loose or token.text.startswith("@"):
            raise Unclear("the arguments after the package may hold flags of dnx: write `--` before them", token.word)
        if name == "--version" or re.fullmatch(r"-[avyh?]{2,}", name):
            raise Unclear(
                f"`{name}` is a flag of dnx or of the tool: write `ID@VERSION`, and `--` before it", token.word
            )
        taken = 2 if token.text in FLAGS.value else 1
        if name in _KNOWN:
            yield from walk(tokens[index : index + taken], FLAGS).options
        index += taken


def _delimited(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """The tokens; Unclear at a response file, from which dotnet takes more of them."""
    for token in tokens:
        if token.text == "--":
            break
        if token.text.startswith("@"):
            raise Unclear("dotnet takes more arguments from this file", token.word)
        if re.match(r"--?[a-z?-]+:", token.text) and token.text.partition(":")[0] in _KNOWN:
            raise Unclear("write the value of this flag as an argument of its own", token.word)
    return tokens
