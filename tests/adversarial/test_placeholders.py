"""A placeholder stands for one folder of the repository: what a client puts there is never taken for another file."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from mcp_guard import launchers
from mcp_guard.model import Place, Server, Word
from tests.launchers.reading import texts, tree

MANIFEST = ".claude-plugin/plugin.json"
FILLED_IN = ["? the script is filled in when the server starts"]


def launched(file: str, argv: list[str], files: Mapping[str, str] | list[str]) -> list[str]:
    words = tuple(Word(text, Place(file, 1, at, 1, at + 1), at, at + 1) for at, text in enumerate(argv, 1))
    name = Word("a", Place(file, 1, 99, 1, 100), 99, 100)
    server = Server(file, "test", name, words, (), (), None, None, (), {})
    return [text for launch in launchers.read(server, tree(files)) for text in texts(launch)]


@pytest.mark.parametrize(
    ("file", "path", "files", "expected"),
    [
        ("p/.claude-plugin/plugin.json", "/x.js", [f"p/{MANIFEST}", "p/x.js"], ["local p/x.js"]),
        ("p/.codex-plugin/plugin.json", "/x.js", ["p/x.js"], ["local p/x.js"]),
        ("p/.mcp.json", "\\d\\x.js", ["p/d/x.js"], ["local p/d/x.js"]),
        ("p/config/mcp.json", "/x.js", [f"p/{MANIFEST}", "p/config/x.js"], FILLED_IN),
        ("p/config/mcp.json", "/x.js", [f"p/{MANIFEST}", "p/config/x.js", "p/x.js"], ["local p/x.js"]),
        (".hidden/.mcp.json", "/x.js", ["x.js", ".hidden/x.js"], ["local .hidden/x.js"]),
        (".hidden/.mcp.json", "/x.js", ["x.js"], FILLED_IN),
        (".claude-plugin/marketplace.json", "/x.js", ["x.js"], FILLED_IN),
        ("p/.mcp.json", "/../x.js", ["x.js", "p/x.js"], FILLED_IN),
        ("p/.mcp.json", "/../p/x.js", ["p/x.js"], ["local p/x.js"]),
        ("p/.mcp.json", "//x.js", ["p/x.js"], FILLED_IN),
        ("p/.mcp.json", "/$HOME.js", ["p/$HOME.js"], FILLED_IN),
    ],
)
def test_the_root_of_a_plugin_is_where_its_manifest_is(
    file: str, path: str, files: list[str], expected: list[str]
) -> None:
    assert launched(file, ["node", "${CLAUDE_PLUGIN_ROOT}" + path], files) == expected


def test_an_extension_of_gemini_is_no_plugin_of_claude() -> None:
    files = [MANIFEST, "x.js", "e/x.js"]
    assert launched("e/gemini-extension.json", ["node", "${extensionPath}${/}x.js"], files) == ["local e/x.js"]


@pytest.mark.parametrize(
    "written", ["$${workspaceFolder}/x.js", "\\${workspaceFolder}/x.js", "${workspaceFolder:a}/x.js"]
)
def test_what_is_not_quite_the_placeholder_is_not_filled_in(written: str) -> None:
    assert launched(".mcp.json", ["node", written], ["x.js"]) == FILLED_IN


def test_what_may_be_either_of_two_files_is_none() -> None:
    found = launched("a/.vscode/mcp.json", ["${workspaceFolder}/run.sh"], {"a/run.sh": "", "run.sh": ""})
    assert found == ["? the program is filled in when the server starts"]


def test_a_script_in_the_command_itself_is_read() -> None:
    found = launched(f"p/{MANIFEST}", ["${CLAUDE_PLUGIN_ROOT}/run.sh"], {"p/run.sh": "exec npx -y evil\n"})
    assert found == ["local p/run.sh", "npm:evil@*"]


@pytest.mark.parametrize(
    "file", ["/etc/x/.mcp.json", "//x/.mcp.json", "~/x/.mcp.json", "C:/x/.mcp.json", "../x/.mcp.json"]
)
def test_a_config_outside_every_repository_ends_too(file: str) -> None:
    """As `scan` finds them."""
    assert launched(file, ["node", "${CLAUDE_PLUGIN_ROOT}/x.js"], []) == FILLED_IN


def test_another_folder_of_a_wrapper_moves_no_placeholder() -> None:
    files = {"run.js": "", "other/run.js": ""}
    argv = ["env", "-C", "other", "node", "${workspaceFolder}/run.js"]
    assert launched(".mcp.json", argv, files) == ["local run.js"]
