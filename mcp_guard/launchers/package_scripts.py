"""Scripts that a project's own file names: `npm run`, `pnpm run`, `yarn NAME`, `bun run`, `node --run`, `deno task`."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from mcp_guard.launchers.command import Command, Step, Token, Unclear, static
from mcp_guard.launchers.files import Tracked, is_absolute
from mcp_guard.launchers.package_json import scripts
from mcp_guard.launchers.shell import simple_command


def run(
    command: Command,
    name: Token,
    arguments: tuple[Token, ...],
    tracked: Tracked,
    *,
    hooks: bool = True,
    files: tuple[str, ...] = ("package.json",),
) -> Iterator[Step]:
    """What a script of the project starts; `hooks` says that `preNAME` and `postNAME` run with it.

    `files` are the names of the file that holds scripts; all of them may lie in one folder.
    """
    wanted = static(name, "the name of the script")
    if command.scope == "image":
        return
    path, known = _holding(command, name, wanted, tracked, files)
    inner = command._replace(directory=posixpath.dirname(path), scope="project")
    for hook in (f"pre{wanted}", wanted, f"post{wanted}") if hooks else (wanted,):
        if hook in known:
            yield _one(inner, Token(known[hook], name.word, None), arguments if hook == wanted else (), hook, path)


def known(command: Command, name: Token, tracked: Tracked) -> bool:
    """Whether a package.json of this repository that may be the project's has a script of that name."""
    try:
        found = _projects(command, name, tracked, ("package.json",))
    except Unclear:
        return False
    return any(name.text in _scripts(path, name, tracked) for path in found)


def _one(command: Command, source: Token, arguments: tuple[Token, ...], hook: str, path: str) -> Command:
    try:
        inner = simple_command(command, source)
    except Unclear as doubt:
        reason = f"the script `{hook}` of {path} is not one simple command ({doubt.reason})"
        raise Unclear(reason, doubt.word) from None
    return inner._replace(argv=(*inner.argv, *arguments))


def _holding(
    command: Command, name: Token, wanted: str, tracked: Tracked, files: tuple[str, ...]
) -> tuple[str, dict[str, str]]:
    """The one file that has the script, and all scripts of it."""
    found = _projects(command, name, tracked, files)
    if not found:
        raise Unclear(f"no {files[0]} that is tracked here says what `{wanted[:60]}` is", name.word)
    holding = [(path, known) for path in found for known in (_scripts(path, name, tracked),) if wanted in known]
    if not holding:
        raise Unclear(f"{found[0]} has no script `{wanted[:60]}`", name.word)
    if len(holding) > 1 or len({posixpath.dirname(path) for path in found}) > 1:
        raise Unclear(f"{found[0]} and {found[1]} may both say what `{wanted[:60]}` is", name.word)
    return holding[0]


def _projects(command: Command, name: Token, tracked: Tracked, files: tuple[str, ...]) -> list[str]:
    """The files of the nearest folder that has any, from where the command starts and up.

    A client starts it in the repository or in the config's own folder, so there may be two such folders. Of a folder
    that is named no other is looked at: it may be one that is not tracked, and has scripts of its own.
    """
    if command.directory is None or is_absolute(command.directory):
        raise Unclear("the folder whose scripts are meant is not one of this repository", name.word)
    own = posixpath.dirname(name.word.place.file)
    found: dict[str, None] = {}
    for start in (command.directory, posixpath.join(own, command.directory)):
        folder = posixpath.normpath(start) if start else ""
        while True:
            paths = [path for file in files if tracked.holds(path := posixpath.normpath(posixpath.join(folder, file)))]
            if paths or command.directory or folder in {"", ".", "..", posixpath.dirname(folder)}:
                break
            folder = posixpath.dirname(folder)
        found |= dict.fromkeys(paths)
    return list(found)


def _scripts(path: str, name: Token, tracked: Tracked) -> dict[str, str]:
    text = tracked.text(path)
    try:
        return scripts(text or "")
    except ValueError:
        raise Unclear(f"{path} cannot be read as JSON", name.word) from None
