"""`NuGet.Config` (Microsoft Learn: "nuget.config reference").

It is read by lines: a parser of XML that is safe from its entities is no part of the standard library.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcp_guard.launchers.command import without_credentials
from mcp_guard.model import Override, Place

_SECTION = re.compile(
    r"<\s*(?P<name>packageSources|disabledPackageSources|config|fallbackPackageFolders|packageSourceMapping)\s*>",
    re.IGNORECASE,
)
_ENTRY = re.compile(r"<\s*(?:add|clear|remove|packageSource)\b[^>]*", re.IGNORECASE)
_VALUE = re.compile(r"""\bvalue\s*=\s*["'](?P<value>[^"']*)""", re.IGNORECASE)


def read(file: str, text: str) -> Iterator[Override]:
    """One override an entry of a section that says where packages come from, wherever comments stand."""
    section = ""
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        place = Place(file, number, 1, number, len(line) + 1)
        for match in re.finditer(r"<[^>]*", line):
            if found := _SECTION.match(match[0] + ">"):
                section = found["name"]
            elif match[0].startswith("</"):
                section = ""
            elif section and _ENTRY.match(match[0]):
                value = _VALUE.search(match[0])
                yield Override("nuget", section, without_credentials(value["value"]) if value else None, None, place)
    if re.search(r"(?i)<!(?:doctype|entity)", text):
        yield Override("nuget", "entities that mcp-guard does not read", None, None, Place(file))
