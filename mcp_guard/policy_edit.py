"""Edits of the policy file: formatting, comments and order are kept, and what is there already stays as it is.

Each function takes the text of the whole file, which may be empty, and returns the new one. Where the text has
`[tool.mcp-guard]` the policy is that table, else it is the file itself. The new text is read back and must say what
was wanted and nothing else; `PolicyError` is raised where it does not, and where the old text is no policy.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from mcp_guard import documents
from mcp_guard.model import Acceptance, NamedPublisher, Place, Policy
from mcp_guard.policy import POLICY_FILES, PolicyError, load
from mcp_guard.policy.grammar import normalised

if TYPE_CHECKING:
    from tomlkit.items import Table

Section: TypeAlias = MutableMapping[str, object]

_OWN_FILE, _SHARED_FILE = POLICY_FILES
_NOWHERE = Place("")
_WHAT = ("rule", "package", "file", "server")


def add_acceptances(text: str, acceptances: Sequence[Acceptance]) -> str:
    """The text with these `[[accept]]` entries; an entry for the same rule and package or server is replaced."""
    for acceptance in acceptances:
        text = _add_acceptance(text, acceptance._replace(place=_NOWHERE))
    return text


def add_publisher(text: str, pattern: str, identity: str) -> str:
    """The text with `pattern = identity` in `[publishers]`; another identity there is replaced.

    Where a table stands there, its workflow and its ref go on narrowing the new identity down.
    """
    policy, key = _policy(text), normalised(pattern)
    publishers = dict(policy.publishers)
    known = publishers.get(key)
    if known is not None and known.identity == identity:
        return text
    publishers[key] = known._replace(identity=identity) if known is not None else NamedPublisher(identity)

    def edit(section: Section) -> None:
        named = _section(section, "publishers")
        written = next((name for name in named if normalised(name) == key), key)
        entry = named.get(written)
        if isinstance(entry, MutableMapping):
            entry["repository" if "repository" in entry else "identity"] = identity
        else:
            named[written] = identity

    return _edited(text, policy._replace(publishers=tuple(publishers.items())), edit)


def allow_remote(text: str, pattern: str) -> str:
    """The text with a pattern in `[remotes] allow`."""
    policy = _policy(text)
    if pattern in policy.remotes:
        return text
    return _edited(text, policy._replace(remotes=(*policy.remotes, pattern)), _allow("remotes", pattern))


def allow_program(text: str, program: str) -> str:
    """The text with a program in `[programs] allow`."""
    policy = _policy(text)
    if program in policy.programs:
        return text
    return _edited(text, policy._replace(programs=(*policy.programs, program)), _allow("programs", program))


def _add_acceptance(text: str, acceptance: Acceptance) -> str:
    policy = _policy(text)
    if acceptance in policy.acceptances:
        return text
    others = tuple(known for known in policy.acceptances if known[:4] != acceptance[:4])
    return _edited(
        text, policy._replace(acceptances=(*others, acceptance)), lambda section: _accept(section, acceptance)
    )


def _accept(section: Section, acceptance: Acceptance) -> None:
    """Write an acceptance into the entry for the same thing and drop further ones, or append it."""
    import tomlkit
    from tomlkit.items import AoT, Table

    entries = section.get("accept")
    if not isinstance(entries, list):
        entries = tomlkit.aot()
    same = [index for index, entry in enumerate(entries) if _what(entry) == acceptance[:4]]
    for index in reversed(same[1:]):
        del entries[index]
    if same:
        _fill(entries[same[0]], acceptance, ("fingerprint", "reason", "until"))
    else:
        entry = tomlkit.table() if isinstance(entries, AoT) else tomlkit.inline_table()
        _fill(entry, acceptance, (*_WHAT, "fingerprint", "reason", "until"))
        if isinstance(entry, Table) and entries:
            _part(entries[-1], entry)
        entries.append(entry)
    if "accept" not in section:
        section["accept"] = entries


def _part(last: Table, entry: Table) -> None:
    """Leave a blank line between two tables; where one follows the last, it goes on following the new one."""
    import tomlkit

    blank = last.as_string().endswith("\n\n")
    (entry if blank else last).add(tomlkit.nl())


def _what(entry: Section) -> tuple[str | None, ...]:
    """The rule, package, file and server of an entry, as `Acceptance` has them."""
    values = (entry.get(key) for key in _WHAT)
    return tuple(None if value is None else normalised(str(value)) for value in values)


def _fill(entry: Section, acceptance: Acceptance, keys: Sequence[str]) -> None:
    values = acceptance._asdict()
    for key in keys:
        if values[key] is not None:
            entry[key] = values[key]


def _allow(name: str, item: str) -> Callable[[Section], None]:
    """The edit that appends to the list `allow` of a section."""

    def edit(policy: Section) -> None:
        section = _section(policy, name)
        allowed = section.setdefault("allow", [])
        if isinstance(allowed, list):
            allowed.append(item)

    return edit


def _section(policy: Section, name: str) -> Section:
    """The table under a key, made where there is none."""
    import tomlkit

    if name not in policy:
        policy[name] = tomlkit.table()
    section = policy[name]
    return section if isinstance(section, MutableMapping) else {}


def _policy(text: str) -> Policy:
    """The policy that the text holds, its places left out."""
    policy = load({_file(text): text.encode()})
    acceptances = tuple(acceptance._replace(place=_NOWHERE) for acceptance in policy.acceptances)
    return policy._replace(acceptances=acceptances, places=())


def _file(text: str) -> str:
    """Which of the two policy files this is."""
    try:
        document = documents.read(_OWN_FILE, text.encode(), "toml")
    except documents.DocumentError:
        return _OWN_FILE
    return _SHARED_FILE if document.find("tool", "mcp-guard") else _OWN_FILE


def _edited(text: str, wanted: Policy, edit: Callable[[Section], None]) -> str:
    """The text after an edit, which must amount to the wanted policy."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    file = _file(text)
    try:
        document = tomlkit.parse(text if text.endswith("\n") or not text else f"{text}\n")
        edit(_home(document, file))
        result = _line_ends(text, tomlkit.dumps(document))
    except (TOMLKitError, ValueError) as error:
        message = f"the policy cannot be edited as it is written ({error}): add the entry by hand"
        raise PolicyError(Place(file), message) from None
    if _comparable(_policy(result)) != _comparable(wanted._replace(file=file)):
        raise PolicyError(Place(file), "the policy cannot be edited as it is written: add the entry by hand")
    return result


def _home(document: Section, file: str) -> Section:
    """The table that is the policy."""
    home = document
    for step in ("tool", "mcp-guard") if file == _SHARED_FILE else ():
        inner = home[step]
        home = inner if isinstance(inner, MutableMapping) else {}
    return home


def _line_ends(old: str, new: str) -> str:
    """The new text with the line ends of the old one, where that has CRLF throughout."""
    lines = old.count("\n")
    return new.replace("\r\n", "\n").replace("\n", "\r\n") if lines and lines == old.count("\r\n") else new


def _comparable(policy: Policy) -> Policy:
    """The policy with everything sorted whose order says nothing."""
    return policy._replace(
        publishers=tuple(sorted(policy.publishers)),
        acceptances=tuple(sorted(policy.acceptances, key=repr)),
    )
