"""`mcp-guard scan`: every server that the clients of this machine would start. Reads only."""

from __future__ import annotations

import os
from collections.abc import Iterable

from mcp_guard import scanning, searching
from mcp_guard.cli import common
from mcp_guard.cli.arguments import Options
from mcp_guard.cli.output import emit
from mcp_guard.model import Policy


def run(options: Options) -> int:
    """Print the inventory; registries are asked only when a flag says so."""
    from mcp_guard.reports import scan

    options.network = options.network or "off"
    wanted = _rows(options.clients) if options.clients else None
    roots = [_root(path) for path in options.roots]
    rules = common.policy_override(options) or Policy()
    with common.world(options, rules) as world:
        inventory = scanning.scan(searching.this_host(options.environ), roots, wanted, rules, world)
    code = inventory.report.exit_code
    if options.format == "json":
        emit(scan.document(inventory))
    elif code or not options.quiet:
        emit(scan.text(inventory))
    return code


def _rows(names: Iterable[str]) -> frozenset[str]:
    known = scanning.names()
    for name in names:
        if name not in known:
            raise common.UsageError(_unknown(name, list(known)))
    return frozenset(row for name in names for row in scanning.rows(name))


def _unknown(name: str, known: list[str]) -> str:
    import difflib

    near = difflib.get_close_matches(name, known, 1)
    return f"--client {name}: no client is called so{f'; did you mean {near[0]}?' if near else ''}"


def _root(path: str) -> str:
    if not os.path.isdir(path):
        raise common.UsageError(f"--root {path}: there is no such folder")
    return os.path.abspath(path)
