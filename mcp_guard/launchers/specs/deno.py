"""Specifiers of Deno (denoland/deno_semver): `npm:[@scope/]name[@version][/path]`, `jsr:@scope/name[@version]`."""

from __future__ import annotations

import re

from mcp_guard.launchers.command import Token, Unclear, static
from mcp_guard.launchers.specs.npm import exact, npm
from mcp_guard.model import Package

_SPECIFIER = re.compile(
    r"(?P<kind>npm|jsr):(?P<slash>/?)(?P<name>(?:@[^/@\s]+/)?[^/@\s]+)(?P<version>@[^/\s]*)?(?P<path>/\S*)?",
    re.IGNORECASE,
)
_JSR = re.compile(r"@[a-z0-9-]{1,100}/[a-z0-9-]{1,100}")


def is_specifier(text: str) -> bool:
    """Whether a text names a package of npm or JSR."""
    return re.match(r"(?i)(?:npm|jsr):", text) is not None


def specifier(token: Token) -> Package:
    """The package that a specifier names. Unclear when it names none."""
    text = static(token, "the package")
    match = _SPECIFIER.fullmatch(text)
    if match is None or (match["version"] or "").count(":"):
        raise Unclear(f"{text[:60]!r} is no specifier that Deno knows", token.word)
    start, end = match.start("name"), match.end("name")
    stop = match.end("version") if match["version"] else end
    cut = token.cut(end, stop)
    if match["kind"].lower() == "npm":
        package = npm(token.part(start, stop), "never")
        if package.source != "registry":
            raise Unclear(f"{text[:60]!r} is no specifier that Deno knows", token.word)
        return package._replace(written=text, cut=cut)
    if not _JSR.fullmatch(match["name"]):
        raise Unclear(f"{match['name'][:60]!r} is not a name that JSR knows", token.word)
    return Package("jsr", match["name"], exact((match["version"] or "")[1:]), text, "registry", token.word, cut)
