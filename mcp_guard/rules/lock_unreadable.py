"""The lock cannot be read, so nothing in it counts.

## What

`mcp-guard.lock` is not the file that mcp-guard writes: it holds a merge conflict, a version that this mcp-guard does
not know, a value of the wrong shape, or it is a link. No entry of it is used, not even those that look whole.

## Why

A checker that reads on past what it does not understand passes exactly what was tampered with: lockfile-lint's
integrity check lets an entry pass that has no integrity field (read from its source).

## Bad

The finding needs a lock, here one with a merge conflict left in it:

```json title="mcp-guard.lock" illustrative
{
<<<<<<< HEAD
  "configs": {},
=======
  "configs": { ".mcp.json": {} },
>>>>>>> feature
  "packages": {},
  "version": 1
}
```

## Good

```json title="mcp-guard.lock" illustrative
{
  "configs": {},
  "packages": {},
  "version": 1
}
```

## Remedy

Solve the conflict, or take the lock back from git. Where neither is possible, write it anew and read the diff:

    mcp-guard pin
"""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.model import Facts, Finding
from mcp_guard.rules.commands import PIN_ALL
from mcp_guard.rules.rule import Rule


def check(facts: Facts) -> Iterator[Finding]:
    """Report everything that keeps the lock from being read."""
    for place, problem in facts.lock_problems:
        message = f"{place.file} cannot be used, so no entry of it counts: {problem.rstrip('.')}"
        yield Finding(RULE.name, RULE.severity, place, message, PIN_ALL)


RULE = Rule("lock-unreadable", "error", check)
