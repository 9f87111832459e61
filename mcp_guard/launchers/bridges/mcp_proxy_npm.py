"""`mcp-proxy` of npm (punkpeye/mcp-proxy: src/bin/mcp-proxy.ts; yargs). PyPI's is another program."""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.launchers.bridges.target import target
from mcp_guard.launchers.command import Command, Step, Unclear
from mcp_guard.launchers.files import Tracked
from mcp_guard.launchers.options import Flags, refuse_flags, walk, words

# `--shell` puts the arguments together for a shell: it is left out on purpose.
FLAGS = Flags(
    "mcp-proxy",
    value=words(
        "--apiKey --connectionTimeout --endpoint --host --port --server --sseEndpoint --streamEndpoint --sslCa"
        " --sslCert --sslKey --requestTimeout --tunnelSubdomain --upstreamProtocol"
    ),
    boolean=words("--debug --stateless --tunnel --eventStore --modern"),
)
_VARIABLES = frozenset({"MCP_PROXY_SHELL", "MCP_PROXY_COMMAND", "MCP_PROXY_ARGS"})  # yargs: `.env("MCP_PROXY")`


def read(command: Command, _tracked: Tracked) -> Iterator[Step]:
    """`mcp-proxy [flags] [--] command [arguments]`; without `--` it takes flags among the arguments too."""
    for variable in command.variables:
        if variable.name.text.upper() in _VARIABLES:
            raise Unclear(f"the variable `{variable.name.text}` decides what mcp-proxy starts", variable.name)
    walked = walk(command.argv[1:], FLAGS)
    if not walked.dashes:
        refuse_flags(walked.rest, "mcp-proxy")
        if walked.rest and walked.rest[0].text in {"true", "false"}:
            raise Unclear(f"`{walked.rest[0].text}` may be the value of a flag", walked.rest[0].word)
    yield target(command, walked.rest)
