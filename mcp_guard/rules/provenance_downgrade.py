"""A package has weaker evidence in this lock than in the base's.

## What

The base's lock has a part of this release as proven (who published it, the registry's signature, an attestation), and
the lock that is judged does not. A release does not lose its evidence: either the lock was edited, or its proof was
left out.

## Why

axios 1.14.0 carried an attestation, 1.14.1 (2026-03-31) did not: it had been published with a stolen token. Evidence
that is missing where it used to be is the strongest alarm there is.

## Bad

The finding needs a base, whose lock has this signature as proven. Here it says of the same release:

```json title="mcp-guard.lock" illustrative
{
  "packages": {
    "pkg:npm/notes-mcp@1.14.0": { "evidence": { "signatures": "absent" } }
  }
}
```

## Good

```json title="mcp-guard.lock" illustrative
{
  "packages": {
    "pkg:npm/notes-mcp@1.14.0": { "evidence": { "signatures": "proven" } }
  }
}
```

## Remedy

Take the entry back from the base, or have its evidence verified anew:

    mcp-guard pin notes
"""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.model import Facts, Finding, Lock, PackageFacts, Release
from mcp_guard.rules.commands import commands
from mcp_guard.rules.rule import Rule
from mcp_guard.rules.subjects import acceptable, called, labelled, packages


def check(facts: Facts) -> Iterator[Finding]:
    """Report every package whose evidence is weaker than in the base's lock."""
    command = commands(facts)
    for server, package in packages(facts):
        if package.basis == "weaker":
            message = (
                f"{labelled(package.package)} of {called(server)} has weaker evidence than in the base's lock "
                f"({_lost(package, facts.base_lock)}), and a release does not lose its evidence"
            )
            place, name = package.package.word.place, acceptable(package.package)
            yield Finding(RULE.name, RULE.severity, place, message, command.pin(server), server.name.text, name)


def _lost(package: PackageFacts, base: Lock | None) -> str:
    before = base.packages.get(package.purl) if base is not None and package.purl is not None else None
    if before is None or package.entry is None:
        return "a proof is missing"
    pairs = zip(_levels(before.release), _levels(package.entry.release), strict=True)
    lost = [f"{part} was {old}, is {new}" for (part, old), (_, new) in pairs if old != new]
    return ", ".join(lost) or "a proof is missing"


def _levels(release: Release) -> tuple[tuple[str, str], ...]:
    return (
        ("publisher", release.publisher.level),
        ("signature", release.signatures),
        ("attestation", release.attestations),
    )


RULE = Rule("provenance-downgrade", "error", check)
