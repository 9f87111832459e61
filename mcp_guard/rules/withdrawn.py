"""A release has been withdrawn, or its authors call it outdated.

## What

The registry serves the version but says that it is yanked, quarantined or replaced by a placeholder (an error), or
deprecated (a warning). An exact version is still installed then, which is why the launcher says nothing.

## Why

Releases are taken back because something is wrong with them: postmark-mcp was unpublished by its author on
2025-09-25, the day its backdoor was disclosed. PEP 592 has installers go on using a yanked release for whoever has
pinned it.

## Bad

The finding needs the registry's word on the release:

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

Read why, name a version that stands, and lock it:

    mcp-guard pin postmark
"""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.model import Facts, Finding, Release, Severity
from mcp_guard.rules.commands import commands
from mcp_guard.rules.rule import Rule
from mcp_guard.rules.subjects import acceptable, called, labelled, releases


def check(facts: Facts) -> Iterator[Finding]:
    """Report every release that was taken back (error) or is called outdated (warning)."""
    command = commands(facts)
    for server, package, release in releases(facts):
        for severity, problem in _problems(release):
            message = f"{labelled(package.package)} of {called(server)} {problem}"
            place, name = package.package.word.place, acceptable(package.package)
            yield Finding(RULE.name, severity, place, message, command.pin(server), server.name.text, name)


def _problems(release: Release) -> Iterator[tuple[Severity, str]]:
    if release.withdrawn is not None:
        yield "error", f"was withdrawn ({release.withdrawn or 'no reason given'}): name another version"
    if release.deprecated is not None:
        yield "warning", f"is deprecated, so nobody mends it ({release.deprecated or 'no reason given'})"


RULE = Rule("withdrawn", "error", check)
