"""The rules: pure functions from facts to findings, one file each, and the judgement over all of them.

A new rule is one file here and one line in a table below.
"""

from __future__ import annotations

from mcp_guard.model import Facts, Finding, Place
from mcp_guard.rules import (
    acceptance_expired,
    acceptance_unused,
    acceptances,
    ambiguous_document,
    code_loading_environment,
    container_escape,
    definition_changed,
    exec_helper,
    hidden_characters,
    insecure_remote,
    integrity_mismatch,
    lock_unreadable,
    lock_unused,
    mutable_source,
    new_publisher,
    not_locked,
    not_published,
    opaque_launch,
    pages,
    policy_weakened,
    proof_invalid,
    provenance_downgrade,
    publisher_changed,
    publisher_mismatch,
    registry_override,
    release_too_young,
    self_approval,
    symlinked_config,
    unlisted_remote,
    unmanaged_program,
    unpinned,
    unreadable_config,
    unverifiable,
    unverified_publisher,
    withdrawn,
    workflow_changed,
)
from mcp_guard.rules.rule import Review, Rule

__all__ = ["RULES", "Review", "Rule", "judge", "page"]

_ON_FACTS: tuple[Rule, ...] = (
    unreadable_config.RULE,
    ambiguous_document.RULE,
    hidden_characters.RULE,
    symlinked_config.RULE,
    unpinned.RULE,
    opaque_launch.RULE,
    unmanaged_program.RULE,
    mutable_source.RULE,
    registry_override.RULE,
    code_loading_environment.RULE,
    container_escape.RULE,
    insecure_remote.RULE,
    unlisted_remote.RULE,
    self_approval.RULE,
    exec_helper.RULE,
    not_locked.RULE,
    definition_changed.RULE,
    lock_unreadable.RULE,
    lock_unused.RULE,
    proof_invalid.RULE,
    not_published.RULE,
    integrity_mismatch.RULE,
    withdrawn.RULE,
    release_too_young.RULE,
    unverified_publisher.RULE,
    new_publisher.RULE,
    publisher_mismatch.RULE,
    publisher_changed.RULE,
    workflow_changed.RULE,
    provenance_downgrade.RULE,
    unverifiable.RULE,
    policy_weakened.RULE,
)

_ON_ACCEPTANCES: tuple[Review, ...] = (acceptance_expired.RULE, acceptance_unused.RULE)

RULES: tuple[Rule | Review, ...] = (*_ON_FACTS, *_ON_ACCEPTANCES)


def judge(facts: Facts) -> tuple[Finding, ...]:
    """Apply every rule, then the acceptances, and review those; sorted, each finding once.

    Pure: the same facts give the same findings. Whether warnings block is the caller's to decide.
    """
    raised = [finding for rule in _ON_FACTS for finding in rule.check(facts)]
    findings, uses = acceptances.apply(facts, raised)
    reviewed = [finding for review in _ON_ACCEPTANCES for finding in review.check(facts, uses)]
    return tuple(sorted(dict.fromkeys([*findings, *reviewed]), key=_order))


def page(name: str) -> str | None:
    """Return a rule's page for people, in Markdown; None where no rule has this name."""
    return next((pages.text(rule) for rule in RULES if rule.name == name), None)


def _order(finding: Finding) -> tuple[Place, bool, str, str, str, str, str]:
    """Order by file and place, errors first, then rule; the rest makes the order total."""
    minor = finding.severity != "error"
    what = (finding.server or "", finding.package or "", finding.message, finding.remedy)
    return (finding.place, minor, finding.rule, *what)
