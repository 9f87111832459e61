from __future__ import annotations

from collections import Counter

import pytest

from mcp_guard.clients.locations import Host, Location, Platform, locations
from mcp_guard.clients.machine import MACHINE
from mcp_guard.clients.table import CLIENTS

PLATFORMS: tuple[Platform, ...] = ("macos", "linux", "windows")
HOMES: dict[Platform, str] = {"macos": "/Users/me", "linux": "/srv/me", "windows": "C:\\Users\\me"}
CLINE = "saoudrizwan.claude-dev/settings/cline_mcp_settings.json"
ROO = "rooveterinaryinc.roo-cline/settings/mcp_settings.json"
TITLES = {client.name: client.title for client in CLIENTS}


def host(platform: Platform, system: str = "", **environ: str) -> Host:
    return Host(platform, environ, HOMES[platform], system)


def paths(of: Host, client: str) -> list[str]:
    return [written(one) for one in locations(of) if one.machine.client == client and one.name]


def written(location: Location) -> str:
    return f"{location.folder}/{location.name}"


@pytest.mark.parametrize(
    ("client", "macos", "linux", "windows"),
    [
        ("claude-code-user", "/Users/me/.claude.json", "/srv/me/.claude.json", "C:/Users/me/.claude.json"),
        (
            "claude-code",
            "/Library/Application Support/ClaudeCode/managed-mcp.json",
            "/etc/claude-code/managed-mcp.json",
            "C:/Program Files/ClaudeCode/managed-mcp.json",
        ),
        (
            "claude-desktop",
            "/Users/me/Library/Application Support/Claude/claude_desktop_config.json",
            "/srv/me/.config/Claude/claude_desktop_config.json",
            "C:/Users/me/AppData/Roaming/Claude/claude_desktop_config.json",
        ),
        ("cursor", "/Users/me/.cursor/mcp.json", "/srv/me/.cursor/mcp.json", "C:/Users/me/.cursor/mcp.json"),
        (
            "vscode",
            "/Users/me/Library/Application Support/Code/User/mcp.json",
            "/srv/me/.config/Code/User/mcp.json",
            "C:/Users/me/AppData/Roaming/Code/User/mcp.json",
        ),
        (
            "vscode",
            "/Users/me/Library/Application Support/Code - Insiders/User/profiles/*/mcp.json",
            "/srv/me/.config/VSCodium/User/profiles/*/mcp.json",
            "C:/Users/me/AppData/Roaming/Code/User/profiles/*/mcp.json",
        ),
        ("visual-studio", None, None, "C:/Users/me/.mcp.json"),
        (
            "copilot-jetbrains",
            "/Users/me/.config/github-copilot/intellij/mcp.json",
            "/srv/me/.config/github-copilot/intellij/mcp.json",
            "C:/Users/me/AppData/Local/github-copilot/intellij/mcp.json",
        ),
        (
            "cline",
            f"/Users/me/Library/Application Support/Cursor/User/globalStorage/{CLINE}",
            "/srv/me/.cline/data/settings/cline_mcp_settings.json",
            f"C:/Users/me/AppData/Roaming/Windsurf/User/globalStorage/{CLINE}",
        ),
        (
            "roo",
            f"/Users/me/Library/Application Support/Code/User/globalStorage/{ROO}",
            f"/srv/me/.config/VSCodium/User/globalStorage/{ROO}",
            f"C:/Users/me/AppData/Roaming/Cursor/User/globalStorage/{ROO}",
        ),
        (
            "continue",
            "/Users/me/.continue/mcpServers/*",
            "/srv/me/.continue/config.yaml",
            "C:/Users/me/.continue/mcpServers/*",
        ),
        (
            "zed",
            "/Users/me/.config/zed/settings.json",
            "/srv/me/.config/zed/settings.json",
            "C:/Users/me/AppData/Roaming/Zed/settings.json",
        ),
        ("codex", "/etc/codex/config.toml", "/srv/me/.codex/config.toml", "C:/Users/me/.codex/config.toml"),
        (
            "gemini-cli",
            "/Library/Application Support/GeminiCli/settings.json",
            "/etc/gemini-cli/system-defaults.json",
            "C:/ProgramData/gemini-cli/settings.json",
        ),
        (
            "goose",
            "/Users/me/.config/goose/config.yaml",
            "/srv/me/.config/goose/config.yaml",
            "C:/Users/me/AppData/Roaming/Block/goose/config/config.yaml",
        ),
        (
            "kiro",
            "/Users/me/.kiro/agents/*.json",
            "/srv/me/.kiro/settings/mcp.json",
            "C:/Users/me/.kiro/agents/*.json",
        ),
        (
            "crush",
            "/Users/me/.config/crush/crush.json",
            "/srv/me/.local/share/crush/crush.json",
            "C:/Users/me/AppData/Local/crush/crush.json",
        ),
        (
            "trae",
            "/Users/me/Library/Application Support/Trae/User/mcp.json",
            "/srv/me/.config/Trae/User/mcp.json",
            "C:/Users/me/AppData/Roaming/Trae/User/mcp.json",
        ),
    ],
)
def test_a_client_is_looked_for_where_it_keeps_its_servers(
    client: str, macos: str | None, linux: str | None, windows: str | None
) -> None:
    for platform, path in zip(PLATFORMS, (macos, linux, windows), strict=True):
        found = paths(host(platform), client)
        assert path in found if path else not found


@pytest.mark.parametrize(
    ("platform", "variable", "value", "client", "path"),
    [
        ("linux", "XDG_CONFIG_HOME", "/x", "claude-desktop", "/x/Claude/claude_desktop_config.json"),
        ("linux", "XDG_DATA_HOME", "/d/", "crush", "/d/crush/crush.json"),
        ("macos", "CODEX_HOME", "/c/../codex", "codex", "/codex/config.toml"),
        ("linux", "CLAUDE_CONFIG_DIR", "/cc", "claude-code-user", "/cc/.claude.json"),
        ("linux", "CLINE_MCP_SETTINGS_PATH", "/a/b.json", "cline", "/a/b.json"),
        ("windows", "CLINE_MCP_SETTINGS_PATH", "D:\\a\\b.json", "cline", "D:/a/b.json"),
        ("windows", "APPDATA", "D:\\Roaming", "vscode", "D:/Roaming/Code/User/mcp.json"),
        ("windows", "APPDATA", "\\\\files\\me", "vscode", "//files/me/Code/User/mcp.json"),
        ("windows", "LOCALAPPDATA", "D:/Local", "crush", "D:/Local/crush/crush.json"),
        ("windows", "PROGRAMDATA", "E:\\PD", "gemini-cli", "E:/PD/gemini-cli/settings.json"),
    ],
)
def test_a_variable_moves_a_file_and_the_usual_one_counts_too(
    platform: Platform, variable: str, value: str, client: str, path: str
) -> None:
    usual = paths(host(platform), client)
    moved = paths(host(platform, **{variable: value}), client)
    assert path not in usual
    assert path in moved
    assert set(usual) < set(moved)


@pytest.mark.parametrize("value", ["", "relative/path", "~", "$HOME", "C:relative"])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_variable_that_is_no_absolute_path_is_ignored(platform: Platform, value: str) -> None:
    names = ("XDG_CONFIG_HOME", "APPDATA", "CODEX_HOME", "CLAUDE_CONFIG_DIR", "CLINE_MCP_SETTINGS_PATH")
    bent = host(platform, **dict.fromkeys(names, value))
    assert list(map(written, locations(bent))) == list(map(written, locations(host(platform))))


def test_no_variable_of_the_environment_is_where_applications_keep_their_data() -> None:
    assert not [one for one in locations(host("linux", DATA="/evil")) if one.folder.startswith("/evil")]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_location_is_absolute_and_has_no_variable_left(platform: Platform) -> None:
    for location in locations(host(platform)):
        assert location.folder.startswith(("/", "C:/"))
        assert not {"$", "~", "\\", "%"} & set(written(location))
        assert "//" not in written(location)
        assert "*" not in location.folder
        assert location.name or location.own


@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_location_is_given_twice(platform: Platform) -> None:
    counted = Counter((one.machine.client, written(one)) for one in locations(host(platform)) if one.name)
    assert not [path for path, count in counted.items() if count > 1]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_home_that_looks_like_a_pattern_is_only_a_folder(platform: Platform) -> None:
    odd = host(platform)._replace(home="/ho*me/[x]/$HOME")
    found = [one for one in locations(odd) if one.machine.client == "kiro"]
    assert found
    assert all(one.folder == "/ho*me/[x]/$HOME/.kiro" for one in found)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_system_files_can_be_looked_for_elsewhere(platform: Platform) -> None:
    moved = locations(host(platform, "/tmp/system"))  # noqa: S108 (nothing is written there)
    assert not [one for one in moved if one.folder.startswith(("/etc", "/Library"))]


def test_the_home_itself_is_no_sign_of_a_client() -> None:
    for platform in PLATFORMS:
        own = {one.folder for one in locations(host(platform)) if one.own}
        homes = {HOMES[platform].replace("\\", "/"), "/srv/me/.config", "C:/Users/me/AppData/Roaming"}
        assert not own & homes


def test_every_machine_is_read_by_a_row_of_the_table() -> None:
    assert not [machine.client for machine in MACHINE if machine.client not in TITLES]


def test_a_row_stands_in_the_table_once() -> None:
    counted = Counter(machine.client for machine in MACHINE)
    assert not [client for client, count in counted.items() if count > 1]


def test_only_what_clients_fill_with_their_own_history_may_be_large() -> None:
    assert {machine.client for machine in MACHINE if machine.limit != 1 << 20} == {"claude-code-user"}
