"""`deno run | serve | x | task` and `deno FILE` (denoland/deno: cli/args/flags.rs; 2.9.6 by running it)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcp_guard.launchers import deno_moved, local_first, node, npm_family, package_scripts
from mcp_guard.launchers.command import Command, Step, Token, Unclear, static
from mcp_guard.launchers.deno_flags import LOADING, RUN, SERVE, TASK, X
from mcp_guard.launchers.files import Tracked, enter, is_path, resolve, script, tracked_file
from mcp_guard.launchers.options import Flags, Walk, walk
from mcp_guard.launchers.packaged import started
from mcp_guard.launchers.specs.deno import is_specifier, specifier
from mcp_guard.model import PackageLaunch

_FILES = ("deno.json", "deno.jsonc", "package.json")
_MODULE = re.compile(r"(?i).+\.(?:[cm]?[jt]s|[jt]sx|wasm)")
_MAPS = ("--import-map", "--importmap", "-c", "--config")


def read(command: Command, tracked: Tracked) -> Iterator[Step]:
    """`deno [flags] run | serve | x | task | SCRIPT`."""
    before = walk(command.argv[1:], RUN)
    name = before.rest[0].text if before.rest else ""
    if name in {"run", "serve"}:
        yield from _run(command, _after(before, SERVE if name == "serve" else RUN), tracked)
    elif name == "x":
        yield from _x(command, _after(before, X), tracked)
    elif name == "task":
        yield from _task(command, before, tracked)
    elif name == "eval":
        raise Unclear("the code stands in the command line itself", before.rest[0].word)
    elif before.rest and (is_specifier(name) or is_path(name) or _MODULE.fullmatch(name)):
        yield from _run(command, before, tracked)
    else:
        raise Unclear(
            "mcp-guard reads no other deno command than `run`, `serve`, `x` and `task`",
            (*before.rest, command.program)[0].word,
        )


def _after(before: Walk, flags: Flags) -> Walk:
    walked = walk(before.rest[1:], flags)
    return walked._replace(options=(*before.options, *walked.options))


def _run(command: Command, walked: Walk, tracked: Tracked) -> Iterator[Step]:
    yield from node.loaded(command, walked, LOADING, tracked)
    if not walked.rest or walked.rest[0].text == "-":
        raise Unclear("deno reads its code from the client", command.program.word)
    entry = walked.rest[0]
    text = static(entry, "the script")
    if is_specifier(text):
        yield from _package(command, walked, entry, tracked)
    elif re.match(r"(?i)(?:https?|data|blob):", text):
        raise Unclear("deno gets the script from elsewhere when the server starts", entry.word)
    else:
        _refuse_maps(command, walked, tracked)
        if not (is_path(text) or _MODULE.fullmatch(text)):
            raise Unclear(f"`{text[:60]}` may be a task or a file", entry.word)
        yield from script(command, entry, tracked)


def _package(command: Command, walked: Walk, entry: Token, tracked: Tracked) -> Iterator[Step]:
    package = specifier(entry)
    if package.ecosystem == "npm":
        local_first.refuse(command, (Token(package.name, entry.word, None),), (), tracked)
    yield PackageLaunch((package,), deno_moved.overrides(package.ecosystem, command, walked.options))
    if package.ecosystem == "npm":
        yield from started(package, command.inner(walked.rest)._replace(packages=(package,)), tracked)


def _x(command: Command, walked: Walk, tracked: Tracked) -> Iterator[Step]:
    """`deno x [flags] PACKAGE`; with `--package` the argument names a program of it."""
    yield from node.loaded(command, walked, LOADING, tracked)
    named = walked.values("-p", "--package")
    if len(named) > 1:
        raise Unclear("`deno x` takes one `--package`", named[1].word)
    if not walked.rest:
        raise Unclear("no package is named", command.program.word)
    target = (*named, *walked.rest)[0]
    text = static(target, "the package")
    if is_specifier(text) and not named:
        yield from _package(command, walked, target, tracked)
    elif re.match(r"(?i)[a-z][a-z+.-]*:", text) or text.startswith((".", "/")):
        raise Unclear("mcp-guard reads only packages after `deno x`", target.word)
    else:
        local_first.refuse(command, named, walked.rest, tracked)
        moved = deno_moved.overrides("npm", command, walked.options)
        for step in npm_family.launches(command, walked._replace(options=()), named, tracked, alias="never"):
            yield PackageLaunch(step.packages, moved) if isinstance(step, PackageLaunch) else step


def _task(command: Command, before: Walk, tracked: Tracked) -> Iterator[Step]:
    walked = walk(before.rest[1:], TASK)
    for directory in walked.values("--cwd"):
        command = enter(command, directory)._replace(moved=directory.word)
    if before.options or not walked.rest:
        raise Unclear("`deno task` is read only with the name of a task", before.rest[0].word)
    yield from package_scripts.run(command, walked.rest[0], walked.rest[1:], tracked, files=_FILES)


def _refuse_maps(command: Command, walked: Walk, tracked: Tracked) -> None:
    """An import map decides what the script imports: it must be a file of this repository, as the script is."""
    for token in walked.values(*_MAPS):
        if command.scope == "machine" and tracked_file(resolve(command, token, "the import map"), tracked) is None:
            raise Unclear("the import map is not a file of this repository", token.word)
