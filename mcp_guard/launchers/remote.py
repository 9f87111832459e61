"""Remote servers: a URL, as far as it stands in the file."""

from __future__ import annotations

import re

from mcp_guard.launchers.command import Token, Unclear, dynamic
from mcp_guard.model import RemoteLaunch

_URL = re.compile(r"(?:https?|wss?)://(?P<host>[^/?#\\\s]+)[^\s]*", re.IGNORECASE)


def remote(token: Token) -> RemoteLaunch:
    """The launch of a URL; Unclear unless scheme and host are written out (a path or query may hold variables)."""
    match = _URL.fullmatch(token.text)
    if match is None or dynamic(match["host"]):
        written = "is filled in when the server starts" if dynamic(token.text) else "is not an absolute http(s) URL"
        raise Unclear(f"the URL {written}", token.word)
    return RemoteLaunch(token.text, token.word)
