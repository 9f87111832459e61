"""What the registry serves is not what was locked, or cannot be told apart from something else.

## What

The digests that the registry gives for this exact version are not those of the lock, compared as a set: the npm SRI,
the sha256 of every file of a PyPI release, the digest of an image. Or the lock has other bytes for the same artifact
than the base's lock, whatever the registry says today. Or the lock states another publication time,
account, publisher or other install scripts than the registry does: whoever edits those makes a release look older,
tamer or more trusted than it is. Or, where the policy requires `integrity`, an artifact has no digest, or only a weak
one such as sha1.

## Why

A release never changes, so a digest that does is the sign of a swapped artifact or of a forged lock. The gap is real:
lockfile-lint's integrity validator skips an entry that has no such field, so removing it is enough to pass.

## Bad

The finding needs a lock and the registry's answer. The lock claims a digest that the registry does not have:

```json title="mcp-guard.lock" illustrative
{
  "packages": {
    "pkg:npm/postmark-mcp@1.0.12": { "digests": "sha512-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==" }
  }
}
```

## Good

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

## Remedy

This finding cannot be accepted. Ask again without caches; if it stays, do not start the server and name another
version. Only where files were added to an old PyPI release, and you have looked at them, take the package's entry
out of the lock and let `pin` write it anew.

    mcp-guard check --network=required
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from mcp_guard.model import Digest, Facts, Finding, Lock, LockedPackage, PackageFacts, Release
from mcp_guard.rules.commands import CHECK_ONLINE, commands, explain
from mcp_guard.rules.rule import Rule
from mcp_guard.rules.subjects import acceptable, called, labelled, releases, verifiable

_SECOND = timedelta(seconds=1)  # registries write times with more or fewer digits
_STRONG = frozenset({"sha256", "sha384", "sha512"})


def check(facts: Facts) -> Iterator[Finding]:
    """Report every release whose digests differ from the locked ones, or do not suffice, and every lock that lies."""
    required, command = "integrity" in facts.policy.require, commands(facts)
    for server, package, release in releases(facts):
        problems = [(problem, CHECK_ONLINE) for problem in _mismatch(package)]
        problems += [(problem, command.pin(server)) for problem in _edited(package)]
        problems += [(problem, explain(RULE.name)) for problem in _replaced(package, facts.base_lock)]
        if required and verifiable(package.package):
            problems += [(problem, CHECK_ONLINE) for problem in _weak(release.digests)]
        for problem, remedy in problems:
            message = f"{labelled(package.package)} of {called(server)} {problem}"
            place, name = package.package.word.place, acceptable(package.package)
            yield Finding(RULE.name, RULE.severity, place, message, remedy, server.name.text, name)


def _mismatch(package: PackageFacts) -> Iterator[str]:
    if isinstance(package.answer, Release) and package.entry is not None:
        changes = _changes(package.entry, package.answer)
        if changes:
            yield f"is not what was locked ({'; '.join(changes)}), so the artifact or the lock was exchanged"


def _replaced(package: PackageFacts, base: Lock | None) -> Iterator[str]:
    """Say where the base's lock has other bytes for the same artifact: a release never changes, only PyPI's grow."""
    before = base.packages.get(package.purl or "") if base is not None else None
    if before is not None and package.entry is not None:
        changed = [change for change in _changes(before, package.entry.release) if change.startswith("changed")]
        if changed:
            what = "; ".join(changed)
            yield f"is locked with other bytes than in the base's lock ({what}), and a release never changes"


def _edited(package: PackageFacts) -> Iterator[str]:
    if isinstance(package.answer, Release) and package.entry is not None:
        stated = contradictions(package.entry.release, package.answer)
        if stated:
            yield f"is not what the lock says (other {', '.join(stated)}), so the lock was edited"


def contradictions(claimed: Release, served: Release) -> tuple[str, ...]:
    """Name the parts, digests aside, that the lock states otherwise than the registry does.

    Mirrors serve fewer parts, so a time, an account or a proven publisher that one of the two lacks is no
    contradiction.
    """
    found: list[str] = []
    if claimed.published and served.published and abs(claimed.published - served.published) >= _SECOND:
        found.append("publication time")
    if claimed.install_scripts != served.install_scripts:
        found.append("install scripts")
    if claimed.account and served.account and claimed.account != served.account:
        found.append("account")
    one, other = claimed.publisher, served.publisher
    if one.level == other.level == "proven" and one.identity != other.identity:
        found.append("publisher")
    return tuple(found)


def _changes(entry: LockedPackage, release: Release) -> list[str]:
    locked, served = set(entry.release.digests), set(release.digests)
    before, after = {digest.artifact for digest in locked}, {digest.artifact for digest in served}
    changed = {digest.artifact for digest in locked ^ served} & before & after
    sets = (("added", after - before), ("removed", before - after), ("changed", changed))
    return [f"{what}: {_list(artifacts)}" for what, artifacts in sets if artifacts]


def _weak(digests: Sequence[Digest]) -> Iterator[str]:
    if not digests:
        yield "has no digest, so nothing tells it apart from something else"
    strong = {digest.artifact for digest in digests if digest.algorithm in _STRONG and digest.value}
    weak = {digest.artifact for digest in digests} - strong
    if weak:
        yield f"has no digest stronger than sha1 for {_list(weak)}, so another artifact can be passed off as it"


def _list(artifacts: set[str]) -> str:
    return ", ".join(sorted(artifact or "its artifact" for artifact in artifacts))


RULE = Rule("integrity-mismatch", "error", check)
