"""`mcpo` (open-webui/mcpo: src/mcpo/__init__.py; typer)."""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.launchers import environment
from mcp_guard.launchers.bridges.brokers import from_config
from mcp_guard.launchers.bridges.target import target
from mcp_guard.launchers.command import Command, Step, Unclear
from mcp_guard.launchers.files import Tracked
from mcp_guard.launchers.options import Flags, walk, words

_CONFIG = ("-c", "--config")
FLAGS = Flags(
    "mcpo",
    value=words(
        "--host -h --port -p --cors-allow-origins --api-key -k --env -e --env-path --type --server-type --name -n"
        " --description -d --version -v --ssl-certfile -t --ssl-keyfile -K --root-path --path-prefix --header -H"
        " --log-level --client-header-forwarding"
    )
    | frozenset(_CONFIG),
    boolean=words("--strict-auth --hot-reload"),
    clusters=True,
)


def read(command: Command, _tracked: Tracked) -> Iterator[Step]:
    """`mcpo [flags] -- command [arguments]`, or a URL: what follows the first `--`, whatever stands before it."""
    walked = walk(command.argv[1:], FLAGS)
    for file in walked.values(*_CONFIG):
        raise from_config(file)
    if not walked.dashes:
        raise Unclear("mcpo takes its command from behind a `--`", command.program.word)
    command = environment.assigned(command, walked.values("-e", "--env"))
    files = tuple(token.word for token in walked.values("--env-path"))
    yield target(command._replace(env_files=(*command.env_files, *files)), walked.rest)
