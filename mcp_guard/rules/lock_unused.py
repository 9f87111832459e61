"""The lock holds an entry that nothing uses.

## What

An entry of `mcp-guard.lock` belongs to a config or a server that is not there any more, or to a package that no
server of the lock names. It is only said when the whole tree is judged.

## Why

What stays in the lock counts as known: the same package may come back later and is then judged as an old
acquaintance, younger than a new one would have to be. An entry in the lock without a config is on our list of
lockfile attacks for that reason.

## Bad

The finding needs a lock. Here the config `.mcp.json` has no server `old` any more:

```json title="mcp-guard.lock" illustrative
{
  "configs": {
    ".mcp.json": {
      "old": { "kind": "package", "packages": ["pkg:npm/postmark-mcp@1.0.12"] }
    }
  }
}
```

## Good

```json title="mcp-guard.lock" illustrative
{
  "configs": {}
}
```

## Remedy

`pin` drops what no longer exists:

    mcp-guard pin
"""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.model import Facts, Finding
from mcp_guard.rules.commands import PIN_ALL
from mcp_guard.rules.rule import Rule


def check(facts: Facts) -> Iterator[Finding]:
    """Report every entry of the lock that no server and no other entry refers to."""
    if facts.lock is None or not facts.whole:
        return
    servers = {(server.server.file, server.server.name.text) for server in facts.servers}
    for key, server in facts.lock.servers.items():
        if key not in servers:
            message = f'mcp-guard.lock has an entry for server "{server.name}" of {server.file}, which is not there'
            yield Finding(RULE.name, RULE.severity, server.place, message, PIN_ALL)
    named = {purl for server in facts.lock.servers.values() for purl in server.packages}
    named.update(package.purl for server in facts.servers for package in server.packages if package.purl is not None)
    for purl, package in facts.lock.packages.items():
        if purl not in named:
            message = f"mcp-guard.lock has an entry for {purl}, which no server uses"
            yield Finding(RULE.name, RULE.severity, package.place, message, PIN_ALL)


RULE = Rule("lock-unused", "warning", check)
