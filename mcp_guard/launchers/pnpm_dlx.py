"""`pnpm dlx`, `pnpx`, `pnx` (pnpm/pnpm: exec/plugin-commands-script-runners/src/dlx.ts)."""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.launchers import npm_family
from mcp_guard.launchers.command import Command, Step, Token, Unclear
from mcp_guard.launchers.files import Tracked, enter
from mcp_guard.launchers.npm_flags import SCOPED_REGISTRY
from mcp_guard.launchers.options import Flags, Walk, walk, words
from mcp_guard.launchers.program import stem
from mcp_guard.launchers.shell import simple_command
from mcp_guard.launchers.specs.npm import npm

# `-c` is --shell-mode and takes no value, `-p` is --parseable.
FLAGS = Flags(
    "pnpm dlx",
    value=words(
        "--package --allow-build --cpu --os --libc -C --dir --prefix -F --filter --filter-prod --loglevel --reporter"
        " --test-pattern --changed-files-ignore-pattern --workspace-packages --pm-on-fail --registry"
    ),
    boolean=words("-c --shell-mode -p --parseable -w -r -s --silent -q -d -y -L --color --no-color"),
    hyphens="never",
    assigned=rf"{SCOPED_REGISTRY}|--config\.[^\s=]+",
)
DIRECTORIES = ("-C", "--dir", "--prefix")
PROVISIONED = words("npm yarn bun pnpm node deno")  # pnpm 12 downloads these tools by itself


def program(command: Command) -> str:
    """By which of its names pnpm is started."""
    return stem(command.program.text)


def read(command: Command, before: Walk, tracked: Tracked) -> Iterator[Step]:
    """What follows `dlx`, `[flags] package [arguments]`; `--package` may stand before it."""
    walked = walk(before.rest, FLAGS)
    walked = walked._replace(options=(*before.options, *walked.options))
    for directory in walked.values(*DIRECTORIES):
        command = enter(command, directory)
    named = walked.values("--package")
    target = (*named, *walked.rest)[:1]
    if target and target[0].text.partition("@")[0] in PROVISIONED:
        raise Unclear(f"pnpm has its own way to get `{target[0].text}`", target[0].word)
    if walked.has("-c", "--shell-mode"):
        yield from _in_a_shell(command, walked, named, tracked)
        return
    yield from npm_family.launches(command, walked, named, tracked)


def _in_a_shell(command: Command, walked: Walk, named: tuple[Token, ...], tracked: Tracked) -> Iterator[Step]:
    """With `--shell-mode` a shell reads the positional arguments as one command line."""
    if not named or len(walked.rest) != 1:
        raise Unclear("with --shell-mode a shell reads what follows", command.program.word)
    yield from npm_family.launches(command, walked._replace(rest=()), named, tracked)
    yield simple_command(command, walked.rest[0])._replace(packages=tuple(npm(token) for token in named))
