"""Edits that cannot all be made: each server that can be pinned is, the others say so, and nothing else changes."""

from __future__ import annotations

import pytest

from tests.core.conftest import Desk
from tests.registry import Registry

PIN = 'require = ["pin", "integrity"]\n'
SHARED = """\
x: &p one
mcpServers:
  a: {command: npx, args: [-y, *p]}
  b: {command: uvx, args: [*p]}
  c: {command: npx, args: [-y, two]}
"""
SAME = """\
x: &p one
mcpServers:
  a: {command: npx, args: [-y, *p]}
  b: {command: npx, args: [-y, *p, --more]}
"""


@pytest.fixture
def served(desk: Desk, registry: Registry) -> Desk:
    registry.publish_npm("one", "1.0.0")
    registry.publish_npm("two", "2.0.0")
    registry.publish_pypi("one", "3.0.0")
    desk.write("mcp-guard.toml", PIN)
    return desk


def test_a_word_that_two_servers_share_is_left_where_they_need_other_versions(served: Desk) -> None:
    served.write("librechat.yaml", SHARED)
    served.git("add", "--all")
    done = served.guard("pin")
    assert done.code == 1
    assert served.read("librechat.yaml") == SHARED.replace("two]", "two@2.0.0]")
    assert "pinned  librechat.yaml  c  npm:two@2.0.0" in done.out
    for name, label in (("a", "npm:one@1.0.0"), ("b", "pypi:one@3.0.0")):
        assert f"{name}: this spelling cannot be edited in place: write {label} by hand" in done.out + done.err


def test_one_server_is_not_pinned_by_changing_another(served: Desk) -> None:
    served.write("librechat.yaml", SAME)
    served.git("add", "--all")
    assert served.guard("pin", "a").code == 1
    assert served.read("librechat.yaml") == SAME


def test_servers_that_share_a_word_are_pinned_together(served: Desk) -> None:
    served.write("librechat.yaml", SAME)
    served.git("add", "--all")
    assert served.guard("pin").code == 0
    assert served.read("librechat.yaml") == SAME.replace("&p one", "&p one@1.0.0")
    served.git("add", "--all")
    assert served.guard("check", "--offline").code == 0
