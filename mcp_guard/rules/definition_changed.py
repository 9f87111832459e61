"""A server is not the one that the lock was written for.

## What

The lock has an entry for this config and server, but its fingerprint, its kind or its packages are others. The
fingerprint covers the whole definition: command, arguments, working directory, environment, URL, headers. Only
literals that look like secrets are left out of it.

## Why

MCPoison (CVE-2025-54136): a client bound its approval to the *name* of a server, so the command behind it could be
exchanged afterwards and was started without a question.

## Bad

The lock was written for 1.0.12, and then somebody edited the version by hand. It takes a lock to find that:

```json title=".mcp.json" illustrative
{
  "mcpServers": {
    "postmark": {
      "command": "npx",
      "args": ["-y", "postmark-mcp@1.0.16"]
    }
  }
}
```

## Good

The definition that was locked:

```json title=".mcp.json" illustrative
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

Undo the change, or read it and lock the definition as it is now:

    mcp-guard pin postmark
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mcp_guard.model import Facts, Finding, LockedServer, ServerFacts
from mcp_guard.rules.commands import commands
from mcp_guard.rules.rule import Rule
from mcp_guard.rules.subjects import called, kind


def check(facts: Facts) -> Iterator[Finding]:
    """Report every server that differs from its entry in the lock."""
    command = commands(facts)
    for server in facts.servers:
        changes = differences(server, server.locked) if server.locked is not None else ()
        if changes:
            message = (
                f"{called(server.server)} is not the one that mcp-guard.lock was written for "
                f"({'; '.join(changes)}), so nobody has looked at what it starts now"
            )
            place, remedy = server.server.name.place, command.pin(server.server)
            yield Finding(RULE.name, RULE.severity, place, message, remedy, server.server.name.text)


def differences(server: ServerFacts, locked: LockedServer) -> tuple[str, ...]:
    """Say in what a server differs from its entry, the most telling first; empty where they are equal."""
    packages = {package.purl for package in server.packages if package.purl is not None}
    found: list[str] = []
    if kind(server.launches) != locked.kind:
        found.append(f"locked as {locked.kind}, now {kind(server.launches)}")
    if packages != set(locked.packages):
        found.append(f"locked with {_list(locked.packages)}, now {_list(packages)}")
    if server.fingerprint != locked.fingerprint and not found:
        found.append("its command, arguments, environment, URL or headers have changed")
    return tuple(found)


def _list(purls: Iterable[str]) -> str:
    return ", ".join(sorted(purls)) or "no package"


RULE = Rule("definition-changed", "error", check)
