"""An acceptance has ended, ends soon, or ends too far ahead.

## What

Every acceptance has an end, at most 180 days ahead. From 14 days before it there is a warning. After it, the
acceptance no longer holds where something has changed (the server or the package is new or edited) and in runs that
require the network, as in CI: then what it permitted blocks again. Elsewhere it still holds, with a warning. An end
that is too far ahead is an error, and such an acceptance permits nothing.

## Why

A permission without an end is forgotten: users of audit-ci asked for dates on its allow list for that reason
(IBM/audit-ci#277). The reason of an acceptance is true on the day it is written.

## Bad

The finding needs the policy, and a calendar that is past the end:

```toml title="mcp-guard.toml" illustrative
[[accept]]
rule = "unverified-publisher"
package = "npm:postmark-mcp@1.0.12"
reason = "read the source of this release, SEC-42"
until = 2025-10-01
```

## Good

```toml title="mcp-guard.toml" illustrative
[[accept]]
rule = "unverified-publisher"
package = "npm:postmark-mcp@1.0.12"
reason = "read the source of this release again, SEC-57"
until = 2027-02-20
```

## Remedy

Look again at what was permitted. Where the reason still holds, accept it anew:

    mcp-guard accept package postmark --reason "why" --until 2027-02-20
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from mcp_guard.model import Facts, Finding, Severity
from mcp_guard.policy import too_far
from mcp_guard.rules.commands import commands, explain
from mcp_guard.rules.rule import Review, Use

_NOTICE = timedelta(days=14)


def check(facts: Facts, uses: Sequence[Use]) -> Iterator[Finding]:
    """Report every acceptance in use whose end has come or is near, and every end that is too far ahead."""
    command, today = commands(facts), facts.now.date()
    for use in uses:
        for severity, problem in _problems(use, today):
            acceptance = use.acceptance
            what = acceptance.package or f'server "{acceptance.server}" of {acceptance.file}'
            message = f"the acceptance of {acceptance.rule} for {what} {problem}"
            remedy = command.accept(use.servers[0], acceptance.rule) if use.servers else explain(RULE.name)
            yield Finding(RULE.name, severity, acceptance.place, message, remedy, acceptance.server, acceptance.package)


def _problems(use: Use, today: date) -> Iterator[tuple[Severity, str]]:
    until = use.acceptance.until
    if too_far(use.acceptance, today):
        yield "error", f"ends on {until}, which is more than 180 days ahead, so it permits nothing"
    elif not use.findings:
        return
    elif until < today and use.blocked:
        yield "error", f"ended on {until}, so what it permitted blocks again"
    elif until < today:
        yield (
            "warning",
            f"ended on {until}: what it permitted blocks once it is touched, and where the network is required",
        )
    elif until - today <= _NOTICE:
        yield "warning", f"ends on {until}, and what it permits blocks after that"


RULE = Review("acceptance-expired", "error", check)
