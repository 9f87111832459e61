from __future__ import annotations

import fnmatch
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_guard import clients
from mcp_guard.clients import CLIENTS
from mcp_guard.clients.__main__ import main, page
from mcp_guard.clients.dialects import DIALECTS
from mcp_guard.clients.table import GENERIC, form, owner

ROOT = Path(__file__).resolve().parents[2]
GLOBS = [glob for client in CLIENTS for glob in client.globs]
PARTS = sorted(
    {part.replace("*", "x") for glob in GLOBS for part in glob.split("/")}
    | {
        "a",
        "x.mcp.json",
        ".mcp.json.bak",
        "",
        "dot_cursor",
        "private_mcp.json",
        "private_dot_codex",
        "private_",
        "dot_",
    }
)
PATHS = st.lists(st.sampled_from(PARTS) | st.text(max_size=3), min_size=1, max_size=4).map("/".join)


def by_fnmatch(path: str) -> bool:
    """The globs read by another hand."""
    parts = [part.removeprefix("private_") for part in path.lower().split("/")]
    parts = ["." + part.removeprefix("dot_") if part.startswith("dot_") else part for part in parts]
    return any(
        len(parts) > glob.count("/")
        and all(map(fnmatch.fnmatchcase, parts[-1 - glob.count("/") :], glob.lower().split("/")))
        for glob in GLOBS
    )


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (".mcp.json", "claude-code"),
        ("plugins/a b/é/.MCP.json", "claude-code"),
        ("Claude/claude_desktop_config.json", "claude-desktop"),
        ("x/.cursor/mcp.json", "cursor"),
        (".vscode/mcp.json", "vscode"),
        ("dot/.codex/config.toml", "codex"),
        (".Gemini/Settings.json", "gemini-cli"),
        (".windsurf/mcp_config.json", "windsurf"),
        ("home/.codeium/windsurf/mcp_config.json", "windsurf"),
        ("mcp_config.json", "windsurf"),
        (".agents/mcp_config.json", "antigravity"),
        (".agents/.mcp.json", "warp"),
        (".kilocode/mcp.json", "kilocode-old"),
        ("mcp.json", "convention"),
        ("deep/my-mcp-servers.yaml", "convention"),
        ("mcps/database/postgres.json", "convention"),
        ("x.code-workspace", "vscode-workspace"),
        (".devcontainer/python/devcontainer.json", "devcontainer"),
        ("Code/User/profiles/-1f2/mcp.json", "vscode"),
        (".github/agents/reviewer.md", "copilot-agents"),
        (".claude/agents/x.md", "claude-agents"),
        (".claude/settings.local.json", "claude-settings"),
        (".amazonq/cli-agents/my-mcp.json", "amazonq"),
        ("dot_cursor/private_mcp.json", "cursor"),
        ("private_dot_codex/private_config.toml", "codex"),
        ("private_dot_config/zed/settings.json", "zed"),
        (".config/goose/config.yaml", "goose"),
        ("docker-compose.override.yml", "compose"),
        ("sub/server.json", "mcp-registry"),
        ("sub/.env", "dotenv"),
    ],
)
def test_each_client_has_its_files_at_any_depth_and_in_any_case(path: str, name: str) -> None:
    client = owner(path)
    assert client
    assert client.name == name
    assert clients.concerns(path)


@pytest.mark.parametrize(
    "path",
    [
        *(".mcp.json/x", ".mcp.json.bak", ".cursor/x/rules.md", "xcursor/config.json", ".vscode", "settings.json"),
        *(
            "",
            "/",
            "config.toml",
            "config.json",
            ".mcp.json\n",
            ".vscode\\settings.json",
            "README.md",
            "mcp.py",
            ".json",
        ),
        *("dot_mcp.toml/x", "agents/x.py", ".codexx/config.toml", "recipes/sub/x.txt", "mcpjson"),
    ],
)
def test_other_paths_are_nobodys(path: str) -> None:
    assert not clients.concerns(path)
    assert clients.read(path, b"{}") is None


@given(PATHS | st.sampled_from(UPPER := [glob.replace("*", "x").upper() for glob in GLOBS]))
@settings(max_examples=300, deadline=None)
def test_the_regex_and_concerns_say_the_same_as_the_globs(path: str) -> None:
    found = re.search(f"(?i){clients.files_regex()}", path) is not None
    assert found == clients.concerns(path) == by_fnmatch(path) == (owner(path) is not None)


@pytest.mark.parametrize("path", UPPER)
def test_all_globs_are_concerned(path: str) -> None:
    assert clients.concerns(path)
    assert clients.concerns(f"a/b/{path.lower()}")


@pytest.mark.parametrize("client", [client for client in CLIENTS if client.globs], ids=lambda client: client.name)
def test_the_first_path_of_a_row_is_its_own(client: clients.Client) -> None:
    assert owner(client.globs[0].replace("*", "a")) == client


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (".cursor", True),
        ("sub/.vscode", True),
        ("sub/.VSCode", True),
        ("dot_cursor", True),
        (".codeium", True),
        (".codeium/windsurf", True),
        ("a/.codeium/windsurf", True),
        (".mcp.json", True),
        ("a/.cursor/mcp.json", True),
        ("windsurf", False),
        ("config", False),
        ("agents", False),
        ("Code/User", False),
        ("compose.yml", False),
        (".env", False),
        ("x.cursor", False),
        (".cursor/rules", False),
        ("sub", False),
        ("", False),
    ],
)
def test_what_is_on_the_way_to_a_config(path: str, *, expected: bool) -> None:
    assert clients.on_the_way(path) is expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.json", "json"),
        ("a.JSONC", "json"),
        ("a.toml.example", "toml"),
        ("a.json.yml", "yaml"),
        ("a.md", "markdown"),
        ("a.jsonx", "json"),
        ("a.yamlx/b", "json"),
        ("a", "json"),
    ],
)
def test_the_name_of_a_file_says_its_format(path: str, expected: str) -> None:
    assert form(path, GENERIC) == expected


def test_the_format_of_a_client_stands_where_the_name_says_none() -> None:
    assert form("config", GENERIC._replace(format="toml")) == "toml"
    assert form("x.json", GENERIC._replace(format="text")) == "text"


def test_the_rows_are_whole() -> None:
    names = [client.name for client in CLIENTS]
    assert len(set(names)) == len(names)
    assert len({client.title for client in CLIENTS}) == len(names)
    for client in CLIENTS:
        assert client.source, client.name
        assert client.dialect in DIALECTS
        assert client.maps or client.shape != "servers"
        assert len(set(client.globs)) == len(client.globs)
        for glob in client.globs:
            assert not set(glob) & set("?[]")
            assert "**" not in glob
            assert "*" not in glob or "." in glob.rpartition("/")[2]  # patterns are found by their extension
    assert len(GLOBS) == len(set(GLOBS))


def test_every_shape_has_a_row_and_every_row_its_shape() -> None:
    from mcp_guard.clients.shapes import SHAPES

    assert {client.shape for client in CLIENTS} == {"servers", *SHAPES}


def test_every_client_of_the_machine_is_a_row() -> None:
    from mcp_guard.clients.machine import MACHINE

    assert {machine.client for machine in MACHINE} <= {client.name for client in CLIENTS}


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = ("jsonschema", "mcp_guard.documents", "mcp_guard.clients.dialects", "tomli", "requests", "yaml")
    code = (
        "import sys; from mcp_guard import clients; clients.concerns('x/.mcp.json'); clients.on_the_way('.vscode');"
        f"clients.files_regex(); print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_page_of_clients_is_fresh() -> None:
    written = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8")
    assert written == page(), "stale: run python -m mcp_guard.clients > docs/clients.md"


def test_the_command_prints_the_page_or_the_pattern(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["clients"])
    main()
    assert capsys.readouterr().out == page()
    monkeypatch.setattr(sys, "argv", ["clients", "--regex"])
    main()
    assert capsys.readouterr().out == f"{clients.files_regex()}\n"


def test_the_module_runs() -> None:
    command = [sys.executable, "-m", "mcp_guard.clients", "--regex"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert re.search(done.stdout.strip(), "a/.mcp.json")
