"""`mcp-guard explain`: the page of a rule, offline."""

from __future__ import annotations

from mcp_guard import rules
from mcp_guard.cli import common
from mcp_guard.cli.arguments import Options
from mcp_guard.cli.output import emit


def run(options: Options) -> int:
    """Print one page, all pages, or the list of rules."""
    if options.everything:
        emit("\n".join(rules.page(rule.name) or "" for rule in rules.RULES))
    elif options.rule is None:
        rows = (f"{rule.name:24} {rule.severity:8} {rule.page.strip().splitlines()[0]}\n" for rule in rules.RULES)
        emit("".join(rows))
    else:
        page = rules.page(options.rule)
        if page is None:
            raise common.UsageError(_unknown(options.rule))
        emit(page)
    return 0


def _unknown(name: str) -> str:
    import difflib

    near = difflib.get_close_matches(name, [rule.name for rule in rules.RULES], 1)
    return f"no rule is called {name}{f'; did you mean {near[0]}?' if near else ''} (mcp-guard explain lists them)"
