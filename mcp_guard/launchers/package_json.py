"""`package.json`: npx runs a program of the project's own that is called as it is asked for, before any package."""

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
    try:
        content = json.loads(text)
    except RecursionError:
        raise ValueError(text[:1]) from None
    if not isinstance(content, dict):
        return
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


def _is_specification(name: str) -> bool:
    return "@" in re.split(r"[/\\:]", name)[-1][1:]
