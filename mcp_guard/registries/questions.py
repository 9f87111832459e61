"""What can be asked of a registry and how: the nouns that the session and the ecosystems' readers share."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Literal, NamedTuple, Protocol, TypeVar

from mcp_guard.model import Ecosystem, Missing, Unreachable

T = TypeVar("T")


class Question(NamedTuple):
    """One question about one exact version.

    `release` asks for all that the registry knows; `status` only for what can change after publication (presence,
    withdrawn, deprecated, digests) and takes the cheapest document that says it: `published` may then be None though
    the registry knows the time.
    """

    ecosystem: Ecosystem
    name: str
    version: str
    part: Literal["release", "status"]


class Candidate(NamedTuple):
    """A version that a registry offers. `published` is None where the registry does not say when."""

    version: str
    published: datetime | None
    prerelease: bool
    withdrawn: str | None
    deprecated: str | None


class Versions(NamedTuple):
    """All versions of a package, newest first by the ecosystem's own ordering (semver precedence, PEP 440).

    `latest` is what the registry gives to somebody who names no version; None where that is not one of `candidates`.
    """

    latest: str | None
    candidates: tuple[Candidate, ...]


class Body(NamedTuple):
    """A document as it came, decoded from its transfer encoding. `media` is the media type, without parameters."""

    media: str
    data: bytes


class AnswerError(Exception):
    """An answer cannot be used. The text is a clause whose subject is the registry's host, without its own words."""


class Get(Protocol):
    """Asks for one document and hands it to `read`, which raises AnswerError if it is not what it should be.

    Missing for a status in `absent`; Unreachable, with a reason that names the host, for everything else that is not
    a document that `read` can use. Such a document does not stay in the cache.
    """

    @property
    def until(self) -> float:
        """When all waiting ends (of `time.monotonic`)."""

    def __call__(
        self, url: str, accept: str, read: Callable[[Body], T], absent: Collection[int] = (404, 410)
    ) -> T | Missing | Unreachable:
        """Ask for `url`."""
