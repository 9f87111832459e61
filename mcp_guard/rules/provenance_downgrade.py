"""A package has weaker evidence than it, or an earlier version, had.

## What

The base's lock has a part of this release as proven (who published it, the registry's signature, an attestation), and
the lock that is judged does not: a release does not lose its evidence, so the lock was edited or a proof was left
out. Or the base's lock, or the registry's own history, has an earlier version whose publisher is proven, and this
one's is not. A version counts as earlier by its number: what is attested in 2.0 says nothing about 1.9.

## Why

axios 1.14.0 carried an attestation, 1.14.1 (2026-03-31) did not: it had been published with a stolen token, like nx
(2025-08-26) and cline 2.3.0 (2026-02-17). Evidence that is missing where it used to be is the strongest alarm there is.

## Bad

The finding needs the registry's answer, and a base whose lock has version 1.14.0 from a proven publisher:

```json title="mcp-guard.lock" illustrative
{
  "packages": {
    "pkg:npm/notes-mcp@1.14.1": { "evidence": { "attestations": "absent", "publisher": "declared" } }
  }
}
```

## Good

```json title="mcp-guard.lock" illustrative
{
  "packages": {
    "pkg:npm/notes-mcp@1.14.0": { "evidence": { "attestations": "proven", "publisher": "proven" } }
  }
}
```

## Remedy

Do not start a version that has lost its evidence: name the one before. Where the project itself says that it now
publishes by hand, `mcp-guard accept package notes --rule provenance-downgrade` takes the reason. Where the same
release had more in the base, take the entry back from there, or have its evidence verified anew:

    mcp-guard pin notes
"""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.model import Facts, Finding, Level, Lock, PackageFacts, Release
from mcp_guard.rules.commands import commands, explain
from mcp_guard.rules.publishers import Known, known, later, newest, shown
from mcp_guard.rules.rule import Rule
from mcp_guard.rules.subjects import acceptable, called, labelled, packages, registry, release_of


def check(facts: Facts) -> Iterator[Finding]:
    """Report every package whose evidence is weaker than in the base's lock, or than an earlier version's."""
    command, base = commands(facts), known(facts.base_lock)
    for server, package in packages(facts):
        vanished = _vanished(package, facts.base_lock)
        stronger = vanished or downgraded(package, base)
        if stronger is not None:
            message = f"{labelled(package.package)} of {called(server)} has weaker evidence than {stronger}"
            remedy = command.pin(server) if vanished else explain(RULE.name)
            place, name = package.package.word.place, acceptable(package.package)
            yield Finding(RULE.name, RULE.severity, place, message, remedy, server.name.text, name)


def downgraded(package: PackageFacts, base: Known) -> str | None:
    """Name the earlier version, of the base's lock or of the registry's history, that had more than this release.

    Of the base the highest version that is not later than this one counts; where nobody can tell which is later, each.
    """
    subject, release = package.package, release_of(package)
    if release is None or subject.version is None or package.problems:
        return None
    more = [
        earlier
        for earlier in base.versions(subject)
        if _lost(earlier.release, release) and not later(subject.ecosystem, earlier.version, subject.version)
    ]
    if more:
        before = newest(subject.ecosystem, more)
        return (
            f"{before.version}, which the base's lock has from {shown(before.release.publisher)} "
            f"({', '.join(_lost(before.release, release))})"
        )
    if release.weaker_than is not None and release.publisher.level != "proven":
        return f"{release.weaker_than} in the history that {registry(subject, release.registry)} has of it"
    return None


def _vanished(package: PackageFacts, base: Lock | None) -> str | None:
    """Say what a locked release has lost that the base has proven of the very same one."""
    if package.basis != "weaker" or package.problems:
        return None
    before = base.packages.get(package.purl) if base is not None and package.purl is not None else None
    lost: list[str] = []
    if before is not None and package.entry is not None:
        now = package.entry.release
        lost = [*_lost(before.release, now), *_less("signature", before.release.signatures, now.signatures)]
    return f"in the base's lock ({', '.join(lost) or 'a proof is missing'}), and a release does not lose its evidence"


def _lost(before: Release, now: Release) -> list[str]:
    """Say what was proven about who published, and is not any more.

    A signature of the registry says nothing about who, and a mirror may leave it out.
    """
    return [
        *_less("publisher", before.publisher.level, now.publisher.level),
        *_less("attestation", before.attestations, now.attestations),
    ]


def _less(part: str, before: Level, now: Level) -> list[str]:
    return [f"{part} was proven, is {now}"] if before == "proven" != now else []


RULE = Rule("provenance-downgrade", "error", check)
