"""What an error means to a person: the exit code and one line that says what to do."""

from __future__ import annotations

from mcp_guard.accept import AcceptError
from mcp_guard.cli.common import UsageError
from mcp_guard.pinning import ChangedError
from mcp_guard.policy import PolicyError
from mcp_guard.registries import SettingsError
from mcp_guard.reports.escape import escape
from mcp_guard.trees import TreeError


def explain(error: Exception) -> tuple[int, str]:
    """Return the exit code and the line for an error."""
    match error:
        case PolicyError():
            place = error.place
            return 2, escape(f"{place.file}:{place.line}:{place.column}: {error.message}")
        case AcceptError() | ChangedError() | UsageError() | TreeError() | SettingsError():
            return 2, escape(str(error))
        case OSError():
            return 4, escape(f"cannot write or read {error.filename or 'a file'}: {error.strerror or error}")
        case _:
            return 4, escape(f"internal error: {type(error).__name__}; run again with --debug and report it")
