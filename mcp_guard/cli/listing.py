"""`mcp-guard list`: every server, what it launches, and what is known of it on this machine."""

from __future__ import annotations

from mcp_guard import pipeline
from mcp_guard.cli import common
from mcp_guard.cli.arguments import Options
from mcp_guard.cli.output import emit


def run(options: Options) -> int:
    """Print the table; 0 unless policy or arguments are wrong. Registries are asked only when a flag says so."""
    options.network = options.network or "off"
    _, space = common.open_work_tree(options, options.paths or None)
    with common.world(options, space.policy) as world:
        report = pipeline.judge(space, world)
    if options.format == "text":
        from mcp_guard.reports import listing, publishers

        emit(publishers.render(report) if options.publishers else listing.render(report))
    else:
        common.publish(options, report)
    return 0
