"""Two readers of this config would see different servers.

## What

The file holds something that JSON or TOML readers treat differently: a key twice, keys that differ only in case,
a byte order mark, a second document, an invalid escape. It can be read, but not by everybody in the same way.

## Why

RFC 8259 §4 leaves duplicate names undefined and most parsers keep the last one without a word
(json5/json5-spec#38). So a reviewer, or a checker, sees the first definition while the client starts the second:
a parser differential, and a way to smuggle a command past a review.

## Bad

```json title=".mcp.json"
{
  "mcpServers": {
    "git": { "command": "uvx", "args": ["mcp-server-git==2025.11.25"] },
    "git": { "command": "uvx", "args": ["mcp-server-gti==0.0.1"] }
  }
}
```

## Good

```json title=".mcp.json"
{
  "mcpServers": {
    "git": { "command": "uvx", "args": ["mcp-server-git==2025.11.25"] }
  }
}
```

## Remedy

Keep one spelling of what the finding names. This finding cannot be accepted: nobody can say what would be
permitted. Then look again:

    mcp-guard check .mcp.json
"""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.model import Facts, Finding
from mcp_guard.rules import commands
from mcp_guard.rules.rule import Rule
from mcp_guard.rules.subjects import problems


def check(facts: Facts) -> Iterator[Finding]:
    """Report every place at which readers of a config would disagree."""
    for config, problem in problems(facts, RULE.name):
        message = f"a client may start other servers than a reviewer sees: {problem.message.rstrip('.')}"
        remedy = commands.check(config.file)
        yield Finding(RULE.name, RULE.severity, problem.place, message, remedy, problem.server)


RULE = Rule("ambiguous-document", "error", check)
