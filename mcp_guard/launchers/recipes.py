"""`make TARGET` and `just RECIPE`: one simple command of a tracked Makefile or justfile.

GNU make: manual, "Writing Rules"; casey/just: README.md.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from mcp_guard.launchers.command import Command, Step, Token, Unclear, dynamic, static
from mcp_guard.launchers.files import Tracked, enter, is_absolute
from mcp_guard.launchers.options import Flags, walk, words
from mcp_guard.launchers.program import stem
from mcp_guard.launchers.shell import simple_command

_FLAGS = {
    "make": Flags(
        "make", words("-C --directory -f --file --makefile"), words("-s --silent --quiet -B -w"), clusters=True
    ),
    "just": Flags("just", words("-f --justfile -d --working-directory"), words("-q --quiet -u --unsorted")),
}
_NAMES = {"make": ("GNUmakefile", "makefile", "Makefile"), "just": ("justfile", "Justfile", ".justfile")}
_FOLDER = ("-C", "--directory", "-d", "--working-directory")
_FILE = ("-f", "--file", "--makefile", "--justfile")
# What gives the words of a recipe another meaning, wherever it stands.
_SETTING = re.compile(
    r"(?m)^[ ]*(?:-?s?include\b|import\b|mod\b|define\b|override\b|export\b|set\b|SHELL\b|\.SHELLFLAGS\b"
    r"|PATH[ \t]*[:?+!]*=|\.RECIPEPREFIX\b|\.ONESHELL\b|MAKEFLAGS\b|\$|[^\t\n#]*%[^\n]*:)"
)


def read(command: Command, tracked: Tracked) -> Iterator[Step]:
    """`make [flags] TARGET`, `just [flags] RECIPE`."""
    if command.scope == "image":
        return
    tool = stem(command.program.text)
    walked = walk(command.argv[1:], _FLAGS[tool])
    for directory in walked.values(*_FOLDER):
        command = enter(command, directory)._replace(moved=directory.word)
    if len(walked.rest) != 1:
        raise Unclear(f"`{tool}` is read only with one target", command.program.word)
    target = walked.rest[0]
    path, text = _file(command, tool, walked.values(*_FILE), target, tracked)
    line = _recipe(text, static(target, "the target"), path, target)
    try:
        yield simple_command(command._replace(directory=posixpath.dirname(path)), Token(line, target.word, None))
    except Unclear as doubt:
        raise Unclear(f"`{target.text}` of {path} is not one simple command ({doubt.reason})", target.word) from None


def _file(command: Command, tool: str, named: tuple[Token, ...], target: Token, tracked: Tracked) -> tuple[str, str]:
    """The tracked file with the recipes, and its text."""
    if named or command.directory is None or is_absolute(command.directory):
        raise Unclear(f"which file `{tool}` reads is not known", target.word)
    own = posixpath.dirname(target.word.place.file)
    folders = dict.fromkeys(posixpath.normpath(posixpath.join(at, command.directory)) for at in ("", own))
    paths = [posixpath.normpath(posixpath.join(folder, name)) for folder in folders for name in _NAMES[tool]]
    held = [path for path in paths if tracked.holds(path)]
    if len(held) != 1:
        raise Unclear(f"there is not exactly one {_NAMES[tool][-1]} that `{tool}` may read", target.word)
    text = tracked.text(held[0])
    if text is None:
        raise Unclear(f"{held[0]} is too large to be read, or is not UTF-8", target.word)
    return held[0], text


def _recipe(text: str, wanted: str, path: str, target: Token) -> str:
    """The one line of a target's recipe; Unclear when there is more to it."""
    if _SETTING.search(text) or "\\\n" in text:
        raise Unclear(f"{path} has settings or inclusions that mcp-guard does not read", target.word)
    lines = text.splitlines()
    heads = [index for index, line in enumerate(lines) if _head(line, wanted)]
    if len(heads) != 1:
        raise Unclear(f"{path} does not say what `{wanted[:60]}` is, or more than once", target.word)
    body: list[str] = []
    for line in lines[heads[0] + 1 :]:
        if line.strip() and line[0] not in " \t":
            break
        body += [line.strip()] if line.strip() and not line.strip().startswith("#") else []
    if any(line.strip().startswith("#!") for line in lines[heads[0] + 1 :]):
        raise Unclear(f"{path} has recipes in other languages", target.word)
    name, _, prerequisites = lines[heads[0]].partition(":")
    if name.split() != [wanted] or prerequisites.partition("#")[0].strip() or len(body) != 1:
        raise Unclear(f"`{wanted[:60]}` of {path} has prerequisites, or not exactly one line", target.word)
    line = body[0].lstrip("@-+ ")
    if dynamic(line) or "$" in line:
        raise Unclear(f"`{wanted[:60]}` of {path} has variables", target.word)
    return line


def _head(line: str, wanted: str) -> bool:
    names, colon, _ = line.partition(":")
    return bool(colon) and not line.startswith((" ", "\t", "#", ".PHONY")) and wanted in names.split()
