"""What a rule is: a name, how grave it is, and a pure function from facts to findings."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from mcp_guard.model import Acceptance, Facts, Finding, Server, Severity


class Rule(NamedTuple):
    """One rule. `check` looks at the facts and at nothing else."""

    name: str
    severity: Severity
    check: Callable[[Facts], Iterator[Finding]]

    @property
    def page(self) -> str:
        """Return the rule's page: the docstring of its module."""
        return _page(self.check.__module__)


class Use(NamedTuple):
    """What one acceptance was good for in this run: the findings that it covers, honoured or not."""

    acceptance: Acceptance
    findings: tuple[Finding, ...]
    servers: tuple[Server, ...]
    blocked: bool = False  # something that it covers is not accepted, by this acceptance or another
    undecided: bool = False  # what it names is there, but nobody could be asked whether it is still needed


class Review(NamedTuple):
    """A rule about the acceptances themselves: asked last, when it is known what each was good for."""

    name: str
    severity: Severity
    check: Callable[[Facts, Sequence[Use]], Iterator[Finding]]

    @property
    def page(self) -> str:
        """Return the rule's page: the docstring of its module."""
        return _page(self.check.__module__)


def _page(module: str) -> str:
    return sys.modules[module].__doc__ or ""
