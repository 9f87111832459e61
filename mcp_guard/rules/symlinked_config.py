"""A symbolic link or a submodule stands where a client looks for its config.

## What

A tracked symbolic link or submodule lies on the way to a config: the file itself, a folder such as `.cursor`, or a
linked folder of this repository in which a config stands. What a client reads through it is decided on each machine,
or in another repository, and not by this commit.

## Why

In SymJack (Adversa, May 2026) a tracked link pointed at an agent's config, and an approved copy overwrote what it
led to; six agents followed it. pre-commit's default file types skip links altogether, so a hook that trusts them
never sees such a file.

## Bad

The finding needs a link in git. Here `.mcp.json` is one, and `shared/mcp.json` lies outside of the repository:

```json title=".mcp.json -> ../shared/mcp.json" illustrative
{
  "mcpServers": {
    "git": { "command": "uvx", "args": ["mcp-server-git"] }
  }
}
```

## Good

A plain file, tracked at the path that the client reads:

```json title=".mcp.json" illustrative
{
  "mcpServers": {
    "git": { "command": "uvx", "args": ["mcp-server-git==2025.11.25"] }
  }
}
```

## Remedy

Take the link or the submodule out of git, and put a plain file or folder in its place. It cannot be accepted:

    git rm --cached .mcp.json
"""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.model import Facts, Finding, Place
from mcp_guard.rules import commands
from mcp_guard.rules.rule import Rule


def check(facts: Facts) -> Iterator[Finding]:
    """Report every link on the way to a config."""
    for link in facts.links:
        message = f"{link.path} is {link.what}: what a client reads through it is not part of what was judged"
        remedy = f"git rm --cached {commands.path(link.path)}"
        yield Finding(RULE.name, RULE.severity, Place(link.path), message, remedy)


RULE = Rule("symlinked-config", "error", check)
