"""A package is proven to come from another repository than in the base's lock.

## What

The base's lock has this package, in this version or another, from a proven publisher, and this release is proven to
come from a different one: another repository by its id, or the same one under another owner. Renamed repositories
keep their id and are not reported. Nothing is reported either where `[publishers]` names the new publisher with its
id, because then a person has decided.

## Why

`@postman/postman-mcp-server` 2.4.10 to 2.4.12 (2025-11-24) were malicious and came from another account than
the versions before. A name can be taken over without a break: whoever registers an abandoned account, or gets a
repository handed over, publishes under the old name. The ids of repository and owner tell that.

## Bad

The finding needs a base, whose lock has this package from the repository 4711:

```json title="mcp-guard.lock" illustrative
{
  "packages": {
    "pkg:npm/%40octo/notes-mcp@1.3.0": { "publisher": { "identity": "github:octo/notes#9999" } }
  }
}
```

## Good

```json title="mcp-guard.lock" illustrative
{
  "packages": {
    "pkg:npm/%40octo/notes-mcp@1.3.0": { "publisher": { "identity": "github:octo/notes#4711" } }
  }
}
```

## Remedy

Go back to the version before, and find out whether the project itself says that it has moved. Only then:

    mcp-guard accept publisher notes
"""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.model import Facts, Finding
from mcp_guard.rules.commands import commands
from mcp_guard.rules.publishers import decided, difference, known, named, newest, proven, shown
from mcp_guard.rules.rule import Rule
from mcp_guard.rules.subjects import acceptable, called, labelled


def check(facts: Facts) -> Iterator[Finding]:
    """Report every proven publisher who has published no version of the package that the base's lock has."""
    command, base = commands(facts), known(facts.base_lock)
    for server, package, publisher in proven(facts):
        subject = package.package
        versions = base.versions(subject)
        same = any(difference(earlier.release.publisher, publisher) is None for earlier in versions)
        if same or not versions or decided(named(facts.policy, subject), publisher):
            continue
        before = newest(subject.ecosystem, versions)
        old = before.release.publisher
        message = (
            f"{labelled(subject)} of {called(server)} was published by {shown(publisher)}, and the base's lock has "
            f"{before.version} from {shown(old)}: {difference(old, publisher)}"
        )
        remedy, name = command.accept(server, RULE.name), acceptable(subject)
        yield Finding(RULE.name, RULE.severity, subject.word.place, message, remedy, server.name.text, name)


RULE = Rule("publisher-changed", "error", check)
