"""Files beside a config that move a launch: where they count, and for whom."""

from __future__ import annotations

import pytest

from mcp_guard import workspace
from mcp_guard.workspace import OVERRIDE_LIMIT
from tests.core.conftest import PIN, Site, blocking


def overrides(site: Site) -> set[str]:
    space = site.space()
    return {path for path, found in space.overrides.items() if found}


def server(**more: object) -> dict[str, object]:
    return {"command": "npx", "args": ["-y", "server@1.0.0"], **more}


NPMRC = "registry=https://registry.example/\n"


def test_overrides_in_the_folder_of_a_config_and_its_parents(site: Site) -> None:
    site.servers("a/b/.mcp.json", one=server())
    for folder in ("", "a/", "a/b/", "a/b/c/", "other/"):
        site.write(f"{folder}.npmrc", NPMRC)
    assert overrides(site) == {".npmrc", "a/.npmrc", "a/b/.npmrc"}
    config = site.space().configs[0]
    assert len(workspace.overrides_of(site.space(), config)) == 3


def test_an_override_counts_for_the_configs_near_it_only(site: Site) -> None:
    site.registry.publish_npm("server", "1.0.0")
    site.write("mcp-guard.toml", PIN)
    site.servers("a/.mcp.json", near=server())
    site.servers("b/.mcp.json", far=server())
    site.write("a/.npmrc", NPMRC)
    site.pin()
    report = site.judge()
    assert {subject.server.name.text: subject.verdict for subject in report.subjects} == {
        "near": "blocked",
        "far": "verified",
    }


@pytest.mark.parametrize("cwd", ["tools", "./tools", "tools/", "a/../tools", "tools/deep"])
def test_overrides_where_a_server_starts(site: Site, cwd: str) -> None:
    site.servers(one=server(cwd=cwd))
    site.write("tools/.npmrc", NPMRC)
    assert overrides(site) == {"tools/.npmrc"}


@pytest.mark.parametrize("cwd", ["${workspaceFolder}/tools", "${workspaceRoot}/tools"])
def test_overrides_where_a_server_starts_by_variable(site: Site, cwd: str) -> None:
    site.registry.publish_npm("server", "1.0.0")
    site.write("mcp-guard.toml", PIN)
    site.servers(".vscode/mcp.json", one=server(cwd=cwd))
    site.write("tools/.npmrc", NPMRC)
    site.pin()
    assert blocking(site.judge()) != []


@pytest.mark.parametrize("cwd", ["..", "../x", "/", "/etc", ".", "${HOME}"])
def test_folders_outside_have_no_files_here(site: Site, cwd: str) -> None:
    site.servers(one=server(cwd=cwd))
    site.write("tools/.npmrc", NPMRC)
    assert overrides(site) == set()


def test_a_config_without_servers_asks_for_no_overrides(site: Site) -> None:
    site.write(".mcp.json", '{"mcpServers": {}}')
    site.write(".npmrc", NPMRC)
    assert site.space().overrides == {}


def test_override_files_that_cannot_be_read_count(site: Site) -> None:
    site.servers(one=server(), two={"command": "uvx", "args": ["server@1.0"]})
    (site.folder / ".npmrc").symlink_to("elsewhere")
    site.write("uv.toml", "#" * (OVERRIDE_LIMIT + 1))
    (site.folder / "pip.conf").write_text("")
    site.git("add", "--all")
    (site.folder / "pip.conf").unlink()
    (site.folder / "pip.conf").mkdir()
    found = {(o.ecosystem, o.what) for o in workspace.overrides_of(site.space(), site.space().configs[0])}
    assert found == {
        ("npm", ".npmrc (cannot be read)"),
        ("pypi", "uv.toml (cannot be read)"),
        ("pypi", "pip.conf (cannot be read)"),
    }


def test_override_files_of_another_ecosystem_do_not_count(site: Site) -> None:
    site.registry.publish_npm("server", "1.0.0")
    site.write("mcp-guard.toml", PIN)
    site.servers(one=server())
    site.write("uv.toml", 'index-url = "https://pypi.example/simple"\n')
    site.pin()
    assert blocking(site.judge()) == []
    site.servers(one=server(), two={"command": "uvx", "args": ["server@1.0"]})
    assert "registry-override" in blocking(site.judge())


@pytest.mark.parametrize("name", [".NPMRC", "UV.TOML"])
def test_case_does_not_hide_an_override_file(site: Site, name: str) -> None:
    site.servers(one=server(), two={"command": "uvx", "args": ["server@1.0"]})
    site.write(name, NPMRC if name == ".NPMRC" else 'index-url = "https://pypi.example/simple"\n')
    assert overrides(site) == {name}
