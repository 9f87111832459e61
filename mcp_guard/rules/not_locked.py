"""A server, or one of its packages, has no entry in the lock.

## What

`mcp-guard.lock` has no entry for this config and server, or none for a package that it pins. So nobody has recorded
which definition was looked at and which digest its package had. A lock that is missing, or cannot be read, has no
entries. A server that is not pinned yet is not reported here: pinning it locks it.

## Why

Clients trust the folder or the name of a server and ask once ("approve once, exploit forever", Mindgard, February
2026, closed by three vendors as intended). Amazon Q started workspace servers without asking (CVE-2026-12957), and
its fix was what the lock is: a fingerprint for each server.

## Bad

A pinned server without a `mcp-guard.lock` in the same commit:

```json title=".mcp.json"
{
  "mcpServers": {
    "git": {
      "command": "uvx",
      "args": ["mcp-server-git==2025.11.25"]
    }
  }
}
```

## Good

The same config, and its entry in the lock that `pin` has written (shortened here):

```json title="mcp-guard.lock" illustrative
{
  "configs": {
    ".mcp.json": {
      "git": { "kind": "package", "packages": ["pkg:pypi/mcp-server-git@2025.11.25"] }
    }
  }
}
```

## Remedy

Write the entry, and commit the lock together with the config:

    mcp-guard pin git
"""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.model import Facts, Finding, ServerFacts
from mcp_guard.rules.commands import commands
from mcp_guard.rules.rule import Rule
from mcp_guard.rules.subjects import called, labelled, launched


def check(facts: Facts) -> Iterator[Finding]:
    """Report every server, and every pinned package, that the lock does not know."""
    command = commands(facts)
    for server in facts.servers:
        for message in _missing(server):
            place = server.server.name.place
            remedy = command.pin(server.server)
            yield Finding(RULE.name, RULE.severity, place, message, remedy, server.server.name.text)


def _missing(server: ServerFacts) -> Iterator[str]:
    if server.locked is None:
        if all(package.version is not None for package in launched(server)):
            yield f"mcp-guard.lock has no entry for {called(server.server)}, so nobody has recorded what it starts"
        return
    for package in server.packages:
        if package.purl is not None and package.entry is None:
            yield (
                f"mcp-guard.lock has no entry for {labelled(package.package)} of {called(server.server)}, "
                "so nothing says which digest it must have"
            )


RULE = Rule("not-locked", "error", check)
