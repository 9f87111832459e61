"""The command line: the only part that prints or exits."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn


def entry() -> NoReturn:
    """Run as a program."""
    code = main(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:  # `mcp-guard … | head`: whoever reads has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def main(argv: Sequence[str]) -> int:
    """Run one command line and return its exit code (DESIGN §9): 0, 1, 2, 3, 4, or 130 when interrupted."""
    from mcp_guard.cli import arguments

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        options = arguments.parse(argv, os.environ)
    except SystemExit as stop:  # argparse has printed what is wrong
        return stop.code if isinstance(stop.code, int) else 2
    try:
        return options.run(options)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 (whatever goes wrong, the user gets one line and an exit code)
        return _failed(error, debug=options.debug)


def _failed(error: Exception, *, debug: bool) -> int:
    from mcp_guard.cli import errors

    if debug:
        import traceback

        traceback.print_exception(error)
    code, message = errors.explain(error)
    print(f"mcp-guard: {message}", file=sys.stderr)
    return code
