"""`node` with a script (Node.js: doc/api/cli.md)."""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.launchers import package_scripts
from mcp_guard.launchers.command import Command, Step, Token, Unclear, static
from mcp_guard.launchers.files import Tracked, is_absolute, resolve, script, tracked_file
from mcp_guard.launchers.node_flags import FLAGS, INLINE, LOADING
from mcp_guard.launchers.options import Walk, walk
from mcp_guard.model import LocalLaunch


def read(command: Command, tracked: Tracked) -> Iterator[Step]:
    """`node [flags] script [arguments]`, `node --run NAME`."""
    walked = walk(command.argv[1:], FLAGS)
    yield from started(command, walked, tracked, ("", ".js", "/index.js"))


def started(command: Command, walked: Walk, tracked: Tracked, endings: tuple[str, ...]) -> Iterator[Step]:
    """What node's flags load, and the script; `endings` are those that the script's name may lack."""
    if walked.has(*INLINE):
        raise Unclear("the code stands in the command line itself", command.program.word)
    yield from loaded(command, walked, LOADING, tracked)
    for name in walked.values("--run"):
        yield from package_scripts.run(command, name, _after_dashes(walked), tracked, hooks=False)
        return
    if not walked.rest or walked.rest[0].text == "-":
        raise Unclear("node reads its code from the client", command.program.word)
    entry = walked.rest[0]
    if static(entry, "the script") in {"inspect", "debug"}:
        raise Unclear(f"`node {entry.text}` is the debugger", entry.word)
    if walked.has("--entry-url"):
        raise Unclear("with `--entry-url` the script is a URL", entry.word)
    _refuse_folder(command, entry, tracked)
    yield from script(command, entry, tracked, endings)


def _refuse_folder(command: Command, entry: Token, tracked: Tracked) -> None:
    """Unclear at a folder whose package.json says which file runs (`node .`)."""
    if command.directory is None or command.scope in {"image", "mounted"}:
        return
    path = resolve(command, entry)
    if not tracked_file(path, tracked, ("", ".js")) and tracked_file(path, tracked, ("/package.json",)):
        raise Unclear("it names a folder, whose package.json says what runs: name the file", entry.word)


def loaded(command: Command, walked: Walk, flags: frozenset[str], tracked: Tracked) -> Iterator[Step]:
    """Code that these flags load before the script: known only when it is a file of this repository."""
    if command.scope == "image":
        return
    for option in walked.options:
        if option.name in flags and option.value is not None:
            yield _loaded(command, option.name, option.value, tracked)


def _loaded(command: Command, flag: str, token: Token, tracked: Tracked) -> Step:
    text = static(token, f"the code of {flag}")
    if text.startswith((".", "/")) or is_absolute(text):
        found = tracked_file(resolve(command, token), tracked, ("", ".js"))
        if found is not None:
            return LocalLaunch(found, token.word)
    raise Unclear(f"`{flag}` loads code that is neither pinned here nor a file of this repository", token.word)


def _after_dashes(walked: Walk) -> tuple[Token, ...]:
    """The arguments of the script: `node --run NAME -- arguments`."""
    if walked.rest and walked.rest[0].text != "--":
        raise Unclear("arguments of `node --run` stand after `--`", walked.rest[0].word)
    return walked.rest[1:]
