"""Nobody could be asked about a package, so nothing was decided.

## What

The registry did not answer, or not with anything that can be read, or the network is off; and neither a record of
this machine nor the base's lock vouches for the package. The run ends with exit code 3: could not decide. A registry
that only the repository names is not asked either (`registry-override`): to accept that does not verify the package.

## Why

An outage is never absence and never success. pip-audit prints "No known vulnerabilities found" and ends with exit
code 0 when the registry has no answer for a package (measured by us): whoever can keep a registry from answering can
pass such a check.

## Bad

The finding needs a network that does not answer, and a package that nobody has checked before:

```json title=".mcp.json" illustrative
{
  "mcpServers": {
    "jira": {
      "command": "uvx",
      "args": ["mcp-atlassian==0.11.9"]
    }
  }
}
```

## Good

The same server, after it was checked once with the network: this machine keeps a receipt, and a base that holds its
lock entry carries it.

```json title=".mcp.json" illustrative
{
  "mcpServers": {
    "jira": {
      "command": "uvx",
      "args": ["mcp-atlassian==0.11.9"]
    }
  }
}
```

## Remedy

Look again when the registry can be reached. One that only the repository names is asked once your *own* configuration
names it; `registry-override` shows the line to add:

    mcp-guard check --network=required
"""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.model import Facts, Finding, Network, PackageFacts, Refused, Unreachable
from mcp_guard.rules.commands import CHECK_ONLINE
from mcp_guard.rules.rule import Rule
from mcp_guard.rules.subjects import acceptable, called, labelled, packages
from mcp_guard.rules.urls import origin


def check(facts: Facts) -> Iterator[Finding]:
    """Report every package about which nobody could be asked and nothing was known before."""
    for server, package in packages(facts):
        reason = _reason(package, facts.network)
        if reason is not None:
            message = (
                f"nobody could be asked about {labelled(package.package)} of {called(server)}: {reason}; "
                "it was not verified, and this is not a pass"
            )
            place, name = package.package.word.place, acceptable(package.package)
            yield Finding(RULE.name, RULE.severity, place, message, CHECK_ONLINE, server.name.text, name)


def _reason(package: PackageFacts, network: Network) -> str | None:
    if isinstance(package.answer, Unreachable):
        return package.answer.reason
    if isinstance(package.answer, Refused):
        return f"{origin(package.answer.registry)} is named by this repository alone"
    nothing = package.answer is None and package.basis in {"claimed", "weaker"} and not package.problems
    if nothing and package.purl is not None:
        return "the network is off" if network == "off" else "its registry was not asked"
    return None


RULE = Rule("unverifiable", "error", check)
