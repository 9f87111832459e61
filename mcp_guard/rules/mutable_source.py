"""A package comes from a place whose content can be exchanged: a git branch or tag, a URL, a path.

## What

The package is not taken from a registry but from git without a full commit hash (a gist, a flake and a crate of a
repository too), from the URL of an archive, or from a path. Branches and tags can be moved, short hashes can be made
to fit, an archive can be replaced, and none of them has a record that says what stood there yesterday. Only a full
commit hash names one content.

## Why

Laravel-Lang had more than 700 tags rewritten by force, so that every *tag* that anybody had pinned became
malicious at once; the payload of the TanStack wave (2026-05-11) came through `github:` references.

## Bad

```json title=".mcp.json"
{
  "mcpServers": {
    "notes": {
      "command": "npx",
      "args": ["-y", "github:example/notes-mcp#v1.2.0"]
    }
  }
}
```

## Good

```json title=".mcp.json"
{
  "mcpServers": {
    "notes": {
      "command": "npx",
      "args": ["-y", "github:example/notes-mcp#4f2c9e1d0b7a6583921c0e5f4d3b2a1908f7e6d5"]
    }
  }
}
```

## Remedy

Name an exact version of the released package, or the full commit hash (40 digits, as `git ls-remote` prints it).
Where neither exists, accept this one definition:

    mcp-guard accept package notes --rule mutable-source --reason "why" --until 2027-02-20
"""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.launchers.specs.location import location
from mcp_guard.model import Facts, Finding, Package
from mcp_guard.rules.commands import commands
from mcp_guard.rules.rule import Rule
from mcp_guard.rules.subjects import called, launched
from mcp_guard.rules.urls import origin

_WHY = {
    "git": "without a full commit hash, and a branch, a tag or a short hash can come to mean another commit",
    "url": "without a hash, and what is delivered there can be replaced",
    "path": "and what lies there has neither version nor record",
}


def check(facts: Facts) -> Iterator[Finding]:
    """Report every package that comes from elsewhere than a registry and names no full commit."""
    command = commands(facts)
    for server in facts.servers:
        for package in launched(server):
            if package.source != "registry" and package.version is None:
                message = f"{called(server.server)} takes its code from {_from(package)} {_WHY[package.source]}"
                remedy = command.accept(server.server, RULE.name)
                yield Finding(RULE.name, RULE.severity, package.word.place, message, remedy, server.server.name.text)


def _from(package: Package) -> str:
    """Name the place: a repository without user name and revision, of another URL only the origin, as for tokens."""
    if "://" not in package.written:
        return package.written
    return location(package.written) if package.source == "git" else origin(package.written)


RULE = Rule("mutable-source", "error", check)
