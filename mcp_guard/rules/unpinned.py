"""A server names no exact version, so what it runs is decided on the day it starts.

## What

A package of a registry, or a container image, is named without one exact version: no version at all, a range, a
tag such as `latest`, an image tag. Exact means a full semver version on npm, a PEP 440 `==` without a wildcard on
PyPI, a digest for an image, one full version in every other ecosystem. Everything else is resolved anew at each
start, on each machine.

## Why

postmark-mcp (MAL-2025-47604) behaved for fifteen releases; 1.0.16 of 2025-09-17 added one line that sent a copy
of every mail to the attacker. Whoever had written `npx -y postmark-mcp` ran it at the next start, without a commit
and without a word.

## Bad

```json title=".mcp.json"
{
  "mcpServers": {
    "postmark": {
      "command": "npx",
      "args": ["-y", "postmark-mcp"]
    }
  }
}
```

## Good

```json title=".mcp.json"
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

`pin` resolves to the newest version that is old enough, writes it into the config and its facts into the lock.
Image digests, and versions of NuGet, Go modules, crates, JSR and Nix, are not resolved by this version of mcp-guard:
write them by hand (`name@sha256:…`, `Name@1.2.3`; for Nix a full commit hash) and then run `mcp-guard pin`, or accept
the server as it stands with `mcp-guard accept package NAME --rule unpinned`.

    mcp-guard pin postmark
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcp_guard.model import ASKED, Facts, Finding, Package
from mcp_guard.rules.commands import commands
from mcp_guard.rules.rule import Rule
from mcp_guard.rules.subjects import called, launched, registry

_PUNCTUATION = re.compile(r"[-_.]+")  # one and the same to PyPI (PEP 503)


def check(facts: Facts) -> Iterator[Finding]:
    """Report every registry package and image without an exact version."""
    command = commands(facts)
    for server in facts.servers:
        unpinned = [package for package in launched(server) if package.source == "registry" and package.version is None]
        editable = all(package.ecosystem in ASKED and package.cut is not None for package in unpinned)
        remedy = command.pin(server.server) if editable else command.accept(server.server, RULE.name)
        for package in unpinned:
            message = f"{called(server.server)} runs {_what(package)} on the day it starts"
            yield Finding(RULE.name, RULE.severity, package.word.place, message, remedy, server.server.name.text)


def _what(package: Package) -> str:
    if package.ecosystem == "oci":
        return (
            f"whatever image {package.written} points to (this version of mcp-guard resolves no digests: "
            "name one by hand)"
        )
    if package.ecosystem not in ASKED:
        return (
            f"whatever version {package.written} stands for (this version of mcp-guard does not ask "
            f"{registry(package, None)}: write an exact version by hand)"
        )
    if _PUNCTUATION.sub("-", package.written).casefold() == _PUNCTUATION.sub("-", package.name).casefold():
        return f"whatever version of {package.name} is newest"
    return f"whatever version {package.written} stands for"


RULE = Rule("unpinned", "error", check)
