"""`@modelcontextprotocol/inspector` (modelcontextprotocol/inspector: cli/src/cli.ts; commander)."""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.launchers import environment
from mcp_guard.launchers.bridges.brokers import from_config
from mcp_guard.launchers.bridges.target import target
from mcp_guard.launchers.command import Command, Step, Unclear, begins_dynamic
from mcp_guard.launchers.files import Tracked
from mcp_guard.launchers.options import Flags, walk, words
from mcp_guard.launchers.remote import remote

# `--header` takes every argument up to the next flag: it is left out on purpose.
FLAGS = Flags(
    "the inspector", value=words("-e --transport --server-url --config --server --method"), boolean=words("--cli")
)
_OWN = ("-e", "--config", "--server", "--cli", "--transport", "--header")


def read(command: Command, _tracked: Tracked) -> Iterator[Step]:
    """`inspector [flags] [--] command [arguments]`, or a URL; without `--` it takes its flags anywhere."""
    walked = walk(command.argv[1:], FLAGS)
    for file in walked.values("--config"):
        raise from_config(file)
    if not walked.dashes:
        for token in walked.rest:
            if token.loose or begins_dynamic(token.text) or token.text == "--" or token.text.startswith(_OWN):
                raise Unclear(
                    "the inspector may take this argument for its own: write `--` before the command", token.word
                )
    urls = walked.values("--server-url")
    yield from (remote(url) for url in urls)
    if walked.rest or not urls:
        yield target(environment.assigned(command, walked.values("-e")), walked.rest)
