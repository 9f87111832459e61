"""`.env`: a tracked one that moves the folder in which a client looks for its config.

Sources: CVE-2025-61260 (Codex before 0.23.0 took `CODEX_HOME` from the `.env` of the repository and started what
`.codex/config.toml` there names); google-gemini/gemini-cli:packages/core/src/utils/paths.ts (`GEMINI_CLI_HOME`);
Claude Code's `CLAUDE_CONFIG_DIR`, which it takes from the environment alone.
"""

from __future__ import annotations

import re

from mcp_guard.clients.client import Client
from mcp_guard.clients.shapes.part import Found
from mcp_guard.documents import Document
from mcp_guard.model import Problem, Severity

_HOMES: dict[str, tuple[str, Severity]] = {
    "CODEX_HOME": ("Codex", "error"),
    "GEMINI_CLI_HOME": ("Gemini CLI", "error"),
    "CLAUDE_CONFIG_DIR": ("Claude Code", "warning"),
}
_LINE = re.compile(
    rf"""(?:^|(?<=[\r\n\ufeff]))[ \t]*(?:export[ \t]+)?
         (?P<name>{"|".join(_HOMES)})[ \t]*(?:=|:[ \t])[ \t]*(?P<value>[^\r\n]*)""",
    re.VERBOSE,
)
_EMPTY = re.compile(r"""(?:''|"")?[ \t]*(?:\#.*)?""")


def read(document: Document, _client: Client) -> Found:
    """A problem for each line that moves a client's folder; of all other lines nothing is said, whatever they are."""
    for line in _LINE.finditer(document.text):
        if _EMPTY.fullmatch(line["value"]):
            continue
        title, severity = _HOMES[line["name"]]
        message = f"{line['name']} makes {title} read its config, and start its servers, from where this file says"
        yield Problem("self-approval", document.place(*line.span("name")), message, severity=severity)
