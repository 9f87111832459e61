"""Questions to a policy. Patterns are matched segment by segment in linear time, so no pattern can stall a commit."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from mcp_guard.model import Policy
from mcp_guard.policy.location import Location, locate

# `${VAR}`, `${env:VAR}`, `${input:id}`: nothing with a default, which could hold `..` or a slash.
_INTERPOLATION = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*(?:[:.][A-Za-z_][A-Za-z0-9_-]*)?\}")
_DYNAMIC = re.compile(r"[${}<>`]")
_HOLE = "$"  # stands for an interpolation
_UPWARDS = re.compile(r"(?:\.|%2e){2}", re.IGNORECASE)
_SUBDOMAINS = re.compile(r"(https?://)\*\.", re.IGNORECASE)
_LABELS = re.compile(r"(?:[a-z0-9_-]+\.)+")


class Remote(NamedTuple):
    """A pattern of `[remotes] allow`, taken apart."""

    location: Location
    subdomains: bool  # the host stands for its subdomains, and not for itself


def excluded(policy: Policy, path: str) -> bool:
    """Whether `exclude` names a repository-relative POSIX path or a folder above it.

    Patterns are gitignore's without negation and brackets: `**` is any number of folders, `*` and `?` stay in one name,
    a pattern without a slash matches at any depth, one that ends in a slash only folders.
    """
    names = path.split("/")
    return any(_excludes(pattern, names) for pattern in policy.exclude)


def _excludes(pattern: str, names: Sequence[str]) -> bool:
    parts = pattern.strip("/").split("/")
    if len(parts) == 1 and not pattern.startswith("/"):
        parts = ["**", *parts]
    if pattern.endswith("/"):
        parts = [*parts, "*"]
    return _glob([*parts, "**"], names, "**", _name_matches)


def _name_matches(pattern: str, name: str) -> bool:
    return _glob(pattern, name, "*", lambda one, character: one in ("?", character))


def _glob(pattern: Sequence[str], items: Sequence[str], star: str, matches: Callable[[str, str], bool]) -> bool:
    """Whether the items are those of the pattern, in which `star` is any number of items.

    Only the last star is ever tried again, which is enough: an earlier one that took less leaves the later ones more.
    """
    here = after_star = resume = 0
    starred = False
    at = 0
    while at < len(items):
        if here < len(pattern) and pattern[here] == star:
            here += 1
            starred, after_star, resume = True, here, at
        elif here < len(pattern) and matches(pattern[here], items[at]):
            here, at = here + 1, at + 1
        elif starred:
            resume += 1
            here, at = after_star, resume
        else:
            return False
    return all(part == star for part in pattern[here:])


def remote_pattern(pattern: str) -> Remote | None:
    """A pattern such as `https://mcp.linear.app/*` or `https://*.linear.app/mcp`, None where it is none.

    `*.` before a host of two labels or more is one or more labels. In the path `*` is one whole segment, at its end
    any rest. There is no query and no fragment.
    """
    location = locate(_SUBDOMAINS.sub(r"\1", pattern))
    subdomains = _SUBDOMAINS.match(pattern) is not None
    if location is None or not location.bare or _DYNAMIC.search(pattern):
        return None
    if any("*" in segment and segment != "*" for segment in location.segments):
        return None
    if subdomains and ("." not in location.host or location.host[-1].isdigit() or location.host.startswith("[")):
        return None
    return Remote(location, subdomains)


def remote_allowed(policy: Policy, url: str) -> bool:
    """Whether `[remotes] allow` names a URL: same scheme and port, host and path by its patterns, query ignored.

    An interpolation in the URL's origin never matches, one in its path only below a final `*`.
    """
    path = url.partition("?")[0]
    if _DYNAMIC.search(_INTERPOLATION.sub("", path)):
        return False
    path, holes = _INTERPOLATION.subn(_HOLE, path)
    location = locate(path)
    if location is None or not url.isprintable() or (holes and _UPWARDS.search(path)):
        return False
    patterns = (remote_pattern(pattern) for pattern in policy.remotes)
    return any(_remote_matches(pattern, location) for pattern in patterns if pattern)


def _remote_matches(pattern: Remote, location: Location) -> bool:
    allowed = pattern.location
    if (allowed.scheme, allowed.port) != (location.scheme, location.port):
        return False
    if pattern.subdomains:
        prefix = location.host.removesuffix(allowed.host)
        if prefix == location.host or not _LABELS.fullmatch(prefix):
            return False
    elif allowed.host != location.host:
        return False
    return _path_matches(allowed.segments, location.segments)


def _path_matches(pattern: tuple[str, ...], segments: tuple[str, ...]) -> bool:
    if pattern[-1] == "*":
        pattern = pattern[:-1]
        segments = segments[: len(pattern)]
    if len(pattern) != len(segments):
        return False
    return all(
        one == segment or (one == "*" and segment != "" and _HOLE not in segment)
        for one, segment in zip(pattern, segments, strict=True)
    )


def program_allowed(policy: Policy, program: str) -> bool:
    """Whether `[programs] allow` names a program, in exactly these characters."""
    return program in policy.programs
