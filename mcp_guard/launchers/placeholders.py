"""Placeholders by which a client names a folder of the repository itself: nothing of the environment is filled in."""

from __future__ import annotations

import posixpath
import re

from mcp_guard.launchers.command import Token, dynamic
from mcp_guard.launchers.files import Tracked
from mcp_guard.model import Word

# The folder that is opened: microsoft/vscode-docs:docs/reference/variables-reference.md; anthropics/claude-code: hooks.
_OPENED = frozenset({"workspaceFolder", "workspaceRoot", "CLAUDE_PROJECT_DIR"})
# The folder of the plugin or extension: anthropics/claude-code:plugins/README.md;
# google-gemini/gemini-cli:docs/extensions/reference.md.
_OWN = frozenset({"CLAUDE_PLUGIN_ROOT", "extensionPath"})
_MANIFEST = ".claude-plugin/plugin.json"
_MANIFESTS = frozenset({".claude-plugin", ".codex-plugin"})
_PLACED = re.compile(r"\$\{(?P<name>\w+)\}(?:[/\\]|\$\{/\})(?P<path>.+)")


def placed(word: Word, tracked: Tracked) -> Token:
    """The argument; of a path below such a folder the path from the root, if that is a tracked file and the only one.

    A plugin is copied when it is installed, so nothing of the repository is beside it, and no path leads up from it.
    What is no such file stays as written, and so is filled in by the client for all that is known here.
    """
    plain = Token(word.text, word, None if word.start == word.end else 0)
    match = _PLACED.fullmatch(word.text)
    if match is None or match["name"] not in _OPENED | _OWN:
        return plain
    path = match["path"].replace("${/}", "/").replace("\\", "/")
    found = [
        at
        for folder in sorted(_folders(match["name"], word.place.file, tracked))
        if tracked.holds(at := posixpath.normpath(posixpath.join(folder, path)))
        and (match["name"] in _OPENED or f"{at}/".startswith(f"{folder}/" if folder else ""))
    ]
    return plain if len(found) != 1 or dynamic(path) else Token(f"./{found[0]}", word, None)


def _folders(name: str, file: str, tracked: Tracked) -> set[str]:
    """The folders that a placeholder in a file may mean; none for a marketplace, whose plugins are elsewhere."""
    own, base = posixpath.split(file)
    if name in _OPENED:  # `.vscode`, `.cursor`: the folder that holds it is what is opened
        return {"", posixpath.dirname(own) if posixpath.basename(own).startswith(".") else own}
    beside = {posixpath.dirname(own) if posixpath.basename(own) in _MANIFESTS else own}
    if name != "CLAUDE_PLUGIN_ROOT":
        return beside
    if base == "marketplace.json":
        return set()
    folder = own
    while not tracked.holds(posixpath.join(folder, _MANIFEST)):  # a plugin may keep its servers anywhere below its root
        if folder == posixpath.dirname(folder):
            return beside
        folder = posixpath.dirname(folder)
    return {folder}
