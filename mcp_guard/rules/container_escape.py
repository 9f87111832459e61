"""A container is given what lets it reach its host.

## What

The command line of `docker run`, or of a tool like it, hands the container the engine's socket, all privileges, the
host's processes, or a folder that holds secrets (`~/.ssh`, `~/.aws`, `/`): an error. The host's network and a whole
home folder are a warning. Ordinary folders, named volumes and the workspace are nothing.

## Why

A digest says which image runs, and its isolation is the reason why people put a server into a container at all.
With `/var/run/docker.sock` a server starts any other container with the host's root folder in it; the payload of the
AntV worm (May 2026) looked for just that socket.

## Bad

```json title=".mcp.json"
{
  "mcpServers": {
    "docker": {
      "command": "docker",
      "args": ["run", "-i", "--rm", "-v", "/var/run/docker.sock:/var/run/docker.sock", "ghcr.io/example/server:1"]
    }
  }
}
```

## Good

```json title=".mcp.json"
{
  "mcpServers": {
    "docker": {
      "command": "docker",
      "args": ["run", "-i", "--rm", "-v", "./data:/data:ro", "ghcr.io/example/server:1"]
    }
  }
}
```

## Remedy

Leave the flag out, or mount the one folder that the server needs. Where it is meant (a server that manages
containers), accept this one definition:

    mcp-guard accept package docker --rule container-escape --reason "why" --until 2027-02-20
"""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.model import Facts, Finding, ImageLaunch
from mcp_guard.rules.commands import commands
from mcp_guard.rules.rule import Rule
from mcp_guard.rules.subjects import called


def check(facts: Facts) -> Iterator[Finding]:
    """Report everything that lets a container reach its host, as gravely as what it reaches."""
    command = commands(facts)
    for server in facts.servers:
        for launch in server.launches:
            for escape in launch.escapes if isinstance(launch, ImageLaunch) else ():
                message = f"the container of {called(server.server)} reaches its host: {escape.what}"
                remedy = command.settle(server.server, RULE.name, escape.severity)
                place = escape.word.place
                yield Finding(RULE.name, escape.severity, place, message, remedy, server.server.name.text)


RULE = Rule("container-escape", "error", check)
