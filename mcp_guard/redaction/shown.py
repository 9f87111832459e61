"""Text that is shown beside a finding or in a diff: secrets blanked out, columns kept."""

from __future__ import annotations

from collections.abc import Iterable

from mcp_guard.redaction import mask_pattern
from mcp_guard.redaction.literals import by_chance, by_look


def blank(text: str, secrets: Iterable[str]) -> str:
    """The text with a star for each character of a secret, so that columns stay true.

    Blanked are the given secrets, however JSON, TOML or a URL spells them, and whatever has the look of one.
    """
    spans = [*by_look(text), *by_chance(text)]
    pattern = mask_pattern(secrets)
    if pattern is not None:
        spans += [found.span() for found in pattern.finditer(text)]
    for start, end in spans:
        text = text[:start] + "*" * (end - start) + text[end:]
    return text
