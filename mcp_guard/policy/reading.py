"""From the bytes of the policy file to a `model.Policy`; an unknown key is an error, because a typo is no decision."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Literal, TypeVar

from mcp_guard import documents
from mcp_guard.documents import Array, Node, Object
from mcp_guard.model import NamedPublisher, Network, Place, Policy
from mcp_guard.policy import grammar
from mcp_guard.policy.acceptances import acceptances
from mcp_guard.policy.values import (
    PolicyError,
    Table,
    choice,
    duration,
    items,
    known,
    meant,
    parsed,
    required,
    table,
)

OWN_FILE, SHARED_FILE = POLICY_FILES = ("mcp-guard.toml", "pyproject.toml")
PRESETS: tuple[Literal["baseline", "strict"], ...] = ("baseline", "strict")
NETWORKS: tuple[Network, ...] = ("auto", "off", "required")
REQUIREMENTS = ("pin", "integrity", "provenance")

_KEYS = (
    "preset",
    "require",
    "min-age",
    "min-age-new",
    "max-status-age",
    "network",
    "deadline",
    "exclude",
    "registries",
    "publishers",
    "remotes",
    "programs",
    "accept",
)
_PUBLISHER_KEYS = ("identity", "repository", "workflow", "ref")
_BUILT = ("github:", "gitlab:")  # whose certificates name a workflow and a ref
_SECOND = timedelta(seconds=1)
# A key of TOML can be spelled with escapes; a file with neither these nor the name holds no policy.
_SPELLINGS = (b"mcp-guard", b"\\u", b"\\U", b"\\x")

Value = TypeVar("Value")


def load(files: Mapping[str, bytes]) -> Policy:
    """The policy of a repository whose root holds `files`, by base name; the default where none of them holds one.

    The preset `strict` says that warnings block, which the command line applies; it changes no other value.
    Raises `PolicyError` where the policy cannot be read, holds something unknown or wrong, or is there twice.
    """
    found = [policy for name in POLICY_FILES if name in files for policy in _policies(name, files[name])]
    if not found:
        return Policy()
    first, *others = found
    if others:
        message = f"the policy stands in {first.document.file} and in {others[0].document.file}: keep one of them"
        raise PolicyError(others[0].place, message)
    return _policy(first)


def _policies(name: str, data: bytes) -> Iterator[Table]:
    """The table that holds the policy, where this file holds one."""
    if name == SHARED_FILE and not any(spelling in data for spelling in _SPELLINGS):
        return
    try:
        document = documents.read(name, data, "toml")
    except documents.DocumentError as error:
        raise PolicyError(error.place, error.message) from None
    node = document.root if name == OWN_FILE else document.find("tool", "mcp-guard")
    if node is None:
        return
    for doubt in document.doubts:
        raise PolicyError(document.place(doubt.start, doubt.end), doubt.message)
    whole = table(document, "[tool.mcp-guard]", node)
    yield whole._replace(path="", place=Place(name) if name == OWN_FILE else whole.place)


def _policy(policy: Table) -> Policy:
    known(policy, _KEYS)
    default = Policy()
    remotes, programs = _section(policy, "remotes", ("allow",)), _section(policy, "programs", ("allow",))
    return Policy(
        file=policy.document.file,
        preset=choice(policy, "preset", PRESETS, default.preset),
        require=_require(policy, default.require),
        min_age=duration(policy, "min-age", default.min_age),
        min_age_new=duration(policy, "min-age-new", default.min_age_new),
        max_status_age=duration(policy, "max-status-age", default.max_status_age),
        network=choice(policy, "network", NETWORKS, default.network),
        deadline=duration(policy, "deadline", default.deadline, least=_SECOND),
        exclude=items(policy, "exclude", grammar.exclusion),
        registries=_pairs(_section(policy, "registries"), grammar.registry_key, _registry),
        publishers=_pairs(_section(policy, "publishers"), grammar.publisher_key, _publisher),
        remotes=items(remotes, "allow", grammar.remote),
        programs=items(programs, "allow", grammar.program),
        acceptances=acceptances(policy),
        places=tuple(_places(policy)),
    )


def _require(policy: Table, default: tuple[str, ...]) -> tuple[str, ...]:
    found = items(policy, "require", _requirement, default)
    if "pin" not in found:
        message = "require must name pin, because the others are facts of one exact version"
        raise policy.error(required(policy, "require"), message)
    return found


def _requirement(word: str) -> str:
    if word in REQUIREMENTS:
        return word
    raise ValueError(f"cannot name {word!r}: {meant(word, REQUIREMENTS)}")


def _section(policy: Table, key: str, keys: tuple[str, ...] = ()) -> Table:
    """The table under a key, empty where there is none; with `keys` it may hold only those."""
    node = policy.content.get(key)
    if node is None:
        return Table(policy.document, policy.name(key), Object(()), policy.place)
    section = table(policy.document, policy.name(key), node)
    if keys:
        known(section, keys)
    return section


def _pairs(
    section: Table, parse_key: Callable[[str], str], parse_value: Callable[[Table, str, Node], Value]
) -> tuple[tuple[str, Value], ...]:
    """The keys of a table with their values, each key there once however it is spelled."""
    found: dict[str, Value] = {}
    for member in section.content.members:
        place = section.document.place(member.key_start, member.key_end)
        name = section.name(member.key)
        try:
            key = parse_key(member.key)
        except ValueError as error:
            raise PolicyError(place, f"{name} {error}") from None
        if key in found:
            raise PolicyError(place, f"{name} is named twice: delete one")
        found[key] = parse_value(section, name, member.node)
    return tuple(found.items())


def _registry(section: Table, name: str, node: Node) -> str:
    return parsed(section, name, node, grammar.registry_url)


def _publisher(section: Table, name: str, node: Node) -> NamedPublisher:
    """The identity, which is a string, or a table that may narrow it down to a workflow and a ref."""
    if not isinstance(node.value, Object):
        return NamedPublisher(parsed(section, name, node, grammar.identity))
    publisher = table(section.document, name, node)
    known(publisher, _PUBLISHER_KEYS)
    named = [key for key in ("identity", "repository") if publisher.content.get(key)]
    if len(named) != 1:
        raise PolicyError(publisher.place, f"{name} needs one of the keys identity and repository")
    found = NamedPublisher(
        parsed(publisher, publisher.name(named[0]), required(publisher, named[0]), grammar.identity),
        _narrowed(publisher, "workflow", grammar.workflow),
        _narrowed(publisher, "ref", grammar.ref),
    )
    if found[1:] != (None, None) and not found.identity.startswith(_BUILT):
        raise PolicyError(publisher.place, f"{name} names nobody who has a workflow and a ref: delete these keys")
    return found


def _narrowed(publisher: Table, key: str, parse: Callable[[str], str]) -> str | None:
    node = publisher.content.get(key)
    return None if node is None else parsed(publisher, publisher.name(key), node, parse)


def _places(policy: Table) -> Iterator[tuple[str, Place]]:
    """Where keys and the items of lists stand: `min-age`, `publishers.npm:x`, `remotes.allow.https://host/*`."""
    sections = [_section(policy, key) for key in ("registries", "publishers", "remotes", "programs")]
    for owner in (policy, *sections):
        for member in owner.content.members:
            name = owner.name(grammar.normalised(member.key))
            yield name, policy.document.place(member.key_start, member.key_end)
            for item in member.node.value.items if isinstance(member.node.value, Array) else ():
                if isinstance(item.value, str):
                    yield f"{name}.{item.value}", policy.document.place(item.start, item.end)
