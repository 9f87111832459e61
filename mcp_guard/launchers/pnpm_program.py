"""`pnpm`: `dlx`, `create` and the scripts of package.json (pnpm/pnpm: pnpm/src/cmd; 12.21.0 by running it)."""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.launchers import creating, package_scripts, pnpm_dlx
from mcp_guard.launchers.command import Command, Step, Token, Unclear
from mcp_guard.launchers.files import INSTALLED, Tracked, enter
from mcp_guard.launchers.options import Flags, Walk, walk, words
from mcp_guard.launchers.overrides import launch as overrides
from mcp_guard.launchers.pnpm_dlx import DIRECTORIES, FLAGS, PROVISIONED

_ALIASES = words("pnpx pnx")
_CREATE = Flags(FLAGS.launcher, FLAGS.value - {"--package"}, FLAGS.boolean - {"-c", "--shell-mode"})
_NAMED = {"start": "start", "test": "test", "t": "test", "tst": "test", "stop": "stop"}
# Commands of pnpm's own (any version), which run in the place of a script of that name.
_OWN = words(
    "add approve-builds audit bin bugs c cache cat-file cat-index cd ci clean completion config create dedupe"
    " deploy deprecate"
    " dist-tag dlx docs doctor edit env exec fetch find-hash get help home i ignored-builds import info init install"
    " install-test issues it la licenses link list ll ln login logout ls m multi org outdated owner pack"
    " patch patch-commit patch-remove ping pkg prefix profile prune publish purge rb rebuild recursive remove"
    " repo rm root rt"
    " runtime s sbom se search self-update server set setup show star stars store tag team token undeprecate"
    " un uninstall"
    " unlink unpublish unstar up update upgrade version view whoami why with x xmas"
)


def read(command: Command, tracked: Tracked) -> Iterator[Step]:
    """`pnpm [flags] dlx | create | run | start | test | SCRIPT`, `pnpx`, `pnx`."""
    if pnpm_dlx.program(command) in _ALIASES:
        yield from pnpm_dlx.read(command, Walk((), command.argv[1:]), tracked)
        return
    before = walk(command.argv[1:], FLAGS)
    name = before.rest[0].text if before.rest else ""
    inner = before._replace(rest=before.rest[1:])
    if name == "dlx":
        yield from pnpm_dlx.read(command, inner, tracked)
    elif name == "create":
        after = walk(inner.rest, _CREATE)
        if after.rest and after.rest[0].text.partition("@")[0] in PROVISIONED:
            raise Unclear(f"pnpm has its own way to get `{after.rest[0].text}`", after.rest[0].word)
        yield from creating.launches(command, (*before.options, *after.options), after.rest, kept=True)
    elif name == "exec":
        raise Unclear(INSTALLED, before.rest[0].word)
    elif name in {"run", "run-script", "rum", "urn"} and inner.rest:
        yield from _script(command, inner._replace(rest=inner.rest[1:]), inner.rest[0], tracked)
    elif name in _NAMED:
        token = before.rest[0]
        yield from _script(command, inner, token._replace(text=_NAMED[name], start=None), tracked)
    elif before.rest and name not in _OWN and _is_script(command, before.rest[0], tracked):
        yield from _script(command, inner, before.rest[0], tracked)
    else:
        raise Unclear(
            "mcp-guard reads no other pnpm command than `pnpm dlx`, `pnpm create` and scripts",
            (*before.rest, command.program)[0].word,
        )


def _is_script(command: Command, name: Token, tracked: Tracked) -> bool:
    """Whether a name is a script's; in an image its own package.json says so."""
    return command.scope == "image" or package_scripts.known(command, name, tracked)


def _script(command: Command, walked: Walk, name: Token, tracked: Tracked) -> Iterator[Step]:
    overrides("npm", command, ())  # a variable may decide which shell runs it
    for option in walked.options:
        if option.name in DIRECTORIES and option.value is not None:
            command = enter(command, option.value)._replace(moved=option.value.word)
        elif option.name not in {"-s", "--silent", "--color", "--no-color", "--loglevel", "--reporter"}:
            raise Unclear(f"`{option.name}` changes which script pnpm runs, or is handed on to it", option.token.word)
    yield from package_scripts.run(command, name, _handed(walked.rest), tracked)


def _handed(arguments: tuple[Token, ...]) -> tuple[Token, ...]:
    for token in arguments:
        if token.text == "--":
            raise Unclear("versions of pnpm differ in whether the script gets the `--`", token.word)
    return arguments
