"""A fault: one change at one stage, and the step that must refuse it; with the changes that many need."""

from __future__ import annotations

import base64
import json
from typing import Any, NamedTuple

from mcp_guard.provenance.errors import Step
from tests.provenance.material import (
    Change,
    b64,
)

MATERIAL = "verificationMaterial"
ENTRY = (MATERIAL, "tlogEntries", 0)
ENVELOPE = "dsseEnvelope"


class Fault(NamedTuple):
    name: str
    step: Step
    stage: str
    change: Change
    kind: str = "dsse/0.0.1"
    version: str = "0.3"
    signer: str = "certificate"
    also: str = ""  # what else refuses the same fault, or why nothing could pass: then the step is not alone
    unsupported: bool = False

    @property
    def alone(self) -> bool:
        """Whether with the step switched off the bundle passes."""
        return not self.also and not self.unsupported


def put(*path: str | int, value: Any) -> Change:  # noqa: ANN401 - any JSON
    """A change of one value deep in a document; None removes it."""

    def change(document: Any) -> Any:  # noqa: ANN401 - any JSON
        copy = json.loads(json.dumps(document))
        node = copy
        for step in path[:-1]:
            node = node[step]
        if value is None:
            del node[path[-1]]
        else:
            node[path[-1]] = value
        return copy

    return change


def edit(*path: str | int, by: Change) -> Change:
    """A change of one value deep in a document by a function of it."""

    def change(document: Any) -> Any:  # noqa: ANN401 - any JSON
        node = document
        for step in path:
            node = node[step]
        return put(*path, value=by(node))(document)

    return change


def value(new: Any) -> Change:  # noqa: ANN401 - any stage
    return lambda _old: new


def twice(items: list[Any]) -> list[Any]:
    return [*items, *items]


def flip(text: str) -> str:
    """Base64 with another first byte."""
    data = base64.b64decode(text)
    return b64(bytes([data[0] ^ 1]) + data[1:])
