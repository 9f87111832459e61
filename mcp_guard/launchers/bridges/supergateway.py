"""`supergateway`: a command line for a shell, or a URL (supercorp-ai/supergateway: src/index.ts; yargs)."""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.launchers.bridges.brokers import from_config
from mcp_guard.launchers.command import Command, Step, Unclear
from mcp_guard.launchers.files import Tracked
from mcp_guard.launchers.options import Flags, walk, words
from mcp_guard.launchers.remote import remote
from mcp_guard.launchers.shell import simple_command

# Lists take every argument up to the next
# flag, so they are read only with one value and "=", or (`--cors`) with none.
FLAGS = Flags(
    "supergateway",
    value=words(
        "--stdio --sse --streamableHttp --outputTransport --port --baseUrl --ssePath --messagePath"
        " --streamableHttpPath --logLevel --oauth2Bearer --sessionTimeout --protocolVersion --header --healthEndpoint"
        " --config"
    ),
    boolean=words("--stateful --cors"),
    assigned="--cors",
)


def read(command: Command, _tracked: Tracked) -> Iterator[Step]:
    """One of `--stdio "command line"`, `--sse URL` and `--streamableHttp URL`."""
    walked = walk(command.argv[1:], FLAGS)
    for file in walked.values("--config"):
        raise from_config(file)
    if walked.rest or walked.dashes:
        raise Unclear("supergateway gets an argument that is no flag", (*walked.rest, command.program)[0].word)
    behind = [option for option in walked.options if option.name in {"--stdio", "--sse", "--streamableHttp"}]
    if len(behind) != 1 or behind[0].value is None:
        raise Unclear("supergateway must be given one of --stdio, --sse and --streamableHttp", command.program.word)
    value = behind[0].value
    yield simple_command(command, value) if behind[0].name == "--stdio" else remote(value)
