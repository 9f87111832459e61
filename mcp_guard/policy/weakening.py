"""What a change of the policy has loosened, for reviewers to see."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from mcp_guard.model import Acceptance, NamedPublisher, Place, Policy
from mcp_guard.policy.reading import OWN_FILE, PRESETS
from mcp_guard.policy.values import written

Loosened = tuple[str, str, str]  # the key's dotted path, the old line, the new line; "" for none

_STRICTER_NETWORK = ("off", "auto", "required")


def weakened(policy: Policy, base: Policy) -> tuple[tuple[Place, str, str], ...]:
    """Each thing that `policy` allows and `base` did not: its place in the new policy, the old line and the new line.

    Lines are written anew from the values; a line that is not there is "". A key that was removed and whose absence
    loosens something has the place of the file alone. Registries and publishers count when they are added, changed
    or removed: without its registry a private name is asked of the public one.
    """
    file = policy.file or base.file or OWN_FILE
    places = dict(policy.places)
    loosened = (*_numbers(policy, base), *_words(policy, base), *_lists(policy, base), *_maps(policy, base))
    found = [(places.get(path, Place(file)), old, new) for path, old, new in loosened]
    return (*found, *_acceptances(policy, base))


def _numbers(policy: Policy, base: Policy) -> Iterator[Loosened]:
    for key, new, old, looser in (
        ("min-age", policy.min_age, base.min_age, policy.min_age < base.min_age),
        ("min-age-new", policy.min_age_new, base.min_age_new, policy.min_age_new < base.min_age_new),
        ("max-status-age", policy.max_status_age, base.max_status_age, policy.max_status_age > base.max_status_age),
    ):
        if looser:
            yield key, _line(key, written(old)), _line(key, written(new))


def _words(policy: Policy, base: Policy) -> Iterator[Loosened]:
    for key, new, old, order in (
        ("preset", policy.preset, base.preset, PRESETS),
        ("network", policy.network, base.network, _STRICTER_NETWORK),
    ):
        if order.index(new) < order.index(old):
            yield key, _line(key, old), _line(key, new)


def _lists(policy: Policy, base: Policy) -> Iterator[Loosened]:
    if not set(base.require) <= set(policy.require):
        yield "require", _list("require", base.require), _list("require", policy.require)
    for key, new, old in (
        ("exclude", policy.exclude, base.exclude),
        ("remotes.allow", policy.remotes, base.remotes),
        ("programs.allow", policy.programs, base.programs),
    ):
        for item in new:
            if item not in old:
                yield f"{key}.{item}", "", _list(key, (item,))


def _maps(policy: Policy, base: Policy) -> Iterator[Loosened]:
    yield from _changed(
        "registries",
        {key: _quoted(url) for key, url in policy.registries},
        {key: _quoted(url) for key, url in base.registries},
    )
    yield from _changed(
        "publishers",
        {key: _publisher(named) for key, named in policy.publishers},
        {key: _publisher(named) for key, named in base.publishers},
    )


def _changed(section: str, new: Mapping[str, str], old: Mapping[str, str]) -> Iterator[Loosened]:
    """The keys of a section whose values, as they are written, are not the same; a missing one is "", like its line."""
    for key in sorted({*new, *old}):
        before, after = (f"{section}.{_quoted(key)} = {side[key]}" if key in side else "" for side in (old, new))
        if before != after:
            yield f"{section}.{key}", before, after


def _publisher(named: NamedPublisher) -> str:
    """A table where a workflow or a ref narrows the publisher down, else the identity."""
    words = [f"{key} = {_quoted(word)}" for key, word in named._asdict().items() if word is not None]
    return _quoted(named.identity) if len(words) == 1 else f"{{ {', '.join(words)} }}"


def _acceptances(policy: Policy, base: Policy) -> Iterator[tuple[Place, str, str]]:
    """New acceptances and those that last longer."""
    before: dict[tuple[str | None, ...], Acceptance] = {}
    for acceptance in sorted(base.acceptances, key=lambda known: known.until):
        before[_what(acceptance)] = acceptance
    for acceptance in policy.acceptances:
        old = before.get(_what(acceptance))
        if old is None or old.until < acceptance.until:
            yield acceptance.place, _entry(old) if old else "", _entry(acceptance)


def _what(acceptance: Acceptance) -> tuple[str | None, ...]:
    return (acceptance.rule, acceptance.package, acceptance.file, acceptance.server, acceptance.fingerprint)


def _entry(acceptance: Acceptance) -> str:
    keys = ("rule", "package", "file", "server", "fingerprint")
    named = [f"{key} = {_quoted(value)}" for key, value in zip(keys, _what(acceptance), strict=True) if value]
    return f"accept = {{ {', '.join(named)}, reason = {_quoted(acceptance.reason)}, until = {acceptance.until} }}"


def _line(key: str, word: str) -> str:
    return f"{key} = {_quoted(word)}"


def _list(key: str, words: tuple[str, ...]) -> str:
    return f"{key} = [{', '.join(map(_quoted, words))}]"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
