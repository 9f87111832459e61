"""`mcp-proxy` of PyPI (sparfenyuk/mcp-proxy: src/mcp_proxy/__main__.py; argparse). npm's is another program."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mcp_guard.launchers import environment
from mcp_guard.launchers.bridges.brokers import from_config
from mcp_guard.launchers.bridges.target import target
from mcp_guard.launchers.command import Command, Step, Token, Unclear, static
from mcp_guard.launchers.files import Tracked, enter
from mcp_guard.launchers.options import Flags, refuse_flags, walk, words
from mcp_guard.launchers.split import posix

_PAIRS = words("-H --headers -e --env --named-server")  # two values each
_CONFIG = "--named-server-config"
FLAGS = Flags(
    "mcp-proxy",
    value=words(
        "--transport --client-id --client-secret --token-url --cwd --log-level --port --host --sse-port --sse-host"
    )
    | {_CONFIG},
    boolean=_PAIRS
    | words("--pass-environment --no-pass-environment --debug --no-debug --stateless --no-stateless --no-verify-ssl"),
    assigned="--allow-origin|--expose-header|--verify-ssl",  # without "=" they take what follows, or may
    terminal=_PAIRS,
)


class _Given(NamedTuple):
    """A command line of mcp-proxy, read: the flags with two values, the folder, and what follows the flags."""

    pairs: tuple[tuple[str, Token, Token], ...]
    directories: tuple[Token, ...]
    rest: tuple[Token, ...]


def read(command: Command, _tracked: Tracked) -> Iterator[Step]:
    """`mcp-proxy [flags] URL`, or `[--] command [arguments]` and one more for each `--named-server NAME "command"`."""
    given = _given(command.argv[1:])
    servers = [string for flag, _, string in given.pairs if flag == "--named-server"]
    for string in servers:
        yield target(command, posix(string._replace(loose=False)))
    if given.rest or not servers:
        for flag, name, value in given.pairs:
            if flag in {"-e", "--env"}:
                assignment = name._replace(text=f"{static(name, 'a variable')}={value.text}", start=None)
                command = environment.assigned(command, (assignment,))
        for directory in given.directories:
            command = enter(command, directory)._replace(moved=directory.word)
        yield target(command, given.rest)


def _given(tokens: tuple[Token, ...]) -> _Given:
    """Read the flags up to the command; `walk` stops behind each that takes two values."""
    pairs: list[tuple[str, Token, Token]] = []
    directories: list[Token] = []
    while True:
        walked = walk(tokens, FLAGS)
        for file in walked.values(_CONFIG):
            raise from_config(file)
        directories += walked.values("--cwd")
        last = walked.options[-1:]
        if walked.dashes or not last or last[0].name not in _PAIRS:
            break
        pair = walked.rest[:2]
        if len(pair) != 2 or any(token.loose or token.text.startswith("-") for token in pair):  # noqa: PLR2004 - a pair
            raise Unclear(f"`{last[0].name}` takes two values, and they are not clear", last[0].token.word)
        pairs.append((last[0].name, *pair))
        tokens = walked.rest[2:]
    if not walked.dashes:
        refuse_flags(walked.rest, "mcp-proxy")
    return _Given(tuple(pairs), tuple(directories), walked.rest)
