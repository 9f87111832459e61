"""`npm`: `npm exec`, `npm init` and the scripts of package.json (npm/cli: lib/utils/cmd-list.js)."""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.launchers import creating, npm_exec, package_scripts
from mcp_guard.launchers.command import Command, Step, Token, Unclear
from mcp_guard.launchers.files import Tracked, enter
from mcp_guard.launchers.npm_exec import WORKSPACES, both_sides
from mcp_guard.launchers.options import Walk, words
from mcp_guard.launchers.overrides import launch as overrides

# npm takes any beginning that only one command has (by running `deref` of npm 11.19.1).
_EXEC = words("exec exe x")
_INIT = words("init ini create creat crea cre cr innit inni inn")
_RUN = words("run run-script run-scrip run-scri run-scr run-sc run-s run- rum ur urn")
_NAMED = {"start": words("start star"), "test": words("test tes te t tst ts"), "stop": words("stop sto")}


def read(command: Command, tracked: Tracked) -> Iterator[Step]:
    """`npm [flags] exec | init | run | start | test | stop`."""
    walked = both_sides(command.argv[1:])
    name = walked.rest[0].text if walked.rest else ""
    inner = walked._replace(rest=walked.rest[1:])
    if name in _EXEC:
        yield from npm_exec.read(command, inner, tracked)
    elif name in _INIT:
        yield from creating.launches(command, inner.options, inner.rest)
    elif name in _RUN:
        if not inner.rest:
            raise Unclear("`npm run` only lists the scripts", walked.rest[0].word)
        yield from _script(command, inner._replace(rest=inner.rest[1:]), inner.rest[0], tracked)
    else:
        for script, names in _NAMED.items():
            if name in names:
                token = walked.rest[0]
                yield from _script(command, inner, token._replace(text=script, start=None), tracked)
                return
        raise Unclear(
            "mcp-guard reads no other npm command than `npm exec`, `npm init` and scripts",
            (*walked.rest, command.program)[0].word,
        )


def _script(command: Command, walked: Walk, name: Token, tracked: Tracked) -> Iterator[Step]:
    if walked.has(*WORKSPACES):
        raise Unclear("npm runs the scripts of workspaces", command.program.word)
    for directory in walked.values("--prefix", "-C"):
        command = enter(command, directory)._replace(moved=directory.word)
    handed = [option for option in walked.options if option.name not in {"--prefix", "-C"}]
    moved = overrides("npm", command._replace(variables=(), env_files=(), moved=None), tuple(handed))
    overrides("npm", command, ())  # a variable may decide which shell runs it
    if moved:
        raise Unclear(f"npm hands `{moved[0].what}` on to what the script starts", command.program.word)
    yield from package_scripts.run(command, name, walked.rest, tracked)
