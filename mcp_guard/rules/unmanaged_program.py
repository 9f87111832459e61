"""A server starts a program from outside of the repository that nobody has put on the list.

## What

The command is neither a launcher of packages nor a tracked script, but a program that has to be on the machine
already, and `[programs] allow` of the policy does not name it. Nothing about it can be pinned: which version runs,
and where it comes from, differs from machine to machine.

## Why

SANDWORM_MODE (February 2026) dropped a server below a hidden folder of the home directory and added it to the
configs of Cursor, Continue, Windsurf and Claude: a program, no package, nothing to look up.

## Bad

```json title=".mcp.json"
{
  "mcpServers": {
    "github": {
      "command": "gh",
      "args": ["mcp"]
    }
  }
}
```

## Good

The same config, and a policy in which a person has named the program:

```json title=".mcp.json"
{
  "mcpServers": {
    "github": {
      "command": "gh",
      "args": ["mcp"]
    }
  }
}
```

```toml title="mcp-guard.toml"
[programs]
allow = ["gh"]
```

## Remedy

Start a pinned package instead, or name the program:

    mcp-guard accept program github
"""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.model import Facts, Finding, ProgramLaunch, ServerFacts
from mcp_guard.policy import program_allowed
from mcp_guard.rules.commands import commands
from mcp_guard.rules.rule import Rule
from mcp_guard.rules.subjects import called, launched


def check(facts: Facts) -> Iterator[Finding]:
    """Report every program that the policy does not name."""
    command = commands(facts)
    for server in facts.servers:
        for launch in server.launches:
            if isinstance(launch, ProgramLaunch) and not program_allowed(facts.policy, launch.program):
                message = (
                    f"{called(server.server)} starts {launch.program}, {_which(launch, server)}: "
                    "which program that is differs from machine to machine, and nobody has allowed it"
                )
                remedy = command.accept(server.server, RULE.name)
                yield Finding(RULE.name, RULE.severity, launch.word.place, message, remedy, server.server.name.text)


def _which(launch: ProgramLaunch, server: ServerFacts) -> str:
    """Say why nobody knows which program it is; a name is a package's own only if the package has such a program."""
    packages = [package.name for package in launched(server) if package.ecosystem != "oci"]
    if "/" in launch.program or "\\" in launch.program:
        return "which is no tracked file of this repository"
    if packages and " " not in launch.program:
        named = " or ".join(dict.fromkeys(packages))
        return f"a program of {named} if there is one of this name, and else whatever is installed"
    return "from outside of the repository"


RULE = Rule("unmanaged-program", "error", check)
