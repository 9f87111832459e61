"""Nothing proves who published a package.

## What

A registry names an account, and a package names its author and its repository: each is a claim, and each can be
copied. Proof is an attestation of every artifact, signed by the workflow that published it, which mcp-guard verifies
by itself. The npm registry's own signature says which digest it has, and nothing about who. Where there is no
attestation, or one that cannot be verified here, a person has to decide: by an acceptance of one exact version, or by
`[publishers]` naming the registry that your organisation runs (`"npm:@corp/*" = "registry:https://npm.corp.example/"`),
and then what comes from elsewhere is reported. Nothing is reported where the policy neither requires `provenance` nor
names a publisher of the package.

Of NuGet, Go modules, crates, JSR and Nix nothing can be verified here: neither who published a package nor which bytes
it has. What names one exact version of those is always reported where the policy requires `provenance` or `integrity`.

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

from mcp_guard.model import Facts, Finding, NamedPublisher, Package, PackageFacts, Policy, Release
from mcp_guard.rules.commands import commands
from mcp_guard.rules.provenance_downgrade import downgraded
from mcp_guard.rules.publishers import comes_from, known, named, named_registry, shown
from mcp_guard.rules.rule import Rule
from mcp_guard.rules.subjects import acceptable, called, labelled, packages, registry, release_of, verifiable

# What each level of a part says about who published; a part that is declared has not been verified.
_SIGNATURES = {
    "proven": "the registry's signature, which says nothing about who",
    "declared": "a signature that has not been verified",
    "absent": "no signature of the registry",
    "unavailable": "no signature that anybody was asked for",
}
_ATTESTATIONS = {
    "proven": "attestations that do not say who",
    "declared": "attestations that have not been verified",
    "absent": "no attestation",
    "unavailable": "no attestation that anybody was asked for",
}


def check(facts: Facts) -> Iterator[Finding]:
    """Report every package of which nothing proves who published it, where that is wanted.

    What had more before is left to `provenance-downgrade`, and what is forged to `proof-invalid`.
    """
    command, base = commands(facts), known(facts.base_lock)
    for server, package in packages(facts):
        whom = named(facts.policy, package.package)
        wanted = whom is not None or _required(package.package, facts.policy)
        if package.problems or package.served or not wanted or package.basis == "weaker":
            continue
        why = _doubt(package, whom)
        if why is not None and downgraded(package, base) is None:
            message = f"nothing proves who published {labelled(package.package)} of {called(server)}: {why}"
            place, name = package.package.word.place, acceptable(package.package)
            remedy = command.accept(server, RULE.name)
            yield Finding(RULE.name, RULE.severity, place, message, remedy, server.name.text, name)


def _required(package: Package, policy: Policy) -> bool:
    """Say whether proof is required. No digest is known either of what nobody is asked about, so that counts too."""
    bytes_unknown = package.source == "registry" and not verifiable(package)
    return "provenance" in policy.require or ("integrity" in policy.require and bytes_unknown)


def _doubt(facts: PackageFacts, whom: NamedPublisher | None) -> str | None:
    """Say what is there instead of proof; None where there is proof, or where nothing can be judged."""
    package, release = facts.package, release_of(facts)
    if package.version is None:
        return None
    if package.source != "registry":
        return f"it comes from {package.source}, and no registry vouches for it"
    if release is None:
        return None
    if not verifiable(package):
        return f"mcp-guard cannot verify what {registry(package, None)} serves, neither who published it nor its bytes"
    vouching = named_registry(whom)
    if vouching is not None and comes_from(release, vouching):
        return None
    if release.publisher.level == "proven":
        return None if vouching is None else _elsewhere(package, release, vouching)
    wanted = f"; [publishers] names {shown(whom)}" if whom is not None else ""
    return f"{_account(package, release)}; {facts.unproven or _evidence(package, release)}{wanted}"


def _elsewhere(package: Package, release: Release, vouching: str) -> str:
    asked = registry(package, release.registry)
    return f"[publishers] names the registry {vouching}, and it comes from {asked} ({shown(release.publisher)})"


def _evidence(package: Package, release: Release) -> str:
    match package.ecosystem:
        case "npm":
            return f"it has {_SIGNATURES[release.signatures]}, and {_ATTESTATIONS[release.attestations]}"
        case "pypi":
            return f"it has {_ATTESTATIONS[release.attestations]}"
        case "oci" | "nuget" | "golang" | "cargo" | "jsr" | "nix":
            return "its digest says which image it is, and nothing about who"


def _account(package: Package, release: Release) -> str:
    asked = registry(package, release.registry)
    account = release.account or release.publisher.identity
    if account:
        return f'{asked} claims that it was "{account}"'
    return (
        f"{asked} {'was not asked for an account' if release.publisher.level == 'unavailable' else 'names no account'}"
    )


RULE = Rule("unverified-publisher", "error", check)
