"""The packages that a script names in its own comments (PyPA specifications: "Inline script metadata", PEP 723)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcp_guard.launchers.command import Command, Step, Token, Unclear
from mcp_guard.launchers.files import Tracked, resolve, tracked_file
from mcp_guard.launchers.override_files import script_settings
from mcp_guard.launchers.specs.pypi import requirement
from mcp_guard.model import Override, PackageLaunch

# As the specification has it, but with any of the line ends that the tools accept.
_BLOCK = re.compile(r"(?m)^# /// script[ \t]*\r?$\n(?P<content>(?:^#(?:| .*)\r?$\n)+?)^# ///[ \t]*\r?$")
_START = re.compile(r"(?m)^#[ \t]*///[ \t]*script[ \t]*\r?$")


def installed(command: Command, token: Token, moved: tuple[Override, ...], tracked: Tracked) -> Iterator[Step]:
    """The packages of the block of a script of this repository; nothing where there is none, or the script is another.

    They are for people at the script's argument: they cannot be edited there. Unclear when the block cannot be read.
    """
    if command.scope in {"image", "mounted"} or command.directory is None:
        return
    path = tracked_file(resolve(command, token), tracked)
    text = None if path is None else tracked.text(path)
    if path is None or (text is not None and _START.search(text) is None):
        return
    settings = _settings(text or "")
    if settings is None:
        raise Unclear("the packages that the script names in its comments cannot be read", token.word)
    dependencies = settings.get("dependencies", [])
    if not isinstance(dependencies, list) or not all(isinstance(one, str) for one in dependencies):
        raise Unclear("the packages that the script names in its comments are not a list", token.word)
    packages = tuple(requirement(token._replace(text=str(one), start=None)) for one in dependencies)
    if packages:
        yield PackageLaunch(packages, (*moved, *script_settings(path, text or "", settings)))


def _settings(text: str) -> dict[str, object] | None:
    """The block's TOML; None when there is more than one, or it is none."""
    import tomli

    blocks = _BLOCK.findall(text)
    if len(blocks) != 1 or len(_START.findall(text)) != 1:
        return None
    lines = (line[2:] if line.startswith("# ") else line[1:] for line in re.split(r"\r?\n", blocks[0]))
    try:
        return dict(tomli.loads("\n".join(lines)))
    except (tomli.TOMLDecodeError, RecursionError, ValueError):
        return None
