"""Where each client keeps its servers on a machine: user and system files, which no repository holds.

Read in docker/mcp-gateway:pkg/client/config.yml, neondatabase/add-mcp:src/agents.ts,
smithery-ai/cli:src/config/clients.ts and
microsoft/vscode:src/vs/workbench/contrib/mcp/common/discovery/nativeMcpDiscoveryAdapters.ts; what they do not name
stands in the source of the client's row, or is recollected.
"""

from __future__ import annotations

from typing import NamedTuple


class Machine(NamedTuple):
    """Templates of the files that are read as the row `client` of `CLIENTS` says, for each platform.

    A template starts with `~`, with a variable (`$DATA` is where applications keep theirs) or at the root. What stands
    before `//` is the client's own folder: where that exists, the client is taken for installed. `*` stands for any
    characters of one name. `limit` is the size in bytes above which a file is not read.
    """

    client: str
    macos: tuple[str, ...]
    linux: tuple[str, ...]
    windows: tuple[str, ...]
    limit: int = 1 << 20


def _everywhere(client: str, *templates: str, limit: int = 1 << 20) -> Machine:
    return Machine(client, templates, templates, templates, limit)


def _code(*names: str) -> tuple[str, ...]:
    """The files below the user folder of VS Code and of what is built from it."""
    forks = ("Code", "Code - Insiders", "VSCodium", "Cursor", "Windsurf")
    return tuple(f"$DATA/{fork}/User/{name}" for fork in forks for name in names)


_CLINE = "saoudrizwan.claude-dev//settings/cline_mcp_settings.json"
_ROO = "rooveterinaryinc.roo-cline//settings/mcp_settings.json"
_PROFILES = ("mcp.json", "profiles/*/mcp.json", "settings.json", "profiles/*/settings.json")

_CLAUDE_SETTINGS = ("~/.claude//settings.json", "$CLAUDE_CONFIG_DIR//settings.json")

MACHINE: tuple[Machine, ...] = (
    _everywhere(
        "claude-code-user", "~/.claude.json", "~/.claude//", "$CLAUDE_CONFIG_DIR//.claude.json", limit=64 << 20
    ),
    Machine(
        "claude-code",
        ("/Library/Application Support/ClaudeCode//managed-mcp.json",),
        ("/etc/claude-code//managed-mcp.json",),
        ("$PROGRAMFILES/ClaudeCode//managed-mcp.json", "$PROGRAMDATA/ClaudeCode//managed-mcp.json"),
    ),
    Machine(
        "claude-settings",
        (*_CLAUDE_SETTINGS, "/Library/Application Support/ClaudeCode//managed-settings.json"),
        (*_CLAUDE_SETTINGS, "/etc/claude-code//managed-settings.json"),
        (*_CLAUDE_SETTINGS, "$PROGRAMFILES/ClaudeCode//managed-settings.json"),
    ),
    _everywhere("claude-agents", "~/.claude//agents/*.md", "$CLAUDE_CONFIG_DIR//agents/*.md"),
    Machine(
        "claude-desktop",
        ("$DATA/Claude//claude_desktop_config.json",),
        ("$DATA/Claude//claude_desktop_config.json", "$DATA/claude//claude_desktop_config.json"),
        ("$DATA/Claude//claude_desktop_config.json",),
    ),
    _everywhere("cursor", "~/.cursor//mcp.json"),
    _everywhere(
        "vscode",
        *(f"$DATA/{name}//User/{file}" for name in ("Code", "Code - Insiders", "VSCodium") for file in _PROFILES[:2]),
    ),
    _everywhere("vscode-settings", *_code(*_PROFILES[2:])),
    Machine("visual-studio", (), (), ("~/.mcp.json",)),
    _everywhere("copilot-cli", "~/.copilot//mcp-config.json", "$XDG_CONFIG_HOME/mcp-config.json"),
    Machine(
        "copilot-jetbrains",
        ("$XDG_CONFIG_HOME/github-copilot/intellij//mcp.json",),
        ("$XDG_CONFIG_HOME/github-copilot/intellij//mcp.json",),
        ("$LOCALAPPDATA/github-copilot/intellij//mcp.json",),
    ),
    _everywhere("windsurf", "~/.codeium/windsurf//mcp_config.json", "~/.codeium//mcp_config.json"),
    _everywhere(
        "cline",
        "~/.cline//data/settings/cline_mcp_settings.json",
        "$CLINE_DIR//data/settings/cline_mcp_settings.json",
        "$CLINE_MCP_SETTINGS_PATH",
        *_code(f"globalStorage/{_CLINE}"),
    ),
    _everywhere("roo", *_code(f"globalStorage/{_ROO}")),
    _everywhere("continue", "~/.continue//config.yaml", "~/.continue//mcpServers/*", "~/.continue//config.json"),
    Machine(
        "zed",
        ("$XDG_CONFIG_HOME/zed//settings.json", "$DATA/Zed//settings.json"),
        ("$XDG_CONFIG_HOME/zed//settings.json",),
        ("$DATA/Zed//settings.json", "$XDG_CONFIG_HOME/zed//settings.json"),
    ),
    Machine(
        "codex",
        (
            "~/.codex//config.toml",
            "~/.codex//managed_config.toml",
            "$CODEX_HOME//config.toml",
            "/etc/codex//config.toml",
        ),
        (
            "~/.codex//config.toml",
            "~/.codex//managed_config.toml",
            "$CODEX_HOME//config.toml",
            "/etc/codex//config.toml",
        ),
        ("~/.codex//config.toml", "~/.codex//managed_config.toml", "$CODEX_HOME//config.toml"),
    ),
    Machine(
        "gemini-cli",
        (
            "~/.gemini//settings.json",
            *(f"/Library/Application Support/GeminiCli//{name}.json" for name in ("settings", "system-defaults")),
        ),
        ("~/.gemini//settings.json", "/etc/gemini-cli//settings.json", "/etc/gemini-cli//system-defaults.json"),
        (
            "~/.gemini//settings.json",
            "$PROGRAMDATA/gemini-cli//settings.json",
            "$PROGRAMDATA/gemini-cli//system-defaults.json",
        ),
    ),
    _everywhere("qwen", "~/.qwen//settings.json"),
    _everywhere(
        "opencode",
        *(f"$XDG_CONFIG_HOME/opencode//{name}" for name in ("opencode.json", "opencode.jsonc", "config.json")),
        "~/.opencode//opencode.json",
        "~/.opencode//opencode.jsonc",
    ),
    Machine(
        "crush",
        ("$XDG_CONFIG_HOME/crush//crush.json", "$XDG_DATA_HOME/crush//crush.json"),
        ("$XDG_CONFIG_HOME/crush//crush.json", "$XDG_DATA_HOME/crush//crush.json"),
        ("$XDG_CONFIG_HOME/crush//crush.json", "$LOCALAPPDATA/crush//crush.json"),
    ),
    Machine(
        "crushrc",
        ("$XDG_CONFIG_HOME/crush//crushrc",),
        ("$XDG_CONFIG_HOME/crush//crushrc",),
        ("$XDG_CONFIG_HOME/crush//crushrc", "$LOCALAPPDATA/crush//crushrc"),
    ),
    Machine(
        "goose",
        ("$XDG_CONFIG_HOME/goose//config.yaml",),
        ("$XDG_CONFIG_HOME/goose//config.yaml",),
        ("$APPDATA/Block/goose//config/config.yaml", "$XDG_CONFIG_HOME/goose//config.yaml"),
    ),
    Machine(
        "amp",
        ("$XDG_CONFIG_HOME/amp//settings.json", "$XDG_CONFIG_HOME/amp//settings.jsonc"),
        ("$XDG_CONFIG_HOME/amp//settings.json", "$XDG_CONFIG_HOME/amp//settings.jsonc"),
        ("$APPDATA/amp//settings.json", "$XDG_CONFIG_HOME/amp//settings.json"),
    ),
    _everywhere(
        "amazonq",
        *(f"~/.aws/amazonq//{name}" for name in ("mcp.json", "default.json", "agents/*.json", "cli-agents/*.json")),
    ),
    _everywhere("kiro", "~/.kiro//settings/mcp.json", "~/.kiro//agents/*.json"),
    _everywhere("junie", "~/.junie//mcp/mcp.json"),
    _everywhere("jetbrains", "~/.ai//mcp/mcp.json"),
    _everywhere("augment", "~/.augment//settings.json"),
    _everywhere("warp", "~/.warp//.mcp.json", "~/.agents//.mcp.json"),
    _everywhere("lm-studio", "~/.lmstudio//mcp.json", "~/.cache/lm-studio//mcp.json"),
    _everywhere("jan", "$DATA/Jan//data/mcp_config.json"),
    _everywhere("cherry-studio", "$DATA/CherryStudio//"),
    _everywhere("5ire", "$DATA/5ire//mcp.json"),
    _everywhere("boltai", "~/.boltai//mcp.json"),
    _everywhere("witsy", "$DATA/Witsy//settings.json"),
    _everywhere("tome", "~/.tome//mcp_config.json"),
    _everywhere("enconvo", "~/.config/enconvo//mcp_config.json"),
    Machine(
        "sema4",
        ("~/.sema4ai//sema4ai-studio/mcp_servers.json",),
        ("~/.sema4ai//sema4ai-studio/mcp_servers.json",),
        ("$LOCALAPPDATA/sema4ai//sema4ai-studio/mcp_servers.json",),
    ),
    _everywhere("trae", "$DATA/Trae//User/mcp.json", "$DATA/Trae CN//User/mcp.json"),
    _everywhere("factory", "~/.factory//mcp.json"),
    _everywhere("rovodev", "~/.rovodev//mcp.json"),
    _everywhere("antigravity", "~/.gemini/config//mcp_config.json", "~/.gemini/antigravity//mcp_config.json"),
    _everywhere("mcporter", "~/.mcporter//mcporter.json", "~/.mcporter//mcporter.jsonc"),
    _everywhere("docker-mcp", "~/.docker/mcp//registry.yaml", "~/.docker/mcp//catalogs/*.yaml"),
)
