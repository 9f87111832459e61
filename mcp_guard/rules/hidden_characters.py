r"""A config holds characters that nobody sees, or that show its text in another order.

## What

Bidirectional controls, zero-width characters, tags, variation selectors, and letters of other scripts that look like
ASCII. Where they decide what is started (a server's name, its command, arguments, variables or URL) this is an error,
elsewhere (a description) a warning. Emoji with their joiners are fine.

## Why

GlassWorm (March 2026) hid its code in variation selectors: 72 editor extensions and npm packages looked empty there.
In a config the same trick gives two servers one name, or shows a reviewer another package than the one that starts.

## Bad

The name holds a zero-width space, so this is not the server that it seems to be:

```json title=".mcp.json"
{
  "mcpServers": {
    "postmark\u200b": {
      "command": "npx",
      "args": ["-y", "postmark-mcp@1.0.12"]
    }
  }
}
```

## Good

```json title=".mcp.json"
{
  "mcpServers": {
    "postmark": {
      "command": "npx",
      "args": ["-y", "postmark-mcp@1.0.12"]
    }
  }
}
```

## Remedy

Take out the characters that the finding names. It cannot be accepted: who permits it would permit what they do not
see. Then look again:

    mcp-guard check .mcp.json
"""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.model import Facts, Finding
from mcp_guard.rules import commands
from mcp_guard.rules.rule import Rule
from mcp_guard.rules.subjects import problems


def check(facts: Facts) -> Iterator[Finding]:
    """Report every hidden character, as gravely as where it stands."""
    for config, problem in problems(facts, RULE.name):
        message = f"what a reviewer sees here is not what stands here: {problem.message.rstrip('.')}"
        remedy = commands.check(config.file)
        yield Finding(RULE.name, problem.severity, problem.place, message, remedy, problem.server)


RULE = Rule("hidden-characters", "error", check)
