"""`crushrc` of Crush: a Bash script that the client runs at its start, and whose `mcp add` defines servers.

Source: charmbracelet/crush:README.md (`mcp add NAME --command C --args A … --env K V --url U --header K V`) and
internal/config/reload_crushrc_test.go (the file is executed). Lines that are one plain command of Crush's own are
read. Where there is more (a pipe, a condition, a program) the whole file is a script whose servers nobody can see.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from mcp_guard.clients.client import Client
from mcp_guard.clients.shapes.crushrc_lines import Line, lines
from mcp_guard.clients.shapes.part import Found
from mcp_guard.documents import Document
from mcp_guard.model import Problem, Server, Variable, Word

_OWN = frozenset({"provider", "model", "permissions", "option", "export", "hook", "lsp"})
_RUN = frozenset({"hook", "lsp"})
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_NAME = re.compile(r"[A-Za-z_]\w*")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUES = frozenset({"--command", "--args", "--url", "--type", "--timeout"})
_PAIRS = {"--env": _NAME, "--header": _HEADER}
_SCRIPT = "the file is a shell script, and what servers it defines is known only when it runs"
_SUBSTITUTES = "Crush runs the command in `$(…)` when it reads this file"


class _Fields(NamedTuple):
    """What the flags of one `mcp add` say."""

    values: dict[str, list[Word]]
    pairs: dict[str, list[Variable]]


def read(document: Document, client: Client) -> Found:
    """The server of each `mcp add`, one that is hidden where the file is more than that, and the programs it runs."""
    hidden = False
    for line in lines(document):
        first = line.words[0].text if line.words else ""
        if first == "mcp":
            yield from _mcp(document, client, line)
        elif first in _OWN and line.plain:
            yield from _runs(line, first)
        elif not _is_quiet(line):
            if not hidden:
                yield _script(document, client, line)
            hidden = True
        if line.substitutes:
            yield Problem("exec-helper", line.place, _SUBSTITUTES, severity="warning")


def _is_whole(line: Line) -> bool:
    """Whether the words are those that Crush gets."""
    return line.plain and not line.loose


def _is_quiet(line: Line) -> bool:
    """Whether a line does nothing but set variables."""
    return line.plain and all(_ASSIGNMENT.match(word.text) for word in line.words)


def _runs(line: Line, builtin: str) -> Iterator[Problem]:
    """A hook or a language server: a program that runs although it is no MCP server."""
    if builtin in _RUN and any(word.text == "--command" or builtin == "hook" for word in line.words):
        message = f"`{builtin}` names a program that Crush runs by itself"
        yield Problem("exec-helper", line.place, message, severity="warning")


def _script(document: Document, client: Client, line: Line) -> Server:
    node = document.root
    name = Word("crushrc", line.place, node.start, node.start)
    return Server(document.file, client.name, name, (), (), (), None, None, (), document.plain(node), _SCRIPT)


def _mcp(document: Document, client: Client, line: Line) -> Found:
    words = line.words
    fields = _fields(words[3:]) if _is_whole(line) and len(words) > 2 and words[1].text == "add" else None  # noqa: PLR2004
    if fields is None or words[2].text.startswith("-") or not words[2].text:
        message = "mcp: this line is not understood: write `mcp add NAME --command C --args A` with variables in quotes"
        yield Problem("unreadable-config", line.place, message)
        return
    command, url = fields.values["--command"], fields.values["--url"]
    if len(command) + len(url) != 1:
        message = f"mcp add {words[2].text}: expected one --command or one --url, got {len(command) + len(url)}"
        yield Problem("unreadable-config", line.place, message, words[2].text)
        return
    yield Server(
        file=document.file,
        client=client.name,
        name=words[2],
        argv=(*command, *fields.values["--args"]) if command else (),
        env=tuple(fields.pairs["--env"]),
        env_files=(),
        cwd=None,
        url=url[0] if url else None,
        headers=tuple(fields.pairs["--header"]),
        definition=[word.text for word in words],
    )


def _fields(words: tuple[Word, ...]) -> _Fields | None:
    """The flags of `mcp add`; None where one is not known or has no value: what follows may then be anything."""
    fields = _Fields({flag: [] for flag in _VALUES}, {flag: [] for flag in _PAIRS})
    rest = iter(words)
    for flag in rest:
        value = next(rest, None)
        if value is None:
            return None
        if flag.text in _VALUES:
            fields.values[flag.text].append(value)
            continue
        second = next(rest, None)
        if second is None or flag.text not in _PAIRS or not _PAIRS[flag.text].fullmatch(value.text):
            return None
        fields.pairs[flag.text].append(Variable(value, second))
    return fields
