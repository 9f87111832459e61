"""Desktop applications, most of which keep their servers on a machine only; frameworks and gateways for agents."""

from __future__ import annotations

from mcp_guard.clients.client import Client

_KEYS = "smithery-ai/cli:src/config/clients.ts; keys: recollected"

DESKTOP = (
    Client(
        name="claude-desktop",
        title="Claude Desktop",
        globs=("claude_desktop_config.json",),
        source="microsoft/vscode:src/vs/workbench/contrib/mcp/common/discovery/nativeMcpDiscoveryAdapters.ts",
        flat=True,
    ),
    Client(
        name="lm-studio",
        title="LM Studio",
        globs=(".lmstudio/mcp.json",),
        source="lmstudio-ai/docs:1_developer/3_api/mcp.md",
        flat=True,
    ),
    Client(
        name="jan",
        title="Jan",
        source="janhq/jan:src-tauri/src/core/mcp/constants.rs; file name: recollected",
        maps=("mcpServers",),
        dialect="desktop",
    ),
    Client(
        name="cherry-studio",
        title="Cherry Studio",
        source="CherryHQ/cherry-studio:src/main/services/MCPService.ts",
        maps=("mcpServers", "mcpServers[]", "[]?"),
        dialect="desktop",
        flat=True,
    ),
    Client(
        name="5ire",
        title="5ire",
        source="nanbingxyz/5ire:src/main/mcp.ts",
        maps=("mcpServers", "servers[]"),
        dialect="desktop",
    ),
    Client(name="boltai", title="BoltAI", source=_KEYS, globs=(".boltai/mcp.json",), dialect="desktop", flat=True),
    Client(name="witsy", title="Witsy", source=_KEYS, maps=("mcpServers", "mcp/servers[]"), dialect="desktop"),
    Client(name="tome", title="Tome", source=_KEYS, globs=(".tome/mcp_config.json",), dialect="desktop"),
    Client(name="enconvo", title="Enconvo", source=_KEYS, dialect="desktop", flat=True),
    Client(
        name="sema4",
        title="Sema4.ai Studio",
        source="docker/mcp-gateway:pkg/client/config.yml",
        dialect="desktop",
        flat=True,
    ),
)

FRAMEWORKS = (
    Client(
        name="fast-agent",
        title="fast-agent",
        globs=(
            *("fast-agent.yaml", "fast-agent.config.yaml", "fastagent.config.yaml", "fastagent.config.*.yaml"),
            *("fast-agent.secrets.yaml", "fastagent.secrets.yaml"),
        ),
        source="evalstate/fast-agent:src/fast_agent/mcp/connect_targets.py",
        maps=("mcp/servers", "mcp/targets[]"),
        dialect="agents",
        format="yaml",
    ),
    Client(
        name="mcp-agent",
        title="mcp-agent",
        globs=(
            *("mcp_agent.config.yaml", "mcp-agent.config.yaml"),
            *("mcp_agent.secrets.yaml", "mcp-agent.secrets.yaml"),
        ),
        source="lastmile-ai/mcp-agent:src/mcp_agent/config.py",
        maps=("mcp/servers",),
        dialect="agents",
        format="yaml",
    ),
    Client(
        name="librechat",
        title="LibreChat",
        globs=("librechat.yaml", "librechat.yml"),
        source="LibreChat-AI/librechat.ai:content/docs/configuration/librechat_yaml/object_structure/mcp_servers.mdx",
        maps=("mcpServers",),
        dialect="agents",
        format="yaml",
    ),
    Client(
        name="mcpo",
        title="mcpo",
        globs=("mcpo.json",),
        source="open-webui/mcpo:src/mcpo/main.py",
        flat=True,
    ),
    Client(
        name="ruler",
        title="Ruler",
        globs=(".ruler/ruler.toml", ".ruler/mcp.json"),
        source="intellectronica/ruler:README.md",
        maps=("mcp_servers", "mcpServers"),
        dialect="any",
    ),
    Client(
        name="rulesync",
        title="rulesync",
        globs=(".rulesync/mcp.json", ".rulesync/mcp.jsonc"),
        source="dyoshikawa/rulesync:src/types/mcp.ts",
        maps=("mcpServers",),
        dialect="any",
    ),
)
