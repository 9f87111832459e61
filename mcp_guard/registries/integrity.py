"""Digests as registries write them: Subresource Integrity (W3C SRI) and bare hex."""

from __future__ import annotations

import re

from mcp_guard.model import JSON, Digest
from mcp_guard.registries.questions import AnswerError

# Strongest first, with the number of bytes.
_ALGORITHMS = (("sha512", 64), ("sha384", 48), ("sha256", 32), ("sha1", 20))


def digests(integrity: JSON, shasum: JSON) -> tuple[Digest, ...]:
    """The digests of a tarball: those of the strongest algorithm of an SRI text, else of a bare sha1.

    Empty where neither is there. SRI allows several values of one algorithm (any may match), so there can be more
    than one. Raises AnswerError for what is no SRI text or no sha1.
    """
    if integrity:
        found = _sri(integrity)
        if found:
            return found
    if not shasum:
        return ()
    if not isinstance(shasum, str) or not re.fullmatch(r"[0-9a-f]{40}", shasum.lower()):
        raise AnswerError("sent a shasum that is no sha1")
    return (Digest("sha1", shasum.lower()),)


def _sri(text: JSON) -> tuple[Digest, ...]:
    from base64 import b64decode

    if not isinstance(text, str):
        raise AnswerError("sent an integrity that is no SRI text")
    values: dict[str, dict[Digest, None]] = {}
    sizes = dict(_ALGORITHMS)
    for word in text.split():
        algorithm, dash, rest = word.partition("-")
        if not dash:
            raise AnswerError("sent an integrity that is no SRI text")
        if algorithm not in sizes:
            continue  # SRI: an unknown algorithm is ignored
        try:
            value = b64decode(rest.partition("?")[0], validate=True)
        except ValueError:
            value = b""
        if len(value) != sizes[algorithm]:
            raise AnswerError("sent an integrity that is no SRI text")
        values.setdefault(algorithm, {})[Digest(algorithm, value.hex())] = None
    return next((tuple(values[algorithm]) for algorithm, _ in _ALGORITHMS if algorithm in values), ())
