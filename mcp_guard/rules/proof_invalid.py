"""A signature or an attestation does not prove what it should.

## What

A proof in `mcp-guard.proofs`, a signature in `mcp-guard.lock` or what the registry serves is there and does not hold:
it is forged, cut short, missing although the lock names it, made for another package, version or digest, or it says
something else than the entry does. Nothing of the release is believed then.

## Why

A checker that skips what it cannot verify passes exactly what was tampered with: npm's own client looks at
attestations only where the registry's document has that field, so leaving it out is enough. A proof that is there and
wrong has been exchanged, by an accident or by somebody.

## Bad

The finding needs a lock and the proof that it names. Here somebody has put another publisher than the proof's:

```json title="mcp-guard.lock" illustrative
{
  "packages": {
    "pkg:npm/%40octo/notes-mcp@1.2.3": { "publisher": { "identity": "github:evil/notes#9999" } }
  }
}
```

## Good

```json title="mcp-guard.lock" illustrative
{
  "packages": {
    "pkg:npm/%40octo/notes-mcp@1.2.3": { "publisher": { "identity": "github:octo/notes#4711" } }
  }
}
```

## Remedy

This finding cannot be accepted. Take the entry and its proofs back from git, or have both written anew. Where the
registry serves what does not hold, do not start the release: ask later, and name another version if it stays.

    mcp-guard pin notes
"""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.model import Facts, Finding, PackageFacts, Release
from mcp_guard.rules.commands import commands, explain
from mcp_guard.rules.rule import Rule
from mcp_guard.rules.subjects import acceptable, called, labelled, packages, registry


def check(facts: Facts) -> Iterator[Finding]:
    """Report every signed object that does not hold: at the entry of the lock, else where the package is named."""
    command = commands(facts)
    for server, package in packages(facts):
        word, name = package.package.word.place, acceptable(package.package)
        place = package.entry.place if package.entry is not None else word
        mend = explain(RULE.name) if package.unsupported else command.pin(server)  # an update of mcp-guard may mend it
        told = [(problem, place, mend) for problem in package.problems]
        told += [
            (f"{problem}, as {_registry(package)} serves it", word, explain(RULE.name)) for problem in package.served
        ]
        for problem, where, remedy in told:
            message = f"{labelled(package.package)} of {called(server)} {problem}, so nothing of it is believed"
            yield Finding(RULE.name, RULE.severity, where, message, remedy, server.name.text, name)


def _registry(package: PackageFacts) -> str:
    asked = package.answer.registry if isinstance(package.answer, Release) else None
    return registry(package.package, asked)


RULE = Rule("proof-invalid", "error", check)
