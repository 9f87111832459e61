"""`mcp-remote`: the URL that it connects to (geelen/mcp-remote: src/lib/utils.ts)."""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.launchers.command import Command, Step, Unclear
from mcp_guard.launchers.files import Tracked
from mcp_guard.launchers.remote import remote


def read(command: Command, _tracked: Tracked) -> Iterator[Step]:
    """The URL is the first argument once every `--header VALUE` is taken out; a flag before it breaks it."""
    arguments = command.argv[1:]
    index = 0
    while index < len(arguments) and arguments[index].text == "--header" and not arguments[index].loose:
        index += 2
    if index >= len(arguments):
        raise Unclear("mcp-remote gets no URL", command.program.word)
    url = arguments[index]
    if url.loose or url.text.startswith("-"):
        raise Unclear("mcp-remote takes its first argument for the URL, and that is none", url.word)
    yield remote(url)
