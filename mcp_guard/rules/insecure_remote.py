"""Nobody can know who answers at the URL of a remote server.

## What

The URL is neither `https` nor `wss` and does not lead to this machine, carries a user name or password, or is not a
URL that every client reads alike. `http` to `localhost`, `127.0.0.0/8` and `::1` is fine.

## Why

A remote server is code by other means: mcp-remote 0.0.5 to 0.1.15 ran a command that the server had chosen
(CVE-2025-6514, CVSS 9.6). Over plain http, everybody on the way is the server.

## Bad

```json title=".mcp.json"
{
  "mcpServers": {
    "wiki": {
      "type": "http",
      "url": "http://mcp.example.com/mcp"
    }
  }
}
```

## Good

```json title=".mcp.json"
{
  "mcpServers": {
    "wiki": {
      "type": "http",
      "url": "https://mcp.example.com/mcp"
    }
  }
}
```

## Remedy

Use the server's https URL, and a header with a variable in the place of a password. Where the way is yours from end
to end, accept this one definition:

    mcp-guard accept remote wiki --reason "why" --until 2027-02-20
"""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.model import Facts, Finding, RemoteLaunch
from mcp_guard.rules.commands import commands
from mcp_guard.rules.rule import Rule
from mcp_guard.rules.subjects import called
from mcp_guard.rules.urls import insecure, origin


def check(facts: Facts) -> Iterator[Finding]:
    """Report every remote server that neither TLS nor this machine vouches for."""
    command = commands(facts)
    for server in facts.servers:
        for launch in server.launches:
            why = insecure(launch.url) if isinstance(launch, RemoteLaunch) else None
            if isinstance(launch, RemoteLaunch) and why is not None:
                message = f"nobody can know who answers {called(server.server)} at {origin(launch.url)}: {why}"
                remedy = command.accept(server.server, RULE.name)
                yield Finding(RULE.name, RULE.severity, launch.word.place, message, remedy, server.server.name.text)


RULE = Rule("insecure-remote", "error", check)
