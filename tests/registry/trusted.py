"""Trust in the test authority instead of whom this release trusts."""

from __future__ import annotations

import pytest

from mcp_guard.provenance import npm, proofs, pypi
from tests.provenance.attest import authority_root, registry_key


def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on `mcp_guard.provenance` verifies, in this process, what `tests.registry` signs, and nothing else.

    The set of keys has another name too, so that no receipt of the real one counts.
    """
    root, key = authority_root(), registry_key()
    monkeypatch.setattr(npm, "trusted_root", lambda: root)
    monkeypatch.setattr(npm, "npm_keys", lambda _usage: (key,))
    monkeypatch.setattr(pypi, "trusted_root", lambda: root)
    monkeypatch.setattr(proofs, "key_set", lambda: "7e57" * 16)
