"""The repository answers the question that a client would ask its user.

## What

A tracked file lets servers start, or lets their tools run, without anybody being asked: `enableAllProjectMcpServers`,
`enabledMcpjsonServers`, `bypassPermissions`, `trust`, `autoApprove`, `alwaysAllow`, a `CODEX_HOME` that points into
the repository. What starts servers or skips every question is an error; a list of single tools is a warning. Empty
lists and `false` are nothing.

## Why

CVE-2025-59536: a repository shipped `enableAllProjectMcpServers: true` together with a server, and Claude Code before
1.0.111 started it before its user had trusted the folder. CVE-2025-61260 did the same to Codex with a tracked `.env`
that set `CODEX_HOME`. Whoever opens a repository has to decide that; whoever writes it must not.

## Bad

```json title=".roo/mcp.json"
{
  "mcpServers": {
    "git": {
      "command": "uvx",
      "args": ["mcp-server-git==2025.11.25"],
      "alwaysAllow": ["*"]
    }
  }
}
```

## Good

```json title=".roo/mcp.json"
{
  "mcpServers": {
    "git": {
      "command": "uvx",
      "args": ["mcp-server-git==2025.11.25"]
    }
  }
}
```

## Remedy

Take the line out of the file and put it into your own settings, outside of the repository. What a file says of all
servers at once cannot be accepted. What stands in one server's definition can, until that definition changes:

    mcp-guard accept package git --rule self-approval --reason "why" --until 2027-02-20
"""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.model import Facts, Finding
from mcp_guard.rules import commands
from mcp_guard.rules.rule import Rule
from mcp_guard.rules.subjects import defined, problems


def check(facts: Facts) -> Iterator[Finding]:
    """Report everything by which a file approves servers or their tools."""
    command = commands.commands(facts)
    for config, problem in problems(facts, RULE.name):
        server = defined(config, problem)
        # An acceptance names one definition, so what stands beside all of them has none to be bound to. Nor has what
        # names a server that this file does not define: one of that name elsewhere may be accepted.
        by_hand = commands.check(config.file)
        remedy = by_hand if server is None else command.settle(server, RULE.name, problem.severity)
        message = f"this file answers what a client would ask its user: {problem.message.rstrip('.')}"
        if server is None and problem.severity == "error":
            message += "; take it out of the repository"
        name = None if server is None else server.name.text
        yield Finding(RULE.name, problem.severity, problem.place, message, remedy, name)


RULE = Rule("self-approval", "error", check)
