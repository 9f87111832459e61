"""Managers of tools that bring what they start: `mise`, `corepack`, `proto`, and folders with an `.envrc`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcp_guard.launchers import program
from mcp_guard.launchers.command import Command, Step, Token, Unclear, static
from mcp_guard.launchers.files import Tracked, enter, resolve, tracked_file
from mcp_guard.launchers.options import Flags, walk, words
from mcp_guard.launchers.overrides import launch as overrides
from mcp_guard.launchers.shell import simple_command
from mcp_guard.launchers.specs.npm import npm
from mcp_guard.launchers.specs.pypi import requirement
from mcp_guard.model import LocalLaunch, Package, PackageLaunch

MISE = Flags(
    "`mise exec`",
    value=words("-c --command -j --jobs -C --cd -E --env --allow-env --allow-net --allow-read --allow-write"),
    boolean=words(
        "--raw --no-prepare --no-deps --fresh-env -q --quiet -v --verbose -y --yes --silent --locked --deny-all"
        " --deny-env --deny-net --deny-read --deny-write"
    ),
    clusters=True,
)
_MISE_EXEC = frozenset({"exec", "x"})
# Tools of these are packages of a registry; others (`node@22`) are the tool chain itself.
_BACKENDS = ("npm:", "pipx:", "cargo:", "go:", "gem:", "ubi:", "github:", "gitlab:", "aqua:", "asdf:", "vfox:", "http:")
_COREPACK = frozenset({"npm", "npx", "pnpm", "pnpx", "yarn", "yarnpkg"})


def mise(command: Command, tracked: Tracked) -> Iterator[Step]:
    """`mise exec [flags] [tool@version ...] -- command` (jdx/mise: docs/cli/exec.md)."""
    before = walk(command.argv[1:], MISE)
    if [token.text for token in before.rest] == ["mcp"]:
        yield from program.itself(command, tracked)  # a server of its own
        return
    if not before.rest or before.rest[0].text not in _MISE_EXEC:
        raise Unclear("mcp-guard reads no other mise command than `mise exec`", command.program.word)
    walked = walk(before.rest[1:], MISE)
    options = (*before.options, *walked.options)
    for option in options:
        if option.name in {"-C", "--cd"} and option.value is not None:
            command = enter(command, option.value)._replace(moved=option.value.word)
    dashes = next((index for index, token in enumerate(walked.rest) if token.text == "--"), len(walked.rest))
    tools, rest = walked.rest[:dashes], walked.rest[dashes + 1 :]
    if walked.dashes:
        tools, rest = (), walked.rest
    packages = tuple(package for tool in tools if (package := _tool(tool)) is not None)
    for package in packages:
        yield PackageLaunch((package,), overrides(package.ecosystem, command, ()))
    strings = [option.value for option in options if option.name in {"-c", "--command"} and option.value is not None]
    inner = simple_command(command, strings[0]) if strings else command.inner(rest)
    if bool(strings) == bool(rest):
        raise Unclear("`mise exec` takes one command, behind `--` or in `-c`", command.program.word)
    yield inner._replace(packages=packages)


def _tool(token: Token) -> Package | None:
    text = static(token, "a tool of mise")
    if text.startswith("npm:"):
        return npm(token.part(len("npm:")))
    if text.startswith("pipx:") and "/" not in text:
        return requirement(token.part(len("pipx:")), "at", join="@")
    if text.startswith(_BACKENDS):
        raise Unclear(f"mise gets `{text[:60]}` in a way that mcp-guard does not judge", token.word)
    return None


def corepack(command: Command, _tracked: Tracked) -> Iterator[Step]:
    """`corepack pnpm[@version] …` (nodejs/corepack: sources/main.ts); what it downloads is a package of npm."""
    if len(command.argv) < 2:  # noqa: PLR2004 - itself and the manager
        raise Unclear("`corepack` is given no package manager", command.program.word)
    manager = command.argv[1]
    name, at, _ = static(manager, "the package manager").partition("@")
    if name not in _COREPACK:
        raise Unclear(f"mcp-guard does not read `corepack {name[:60]}`", manager.word)
    if at:
        brought = {"npx": "npm", "pnpx": "pnpm", "yarnpkg": "yarn"}.get(name, name)
        package = npm(
            manager if brought == name else manager._replace(text=brought + manager.text[len(name) :], start=None)
        )
        yield PackageLaunch((package,), overrides("npm", command, ()))
    started = "yarn" if name == "yarnpkg" else name
    yield command.inner((manager._replace(text=started, start=None), *command.argv[2:]))


def proto(command: Command, _tracked: Tracked) -> Iterator[Step]:
    """`proto run tool [version] [-- arguments]` (moonrepo/proto: crates/cli/src/commands/run.rs)."""
    rest = command.argv[2:]
    if [token.text for token in command.argv[1:2]] != ["run"] or not rest or rest[0].text.startswith("-"):
        raise Unclear("mcp-guard reads no other proto command than `proto run TOOL`", command.program.word)
    behind = rest[1:]
    if behind and re.fullmatch(r"[\d^~*][\w.^~*-]*|latest|stable", behind[0].text):
        behind = behind[1:]
    if behind and behind[0].text != "--":
        raise Unclear("the arguments of the tool are not clear: write `--` before them", behind[0].word)
    yield command.inner((rest[0], *behind[1:]))


def direnv(command: Command, tracked: Tracked) -> Iterator[Step]:
    """`direnv exec folder command` (direnv/direnv: man/direnv.1.md): the folder's `.envrc` is a script that runs."""
    if [token.text for token in command.argv[1:2]] != ["exec"] or len(command.argv) < 4:  # noqa: PLR2004 - all parts
        raise Unclear("mcp-guard reads no other direnv command than `direnv exec`", command.program.word)
    folder = command.argv[2]
    path = resolve(command, folder._replace(text=f"{static(folder, 'the folder')}/.envrc", start=None), "the .envrc")
    found = tracked_file(path, tracked)
    if found is None:
        raise Unclear("`direnv exec` runs an .envrc that is not in this repository", folder.word)
    yield LocalLaunch(found, folder.word)
    yield enter(command, folder)._replace(moved=folder.word).inner(command.argv[3:])
