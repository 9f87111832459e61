"""The commands that mend: every finding ends with exactly one of them."""

from __future__ import annotations

import shlex
from collections import Counter
from datetime import date, timedelta
from typing import NamedTuple

from mcp_guard.model import Facts, Server, Severity

CHECK_ONLINE = "mcp-guard check --network=required"
PIN_ALL = "mcp-guard pin"

# How long the acceptance lasts that a remedy proposes; a policy permits 180 days (DESIGN §6).
_TERM = timedelta(days=90)

# What `mcp-guard accept` calls the thing that a rule is about; for every other rule it is a package.
_SUBJECTS = {
    "opaque-launch": "program",
    "unmanaged-program": "program",
    "insecure-remote": "remote",
    "unlisted-remote": "remote",
    "new-publisher": "publisher",
    "publisher-changed": "publisher",
}

# Decided by a line in a list of the policy, which has neither reason nor end.
_LISTED = frozenset({"unlisted-remote", "unmanaged-program", "new-publisher", "publisher-changed"})


class Commands(NamedTuple):
    """The commands about one server, in words that a person can type."""

    shared: frozenset[str]  # names that more than one definition bears
    until: date

    def pin(self, server: Server) -> str:
        """Pin and lock a server, or lock it as it stands.

        It goes by its name, or by its file where several bear the name or a person cannot type it.
        """
        name = server.name.text
        typeable = name.isprintable() and name == name.strip() != "" and not name.startswith("-")
        return f"mcp-guard pin {shlex.quote(name) if typeable and name not in self.shared else path(server.file)}"

    def accept(self, server: Server, rule: str) -> str:
        """Permit what a rule found of a server: with reason and end, or on the list that the policy has for it."""
        options: list[str] = []
        if server.name.text in self.shared:
            options.append(f"--file {path(server.file)}")
        if rule not in _SUBJECTS and rule != "unverified-publisher":
            options.append(f"--rule {rule}")  # not among the defaults: it has to be said
        if rule not in _LISTED:
            options.append(f'--reason "why" --until {self.until.isoformat()}')
        name = shlex.quote(server.name.text)
        words = [*options, "--", name] if name.startswith("-") else [name, *options]
        return " ".join(["mcp-guard", "accept", _SUBJECTS.get(rule, "package"), *words])

    def settle(self, server: Server, rule: str, severity: Severity) -> str:
        """Permit what blocks; a warning blocks nothing that could be permitted, so its page says what to do."""
        return self.accept(server, rule) if severity == "error" else explain(rule)


def commands(facts: Facts) -> Commands:
    """Build the commands of one run."""
    names = Counter(server.server.name.text for server in facts.servers)
    return Commands(frozenset(name for name, count in names.items() if count > 1), facts.now.date() + _TERM)


def check(file: str) -> str:
    """Check one file again, after it has been mended by hand."""
    return f"mcp-guard check {path(file)}"


def explain(rule: str) -> str:
    """Read what to do by hand, where no command mends."""
    return f"mcp-guard explain {rule}"


def path(file: str) -> str:
    """Quote a path so that it is one word, and never an option."""
    return shlex.quote(f"./{file}" if file.startswith("-") else file)
