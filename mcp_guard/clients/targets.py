"""What a server starts, where that is not its command: fast-agent's `target`, and the `container` of gh-aw.

Sources: evalstate/fast-agent:src/fast_agent/mcp/connect_targets.py. A target that begins with `http://` or `https://`
is a URL; one that begins with `@` is handed to npx; any other is a command line.
githubnext/gh-aw:docs/src/content/docs/0.27/guides/mcps.md. A container is run with `docker run`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from mcp_guard.model import Word

_QUOTED = re.compile(r"[\"'\\]")


class Start(NamedTuple):
    """What is started or asked; `hidden` is why that cannot be known."""

    argv: tuple[Word, ...]
    url: Word | None
    hidden: str | None


def started(target: Word, arguments: tuple[Word, ...]) -> Start:
    """What a target amounts to, with the arguments that stand beside it."""
    text = target.text.strip()
    if re.match(r"https?://", text, re.IGNORECASE):
        return Start((), target, None)
    if not text.startswith("@"):
        return Start((target, *arguments), None, None)
    if _QUOTED.search(text):
        return Start((), None, "its `target` holds quotes or backslashes, which systems read differently")
    words = (_beside(target, part) for part in ("npx", *text.split()))
    return Start((*words, *arguments), None, None)


def contained(image: Word, version: Word | None, before: tuple[Word, ...], after: tuple[Word, ...]) -> Start:
    """What a container amounts to: `docker run --rm -i [before] image:version [after]`."""
    run = (_beside(image, word) for word in ("docker", "run", "--rm", "-i"))
    named = image if version is None else _beside(image, f"{image.text}:{version.text}")
    return Start((*run, *before, named, *after), None, None)


def _beside(word: Word, text: str) -> Word:
    """A word that has no literal of its own."""
    return Word(text, word.place, word.start, word.start)
