"""Standard output, whose reader may go away: `mcp-guard … | head` is no error and changes no exit code."""

from __future__ import annotations

import os
import sys


def emit(text: str) -> None:
    """Print a text; once nobody reads any more, print into nothing."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        discard()


def discard() -> None:
    """Let everything that is printed from now on go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(line: str) -> None:
    """Print a line."""
    emit(line + "\n")
