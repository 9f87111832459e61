"""A package is proven to come from somebody else than the policy names.

## What

`[publishers]` says who must have published this package, and the signature proves that it was another repository,
the same name under another id or owner, or, where the policy names them, another workflow or ref.

## Why

postmark-mcp (MAL-2025-47604, September 2025) named the vendor's engineer as its author, and the vendor had never
published on npm. Where the policy names the vendor's repository, such a package is stopped whatever it says of itself:
here where it is attested by a repository of its own, by `unverified-publisher` where it is not attested at all.

## Bad

The finding needs a release that is proven to come from elsewhere:

```toml title="mcp-guard.toml" illustrative
[publishers]
"npm:@octo/notes-mcp" = "github:octo/notes#4711"
```

## Good

Where the project has moved, and says so itself, the policy names the new repository:

```toml title="mcp-guard.toml" illustrative
[publishers]
"npm:@octo/notes-mcp" = "github:octo-labs/notes#815"
```

## Remedy

Do not start this release: go back to the version before. Only where the project itself says that it has moved, name
the new publisher:

    mcp-guard accept publisher npm:@octo/notes-mcp github:octo-labs/notes#815
"""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.model import Facts, Finding
from mcp_guard.policy import publisher_differs
from mcp_guard.rules.commands import explain
from mcp_guard.rules.publishers import named, named_registry, proven, shown
from mcp_guard.rules.rule import Rule
from mcp_guard.rules.subjects import acceptable, called, labelled


def check(facts: Facts) -> Iterator[Finding]:
    """Report every proven publisher who is not the one whom `[publishers]` names.

    Where it names a registry, `unverified-publisher` says what comes from elsewhere.
    """
    for server, package, publisher in proven(facts):
        subject = package.package
        whom = named(facts.policy, subject)
        if whom is None or named_registry(whom) is not None:
            continue
        different = publisher_differs(whom, publisher)
        if different is not None:
            message = (
                f"{labelled(subject)} of {called(server)} was published by {shown(publisher)}, "
                f"and [publishers] names {shown(whom)}: another {different}"
            )
            place, name = subject.word.place, acceptable(subject)
            yield Finding(RULE.name, RULE.severity, place, message, explain(RULE.name), server.name.text, name)


RULE = Rule("publisher-mismatch", "error", check)
