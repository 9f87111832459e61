"""A remote server is used that nobody has put on the list.

## What

The URL of a remote server matches no pattern of `[remotes] allow` in the policy. What answers behind a URL cannot be
pinned, so a person has to say that whoever runs it may see what the client sends. Patterns are matched on the parsed
origin and on whole path segments, never as text.

## Why

A line in a committed file is enough to send a session elsewhere: CVE-2026-21852 put another host into the settings
of a repository, and the API key of everybody who opened it went there.

## Bad

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

## Good

The same config, and a policy in which a person has named the origin:

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

```toml title="mcp-guard.toml"
[remotes]
allow = ["https://mcp.example.com/*"]
```

## Remedy

Name the remote, or take the server out:

    mcp-guard accept remote wiki
"""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.model import Facts, Finding, RemoteLaunch
from mcp_guard.policy import remote_allowed
from mcp_guard.rules.commands import commands
from mcp_guard.rules.rule import Rule
from mcp_guard.rules.subjects import called
from mcp_guard.rules.urls import origin


def check(facts: Facts) -> Iterator[Finding]:
    """Report every remote server that the policy does not name."""
    command = commands(facts)
    for server in facts.servers:
        for launch in server.launches:
            if isinstance(launch, RemoteLaunch) and not remote_allowed(facts.policy, launch.url):
                message = (
                    f"{called(server.server)} sends what a session holds to {origin(launch.url)}, "
                    "which nobody has allowed, and what answers there cannot be pinned"
                )
                remedy = command.accept(server.server, RULE.name)
                yield Finding(RULE.name, RULE.severity, launch.word.place, message, remedy, server.server.name.text)


RULE = Rule("unlisted-remote", "error", check)
