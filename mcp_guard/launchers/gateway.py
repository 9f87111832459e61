"""`docker mcp`: a gateway that starts the images of a catalogue (docker/mcp-gateway: cmd/docker-mcp/commands)."""

from __future__ import annotations

from typing import NoReturn

from mcp_guard.launchers.command import Command, Token, Unclear
from mcp_guard.launchers.docker_flags import GATEWAY
from mcp_guard.launchers.files import Tracked
from mcp_guard.launchers.options import walk

_CATALOGUES = (
    "--catalog",
    "--additional-catalog",
    "--registry",
    "--additional-registry",
    "--oci-ref",
    "--mcp-registry",
)


def run(command: Command, tokens: tuple[Token, ...], _tracked: Tracked) -> NoReturn:
    """`docker mcp gateway run [flags]`: always Unclear, because which images that are stands elsewhere."""
    word = command.program.word
    if [token.text for token in tokens[:2]] != ["gateway", "run"]:
        raise Unclear("mcp-guard reads no other command of `docker mcp` than `gateway run`", word)
    walked = walk(tokens[2:], GATEWAY)
    named = ", ".join(f"`{token.text[:80]}`" for token in walked.values("--servers", "--server"))
    which = f"the servers {named}" if named else "every server that is enabled"
    catalogues = ", ".join(f"`{token.text[:80]}`" for token in walked.values(*_CATALOGUES))
    where = f"from {catalogues}" if catalogues else "from Docker's catalogue"
    raise Unclear(f"the gateway starts {which} {where}, and the images stand there and not in this file", word)
