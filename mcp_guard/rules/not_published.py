"""The registry does not have what the config names.

## What

The registry answered that there is no such package, version or artifact. That is an answer, unlike silence, which
is `unverifiable`: the name was never taken, is misspelt, or was taken down.

## Why

A name that is free can be taken by anybody, and a config that names it waits for them: npm's `mcp-server-fetch`
(MAL-2026-5476) was registered because people type `npx mcp-server-fetch` for a server that is a Python package.
postmark-mcp was taken off the registry after its backdoor was found, and the name has been open since.

## Bad

The finding needs the registry's answer; nobody has published this version:

```json title=".mcp.json" illustrative
{
  "mcpServers": {
    "fetch": {
      "command": "npx",
      "args": ["-y", "mcp-server-fetch@2025.4.7"]
    }
  }
}
```

## Good

```json title=".mcp.json" illustrative
{
  "mcpServers": {
    "fetch": {
      "command": "uvx",
      "args": ["mcp-server-fetch==2025.4.7"]
    }
  }
}
```

## Remedy

Take the server out, or correct the launcher, the name or the version. Then lock what you have written:

    mcp-guard pin fetch
"""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.model import Facts, Finding, Missing
from mcp_guard.rules.commands import commands
from mcp_guard.rules.rule import Rule
from mcp_guard.rules.subjects import acceptable, called, labelled, packages


def check(facts: Facts) -> Iterator[Finding]:
    """Report every package of which the registry says that it does not exist."""
    command = commands(facts)
    for server, package in packages(facts):
        if isinstance(package.answer, Missing):
            message = (
                f"{labelled(package.package)} of {called(server)} is not published ({package.answer.reason}): "
                "whoever takes the name is started, so take it out or correct it"
            )
            place, remedy = package.package.word.place, command.pin(server)
            yield Finding(
                RULE.name, RULE.severity, place, message, remedy, server.name.text, acceptable(package.package)
            )


RULE = Rule("not-published", "error", check)
