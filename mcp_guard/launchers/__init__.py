"""Launchers: what a server's command line amounts to, never guessed.

A launcher is one file and one row of `LAUNCHERS`. Its grammar takes a command line and yields what it knows of it,
and the command lines within it (`sh -c`, `docker run IMAGE npx …`), which are read in their turn.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from mcp_guard.launchers import (
    bunx,
    cmd,
    docker,
    env,
    node,
    npm_exec,
    npx,
    pipx_run,
    pnpm_dlx,
    program,
    python,
    shell,
    uv_program,
    uvx,
    yarn_dlx,
)
from mcp_guard.launchers.command import Command, Step, Token, Unclear, static
from mcp_guard.launchers.files import Tracked, enter, is_installed, is_path, script
from mcp_guard.launchers.override_files import OVERRIDE_FILES, overrides
from mcp_guard.launchers.remote import remote
from mcp_guard.launchers.split import windows
from mcp_guard.model import ImageLaunch, Launch, OpaqueLaunch, PackageLaunch, Server, Word

__all__ = ["LAUNCHERS", "OVERRIDE_FILES", "Launcher", "overrides", "read"]


class Launcher(NamedTuple):
    """One row: the programs, the grammar of their command line, and examples for the documentation."""

    programs: tuple[str, ...]
    read: Callable[[Command, Tracked], Iterator[Step]]
    examples: tuple[str, ...]


LAUNCHERS: tuple[Launcher, ...] = (
    Launcher(
        ("npx",),
        npx.read,
        (
            "npx -y @scope/server@1.2.3 /data",
            "npx -p one@1.0.0 -p two tool",
            "npx mcp-remote@0.1.0 https://mcp.example/sse",
            "npx supergateway@3.0.0 --stdio 'npx -y server@1.2.3'",
        ),
    ),
    Launcher(("npm",), npm_exec.read, ("npm exec -y --package=server@1.2.3 -- server",)),
    Launcher(("bunx", "bun"), bunx.read, ("bunx server@latest", "bun x server@1.2.3")),
    Launcher(("pnpm", "pnpx", "pnx"), pnpm_dlx.read, ("pnpm --package=server@1.2.3 dlx server", "pnpx server")),
    Launcher(("yarn",), yarn_dlx.read, ("yarn dlx -q server@1.2.3",)),
    Launcher(("uvx",), uvx.read, ("uvx server@1.2.3", "uvx --from server[cli]==1.2.3 --with other server")),
    Launcher(("uv",), uv_program.read, ("uv tool run server", "uv run --with mcp==1.2.3 server.py")),
    Launcher(("pipx",), pipx_run.read, ("pipx run --spec server==1.2.3 server",)),
    Launcher(
        ("docker", "podman"),
        docker.read,
        ("docker run -i --rm mcp/fetch:1.0", "docker run node:22 npx -y server@1.2.3"),
    ),
    Launcher(("node", "nodejs"), node.read, ("node server.js", "node -e code", "node --import tsx server.js")),
    Launcher(("python", "pythonw", "pypy", "py"), python.read, ("python3.12 server.py", "python -m installed")),
    Launcher(("cmd",), cmd.read, ("cmd /c npx -y server@1.2.3",)),
    Launcher(("sh", "bash", "zsh", "dash"), shell.read, ("bash -lc 'npx -y server@1.2.3'", "sh -c 'cd x; npx y'")),
    Launcher(("env",), env.read, ("env TOKEN=x npx -y server@1.2.3",)),
)
_BY_PROGRAM = {name: launcher for launcher in LAUNCHERS for name in launcher.programs}
_DEEPEST = 8
_WORKSPACE = frozenset({"${workspaceFolder}", "."})


def read(server: Server, tracked: Callable[[str], bool]) -> tuple[Launch, ...]:
    """What a server amounts to: at least one launch, never an exception.

    `tracked` says whether a path from the repository root is a file of the tree that is judged. A server with a
    URL and a command gives the launches of both; what cannot be known is an `OpaqueLaunch`.
    """
    found: list[Launch] = []
    if server.url is not None:
        found.append(_remote(server.url))
    if server.argv:
        found += _launches(_command(server), tracked, 1)
    return tuple(found) or (OpaqueLaunch("it has neither a command nor a URL", server.name),)


def _command(server: Server) -> Command:
    argv = tuple(Token(word.text, word) for word in server.argv)
    command = Command(argv, server.env, server.env_files)
    if server.cwd is None or server.cwd.text in _WORKSPACE:
        return command
    return enter(command, Token(server.cwd.text, server.cwd))


def _remote(url: Word) -> Launch:
    try:
        return remote(Token(url.text, url))
    except Unclear as doubt:
        return OpaqueLaunch(doubt.reason, doubt.word)


def _launches(command: Command, tracked: Tracked, depth: int) -> Iterator[Launch]:
    """The launches of a command line and of those within it."""
    if depth > _DEEPEST:
        yield OpaqueLaunch("too many launchers start one another", command.program.word)
        return
    try:
        for step in _steps(command, tracked, depth):
            if isinstance(step, Command):
                yield from _launches(step, tracked, depth + 1)
            else:
                yield step
    except Unclear as doubt:
        yield OpaqueLaunch(doubt.reason, doubt.word)


def _steps(command: Command, tracked: Tracked, depth: int) -> Iterator[Step]:
    """One command line, read by the grammar of its program."""
    text = command.program.text
    if depth == 1 and len(command.argv) == 1 and len(text.split()) > 1:
        yield from _one_string(command, tracked)
        return
    launcher = _find(text)
    if launcher is None:
        yield from program.read(command, tracked)
        return
    static(command.program, "the program")
    if command.scope == "mounted":
        raise Unclear("what is mounted into the container may be this launcher, or its settings", command.program.word)
    if is_path(text) and not is_installed(text, tracked):
        yield from script(command, command.program, tracked)  # the file of that name runs, whatever it does then
    yield from launcher.read(command, tracked)


def _find(text: str) -> Launcher | None:
    """The launcher of a program; `python3.12` is `python`."""
    if program.several_words(text):
        return None
    name = program.stem(text)
    versioned = re.fullmatch(r"(python|pypy)w?[\d.]+t?", name)
    return _BY_PROGRAM.get(versioned[1] if versioned else name)


def _one_string(command: Command, tracked: Tracked) -> Iterator[Launch]:
    """A whole command line in `command`. Some clients start it through a shell: all readings must agree."""
    token = command.program
    by_shell = shell.simple_command(command, token)
    first = by_shell.program.text
    if is_path(first) and _find(first) is None:
        raise Unclear("the command is a path with a space in it, or a path and arguments: use args", token.word)
    found = tuple(_launches(by_shell, tracked, 2))
    by_windows = tuple(_launches(command.inner(windows(token)), tracked, 2))
    if [_without_cuts(launch) for launch in found] != [_without_cuts(launch) for launch in by_windows]:
        raise Unclear("the command line is read differently by POSIX shells and by Windows: use args", token.word)
    yield from found


def _without_cuts(launch: Launch) -> Launch:
    """The launch, without where its text may be edited: quotes make that differ, and not what runs."""
    match launch:
        case PackageLaunch(packages, moved):
            return PackageLaunch(tuple(package._replace(cut=None) for package in packages), moved)
        case ImageLaunch(image, moved):
            return ImageLaunch(image._replace(cut=None), moved)
        case _:
            return launch
