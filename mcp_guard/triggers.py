"""Which paths make the hook look: configs, and the files that decide what a config amounts to.

On the hot path, so it imports only tables. From the same tables comes the `files:` pattern of the hook manifest.
"""

from __future__ import annotations

import re

from mcp_guard import clients, lockfiles

LOCK_FILE = "mcp-guard.lock"
POLICY_FILES = ("mcp-guard.toml", "pyproject.toml")
PROOFS_FOLDER = "mcp-guard.proofs"
OVERRIDE_FILES = (".npmrc", ".yarnrc.yml", "bunfig.toml", "uv.toml", "pyproject.toml", "pip.conf", "pip.ini")

LINK_MODES = frozenset({"120000", "160000"})

_WIDENING = frozenset({LOCK_FILE, *POLICY_FILES, *OVERRIDE_FILES, *lockfiles.FILES})


def widens(path: str) -> bool:
    """Say whether a change of this file can change the verdict on configs that were not touched."""
    folder, _, name = path.rpartition("/")
    return name in _WIDENING or name.startswith(".env") or folder.split("/", 1)[0] == PROOFS_FOLDER


def concerns(path: str) -> bool:
    """Say whether a change of this path has to be looked at."""
    return widens(path) or clients.concerns(path)


def files_pattern() -> str:
    """Build the `files:` pattern of the hook manifest (Python regular expression, `re.search`)."""
    names = "|".join(re.escape(name) for name in sorted(_WIDENING))
    return rf"(?i)(?:{clients.files_regex()}|(?:^|/)(?:{names}|\.env[^/]*)$|^{re.escape(PROOFS_FOLDER)}/)"
