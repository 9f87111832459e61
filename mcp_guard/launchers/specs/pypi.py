"""Requirements as uv and pip read them (PEP 508, PEP 440; uv: crates/uv/src/commands/tool/mod.rs)."""

from __future__ import annotations

import re
from typing import Literal

from mcp_guard.launchers.command import Token, Unclear, static
from mcp_guard.launchers.specs.location import location
from mcp_guard.model import Package

# at: `foo@1.2.3` is a version (uv's target). url: what follows `@` is always a place (PEP 508).
Form = Literal["at", "url"]

_NAMED = re.compile(
    r"(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)[ \t]*(?P<extras>\[[A-Za-z0-9._\-, \t]*\])?(?P<rest>.*)",
    re.DOTALL,
)
_CLAUSE = re.compile(r"(?P<operator>===|==|~=|!=|<=|>=|<|>)[ \t]*(?P<version>(?:\d+!)?[^\s,;=<>!~()]+)")
_CANONICAL = re.compile(
    r"(?:[1-9]\d*!)?(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*))*(?:(?:a|b|rc)(?:0|[1-9]\d*))?"
    r"(?:\.post(?:0|[1-9]\d*))?(?:\.dev(?:0|[1-9]\d*))?",
    re.ASCII,
)
_PLACE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|[./\\~]|.*[/\\]|.*\.(?:whl|zip|tar|tar\.\w+|tgz)$", re.IGNORECASE)
_REVISION = re.compile(r"(?i)[a-z0-9+.-]+://[^/]*/[^#]*@(?P<commit>[0-9a-f]{40})(?:#.*)?")
_LONGEST = 2048
_LONGEST_VERSION = 128


def requirement(token: Token, form: Form = "url", *, join: str = "==") -> Package:
    """The package that a requirement names. Unclear when it names none, or may name another.

    `join` is what a pin puts before the version where the requirement has no version yet.
    """
    text = static(token, "the package")
    if len(text) > _LONGEST:
        raise Unclear("the requirement is too long", token.word)
    named = _NAMED.fullmatch(text)
    if named is None or _scheme(text):
        if _PLACE.match(text):
            return _elsewhere(token, text)
        raise Unclear(f"{text[:60]!r} is not a requirement", token.word)
    rest = named["rest"].strip(" \t")
    if rest.startswith("@"):
        return _after_at(token, named, form, join)
    if named["extras"] is None and _PLACE.match(text) and not _CLAUSE.match(rest):
        return _elsewhere(token, text)
    return _specified(token, named, rest, join)


def exact(version: str) -> str | None:
    """An exact PEP 440 version in its canonical spelling, None when `version` is none."""
    if len(version) > _LONGEST_VERSION:
        return None
    if _CANONICAL.fullmatch(version):
        return version
    from packaging.version import InvalidVersion, Version

    try:
        return str(Version(version))
    except InvalidVersion:
        return None


def normalised(name: str) -> str:
    """The name as PyPI compares it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _scheme(text: str) -> bool:
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", text) is not None


def _package(token: Token, named: re.Match[str], version: str | None, join: str) -> Package:
    start = named.start("rest") if named["extras"] else named.end("name")
    cut = token.cut(start, len(token.text))
    return Package("pypi", normalised(named["name"]), version, token.text, "registry", token.word, cut, join)


def _after_at(token: Token, named: re.Match[str], form: Form, join: str) -> Package:
    """`name@…`: for uv's target `latest` or a version, if it is one; else a place, whatever it looks like."""
    target = named["rest"].strip(" \t")[1:]
    if form == "at" and not re.search(r"[ \t]", token.text):
        if target in {"latest", ""}:
            return _package(token, named, None, join)
        if version := exact(target):
            return _package(token, named, version, join)
    if not target.strip(" \t"):
        raise Unclear("nothing follows the `@` of the requirement", token.word)
    return _elsewhere(token, target.strip(" \t"))


def _specified(token: Token, named: re.Match[str], rest: str, join: str) -> Package:
    if not rest:
        return _package(token, named, None, join)
    if ";" in rest:
        raise Unclear("a requirement with an environment marker is not always installed", token.word)
    clauses = [_CLAUSE.fullmatch(clause.strip(" \t")) for clause in rest.split(",")]
    if any(clause is None for clause in clauses):
        raise Unclear(f"{token.text[:60]!r} is not a requirement", token.word)
    only = clauses[0] if len(clauses) == 1 else None
    pinned = exact(only["version"]) if only and only["operator"] in {"==", "==="} else None
    return _package(token, named, pinned, "==")


def _elsewhere(token: Token, spec: str) -> Package:
    """A requirement that is not answered by an index: git (or another VCS), a URL, or a path."""
    if re.match(r"(?i)(?:git|hg|bzr|svn)\+|git:", spec):
        commit = _REVISION.fullmatch(spec)
        pinned = commit["commit"].lower() if commit else None
        plain = re.sub(r"(?<=[^/:@])@[^@/]*$", "", location(spec))
        return Package("pypi", plain, pinned, token.text, "git", token.word)
    if re.match(r"(?i)https?:", spec):
        return Package("pypi", location(spec), None, token.text, "url", token.word)
    if _scheme(spec) and not re.match(r"(?i)file:|[a-z]:[/\\]", spec):
        raise Unclear(f"`{spec.partition(':')[0]}:` is a protocol that mcp-guard does not know", token.word)
    return Package("pypi", location(spec), None, token.text, "path", token.word)
