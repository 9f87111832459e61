"""Documents that start servers in another way than by an object of them, and names that many programs use.

Each of the documents is read by a shape of its own. A file of a common name that holds no servers passes. chezmoi's
`dot_` and `private_` names need no rows.
"""

from __future__ import annotations

from mcp_guard.clients.client import Client

_FORMATS = ("json", "jsonc", "yaml", "yml", "toml")
_MAPS = (
    *("**/mcpServers", "**/mcpServers[]", "**/mcp_servers", "**/mcp_servers[]", "**/mcp-servers", "**/mcp.servers"),
    *("**/amp.mcpServers", "**/context_servers", "**/servers?", "mcp?", "extensions?", "extensions[]?", "servers[]?"),
    *("mcp/targets[]?", "[]?"),
)

DOCUMENTS = (
    Client(
        name="claude-plugin",
        title="Claude Code (plugins)",
        globs=(".claude-plugin/plugin.json",),
        source="SchemaStore/schemastore:src/schemas/json/claude-code-plugin-manifest.json",
        maps=(),
        shape="plugin",
    ),
    Client(
        name="claude-marketplace",
        title="Claude Code (marketplaces)",
        globs=(".claude-plugin/marketplace.json",),
        source="SchemaStore/schemastore:src/schemas/json/claude-code-marketplace.json",
        maps=(),
        shape="marketplace",
    ),
    Client(
        name="codex-plugin",
        title="Codex (plugins)",
        globs=(".codex-plugin/plugin.json",),
        source="SchemaStore/schemastore:src/schemas/json/codex-plugin-manifest.json",
        maps=(),
        shape="plugin",
    ),
    Client(
        name="mcp-registry",
        title="MCP registry",
        globs=("server.json",),
        source="modelcontextprotocol/registry:docs/reference/server-json/server.schema.json",
        maps=(),
        shape="server-json",
        common=True,
    ),
    Client(
        name="mcpb",
        title="MCP bundles",
        globs=("manifest.json",),
        source="modelcontextprotocol/mcpb:schemas/mcpb-manifest-v0.4.schema.json",
        maps=(),
        shape="mcpb",
        common=True,
    ),
    Client(
        name="docker-mcp",
        title="Docker MCP gateway",
        globs=(
            *("catalogs/*.yaml", "catalogs/*.yml", "*catalog.yaml", "*catalog.yml", "*catalog.json"),
            *(".docker/mcp/registry.yaml", "docker-mcp.yaml"),
        ),
        source="docker/mcp-gateway:pkg/catalog/types.go",
        maps=(),
        format="yaml",
        shape="catalog",
        common=True,
    ),
    Client(
        name="compose",
        title="Docker Compose",
        globs=("compose*.yaml", "compose*.yml", "docker-compose*.yaml", "docker-compose*.yml"),
        source="docker/compose-for-agents:README.md",
        maps=(),
        format="yaml",
        shape="compose",
        common=True,
    ),
    Client(
        name="dotenv",
        title="Codex (environment)",
        globs=(".env",),
        source="openai/codex:codex-rs/arg0/src/lib.rs",
        maps=(),
        format="text",
        shape="dotenv",
        common=True,
    ),
)

CONVENTIONS = (
    Client(
        name="convention",
        title="any program, by convention",
        globs=(
            "mcp.json",
            *(f"*mcp*.{extension}" for extension in _FORMATS),
            *(f"*claude*desktop*.{extension}" for extension in _FORMATS[:2]),
            *(f"{folder}/*.json" for folder in ("mcps", "mcps/*", "mcp", ".mcp", "mcp-configs", "mcp-servers")),
        ),
        source="open-webui/mcpo:src/mcpo/main.py; the names: what the corpus holds",
        maps=_MAPS,
        dialect="any",
        flat=True,
        single=True,
        common=True,
    ),
)

GENERIC = CONVENTIONS[0]._replace(name="generic", title="any file that is named", globs=(), common=False)
