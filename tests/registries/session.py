"""One client and one registry: what the tests of the session share."""

from __future__ import annotations

import time
from collections.abc import Callable

from mcp_guard.model import Missing, Unreachable
from mcp_guard.registries.http import JSON_TYPE, Client, json_object
from mcp_guard.registries.questions import AnswerError, Body
from tests.registry import Registry

Answered = dict[str, object] | Missing | Unreachable


def named(body: Body) -> dict[str, object]:
    """The reader of these tests: an object with a name."""
    document = json_object(body)
    if "name" not in document:
        raise AnswerError("sent an object without a name")
    return dict(document)


class Session:
    """A client and what it asks of one registry."""

    def __init__(self, client: Client, registry: Registry) -> None:
        self.client = client
        self.registry = registry

    def get(self, path: str = "/npm/a", seconds: float = 5.0, accept: str = JSON_TYPE) -> Answered:
        return self.client.get(self.registry.origin + path, accept, named, until=time.monotonic() + seconds)


def good(answer: Answered) -> bool:
    return isinstance(answer, dict) and answer["name"] == "a"


Start = Callable[..., Session]
