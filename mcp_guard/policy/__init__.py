"""The policy: what people have decided, in `mcp-guard.toml` or in `[tool.mcp-guard]` of `pyproject.toml`.

`reading` turns the file into a `model.Policy`, `matching` and `publishers` ask it, `weakening` compares two. Nothing
here reads the clock, asks the network or opens a file.
"""

from __future__ import annotations

from mcp_guard.policy.acceptances import ACCEPTABLE, too_far
from mcp_guard.policy.matching import excluded, program_allowed, remote_allowed
from mcp_guard.policy.publishers import publisher_differs, publisher_entry, publisher_named
from mcp_guard.policy.reading import POLICY_FILES, load
from mcp_guard.policy.values import PolicyError
from mcp_guard.policy.weakening import weakened

__all__ = [
    "ACCEPTABLE",
    "POLICY_FILES",
    "PolicyError",
    "excluded",
    "load",
    "program_allowed",
    "publisher_differs",
    "publisher_entry",
    "publisher_named",
    "remote_allowed",
    "too_far",
    "weakened",
]
