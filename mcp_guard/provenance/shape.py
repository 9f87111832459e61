"""Strict readers: JSON without duplicate names, canonical base64, protobuf's JSON numbers."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import NamedTuple

from mcp_guard.model import JSON
from mcp_guard.provenance.errors import Step, VerificationError, require

MAX_BYTES = 1 << 20  # a bundle, a payload, a document of attestations (DESIGN §11)
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
_INT64 = 1 << 63


def read_json(data: bytes, step: Step = "bundle.json", limit: int = MAX_BYTES) -> JSON:
    """Read one JSON text (RFC 8259) in UTF-8 of at most `limit` bytes; no name twice in an object, no NaN, no infinity.

    Two readers may take different members of a pair of equal names, and then they do not judge the same thing.
    """

    def members(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
        found = dict(pairs)
        require(step, len(found) == len(pairs), "a name stands twice in one object")
        return found

    def no_number(text: str) -> JSON:
        raise VerificationError(step, f"{text} is no JSON")

    require(step, len(data) <= limit, f"more than {limit >> 20} MiB")
    try:
        value: JSON = json.loads(data.decode("utf-8"), object_pairs_hook=members, parse_constant=no_number)
    except (ValueError, RecursionError) as error:
        raise VerificationError(step, f"not JSON: {type(error).__name__}") from error
    return value


def read_base64(text: str, step: Step, what: str) -> bytes:
    """Decode RFC 4648 base64 in its one canonical spelling: standard alphabet, padded, no stray bits."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise VerificationError(step, f"{what} is not base64") from error
    require(step, base64.b64encode(data) == text.encode(), f"{what} is not canonical base64")
    return data


def read_hex(text: str, step: Step, what: str) -> bytes:
    """Decode lower-case hex."""
    require(step, re.fullmatch(r"(?:[0-9a-f]{2})+", text) is not None, f"{what} is not lower-case hex")
    return bytes.fromhex(text)


class Node(NamedTuple):
    """A JSON value that knows where it stands, and which step refuses when it has another form."""

    value: JSON
    path: str
    step: Step

    def get(self, name: str) -> Node:
        """The member of this object; refuses where it is missing or null."""
        node = self.optional(name)
        if node is None:
            raise VerificationError(self.step, f"{self.path} has no {name}")
        return node

    def optional(self, name: str) -> Node | None:
        """The member of this object; None where it is missing or null, which protobuf holds for the same."""
        if not isinstance(self.value, dict):
            raise VerificationError(self.step, f"{self.path} is not an object")
        value = self.value.get(name)
        return None if value is None else Node(value, f"{self.path}.{name}", self.step)

    def items(self) -> tuple[Node, ...]:
        """The items of this list."""
        if not isinstance(self.value, list):
            raise VerificationError(self.step, f"{self.path} is not a list")
        return tuple(Node(item, f"{self.path}[{at}]", self.step) for at, item in enumerate(self.value))

    def only(self) -> Node:
        """The one item of this list."""
        items = self.items()
        require(self.step, len(items) == 1, f"{self.path} has {len(items)} items where one is expected")
        return items[0]

    def members(self) -> tuple[tuple[str, Node], ...]:
        """Names and values of this object."""
        if not isinstance(self.value, dict):
            raise VerificationError(self.step, f"{self.path} is not an object")
        return tuple((name, Node(value, f"{self.path}.{name}", self.step)) for name, value in self.value.items())

    def text(self) -> str:
        """The text of this string; refuses lone surrogates, which no UTF-8 text can hold."""
        if not isinstance(self.value, str):
            raise VerificationError(self.step, f"{self.path} is not a string")
        require(self.step, not re.search(r"[\ud800-\udfff]", self.value), f"{self.path} is not Unicode text")
        return self.value

    def number(self) -> int:
        """The non-negative int64 that this is, as a number or, as protobuf writes it, in a string."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | str):
            raise VerificationError(self.step, f"{self.path} is not a whole number")
        text = str(self.value)
        fits = _NUMBER.fullmatch(text) is not None and int(text) < _INT64
        require(self.step, fits, f"{self.path} is not a non-negative 64-bit number")
        return int(text)

    def data(self) -> bytes:
        """The bytes of this base64 string; never empty."""
        data = read_base64(self.text(), self.step, self.path)
        require(self.step, data != b"", f"{self.path} is empty")
        return data

    def lines(self) -> bytes:
        """The bytes of base64 that may be broken into lines, as command line tools write it."""
        return self._replace(value=re.sub(r"\r?\n", "", self.text())).data()

    def hex(self) -> bytes:
        """The bytes of this hex string."""
        return read_hex(self.text(), self.step, self.path)
