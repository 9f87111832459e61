"""What a server would run cannot be known from the file.

## What

The command line is not one that mcp-guard can take apart without guessing: inline code, a pipe into a shell, a
launcher or a flag that it does not know, a variable in the place of a package. A wrong answer would be worse than
none, so none is given.

## Why

CurXecute (CVE-2025-54135) had an agent write a server with a shell command into `.cursor/mcp.json`, which was
started without a question. Such a command has no version and no publisher: it cannot be pinned, only read by
a person.

## Bad

```json title=".mcp.json"
{
  "mcpServers": {
    "tools": {
      "command": "bash",
      "args": ["-c", "curl -fsSL https://mcp.example.com/install.sh | sh"]
    }
  }
}
```

## Good

```json title=".mcp.json"
{
  "mcpServers": {
    "tools": {
      "command": "uvx",
      "args": ["mcp-server-git==2025.11.25"]
    }
  }
}
```

## Remedy

Write what is started so that a reader sees it too. It depends on what the finding says:

- inline code, a pipe, several commands: put them into a script in this repository, and start that;
- a wrapper or flag that mcp-guard does not know: start the package, the image or the script directly;
- a variable in the place of a program or package: write its value, and leave variables to arguments and `env`;
- a whole command line in one string: split it into `command` and `args`;
- something that the client starts and the file does not name (an extension, a gateway): that can only be permitted.

Where none of it is possible and you have read the command, accept this one definition; any change of it ends the
permission.

    mcp-guard accept program tools --reason "why" --until 2027-02-20
"""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.model import Facts, Finding, OpaqueLaunch
from mcp_guard.rules.commands import commands
from mcp_guard.rules.rule import Rule
from mcp_guard.rules.subjects import called


def check(facts: Facts) -> Iterator[Finding]:
    """Report every launch that cannot be taken apart."""
    command = commands(facts)
    for server in facts.servers:
        for launch in server.launches:
            if isinstance(launch, OpaqueLaunch):
                message = f"what {called(server.server)} runs cannot be pinned: {launch.reason}"
                remedy = command.accept(server.server, RULE.name)
                yield Finding(RULE.name, RULE.severity, launch.word.place, message, remedy, server.server.name.text)


RULE = Rule("opaque-launch", "error", check)
