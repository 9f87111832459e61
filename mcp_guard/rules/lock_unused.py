"""The lock holds an entry that nothing uses.

## What

An entry of `mcp-guard.lock` belongs to a config or a server that is not there any more, or to a package that no
server uses. Or a proof lies in `mcp-guard.proofs` that no entry of the lock names. It is only said when the whole
tree is judged. An entry that the base's lock has in the same form is a warning; a new one is an error and blocks.

## Why

What stays in the lock counts as known: the same package may come back later and is then judged as an old
acquaintance, younger than a new one would have to be. A new entry that nothing uses would be looked at by nobody, and
the next change would believe it as its base: a publisher smuggled in this way counts as named.

## Bad

The finding needs a lock. Here the config `.mcp.json` has no server `old` any more:

```json title="mcp-guard.lock" illustrative
{
  "configs": {
    ".mcp.json": {
      "old": { "kind": "package", "packages": ["pkg:npm/postmark-mcp@1.0.12"] }
    }
  }
}
```

## Good

```json title="mcp-guard.lock" illustrative
{
  "configs": {}
}
```

## Remedy

`pin` drops what no longer exists. Where only the lock has been staged, stage the config that it was written for too:

    mcp-guard pin
"""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.model import Facts, Finding, Lock, Place, Severity
from mcp_guard.rules.commands import PIN_ALL
from mcp_guard.rules.rule import Rule
from mcp_guard.triggers import PROOFS_FOLDER


def check(facts: Facts) -> Iterator[Finding]:
    """Report every entry of the lock that no server and no other entry refers to, and every proof without entry."""
    if not facts.whole:
        return
    if facts.lock is not None:
        yield from _entries(facts, facts.lock)
    if facts.lock is not None or not facts.lock_problems:
        yield from _proofs(facts)


def _entries(facts: Facts, lock: Lock) -> Iterator[Finding]:
    base = facts.base_lock or Lock({}, {})
    servers = {(server.server.file, server.server.name.text) for server in facts.servers}
    told: dict[str, Severity] = {}  # packages of the servers that are told of, and how gravely
    for key, server in lock.servers.items():
        if key not in servers:
            message = f'mcp-guard.lock has an entry for server "{server.name}" of {server.file}, which is not there'
            before = base.servers.get(key)
            severity = _severity(same=before is not None and before._replace(place=server.place) == server)
            told |= dict.fromkeys(server.packages, severity)
            yield _finding(server.place, message, severity)
    used = {package.purl for server in facts.servers for package in server.packages}
    for purl, package in lock.packages.items():
        known = base.packages.get(purl)
        severity = _severity(same=known is not None and known.release == package.release)
        if purl not in used and told.get(purl) not in {"error", severity}:
            yield _finding(package.place, f"mcp-guard.lock has an entry for {purl}, which no server uses", severity)


def _severity(*, same: bool) -> Severity:
    """What the base has in the same form has been looked at once; what is new would be believed by the next change."""
    return "warning" if same else "error"


def _proofs(facts: Facts) -> Iterator[Finding]:
    """Report the proofs that no entry names; a lock that cannot be read names none, and says nothing of them."""
    packages = facts.lock.packages.values() if facts.lock is not None else ()
    named = {f"{PROOFS_FOLDER}/{proof.name}.json" for package in packages for proof in package.release.proofs}
    for path in facts.proof_files:
        if path not in named:
            yield _finding(Place(path), f"{path} is a proof that no entry of mcp-guard.lock names", "warning")


def _finding(place: Place, message: str, severity: Severity) -> Finding:
    return Finding(RULE.name, severity, place, message, PIN_ALL)


RULE = Rule("lock-unused", "warning", check)
