"""The registries: npm and PyPI, asked over one cached session, and only where this user allows it (DESIGN §11).

An ecosystem is one module with `answers` and `versions`, and one line in `_PATHS` and in `_reader`. Importing this
package is cheap: whatever asks is imported when there is something to ask.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import NamedTuple

from mcp_guard.model import Answer, Ecosystem, Missing, Policy, Refused, Release, Unreachable
from mcp_guard.registries.questions import Candidate, Get, Question, Versions
from mcp_guard.settings import Settings, SettingsError, settings, sources

__all__ = [
    "Candidate",
    "Question",
    "Registries",
    "Settings",
    "SettingsError",
    "Versions",
    "settings",
    "sources",
]


# The ecosystems that are asked, and what leads from packageurl's default registry to the one that is asked.
_PATHS: Mapping[str, str] = {"npm": "", "pypi": "simple/"}


class _Reader(NamedTuple):
    """How an ecosystem's registries are asked."""

    answers: Callable[[Get, str, str, Sequence[Question]], Mapping[Question, Answer]]
    versions: Callable[[Get, str, str], Versions | Missing | Unreachable]


def _reader(ecosystem: Ecosystem) -> _Reader:
    """The reader of an ecosystem, imported when it is needed."""
    from mcp_guard.registries import npm, pypi

    return {"npm": _Reader(npm.answers, npm.versions), "pypi": _Reader(pypi.answers, pypi.versions)}[ecosystem]


_NO_IMAGES = Unreachable("images are not looked up by this version of mcp-guard")


class Registries:
    """The registries of one run. `deadline` bounds each call, in seconds; `fresh` asks again for what is cached.

    Thread-safe. Whoever made it closes it.
    """

    def __init__(
        self, settings: Settings, policy: Policy, cache_directory: str, *, fresh: bool, deadline: float
    ) -> None:
        from mcp_guard.registries.http import Client

        self._settings = settings
        self._policy = dict(policy.registries)
        self._deadline = deadline
        self._client = Client(settings.credentials, settings.ca_bundle, cache_directory, fresh=fresh)

    def ask(self, questions: Sequence[Question]) -> tuple[Answer, ...]:
        """Answer each question, in order; each distinct one is asked once, those of one package by one thread.

        What has no answer at the deadline is Unreachable. Never raises for what a registry does.
        """
        from mcp_guard.registries.parallel import gather

        until = time.monotonic() + self._deadline
        packages: dict[tuple[Ecosystem, str], dict[Question, None]] = {}
        for question in questions:
            packages.setdefault((question.ecosystem, question.name), {})[question] = None
        jobs = [partial(self._answers, *package, tuple(asked), until) for package, asked in packages.items()]
        answers: dict[Question, Answer] = {}
        for asked, found in zip(packages.values(), gather(jobs, until), strict=True):
            answers.update(dict.fromkeys(asked, self._late()) if found is None else found)
        return tuple(answers[question] for question in questions)

    def versions(self, ecosystem: Ecosystem, name: str) -> Versions | Missing | Unreachable | Refused:
        """All versions of a package, newest first."""
        from mcp_guard.registries.parallel import gather

        until = time.monotonic() + self._deadline
        (found,) = gather([partial(self._versions, ecosystem, name, until)], until)
        return self._late() if found is None else found

    def registry(self, ecosystem: Ecosystem, name: str) -> str | Refused:
        """Where this name is asked, without credentials: its scope's registry, else the ecosystem's.

        The policy is followed if the user's own configuration names the same URL. A scope that the user has mapped
        is asked there and nowhere else. For an image: its host.
        """
        scope, slash, _ = name.partition("/")
        if ecosystem not in _PATHS:
            return scope
        keys: list[str] = [ecosystem]
        if name.startswith("@") and slash:
            keys.insert(0, f"{ecosystem}:{scope}")
        for key in keys:
            wanted, own = self._policy.get(key), self._settings.registries.get(key)
            if wanted is not None:
                normal = _normal(wanted)
                elsewhere = key != ecosystem and own not in (None, normal)
                return normal if normal and self.is_own(normal) and not elsewhere else Refused(_shown(wanted))
            if own is not None:
                return own
        return _default(ecosystem)

    def default(self, ecosystem: Ecosystem) -> str:
        """The URL of the ecosystem's public registry, which ends with a slash; "" for images, which have none."""
        return _default(ecosystem) if ecosystem in _PATHS else ""

    def is_default(self, ecosystem: Ecosystem, url: str) -> bool:
        """Whether this is the ecosystem's public registry."""
        return ecosystem in _PATHS and _normal(url) == _default(ecosystem)

    def is_own(self, url: str) -> bool:
        """Whether this is a default registry, or one that the user's own configuration names."""
        normal = _normal(url)
        return normal is not None and (normal in self._settings.known or normal in map(_default, _PATHS))

    def configuration_line(self, ecosystem: Ecosystem, scope: str | None, url: str) -> str:
        """What a person adds to their own configuration to have this registry asked."""
        key = f"{ecosystem}:{scope}" if scope else ecosystem
        return f'"{key}" = "{_shown(url)}" in [registries] of ~/.config/mcp-guard/config.toml'

    def close(self) -> None:
        """Close all connections and the cache."""
        self._client.close()

    def _answers(
        self, ecosystem: Ecosystem, name: str, questions: Sequence[Question], until: float
    ) -> Mapping[Question, Answer]:
        if ecosystem not in _PATHS:
            return dict.fromkeys(questions, _NO_IMAGES)
        registry = self.registry(ecosystem, name)
        if isinstance(registry, Refused):
            return dict.fromkeys(questions, registry)
        answers = _reader(ecosystem).answers(self._get(until), registry, name, questions)
        shown = None if self.is_default(ecosystem, registry) else registry
        return {
            question: answer._replace(registry=shown) if isinstance(answer, Release) else answer
            for question, answer in answers.items()
        }

    def _versions(self, ecosystem: Ecosystem, name: str, until: float) -> Versions | Missing | Unreachable | Refused:
        if ecosystem not in _PATHS:
            return _NO_IMAGES
        registry = self.registry(ecosystem, name)
        if isinstance(registry, Refused):
            return registry
        return _reader(ecosystem).versions(self._get(until), registry, name)

    def _get(self, until: float) -> Get:
        from mcp_guard.registries.http import Call

        return Call(self._client, until)

    def _late(self) -> Unreachable:
        return Unreachable(f"no answer within {self._deadline:g} s")


@cache
def _default(ecosystem: str) -> str:
    """The public registry, by the purl type definitions (ECMA-427) that packageurl ships."""
    from packageurl.validate import DEFINITIONS_BY_TYPE

    from mcp_guard.settings.urls import address

    url = DEFINITIONS_BY_TYPE[ecosystem].default_repository_url
    return address(url).url + _PATHS[ecosystem]


def _normal(url: str) -> str | None:
    """The URL in normal form; None for one that nobody may name."""
    from mcp_guard.settings.urls import address

    try:
        return address(url).url
    except ValueError:
        return None


def _shown(url: str) -> str:
    """The URL without credentials, whatever it is."""
    from urllib.parse import urlsplit

    normal = _normal(url)
    if normal is not None:
        return normal
    try:
        parts = urlsplit(url)
    except ValueError:
        return "a URL that cannot be read"
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
