"""An acceptance permits something that nobody needs any more.

## What

Nothing in the whole tree is covered by this acceptance: the package has another version by now, the server is gone
or was changed, or the finding itself has gone away.

## Why

A waiver that lies about is one that can come true again, for somebody else's change. An acceptance names one rule,
one exact version or definition, a reason and an end, so that it dies with what it was written for.

## Bad

The finding needs the policy and a tree in which nothing uses this version:

```toml title="mcp-guard.toml" illustrative
[[accept]]
rule = "unverified-publisher"
package = "npm:postmark-mcp@1.0.11"
reason = "read the source of this release, SEC-42"
until = 2027-02-20
```

## Good

```toml title="mcp-guard.toml" illustrative
[[accept]]
rule = "unverified-publisher"
package = "npm:postmark-mcp@1.0.12"
reason = "read the source of this release, SEC-42"
until = 2027-02-20
```

## Remedy

Take the block out of the policy, at the line that the finding shows. This page says no more than that:

    mcp-guard explain acceptance-unused
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mcp_guard.model import Facts, Finding
from mcp_guard.rules.commands import explain
from mcp_guard.rules.rule import Review, Use


def check(facts: Facts, uses: Sequence[Use]) -> Iterator[Finding]:
    """Report every acceptance that covers nothing, where the whole tree was judged and everybody could be asked."""
    if not facts.whole:
        return
    for use in uses:
        if not use.findings and not use.undecided:
            acceptance = use.acceptance
            what = acceptance.package or f'server "{acceptance.server}" of {acceptance.file}'
            message = f"the acceptance of {acceptance.rule} for {what} matches nothing, so take it out of the policy"
            remedy = explain(RULE.name)
            yield Finding(
                RULE.name, RULE.severity, acceptance.place, message, remedy, acceptance.server, acceptance.package
            )


RULE = Review("acceptance-unused", "warning", check)
