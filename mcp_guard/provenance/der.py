"""X.690 DER, as much as RFC 3161 tokens and Fulcio's extensions need: tag, length, content, strictly."""

from __future__ import annotations

from typing import NamedTuple

from mcp_guard.provenance.errors import Step, require

INTEGER, OCTET_STRING, OID, UTF8_STRING, GENERALIZED_TIME = 0x02, 0x04, 0x06, 0x0C, 0x18
SEQUENCE, SET = 0x30, 0x31
CONTEXT_0_CONSTRUCTED, CONTEXT_1_CONSTRUCTED = 0xA0, 0xA1
_MAX_OID_BYTES = 64  # far more than any that is known; the value of a long one grows with the square
_LONG_TAG, _LONG_LENGTH, _MAX_LENGTH_BYTES = 0x1F, 0x80, 4


class Element(NamedTuple):
    """One element: its tag, its content, and all its bytes."""

    tag: int
    content: bytes
    encoded: bytes


def elements(data: bytes, step: Step) -> tuple[Element, ...]:
    """The elements that these bytes consist of. Raises VerificationError with this step for what is not DER."""
    found: list[Element] = []
    at = 0
    while at < len(data):
        element = _next(data, at, step)
        found.append(element)
        at += len(element.encoded)
    return tuple(found)


def single(data: bytes, tag: int, step: Step, what: str) -> Element:
    """The one element, with this tag, that these bytes are."""
    found = elements(data, step)
    require(step, len(found) == 1 and found[0].tag == tag, f"{what} has another form")
    return found[0]


def text(data: bytes, step: Step, what: str) -> str:
    """The text of a UTF8String."""
    content = single(data, UTF8_STRING, step, what).content
    decoded = content.decode("utf-8", "replace")
    require(step, decoded.encode() == content, f"{what} is not UTF-8")
    return decoded


def dotted(content: bytes, step: Step) -> str:
    """An object identifier in dotted form."""
    whole = 0 < len(content) <= _MAX_OID_BYTES and content[-1] < _LONG_LENGTH
    require(step, whole, "an object identifier that is incomplete or too long")
    arcs: list[int] = []
    value, fresh = 0, True
    for byte in content:
        require(step, not (fresh and byte == _LONG_LENGTH), "a padded object identifier")
        value, fresh = value << 7 | byte & 0x7F, byte < _LONG_LENGTH
        if fresh:
            arcs.append(value)
            value = 0
    top = min(arcs[0] // 40, 2)
    return ".".join(map(str, (top, arcs[0] - 40 * top, *arcs[1:])))


def _next(data: bytes, at: int, step: Step) -> Element:
    """The element that begins here."""
    require(step, len(data) > at + 1 and data[at] & _LONG_TAG != _LONG_TAG, "not DER: no tag")
    length, start = data[at + 1], at + 2
    if length >= _LONG_LENGTH:
        count = length & 0x7F
        start += count
        require(step, 0 < count <= _MAX_LENGTH_BYTES and len(data) >= start, "not DER: length of another form")
        length = int.from_bytes(data[start - count : start], "big")
        minimal = length >= _LONG_LENGTH and length >> 8 * (count - 1) > 0
        require(step, minimal, "not DER: length longer than needed")
    require(step, len(data) >= start + length, "not DER: shorter than it says")
    return Element(data[at], data[start : start + length], data[at : start + length])
