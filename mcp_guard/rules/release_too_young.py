"""A release is younger than the policy allows.

## What

The version was published less than `min-age` ago (72 hours unless the policy says otherwise), or less than
`min-age-new` (14 days) where the base's lock knows no version of the package. A registry that gives no time of
publication, or one in the future, leaves the age unknown, and unknown is not old.

## Why

Most malicious releases are found within days, by somebody else. litellm 1.82.8 reached a Cursor user through a server
run by `uvx` two minutes after its upload; eight of ten attacks in William Woodruff's list were over within three
days. postmark-mcp took eight days, which is why a package that is new here has to be 14 days old.

## Bad

The finding needs the registry's word on when a version was published; say this one came out an hour ago:

```json title=".mcp.json" illustrative
{
  "mcpServers": {
    "llm": {
      "command": "uvx",
      "args": ["litellm==1.82.8"]
    }
  }
}
```

## Good

```json title=".mcp.json" illustrative
{
  "mcpServers": {
    "llm": {
      "command": "uvx",
      "args": ["litellm==1.82.6"]
    }
  }
}
```

## Remedy

Name an older version, or wait. Where it cannot wait, accept this one version:

    mcp-guard accept package llm --rule release-too-young --reason "why" --until 2027-02-20
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from mcp_guard.model import ASKED, Facts, Finding
from mcp_guard.rules.commands import commands
from mcp_guard.rules.rule import Rule
from mcp_guard.rules.subjects import acceptable, called, labelled, registry, releases


def check(facts: Facts) -> Iterator[Finding]:
    """Report every release that is too young, or whose age nobody can know.

    Images have no time of publication, and of what nobody is asked about `unverified-publisher` speaks.
    """
    command = commands(facts)
    for server, package, release in releases(facts):
        if package.package.ecosystem not in ASKED:
            continue
        least = facts.policy.min_age if package.known else facts.policy.min_age_new
        problem = _problem(release.published, least, facts.now, registry(package.package, release.registry))
        if problem is not None:
            message = f"{labelled(package.package)} of {called(server)} {problem}"
            place, name = package.package.word.place, acceptable(package.package)
            remedy = command.accept(server, RULE.name)
            yield Finding(RULE.name, RULE.severity, place, message, remedy, server.name.text, name)


def _problem(published: datetime | None, least: timedelta, now: datetime, asked: str) -> str | None:
    if published is None:
        unknown = f"cannot be judged by its age: {asked} gives no publication time, and unknown is not old"
        return unknown if least > timedelta(0) else None
    age = now - published
    if age < timedelta(0):
        return f"claims to come out on {published:%Y-%m-%d %H:%M} UTC, which is in the future, so its age is unknown"
    if age < least:
        return (
            f"came out {_long(age)} ago, and malicious releases are mostly found in their first days: "
            f"the policy waits {_long(least)}"
        )
    return None


def _long(span: timedelta) -> str:
    """Write a span as people do: `13 days`, `5 hours`, rounded down, so that nothing seems older than it is."""
    days, hours = span.days, span.seconds // 3600
    if days:
        return f"{days} days" if days > 1 else f"{24 + hours} hours"
    return f"{hours} hours" if hours > 1 else f"{span.seconds // 60} minutes"


RULE = Rule("release-too-young", "error", check)
