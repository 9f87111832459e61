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
from mcp_guard.clients.table import owner

ROOT = Path(__file__).resolve().parents[2]
GLOBS = [glob for client in CLIENTS for glob in client.globs]
PARTS = sorted(
    {part for glob in GLOBS for part in glob.split("/")[1:]} | {"a", "mcp.json", "x.mcp.json", ".mcp.json.bak", ""}
)
PATHS = st.lists(st.sampled_from(PARTS) | st.text(max_size=3), min_size=1, max_size=4).map("/".join)


def by_fnmatch(path: str) -> bool:
    """The globs read by another hand."""
    lower = path.lower()
    return any(fnmatch.fnmatchcase(f"/{lower}", glob.removeprefix("**").replace("/", "*/", 1)) for glob in GLOBS)


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
        *(
            "mcp.json",
            "x.mcp.json",
            ".mcp.json/x",
            ".mcp.json.bak",
            ".cursor/x/mcp.json",
            "xcursor/mcp.json",
            ".vscode",
        ),
        *("", "/", "config.toml", "my_mcp_config.json", ".mcp.json\n", ".mcpxjson", ".vscode\\mcp.json"),
    ],
)
def test_other_paths_are_nobodys(path: str) -> None:
    assert not clients.concerns(path)
    assert clients.read(path, b"{}") is None


@given(PATHS | st.sampled_from(PATHS_UPPER := [glob.removeprefix("**/").upper() for glob in GLOBS]))
@settings(max_examples=300, deadline=None)
def test_the_regex_and_concerns_say_the_same_as_the_globs(path: str) -> None:
    found = re.search(f"(?i){clients.files_regex()}", path) is not None
    assert found == clients.concerns(path) == by_fnmatch(path) == (owner(path) is not None)


@pytest.mark.parametrize("path", PATHS_UPPER)
def test_all_globs_are_concerned(path: str) -> None:
    assert clients.concerns(path)
    assert clients.concerns(f"a/b/{path.lower()}")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (".cursor", True),
        ("sub/.vscode", True),
        ("sub/.VSCode", True),
        (".codeium", True),
        (".codeium/windsurf", True),
        ("a/.codeium/windsurf", True),
        (".mcp.json", True),
        ("a/.cursor/mcp.json", True),
        ("windsurf", False),
        ("mcp.json", False),
        ("x.cursor", False),
        (".cursor/rules", False),
        ("sub", False),
        ("", False),
    ],
)
def test_what_is_on_the_way_to_a_config(path: str, *, expected: bool) -> None:
    assert clients.on_the_way(path) is expected


def test_every_glob_is_a_path_below_any_folder() -> None:
    for glob in GLOBS:
        assert glob.startswith("**/")
        assert not set(glob.removeprefix("**/")) & set("*?[]")
    assert len({client.name for client in CLIENTS}) == len(CLIENTS) == 7


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = ("jsonschema", "mcp_guard.documents", "tomli", "requests")
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
