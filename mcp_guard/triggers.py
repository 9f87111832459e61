"""Which paths make the hook look: configs, and the files that decide what a config amounts to.

On the hot path, so it imports only tables. From the same tables comes the `files:` pattern of the hook manifest.
"""

from __future__ import annotations

import re

from mcp_guard import clients, lockfiles

LOCK_FILE = "mcp-guard.lock"
POLICY_FILES = ("mcp-guard.toml", "pyproject.toml")
PROOFS_FOLDER = "mcp-guard.proofs"
OVERRIDE_FILES = (
    ".npmrc",
    ".yarnrc.yml",
    "bunfig.toml",
    "package.json",
    "pip.conf",
    "pip.ini",
    "pyproject.toml",
    "uv.toml",
)

# What a server may start from the tree itself.
_SCRIPTS = (
    ".js",
    ".mjs",
    ".cjs",
    ".ts",
    ".mts",
    ".cts",
    ".py",
    ".pyw",
    ".sh",
    ".bash",
    ".rb",
    ".php",
    ".ps1",
    ".bat",
    ".cmd",
)

LINK_MODES = frozenset({"120000", "160000"})

_WIDENING = frozenset(name.casefold() for name in (LOCK_FILE, *POLICY_FILES, *OVERRIDE_FILES, *lockfiles.FILES))


def widens(path: str) -> bool:
    """Say whether a change of this file can change the verdict on configs that were not touched.

    Names are compared without regard to case, as the usual file systems of macOS and Windows do.
    """
    folder, _, name = path.casefold().rpartition("/")
    return (
        name in _WIDENING
        or is_env_file(name)
        or folder.split("/", 1)[0] == PROOFS_FOLDER
        or "node_modules" in folder.split("/")
    )


def is_env_file(path: str) -> bool:
    """Say whether a file is called as files of variables are: `.env`, `.env.local`, `prod.env`."""
    name = path.casefold().rpartition("/")[2]
    return name.startswith(".env") or name.endswith(".env")


def is_script(path: str) -> bool:
    """Say whether a file may be what a server starts."""
    return path.casefold().endswith(_SCRIPTS)


def concerns(path: str) -> bool:
    """Say whether a change of this path has to be looked at."""
    return widens(path) or clients.concerns(path)


def files_pattern() -> str:
    """Build the `files:` pattern of the hook manifest (Python regular expression, `re.search`)."""
    names = "|".join(re.escape(name) for name in sorted(_WIDENING))
    own = rf"(?:^|/)(?:{names}|\.env[^/]*|[^/]*\.env)\Z|^{re.escape(PROOFS_FOLDER)}/|(?:^|/)node_modules/"
    return f"(?i)(?:{clients.files_regex()}|{own})"
