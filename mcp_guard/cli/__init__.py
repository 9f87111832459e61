"""The command line: the only part that prints or exits."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn


def entry() -> NoReturn:
    """Run as a program."""
    if sys.stdout is None:  # started without one, as GUI programs and daemons do
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 (it is open as long as the program runs)
    if sys.stderr is None:
        sys.stderr = sys.stdout
    from mcp_guard.cli.output import discard, emit

    try:
        code = main(sys.argv[1:])
        emit("")  # what argparse has printed is flushed here, where a reader that has gone is no error
    except BrokenPipeError:  # argparse again, where nothing is buffered
        discard()
        code = 0
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
