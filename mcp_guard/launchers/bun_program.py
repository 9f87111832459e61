"""`bun`: `x`, `create`, `exec`, scripts of package.json and files (oven-sh/bun: src/cli; 1.4.5 by running it)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcp_guard.launchers import bunx, creating, node, package_scripts
from mcp_guard.launchers.command import Command, Step, Token, Unclear, static
from mcp_guard.launchers.files import INSTALLED, Tracked, enter, is_path, resolve, script, tracked_file
from mcp_guard.launchers.options import Flags, Walk, walk, words
from mcp_guard.launchers.overrides import launch as overrides
from mcp_guard.launchers.program import stem
from mcp_guard.launchers.shell import simple_command

_LOADING = words("-r --preload --require --import")
_INLINE = words("-e --eval -p --print")
# `--config` names a file that may load code, `--filter` and `--workspaces` run scripts of several packages: they are
# left out on purpose. `--inspect` and the like take a value only with `=`.
FLAGS = Flags(
    "bun",
    value=_LOADING | words("--cwd --env-file --port --conditions --title --console-depth --elide-lines --user-agent"),
    boolean=_INLINE
    | words(
        "-b --bun --silent --watch --hot --no-clear-screen --smol --no-install --prefer-offline --expose-gc"
        " --no-deprecation --throw-deprecation --no-warnings --trace-warnings --trace-deprecation --no-addons"
        " --no-macros"
        " --zero-fill-buffers --use-system-ca --use-openssl-ca --use-bundled-ca --preserve-symlinks --no-env-file"
        " --preserve-symlinks-main --no-orphans --inspect --inspect-wait --inspect-brk --if-present"
    ),
    assigned=r"--(?:inspect|inspect-wait|inspect-brk|unhandled-rejections|dns-result-order|max-http-header-size)",
    terminal=_INLINE,
)
_ENDINGS = ("", ".ts", ".js", ".tsx", ".jsx", ".mts", ".mjs", ".cts", ".cjs", "/index.ts", "/index.js")
_FILE = re.compile(r"(?i).+\.(?:[cm]?[jt]s|[jt]sx)")
# Commands of bun's own, which run in the place of a script or file of that name.
_OWN = words(
    "a add audit build bunfig check ci completions dedupe deploy discord feedback fmt fuzzilli get-"
    " completions help i info"
    " init install install-completions link list login logout ls outdated patch patch-commit pm prune publish"
    " remove repl"
    " rm search test unlink update upgrade uninstall whoami why"
)


def read(command: Command, tracked: Tracked) -> Iterator[Step]:
    """`bunx`, `bun [flags] x | create | exec | run | FILE | SCRIPT`."""
    if stem(command.program.text) == "bunx":
        yield from bunx.read(command, command.argv[1:], tracked)
        return
    before = walk(command.argv[1:], FLAGS)
    name = before.rest[0].text if before.rest else ""
    rest = before.rest[1:]
    if name in {"x", "create", "c"} and not all(
        option.name in {"-b", "--bun", "--silent"} for option in before.options
    ):
        raise Unclear(f"a flag before `bun {name}`", before.options[0].token.word)
    if name == "x":
        yield from bunx.read(command, rest, tracked)
    elif name in {"create", "c"}:
        yield from _create(command, rest)
    elif name == "exec":
        yield from _exec(command, before, tracked)
    elif name == "run":
        after = walk(rest, FLAGS)
        yield from _started(command, after._replace(options=(*before.options, *after.options)), tracked)
    elif name in _OWN:
        raise Unclear("mcp-guard reads no other bun command than `bun x`, `bun run` and files", before.rest[0].word)
    else:
        yield from _started(command, before, tracked)


def _create(command: Command, rest: tuple[Token, ...]) -> Iterator[Step]:
    """A package only: `bun create user/repo` and `./component` are something else."""
    if rest and (rest[0].text.startswith("-") or (is_path(rest[0].text) and not rest[0].text.startswith("@"))):
        raise Unclear("the template is no package of the registry", rest[0].word)
    yield from creating.launches(command, (), rest)


def _exec(command: Command, before: Walk, tracked: Tracked) -> Iterator[Step]:
    yield from _set_up(command, before, tracked)
    if len(before.rest) != 2:  # noqa: PLR2004 - `exec` and its one argument
        raise Unclear("`bun exec` is read only with one command line", before.rest[0].word)
    yield simple_command(_entered(command, before), before.rest[1])


def _started(command: Command, walked: Walk, tracked: Tracked) -> Iterator[Step]:
    """A script of package.json, or else a file."""
    yield from _set_up(command, walked, tracked)
    if not walked.rest or walked.rest[0].text == "-":
        raise Unclear("bun reads its code from the client", command.program.word)
    command, entry = _entered(command, walked), walked.rest[0]
    text = static(entry, "the script")
    is_script = package_scripts.known(command, entry, tracked)
    is_file = command.directory is not None and tracked_file(resolve(command, entry), tracked, _ENDINGS) is not None
    if is_script and is_file:
        raise Unclear(f"`{text}` is a script of package.json and a file", entry.word)
    if is_script:
        yield from package_scripts.run(command, entry, walked.rest[1:], tracked)
    elif is_file or is_path(text) or _FILE.fullmatch(text):
        yield from script(command, entry, tracked, _ENDINGS)
    elif command.scope != "image":
        raise Unclear(INSTALLED, entry.word)


def _set_up(command: Command, walked: Walk, tracked: Tracked) -> Iterator[Step]:
    """What runs before the script, or in its place."""
    if walked.has(*_INLINE):
        raise Unclear("the code stands in the command line itself", command.program.word)
    overrides("npm", command, ())  # `BUN_OPTIONS` holds flags
    yield from node.loaded(_entered(command, walked), walked, _LOADING, tracked)


def _entered(command: Command, walked: Walk) -> Command:
    for directory in walked.values("--cwd"):
        command = enter(command, directory)._replace(moved=directory.word)
    return command
