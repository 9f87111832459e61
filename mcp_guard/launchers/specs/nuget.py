"""Package ids and versions as NuGet reads them (NuGet/NuGet.Client: NuGet.Versioning/NuGetVersionFactory.cs)."""

from __future__ import annotations

import re

from mcp_guard.launchers.command import Token, Unclear, static
from mcp_guard.model import Package

_ID = re.compile(r"[A-Za-z0-9_]+(?:[.-][A-Za-z0-9_]+)*", re.ASCII)
_VERSION = re.compile(
    r"(?P<numbers>\d{1,9}(?:\.\d{1,9}){0,3})(?P<pre>-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z.-]+)?", re.ASCII
)
_LONGEST = 256


def package(token: Token) -> Package:
    """The package of `ID` or `ID@VERSION`; a range or a floating version (`2.*`) is not exact."""
    text = static(token, "the package")
    name, at, version = text.partition("@")
    if len(text) > _LONGEST or _ID.fullmatch(name) is None or (at and not version):
        raise Unclear(f"{text[:60]!r} is not the name of a NuGet package", token.word)
    return named(name, exact(version), token)


def named(name: str, version: str | None, token: Token) -> Package:
    """The package of an id, which NuGet compares without regard to case."""
    return Package("nuget", name.lower(), version, token.text, "registry", token.word)


def exact(version: str) -> str | None:
    """A version in NuGet's normal form, None when `version` is none: `1.2` is 1.2.0, and build metadata is dropped."""
    match = _VERSION.fullmatch(version.removeprefix("[").removesuffix("]") if _is_closed(version) else version)
    if match is None:
        return None
    numbers = [str(int(number)) for number in match["numbers"].split(".")]
    numbers += ["0"] * (3 - len(numbers))
    if numbers[3:] == ["0"]:
        numbers.pop()
    return ".".join(numbers) + (match["pre"] or "").lower()


def _is_closed(version: str) -> bool:
    """Whether this is the range that one version makes: `[1.2.3]`."""
    return version.startswith("[") and version.endswith("]")
