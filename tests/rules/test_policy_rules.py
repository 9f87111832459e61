"""The rule on the policy: when it fires, and when it does not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mcp_guard.model import Policy
from mcp_guard.rules import policy_weakened

from .factories import POLICY_PLACE, facts, only

CORP = "https://npm.corp.example/"


def test_a_loosened_policy_is_shown_with_both_lines() -> None:
    policy = Policy(file="mcp-guard.toml", min_age=timedelta(0), places=(("min-age", POLICY_PLACE),))
    finding = only(policy_weakened.check(facts(policy=policy, base_policy=Policy())))
    assert (finding.severity, finding.place) == ("warning", POLICY_PLACE)
    assert 'was min-age = "72h", is min-age = "0' in finding.message
    assert finding.remedy == "git diff HEAD -- mcp-guard.toml"


def test_what_is_added_or_dropped_has_one_line() -> None:
    more = Policy(programs=("gh",), registries=())
    base = Policy(registries=(("npm:@corp", CORP),))
    messages = [finding.message for finding in policy_weakened.check(facts(policy=more, base_policy=base))]
    assert len(messages) == 2
    assert any("added " in message and "gh" in message for message in messages)
    assert any("dropped " in message and CORP in message for message in messages)


@pytest.mark.parametrize("base", [None, Policy()])
def test_nothing_is_loosened_without_a_base_or_a_change(base: Policy | None) -> None:
    assert not list(policy_weakened.check(facts(policy=Policy(), base_policy=base)))
