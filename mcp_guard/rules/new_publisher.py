"""A package is proven to come from a publisher whom nobody here has named.

## What

A signature proves which repository and workflow published this release. But neither `[publishers]` names that
repository for this package, nor does the base's lock have anything of it: it is shown, and a person decides once.
An attestation says who, it does not say that they are the right ones.

## Why

Whoever attacks attests too. `@upstashed/context7-mcp` (MAL-2026-1642) had a scope that is two letters away from the
real one, and a lookalike can be attested by a repository of its own. Since TanStack (2026-05-11) whole waves of
malicious releases have carried valid attestations.

## Bad

The finding needs the registry's answer, or a proof. The server is new, and so is who publishes it:

```json title=".mcp.json" illustrative
{
  "mcpServers": {
    "notes": {
      "command": "npx",
      "args": ["-y", "@octo/notes-mcp@1.2.3"]
    }
  }
}
```

## Good

The same config, and a policy in which a person has named the publisher by owner, repository and the repository's id:

```toml title="mcp-guard.toml" illustrative
[publishers]
"npm:@octo/notes-mcp" = "github:octo/notes#4711"
```

## Remedy

Compare the repository that the finding shows with the one that the project's own site names. Where it is theirs,
name it:

    mcp-guard accept publisher notes
"""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.model import Facts, Finding
from mcp_guard.rules.commands import commands
from mcp_guard.rules.publishers import known, named, proven, shown
from mcp_guard.rules.rule import Rule
from mcp_guard.rules.subjects import acceptable, called, labelled


def check(facts: Facts) -> Iterator[Finding]:
    """Report every proven publisher whom neither the policy names for the package nor the base's lock knows.

    Of a package that the base's lock has from somebody else `publisher-changed` speaks.
    """
    if "provenance" not in facts.policy.require:
        return
    command, base = commands(facts), known(facts.base_lock)
    for server, package, publisher in proven(facts):
        subject = package.package
        if named(facts.policy, subject) is None and not base.versions(subject) and not base.has(publisher):
            message = (
                f"{labelled(subject)} of {called(server)} was published by {shown(publisher)}, which is proven, "
                "and nobody here has named them: neither [publishers] nor the base's lock does"
            )
            remedy, name = command.accept(server, RULE.name), acceptable(subject)
            yield Finding(RULE.name, RULE.severity, subject.word.place, message, remedy, server.name.text, name)


RULE = Rule("new-publisher", "error", check)
