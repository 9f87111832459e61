"""Who must have published a package, and whether a proven publisher is that one.

Names are compared as GitHub and GitLab compare them, without regard to the case of ASCII letters and of nothing else:
a letter that only looks alike, or that Unicode folds to an ASCII one, is another letter.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from mcp_guard.model import NamedPublisher, Policy, Publisher

_REPOSITORY = re.compile(r"([^#]+)/([^/#]+)(?:#([0-9]+))?")


class Repository(NamedTuple):
    """`owner/name#id`; an owner may have slashes (GitLab's groups), an id is "" where there is none."""

    owner: str
    name: str
    number: str


def publisher_named(policy: Policy, label: str) -> NamedPublisher | None:
    """Whom `[publishers]` names for `npm:@scope/name` or `pypi:name`: the name's own entry, else its scope's."""
    key = publisher_entry(policy, label)
    return dict(policy.publishers)[key] if key is not None else None


def publisher_entry(policy: Policy, label: str) -> str | None:
    """The key of the entry in `[publishers]` that names who must publish this package."""
    scope, slash, _ = label.partition("/")
    keys = (label, f"{scope}/*") if slash else (label,)
    return next((key for key in keys if key in dict(policy.publishers)), None)


def publisher_differs(named: NamedPublisher, publisher: Publisher) -> str | None:
    """What of a publisher is not as named, a noun such as "repository id"; None where it is who is named.

    With an id the id and the owner must be equal, and the repository may have got another name; without one owner and
    name must be. A workflow may be named by its last part alone, and `*` in a ref stands for anything.
    Nothing differs only where the publisher is proven ("proof"). A registry is no publisher ("registry").
    """
    kind, _, wanted = named.identity.partition(":")
    proven_kind, _, proven = publisher.identity.partition(":")
    if kind == "registry":
        return "registry"
    if publisher.level != "proven":
        return "proof"
    if kind != proven_kind:
        return "service"
    match kind:
        case "github" | "gitlab":
            differs = _repository_differs(wanted, proven)
        case "google":
            differs = None if wanted == proven != "" else "account"
        case "circleci":
            differs = None if wanted == proven != "" else "project"
        case _:
            differs = "service"
    return differs or _build_differs(named, publisher)


def _repository_differs(wanted: str, proven: str) -> str | None:
    one, other = _repository(wanted), _repository(proven)
    if one is None or other is None:
        return "repository"
    same_owner = _folded(one.owner) == _folded(other.owner)
    same = one.number == other.number if one.number else _folded(one.name) == _folded(other.name)
    if same:
        return None if same_owner else "owner"
    return "repository id" if same_owner and one.number else "repository"


def _repository(text: str) -> Repository | None:
    found = _REPOSITORY.fullmatch(text)
    return Repository(found[1], found[2], found[3] or "") if found else None


def _folded(text: str) -> str:
    return text.lower() if text.isascii() else text  # "\u212a".lower() is "k"


def _build_differs(named: NamedPublisher, publisher: Publisher) -> str | None:
    """Which of workflow and ref is not as named; what is not known of a publisher is never as named.

    The files of one release may come from several, and then each of them must be as named.
    """
    workflows, refs = publisher.workflow.split(", "), publisher.ref.split(", ")
    if named.workflow is not None and not all(_is_workflow(named.workflow, path) for path in workflows):
        return "workflow"
    if named.ref is not None and not all(ref and _matches(named.ref, ref) for ref in refs):
        return "ref"
    return None


def _is_workflow(named: str, path: str) -> bool:
    return named in {path, path.rpartition("/")[2]} - {""}


def _matches(pattern: str, ref: str) -> bool:
    """Whether a ref is as a pattern has it, in linear time: what stands between two stars is sought once, leftmost."""
    first, *rest = pattern.split("*")
    if not rest:
        return pattern == ref
    *between, last = rest
    at, end = len(first), len(ref) - len(last)
    if at > end or not ref.startswith(first) or not ref.endswith(last):
        return False
    for part in between:
        found = ref.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True
