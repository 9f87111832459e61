"""Packages that start what a service or another file names: always Unclear, and the reason says where to look."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcp_guard.launchers.command import Command, Step, Token, Unclear
from mcp_guard.launchers.files import Tracked
from mcp_guard.launchers.remote import remote

_URL = re.compile(r"https?://", re.IGNORECASE)


def smithery(command: Command, _tracked: Tracked) -> Iterator[Step]:
    """`@smithery/cli run NAME` (smithery-ai/cli: src/index.ts): its registry says what NAME is."""
    arguments = command.argv[1:]
    if [token.text for token in arguments[:1]] != ["run"]:
        raise Unclear("mcp-guard reads no other command of `@smithery/cli` than `run`", _first(command).word)
    raise Unclear("Smithery's registry says when the server starts which package or URL runs", arguments[-1].word)


def mcp_get(command: Command, _tracked: Tracked) -> Iterator[Step]:
    """`mcp-get` (michaellatman/mcp-get: src/index.ts): it installs and starts what its own registry names."""
    raise Unclear("mcp-get's own list says which package runs: start the package itself", _first(command).word)


def composio(command: Command, _tracked: Tracked) -> Iterator[Step]:
    """`@composio/mcp … URL`: the server behind a URL of Composio's."""
    for token in command.argv[1:]:
        if _URL.match(token.text):
            yield remote(token)
            return
    raise Unclear("Composio's service says what is started: write the URL of the server", _first(command).word)


def hub(command: Command, _tracked: Tracked) -> Iterator[Step]:
    """`mcp-hub --config FILE` (ravitemer/mcp-hub: src/utils/cli.js): the servers of another file."""
    raise from_config(next(_config_files(command.argv[1:]), _first(command)))


def several(command: Command, _tracked: Tracked) -> Iterator[Step]:
    """`concurrently "a" "b"` and its like: several commands in one server."""
    raise Unclear("it starts several commands: write a server for each", _first(command).word)


def from_config(file: Token) -> Unclear:
    """The doubt about servers that another file names."""
    return Unclear(
        f"it starts the servers of another file, `{file.text[:80]}`: have mcp-guard check that file too", file.word
    )


def _config_files(tokens: tuple[Token, ...]) -> Iterator[Token]:
    for index, token in enumerate(tokens):
        name, equals, _ = token.text.partition("=")
        if name in {"--config", "-c"}:
            yield from (token.part(len(name) + 1),) if equals else tokens[index + 1 : index + 2]


def _first(command: Command) -> Token:
    return (*command.argv[1:2], command.program)[0]
