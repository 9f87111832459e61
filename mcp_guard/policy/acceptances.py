"""The entries of `[[accept]]`: a person's written permission, for one exact package or one server as it stands."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from mcp_guard.documents import Array
from mcp_guard.model import Acceptance
from mcp_guard.policy import grammar
from mcp_guard.policy.values import PolicyError, Table, known, meant, parsed, required, table, text

LONGEST = timedelta(days=180)

# The rules of the launch, registry and publisher groups (DESIGN §7): what a person may judge differently.
ACCEPTABLE = frozenset(
    {
        "unpinned",
        "opaque-launch",
        "unmanaged-program",
        "mutable-source",
        "registry-override",
        "code-loading-environment",
        "container-escape",
        "insecure-remote",
        "unlisted-remote",
        "self-approval",
        "exec-helper",
        "not-published",
        "withdrawn",
        "release-too-young",
        "install-script-added",
        "known-vulnerable",
        "wrong-ecosystem",
        "floating-dependencies",
        "lookalike-name",
        "unverified-publisher",
        "new-publisher",
        "publisher-mismatch",
        "publisher-changed",
        "workflow-changed",
        "provenance-downgrade",
    }
)

# Rules that exist and that nobody can accept, with the reason a person is given.
_NEVER = {
    "known-malicious": "malware is removed, not accepted",
    "integrity-mismatch": "other bytes than the locked ones are removed, not accepted",
    "proof-invalid": "what is signed wrongly is removed, not accepted",
    "ambiguous-document": "clients would read different servers: write the file plainly",
    "unreadable-config": "what cannot be read cannot be judged: mend the file",
    "hidden-characters": "remove the hidden characters",
    "symlinked-config": "put the file itself into the repository",
    "not-locked": "run mcp-guard pin",
    "definition-changed": "run mcp-guard pin",
    "lock-unreadable": "run mcp-guard pin",
    "lock-unused": "run mcp-guard pin",
    "lockfile-integrity": "mend the lockfile with its own tool",
    "lockfile-source": "mend the lockfile with its own tool",
    "unverifiable": "what could not be asked is asked again",
    "acceptance-expired": "write a new acceptance",
    "acceptance-unused": "delete the acceptance",
    "policy-weakened": "reviewers see it and decide",
}

_KEYS = ("rule", "package", "file", "server", "fingerprint", "reason", "until")
_SERVER_KEYS = ("file", "server", "fingerprint")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FINGERPRINT = re.compile(r"sha256:[0-9a-f]{64}")


def too_far(acceptance: Acceptance, today: date) -> bool:
    """Whether an acceptance lasts longer than the 180 days that one may last from today."""
    return acceptance.until - today > LONGEST


def acceptances(policy: Table) -> tuple[Acceptance, ...]:
    """All entries of `[[accept]]`, in order. Raises `PolicyError`."""
    node = policy.content.get("accept")
    if node is None:
        return ()
    if not isinstance(node.value, Array):
        raise policy.error(node, "accept must be a list of tables: write [[accept]] above each")
    return tuple(_acceptance(table(policy.document, policy.name("accept"), item)) for item in node.value.items)


def _acceptance(entry: Table) -> Acceptance:
    known(entry, _KEYS)
    package, file, server, fingerprint = (_text(entry, key) for key in ("package", *_SERVER_KEYS))
    whole_server = file is not None and server is not None and fingerprint is not None
    some_server = file is not None or server is not None or fingerprint is not None
    if package is None and not whole_server:
        raise PolicyError(entry.place, f"{entry.path} needs package, or file, server and fingerprint together")
    if package is not None and some_server:
        raise PolicyError(entry.place, f"{entry.path} names a package and a server: write two entries")
    rule = parsed(entry, entry.name("rule"), required(entry, "rule"), _rule)
    reason = text(entry, entry.name("reason"), required(entry, "reason"))
    return Acceptance(rule, package, file, server, fingerprint, reason, _until(entry), entry.place)


def _text(entry: Table, key: str) -> str | None:
    node = entry.content.get(key)
    return None if node is None else parsed(entry, entry.name(key), node, _GRAMMAR[key])


def _fingerprint(word: str) -> str:
    if _FINGERPRINT.fullmatch(word):
        return word
    raise ValueError("must be sha256: and 64 digits, as mcp-guard.lock has it")


def _rule(word: str) -> str:
    if word in ACCEPTABLE:
        return word
    if word in _NEVER:
        raise ValueError(f"cannot be {word}, which nobody can accept: {_NEVER[word]}")
    raise ValueError(f"names no rule: {meant(word, sorted(ACCEPTABLE))}")


def _until(entry: Table) -> date:
    node = required(entry, "until")
    if isinstance(node.value, str) and _DATE.fullmatch(entry.document.text[node.start : node.end]):
        return date.fromisoformat(node.value)
    raise entry.error(node, f"{entry.name('until')} must be a date without quotes, as in 2027-02-28")


_GRAMMAR: dict[str, Callable[[str], str]] = {
    "package": grammar.package,
    "file": str,
    "server": str,
    "fingerprint": _fingerprint,
}
