"""The table of clients, and which paths are theirs.

Each row names where its facts were read. Paths are compared without case, because the usual file systems of macOS and
Windows are: there a client reads `.MCP.json` too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

Path = tuple[str, ...]  # keys from the root


class Dialect(NamedTuple):
    """How the fields of a server are spelled; `name` is also that of the schema."""

    name: Literal["standard", "vscode", "codex", "gemini"]
    urls: tuple[str, ...] = ("url", "serverUrl", "httpUrl")
    headers: str = "headers"
    env_files: tuple[str, ...] = ("envFile",)

    @property
    def fields(self) -> tuple[str, ...]:
        """All fields that are read; any other is left alone."""
        return ("command", "args", "env", *self.env_files, "cwd", *self.urls, self.headers)


STANDARD = Dialect("standard")
VSCODE = Dialect("vscode")
CODEX = Dialect("codex", urls=("url",), headers="http_headers", env_files=())
GEMINI = Dialect("gemini")


class Client(NamedTuple):
    """One row: the files of a client and the keys under which it keeps its servers.

    A glob is `**/` and the path of the file. `flat` allows a file that is itself the map of servers.
    `command_line` leads to a single command line that is a server without a name.
    """

    name: str
    title: str
    globs: tuple[str, ...]
    source: str  # repository:path of what was read, or what it is known from
    maps: tuple[Path, ...] = (("mcpServers",), ("servers",))
    dialect: Dialect = STANDARD
    format: Literal["json", "toml"] = "json"
    flat: bool = True
    command_line: Path | None = None


CLIENTS = (
    Client(
        name="claude-code",
        title="Claude Code",
        globs=("**/.mcp.json",),
        source="anthropics/claude-code:plugins/plugin-dev/skills/mcp-integration/SKILL.md",
    ),
    Client(
        name="claude-desktop",
        title="Claude Desktop",
        globs=("**/claude_desktop_config.json",),
        source="microsoft/vscode:src/vs/workbench/contrib/mcp/common/discovery/nativeMcpDiscoveryAdapters.ts",
    ),
    Client(
        name="cursor",
        title="Cursor",
        globs=("**/.cursor/mcp.json",),
        source="docker/mcp-gateway:pkg/client/config.yml",
    ),
    Client(
        name="vscode",
        title="VS Code",
        globs=("**/.vscode/mcp.json",),
        source="microsoft/vscode-docs:docs/copilot/reference/mcp-configuration.md",
        maps=(("servers",), ("mcpServers",)),
        dialect=VSCODE,
    ),
    Client(
        name="codex",
        title="Codex",
        globs=("**/.codex/config.toml",),
        source="openai/codex:codex-rs/config/src/mcp_types.rs",
        maps=(("mcp_servers",),),
        dialect=CODEX,
        format="toml",
        flat=False,
    ),
    Client(
        name="gemini-cli",
        title="Gemini CLI",
        globs=("**/.gemini/settings.json",),
        source="google-gemini/gemini-cli:docs/tools/mcp-server.md",
        maps=(("mcpServers",),),
        dialect=GEMINI,
        flat=False,
        command_line=("mcp", "serverCommand"),
    ),
    Client(
        name="windsurf",
        title="Windsurf",
        globs=("**/.windsurf/mcp_config.json", "**/.codeium/windsurf/mcp_config.json", "**/mcp_config.json"),
        source="dyoshikawa/rulesync:src/features/mcp",
    ),
)

_EVERY_MAP: tuple[Path, ...] = (("mcpServers",), ("servers",), ("mcp_servers",), ("mcp", "servers"), ("mcp.servers",))
GENERIC = Client(name="generic", title="any file that is named", globs=(), source="", maps=_EVERY_MAP)
GENERIC_TOML = GENERIC._replace(dialect=CODEX, format="toml")


def owner(path: str) -> Client | None:
    """The client that reads the file at a path, at any depth; None where there is none."""
    return next((client for client, pattern in _OWNERS if pattern.search(path)), None)


def generic(path: str) -> Client:
    """The row for a file that a person names and no client owns."""
    return GENERIC_TOML if path.lower().endswith(".toml") else GENERIC


def files_regex() -> str:
    """The pattern of all configs for `re.search`, as pre-commit's `files:` has it; to be used with `(?i)`."""
    return _regex(glob for client in CLIENTS for glob in client.globs)


def concerns(path: str) -> bool:
    """Whether a client owns the path."""
    return _CONFIGS.search(path) is not None


def on_the_way(path: str) -> bool:
    """Whether a symbolic link or submodule at the path would hide a config: one of a client's files or folders."""
    return _ON_THE_WAY.search(path) is not None


def _regex(globs: Iterable[str]) -> str:
    """One pattern for all globs; at the end of the path and not before a line feed there."""
    return rf"(?:^|/)(?:{'|'.join(re.escape(glob.removeprefix('**/')) for glob in globs)})\Z"


def _steps() -> Iterator[str]:
    """Each glob and each folder of it."""
    for client in CLIENTS:
        for glob in client.globs:
            parts = glob.split("/")
            yield from ("/".join(parts[: length + 1]) for length in range(1, len(parts)))


_OWNERS = tuple((client, re.compile(_regex(client.globs), re.IGNORECASE)) for client in CLIENTS)
_CONFIGS = re.compile(files_regex(), re.IGNORECASE)
_ON_THE_WAY = re.compile(_regex(dict.fromkeys(_steps())), re.IGNORECASE)
