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
    ".corepack.env",
    ".npmrc",
    ".pnpmfile.cjs",
    ".pnpmfile.mjs",
    ".yarnrc",
    ".yarnrc.yml",
    "bunfig.toml",
    "nuget.config",
    "package.json",
    "pip.conf",
    "pip.ini",
    "pnpm-workspace.yaml",
    "pnpmfile.js",
    "pyproject.toml",
    "uv.toml",
)

# Scripts that grammars read, because what they start in their turn counts as well.
_STARTERS = frozenset(
    {
        "makefile",
        "gnumakefile",
        "justfile",
        ".justfile",
        "deno.json",
        "deno.jsonc",
        "dotnet-tools.json",
        "hatch.toml",
        "pixi.toml",
        ".envrc",
    }
)
_STARTER_ENDINGS = (".sh", ".bash", ".zsh", ".ksh", ".fish", ".cmd", ".bat", ".ps1", ".mk")
# What people read, and nothing starts: a change of such a file is not looked at, so no grammar may look at one either.
_INERT = (
    ".md",
    ".mdx",
    ".markdown",
    ".rst",
    ".adoc",
    ".txt",
    ".csv",
    ".tsv",
    ".png",
    ".jpg",
    ".jpeg",
    ".gif",
    ".svg",
    ".ico",
    ".webp",
    ".pdf",
    ".css",
    ".scss",
    ".less",
    ".html",
    ".htm",
    ".woff",
    ".woff2",
    ".ttf",
    ".otf",
    ".mp3",
    ".mp4",
)
_COMPOSE = re.compile(r"(?:docker-)?compose[^/]*\.ya?ml")

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


def is_inert(path: str) -> bool:
    """Say whether nothing starts a file of this name, nor takes what it starts in its turn from it."""
    return path.casefold().endswith(_INERT) and not widens(path)


def is_starter(path: str) -> bool:
    """Say whether a file may be one whose text says what a server starts in its turn.

    Also every file without an extension, as scripts often have none. Of others `hook` reads what has changed.
    """
    name = path.casefold().rpartition("/")[2]
    return (
        "." not in name or name in _STARTERS or name.endswith(_STARTER_ENDINGS) or _COMPOSE.fullmatch(name) is not None
    )


def concerns(path: str) -> bool:
    """Say whether a change of this path has to be looked at."""
    return widens(path) or clients.concerns(path)


def files_pattern() -> str:
    """Build the `files:` pattern of the hook manifest (Python regular expression, `re.search`)."""
    names = "|".join(re.escape(name) for name in sorted(_WIDENING))
    own = rf"(?:^|/)(?:{names}|\.env[^/]*|[^/]*\.env)\Z|^{re.escape(PROOFS_FOLDER)}/|(?:^|/)node_modules/"
    return f"(?i)(?:{clients.files_regex()}|{own})"
