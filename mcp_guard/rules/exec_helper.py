"""A config has a command run that is no server: a helper for headers, a hook.

## What

Beside the servers, a tracked file names a command that a client runs by itself: a `headersHelper` or `apiKeyHelper`
that prints credentials, a hook at the start of a session, an `awsAuthRefresh`. It is not pinned, not locked and not
looked up.

## Why

The worms of May and August 2026 (AntV, keyv) committed a `SessionStart` hook to `.claude/settings.json`, which ran
`setup.mjs` on every machine that opened the repository. A `headersHelper` runs whenever its server is connected
(anthropics/claude-code#48514).

## Bad

```json title=".mcp.json"
{
  "mcpServers": {
    "wiki": {
      "type": "http",
      "url": "https://mcp.example.com/mcp",
      "headersHelper": "./get-token.sh"
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
      "url": "https://mcp.example.com/mcp",
      "headers": { "Authorization": "Bearer ${WIKI_TOKEN}" }
    }
  }
}
```

## Remedy

Read the command and what it starts; put it into your own settings where not everybody needs it. It is a warning, so
it need not be accepted. This page says no more than that:

    mcp-guard explain exec-helper
"""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.model import Facts, Finding
from mcp_guard.rules import commands
from mcp_guard.rules.rule import Rule
from mcp_guard.rules.subjects import defined, problems


def check(facts: Facts) -> Iterator[Finding]:
    """Report every command that a client runs by itself and that is no server."""
    command = commands.commands(facts)
    for config, problem in problems(facts, RULE.name):
        server = defined(config, problem)
        by_hand = commands.check(config.file)
        remedy = by_hand if server is None else command.settle(server, RULE.name, problem.severity)
        message = f"a command is run that is no server, and nothing pins it: {problem.message.rstrip('.')}"
        name = None if server is None else server.name.text
        yield Finding(RULE.name, problem.severity, problem.place, message, remedy, name)


RULE = Rule("exec-helper", "warning", check)
