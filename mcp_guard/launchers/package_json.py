"""`package.json`: its scripts, and its programs, which npx runs before any package when they are asked for by name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator


def hidden_programs(text: str) -> Iterator[str]:
    """The programs whose names are package specifications with a version, as `server@1.0.0`.

    npm/cli: workspaces/libnpmexec/lib/index.js (`hasPkgBin`); npm/npm-normalize-package-bin: `bin` is an object, a
    list of files, or one file that is called like the package, and only the last part of a path counts. Raises
    ValueError when the text is not JSON.
    """
    content = _read(text)
    match content.get("bin"):
        case dict() as programs:
            names = list(programs)
        case list() as files:
            names = [file for file in files if isinstance(file, str)]
        case str():
            names = [str(content.get("name"))]
        case _:
            names = []
    yield from (name for name in names if _is_specification(name))


def scripts(text: str) -> dict[str, str]:
    """The commands of `scripts` (package.json) and `tasks` (deno.json: docs "deno task"), by their names.

    A task with dependencies or without a command is given as an empty command. Raises ValueError when the text is not
    JSON.
    """
    content = _read(text)
    found: dict[str, str] = {}
    for key in ("scripts", "tasks"):
        named = content.get(key)
        for name, value in named.items() if isinstance(named, dict) else ():
            found[str(name)] = _command(value)
    return found


def _command(value: object) -> str:
    match value:
        case str():
            return value
        case {"dependencies": [_, *_]}:
            return ""
        case {"command": str(command)}:
            return command
        case _:
            return ""


def _read(text: str) -> dict[object, object]:
    try:
        content = json.loads(text)
    except RecursionError:
        raise ValueError(text[:1]) from None
    return content if isinstance(content, dict) else {}


def _is_specification(name: str) -> bool:
    return "@" in re.split(r"[/\\:]", name)[-1][1:]
