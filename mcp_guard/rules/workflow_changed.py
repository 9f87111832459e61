"""A package comes from the publisher that it had, but was published in another way.

## What

The same repository as in the base's lock has published this release, but with another workflow, another reusable
workflow that signed (its version aside), another event that started it, or from another kind of ref: a branch and not
a tag. It is compared with the same version in the base's lock, else with the highest one. Where `[publishers]` names
the workflow and it fits, nothing is reported.

## Why

The repository being right does not make the build right. The releases of `@redhat-cloud-services` (2026-06-01) had
valid attestations of their own repositories: they were built from orphan commits and from a push to a branch, not
from a release. Projects also change their workflows for good reasons, so this is a warning.

## Bad

The finding needs a base, whose lock has this package from a tag and a release:

```json title="mcp-guard.lock" illustrative
{
  "packages": {
    "pkg:npm/%40octo/notes-mcp@1.3.0": {
      "publisher": { "identity": "github:octo/notes#4711", "ref": "refs/heads/patch-1", "trigger": "push" }
    }
  }
}
```

## Good

```json title="mcp-guard.lock" illustrative
{
  "packages": {
    "pkg:npm/%40octo/notes-mcp@1.3.0": {
      "publisher": { "identity": "github:octo/notes#4711", "ref": "refs/tags/v1.3.0", "trigger": "release" }
    }
  }
}
```

## Remedy

Look at the workflow in the repository, at the commit of this release, and at who changed it. A policy can name the
workflow and the ref that must have been used:

```toml title="mcp-guard.toml" illustrative
[publishers]
"npm:@octo/notes-mcp" = { identity = "github:octo/notes#4711", workflow = "release.yml", ref = "refs/tags/*" }
```

Once this release is in the base, the next one is compared with it. Judge again with:

    mcp-guard check
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mcp_guard.model import Facts, Finding, Package, Publisher
from mcp_guard.rules.commands import explain
from mcp_guard.rules.publishers import Earlier, decided, difference, known, named, newest, proven
from mcp_guard.rules.rule import Rule
from mcp_guard.rules.subjects import acceptable, called, labelled

_KINDS = (("refs/tags/", "a tag"), ("refs/heads/", "a branch"))


def check(facts: Facts) -> Iterator[Finding]:
    """Report every release whose publisher is the one of before, and whose way of publishing is not."""
    base = known(facts.base_lock)
    for server, package, publisher in proven(facts):
        subject = package.package
        whom = named(facts.policy, subject)
        before = _before(subject, publisher, base.versions(subject))
        if before is None or (whom is not None and whom.workflow and decided(whom, publisher)):
            continue
        changes = tuple(_changes(before.release.publisher, publisher))
        if changes:
            message = (
                f"{labelled(subject)} of {called(server)} was published by {publisher.identity} as {before.version} "
                f"was, but in another way ({'; '.join(changes)})"
            )
            place, name = subject.word.place, acceptable(subject)
            yield Finding(RULE.name, RULE.severity, place, message, explain(RULE.name), server.name.text, name)


def _before(package: Package, publisher: Publisher, versions: Sequence[Earlier]) -> Earlier | None:
    """Choose what to compare with: of the versions by this publisher the same one, else the highest."""
    own = [earlier for earlier in versions if difference(earlier.release.publisher, publisher) is None]
    same = [earlier for earlier in own if earlier.version == package.version]
    return newest(package.ecosystem, same or own) if own else None


def _changes(before: Publisher, now: Publisher) -> Iterator[str]:
    """Say what is done in another way; what the certificate of before did not say cannot have changed."""
    parts = (
        ("workflow", before.workflow, now.workflow),
        ("event", before.trigger, now.trigger),
        ("source", _kinds(before.ref), _kinds(now.ref)),
    )
    for what, old, new in parts:
        if old and old != new:
            yield f"{what} was {old}, is {new or 'none'}"
    old, new = _unversioned(before.signer), _unversioned(now.signer)
    if old != new:
        yield f"signed by {new or 'its own workflow'} and not by {old or 'its own workflow'}"


def _kinds(refs: str) -> str:
    """Name the kind of a ref, or of each of several: the files of one release may come from more than one."""
    kinds = {next((kind for start, kind in _KINDS if ref.startswith(start)), "another ref") for ref in _several(refs)}
    return " and ".join(sorted(kinds))


def _unversioned(uris: str) -> str:
    """Take the version off the URI of a reusable workflow, or of each of several."""
    return ", ".join(sorted({uri.partition("@")[0] for uri in _several(uris)}))


def _several(text: str) -> list[str]:
    return text.split(", ") if text else []


RULE = Rule("workflow-changed", "warning", check)
