"""`bunx` and `bun x` (oven-sh/bun: src/cli/bunx_command.zig; 1.4.5 by running it)."""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.launchers import local_first, npm_family
from mcp_guard.launchers.command import Command, Step, Token, Unclear
from mcp_guard.launchers.files import INSTALLED, Tracked, enter
from mcp_guard.launchers.options import Flags, walk, words

# `--minimum-release-age` and the like: older versions skip an unknown flag without its value, and would take the
# value for the package. So flags that they do not know are read only with "=".
FLAGS = Flags(
    "bunx",
    value=words("-p --package --cwd --env-file --registry --ca --cafile --minimum-release-age"),
    boolean=words("--bun -b --no-install --trust --ignore-scripts --verbose --silent --version -v --revision -y --yes"),
)
_DETACHED = words("--cwd --env-file --registry --ca --cafile --minimum-release-age")
_PACKAGE = ("-p", "--package")
_OTHER_MEANING = frozenset({"tsc", "claude"})  # bun has packages of its own for these names


def read(command: Command, tokens: tuple[Token, ...], tracked: Tracked) -> Iterator[Step]:
    """What follows `bunx` or `bun x`: `[flags] package [arguments]`."""
    walked = walk(tokens, FLAGS)
    if walked.has("--no-install") and walked.rest and command.scope not in {"image", "mounted"}:
        raise Unclear(INSTALLED, walked.rest[0].word)
    for option in walked.options:
        if option.name in _DETACHED and "=" not in option.token.text:
            raise Unclear(
                f"versions of bun differ in how they read `{option.name}`: write it with `=`", option.token.word
            )
        if option.name in _PACKAGE and "=" in option.token.text:
            raise Unclear("versions of bun before `--package` skip it: name the package by itself", option.token.word)
    named = walked.values(*_PACKAGE)
    if len(named) > 1:
        raise Unclear("versions of bun differ in which `--package` they take", named[1].word)
    for directory in walked.values("--cwd"):
        command = enter(command, directory)
    target = (*named, *walked.rest)[:1]
    if target and target[0].text.partition("@")[0] in _OTHER_MEANING:
        raise Unclear(f"bun has a package of its own for `{target[0].text}`", target[0].word)
    local_first.refuse(command, named, walked.rest, tracked)
    yield from npm_family.launches(command, walked, named, tracked, alias="never")
