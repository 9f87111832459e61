"""The policy permits more than it does in the base.

## What

Compared with the base, the policy permits more: a new acceptance, publisher, registry, remote or program, a wider
exclusion, a lower age, a shorter list of what is required. The finding shows the old and the new line, so that
a reviewer sees it. It is a warning, and an error under `--strict`.

## Why

Whoever can change what is checked need not pass the check. CVE-2025-59536 had a repository ship its own approval
(`enableAllProjectMcpServers`) together with the servers that it approved.

## Bad

The finding needs a base. There `min-age` was `"72h"`, here:

```toml title="mcp-guard.toml" illustrative
min-age = "0h"
```

## Good

```toml title="mcp-guard.toml" illustrative
min-age = "72h"
```

## Remedy

Read the change as carefully as one of the code:

    git diff HEAD -- mcp-guard.toml
"""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.model import Facts, Finding
from mcp_guard.policy import weakened
from mcp_guard.rules import commands
from mcp_guard.rules.rule import Rule


def check(facts: Facts) -> Iterator[Finding]:
    """Report everything that this policy permits and the base's does not."""
    if facts.base_policy is None:
        return
    for place, old, new in weakened(facts.policy, facts.base_policy):
        message = f"the policy permits more than in the base: {_change(old, new)}"
        remedy = f"git diff HEAD -- {commands.path(place.file)}"
        yield Finding(RULE.name, RULE.severity, place, message, remedy)


def _change(old: str, new: str) -> str:
    if old and new:
        return f"was {old}, is {new}"
    return f"added {new}" if new else f"dropped {old}"


RULE = Rule("policy-weakened", "warning", check)
