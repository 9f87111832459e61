"""A config cannot be read, so nobody knows which servers it starts.

## What

A file that a client reads is not there, is too large or too deep, is not UTF-8, does not parse, or breaks the
shape that its client defines. Nothing is skipped in silence: what could not be read has not been judged.

## Why

Checkers that pass what they cannot parse are switched off by one stray character: zizmor 1.32 ends with exit
code 0 and "No findings to report" when one of two workflows is malformed, and lockfile-lint 5.0 with exit code 0
and no output when its file does not exist (both measured by us). Clients are more forgiving than that, and start
the servers that the checker did not see.

## Bad

```json title=".mcp.json"
{
  "mcpServers": {
    "postmark": {
      "command": "npx",
      "args": ["-y", "postmark-mcp"
```

## Good

```json title=".mcp.json"
{
  "mcpServers": {
    "postmark": {
      "command": "npx",
      "args": ["-y", "postmark-mcp@1.0.12"]
    }
  }
}
```

## Remedy

Mend the place that the finding names, or exclude the file by `exclude` in `mcp-guard.toml` where no client reads
it. Then look again:

    mcp-guard check .mcp.json
"""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.model import Facts, Finding
from mcp_guard.rules import commands
from mcp_guard.rules.rule import Rule
from mcp_guard.rules.subjects import problems


def check(facts: Facts) -> Iterator[Finding]:
    """Report every place at which a config cannot be read."""
    for config, problem in problems(facts, RULE.name):
        whole = "nobody knows which servers this config starts"
        what = whole if problem.server is None else f'nobody knows what server "{problem.server}" starts'
        message = f"{what}: {problem.message.rstrip('.')}"
        remedy = commands.check(config.file)
        yield Finding(RULE.name, RULE.severity, problem.place, message, remedy, problem.server)


RULE = Rule("unreadable-config", "error", check)
