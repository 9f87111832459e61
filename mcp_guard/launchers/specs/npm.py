"""npm package specifications (npm-package-arg 13, lib/npa.js; semver 7 in its loose mode)."""

from __future__ import annotations

import re
from typing import Literal

from mcp_guard.launchers.command import Token, Unclear, static
from mcp_guard.launchers.specs.location import location
from mcp_guard.model import Package

_NUMBER = r"(?:0|[1-9]\d{0,14})"
_IDENTIFIER = rf"(?:{_NUMBER}|\d*[A-Za-z-][0-9A-Za-z-]*)"
_VERSION = re.compile(
    rf"[v=]*(?P<version>{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-{_IDENTIFIER}(?:\.{_IDENTIFIER})*)?)(?:\+[0-9A-Za-z.-]+)?",
    re.ASCII,
)
_NAME = re.compile(r"(?:@[A-Za-z0-9~_-][\w.~-]*/[A-Za-z0-9~_-]|[A-Za-z0-9~])[\w.~-]*", re.ASCII)
_RESERVED = frozenset({"node_modules", "favicon.ico"})
_LONGEST = 2048

_URL = re.compile(r"(?:git\+)?[a-z]+:", re.IGNORECASE)
_FILE = re.compile(r"[.\\/]|~[\\/]|[A-Za-z]:|file:", re.IGNORECASE)
_ARCHIVE = re.compile(r"[.](?:tgz|tar\.gz|tar)$", re.IGNORECASE)
_GIT = re.compile(r"git(?:\+[a-z]+)?:|ssh:|(?:github|gitlab|bitbucket|gist):|[^@/]+@[^:.]+\.[^:]+:", re.IGNORECASE)
_HOSTED = re.compile(r"https?://(?:[^/@]*@)?(?:www\.)?(?:github|gitlab)\.com/[^/#]+/[^/#]+(?:#.*)?", re.IGNORECASE)
_SHORTCUT = re.compile(r"[^@/:.~\s#][^@/:\s#]*/[^@/:\s#]+(?:#\S*)?")
_COMMIT = re.compile(r"#(?P<commit>[0-9a-f]{40})(?:::path:[^#]*)?")


# How a launcher reads `x@npm:…`: npm and pnpm as an alias of another package; yarn as an alias only where a name
# follows, else as a version of x; bun not at all.
Alias = Literal["always", "named", "never"]


def npm(token: Token, alias: Alias = "always") -> Package:
    """The package that an npm specification names. Unclear when it names none, or may name another."""
    text = static(token, "the package")
    if len(text) > _LONGEST:
        raise Unclear("the package specification is too long", token.word)
    end = text.find("@", 1)
    name, spec = (text, "") if end < 0 else (text[:end], text[end + 1 :])
    if len(name.split()) != 1 or name != name.strip():
        raise Unclear(f"{name[:60]!r} is one argument with a space in it, not a package", token.word)
    if _URL.match(text) or _GIT.match(text) or (not name.startswith("@") and _is_place(name)):
        return _elsewhere(token, text)
    if spec and (_is_place(spec) or _URL.match(spec)):
        protocol, _, real = spec.partition(":")
        if protocol.lower() == "npm" and alias == "named" and "@" not in real:
            return _registered(token, name, real, end)
        if protocol.lower() == "npm" and alias != "never":
            return _aliased(token, end + 1 + len("npm:"))
        return _elsewhere(token, spec)
    return _registered(token, name, spec, len(text) if end < 0 else end)


def exact(spec: str) -> str | None:
    """The version that an exact npm version means (`v1.2.3` and `=1.2.3` too), as the registry writes it."""
    match = _VERSION.fullmatch(spec.strip(" "))
    return match["version"] if match and len(spec) <= 256 else None  # noqa: PLR2004 - semver's own MAX_LENGTH


def _registered(token: Token, name: str, spec: str, end: int) -> Package:
    if not _NAME.fullmatch(name) or len(name) > 214 or name.lower() in _RESERVED:  # noqa: PLR2004 - npm's own limit
        raise Unclear(f"{name[:60]!r} is not a name that npm knows", token.word)
    cut = token.cut(end, len(token.text))
    return Package("npm", name, exact(spec), token.text, "registry", token.word, cut)


def _aliased(token: Token, start: int) -> Package:
    real = npm(token.part(start), "never")
    if real.source != "registry":
        raise Unclear("an npm alias must name a package of the registry", token.word)
    return real._replace(written=token.text)


def _elsewhere(token: Token, spec: str) -> Package:
    """A specification that is not answered by a registry: git, an archive's URL, or a path."""
    if re.match(r"(?i)(?:npm|jsr|workspace|catalog|link|portal|patch|exec|node):", spec):
        raise Unclear(f"`{spec.partition(':')[0]}:` is a protocol that mcp-guard does not read here", token.word)
    if _GIT.match(spec) or _HOSTED.fullmatch(spec) or (_SHORTCUT.fullmatch(spec) and not _ARCHIVE.search(spec)):
        commit = _COMMIT.fullmatch(spec, max(spec.find("#"), 0))
        return Package("npm", location(spec), commit["commit"] if commit else None, token.text, "git", token.word)
    if re.match(r"(?i)https?:", spec):
        return Package("npm", location(spec), None, token.text, "url", token.word)
    if _URL.match(spec) and not _FILE.match(spec):
        raise Unclear(f"`{spec.partition(':')[0]}:` is a protocol that mcp-guard does not know", token.word)
    return Package("npm", location(spec), None, token.text, "path", token.word)


def _is_place(text: str) -> bool:
    return "/" in text or "\\" in text or _FILE.match(text) is not None or _ARCHIVE.search(text) is not None
