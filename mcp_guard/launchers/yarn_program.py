"""`yarn`: `dlx`, `create` and the scripts of package.json (yarnpkg/berry: packages/plugin-*; yarnpkg/yarn: src/cli)."""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.launchers import creating, package_scripts, yarn_dlx
from mcp_guard.launchers.command import Command, Step, Token, Unclear
from mcp_guard.launchers.files import INSTALLED, Tracked, enter
from mcp_guard.launchers.options import Flags, walk, words
from mcp_guard.launchers.overrides import launch as overrides

_BEFORE = Flags("yarn", frozenset({"--cwd"}), frozenset({"-s", "--silent"}))
_RUN = Flags("yarn run", frozenset(), frozenset({"-s", "--silent"}))
# Commands of Yarn's own (1 to 4), which run in the place of a script of that name.
_OWN = words(
    "add audit autoclean bin cache check completion config constraints create dedupe dlx exec explain"
    " generate-lock-entry global help import info init install licenses link list login logout node npm outdated owner"
    " pack patch patch-commit plugin policies prune publish rebuild remove run sbom search set stage tag team"
    " unlink unplug"
    " unset up upgrade upgrade-interactive version versions why workspace workspaces"
)


def read(command: Command, tracked: Tracked) -> Iterator[Step]:
    """`yarn [--cwd D] dlx | create | node | run SCRIPT | SCRIPT`."""
    before = walk(command.argv[1:], _BEFORE)
    for directory in before.values("--cwd"):
        command = enter(command, directory)._replace(moved=directory.word)
    if not before.rest:
        raise Unclear("`yarn` alone installs the project", command.program.word)
    name, *rest = before.rest
    match name.text:
        case "dlx":
            yield from yarn_dlx.read(command, tuple(rest), tracked)
        case "create":
            yield from _create(command, tuple(rest))
        case "exec":
            raise Unclear(INSTALLED, name.word)
        case "node":
            yield command.inner(before.rest)
        case "run":
            yield from _run(command, tuple(rest), tracked)
        case text if text not in _OWN and (command.scope == "image" or package_scripts.known(command, name, tracked)):
            yield from _script(command, name, tuple(rest), tracked)
        case _:
            raise Unclear(
                "mcp-guard reads no other yarn command than `yarn dlx`, `yarn create` and scripts of package.json",
                name.word,
            )


def _create(command: Command, tokens: tuple[Token, ...]) -> Iterator[Step]:
    """Yarn 1 installs `create-X` too."""
    walked = walk(tokens, yarn_dlx.FLAGS)
    if walked.has("-p", "--package"):
        raise Unclear("mcp-guard does not read `yarn create` with `--package`", walked.options[0].token.word)
    yield from creating.launches(command, walked.options, walked.rest)


def _run(command: Command, tokens: tuple[Token, ...], tracked: Tracked) -> Iterator[Step]:
    walked = walk(tokens, _RUN)
    if not walked.rest:
        raise Unclear("`yarn run` only lists the scripts", command.program.word)
    yield from _script(command, walked.rest[0], walked.rest[1:], tracked)


def _script(command: Command, name: Token, rest: tuple[Token, ...], tracked: Tracked) -> Iterator[Step]:
    overrides("npm", command, ())  # a variable may decide which shell runs it
    for token in rest:
        if token.text == "--":
            raise Unclear("versions of Yarn differ in whether the script gets the `--`", token.word)
    yield from package_scripts.run(command, name, rest, tracked)
