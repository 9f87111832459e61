"""Nothing proves who published a package.

## What

A registry names an account, and a package names its author and its repository: each is a claim, and each can be
copied. This version of mcp-guard verifies no signatures and no attestations yet, so it counts nothing as proven, and
every package needs a person's word: an acceptance of one exact version, or `[publishers]` naming the registry that
your organisation runs (`"npm:@corp/*" = "registry:https://npm.corp.example/"`).

## Why

postmark-mcp carried the name of the vendor's engineer as its author, and the vendor had never published it:
the account was a stranger's, and its artifact had exactly the digest that the registry said.

## Bad

The finding needs the registry's answer, or the lock's:

```json title=".mcp.json" illustrative
{
  "mcpServers": {
    "postmark": {
      "command": "npx",
      "args": ["-y", "postmark-mcp@1.0.12"]
    }
  }
}
```

## Good

The same config, and a policy in which a person vouches for this one version:

```toml title="mcp-guard.toml" illustrative
[[accept]]
rule = "unverified-publisher"
package = "npm:postmark-mcp@1.0.12"
reason = "read the source of this release, SEC-42"
until = 2027-02-20
```

## Remedy

Find out who stands behind the package. Where you know it, say so:

    mcp-guard accept package postmark --reason "why" --until 2027-02-20
"""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.model import Facts, Finding, Package, PackageFacts, Policy, Release
from mcp_guard.policy import publisher_named
from mcp_guard.rules.commands import commands
from mcp_guard.rules.rule import Rule
from mcp_guard.rules.subjects import acceptable, called, labelled, packages, registry, release_of

_REGISTRY = "registry:"


def check(facts: Facts) -> Iterator[Finding]:
    """Report every package of which nothing proves who published it."""
    if "provenance" not in facts.policy.require:
        return
    command = commands(facts)
    for server, package in packages(facts):
        claim = _claim(package, facts.policy)
        if claim is not None:
            message = f"nothing proves who published {labelled(package.package)} of {called(server)}: {claim}"
            place, name = package.package.word.place, acceptable(package.package)
            remedy = command.accept(server, RULE.name)
            yield Finding(RULE.name, RULE.severity, place, message, remedy, server.name.text, name)


def _claim(facts: PackageFacts, policy: Policy) -> str | None:
    """Say what is merely claimed; None where a person has named the registry, or nothing can be judged."""
    package = facts.package
    if package.version is None:
        return None
    if package.source != "registry":
        return f"it comes from {package.source}, and no registry vouches for it"
    release = release_of(facts)
    if release is None or _named(package, release, policy):
        return None
    parts = f"signatures {release.signatures}, attestations {release.attestations}"
    return f"{_account(package, release)}; {parts}, and this version of mcp-guard verifies none"


def _account(package: Package, release: Release) -> str:
    asked = registry(package, release.registry)
    match release.publisher.level:
        case "absent":
            return f"{asked} names no account"
        case "unavailable":
            return f"{asked} was not asked for an account"
        case "declared" | "proven":
            return f'{asked} claims that it was "{release.publisher.identity}"'


def _named(package: Package, release: Release, policy: Policy) -> bool:
    """Say whether `[publishers]` names the registry that this release comes from."""
    identity = publisher_named(policy, f"{package.ecosystem}:{package.name}") or ""
    if not identity.startswith(_REGISTRY) or not release.registry:
        return False
    return identity.removeprefix(_REGISTRY).rstrip("/") == release.registry.rstrip("/")


RULE = Rule("unverified-publisher", "error", check)
