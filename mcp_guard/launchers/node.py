"""`node` with a script (Node.js: doc/api/cli.md)."""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.launchers.command import Command, Step, Token, Unclear, static
from mcp_guard.launchers.files import Tracked, is_absolute, resolve, script, tracked_file
from mcp_guard.launchers.options import Flags, walk, words
from mcp_guard.model import LocalLaunch

_INLINE = words("-e --eval -p --print -pe")
_LOADING = words("-r --require --import --loader --experimental-loader")
FLAGS = Flags(
    "node",
    value=_LOADING
    | words("-C --conditions --input-type --icu-data-dir --title --redirect-warnings --env-file --watch-path"),
    boolean=_INLINE
    | words(
        "--no-warnings --enable-source-maps --experimental-strip-types --no-experimental-strip-types"
        " --experimental-transform-types --experimental-vm-modules --experimental-modules --experimental-json-modules"
        " --experimental-wasm-modules --experimental-fetch --no-experimental-fetch --experimental-sqlite"
        " --experimental-detect-module --experimental-require-module --experimental-websocket"
        " --experimental-permission --permission --no-deprecation --throw-deprecation --pending-deprecation"
        " --trace-warnings --trace-deprecation --trace-uncaught --trace-exit --trace-sigint --preserve-symlinks"
        " --preserve-symlinks-main --inspect --inspect-brk --inspect-wait --use-system-ca --use-openssl-ca"
        " --use-bundled-ca --expose-gc --expose_gc --watch --watch-preserve-output --no-addons --allow-child-process"
        " --allow-worker --allow-addons --insecure-http-parser --abort-on-uncaught-exception"
    ),
    assigned=r"--(?:max[-_]old[-_]space[-_]size|max[-_]semi[-_]space[-_]size|stack[-_]size|max-http-header-size"
    r"|unhandled-rejections|inspect|inspect-brk|inspect-wait|inspect-port|allow-fs-read|allow-fs-write|disable-warning"
    r"|dns-result-order|experimental-specifier-resolution|env-file-if-exists|eval|print)",
    terminal=_INLINE,
)


def read(command: Command, tracked: Tracked) -> Iterator[Step]:
    """`node [flags] script [arguments]`."""
    walked = walk(command.argv[1:], FLAGS)
    if walked.has(*_INLINE):
        raise Unclear("the code stands in the command line itself", command.program.word)
    if command.scope != "image":
        for option in walked.options:
            if option.name in _LOADING and option.value is not None:
                yield _loaded(command, option.name, option.value, tracked)
    if not walked.rest or walked.rest[0].text == "-":
        raise Unclear("node reads its code from the client", command.program.word)
    entry = walked.rest[0]
    if static(entry, "the script") in {"inspect", "debug"}:
        raise Unclear(f"`node {entry.text}` is the debugger", entry.word)
    yield from script(command, entry, tracked, ("", ".js"))


def _loaded(command: Command, flag: str, token: Token, tracked: Tracked) -> Step:
    """Code that is loaded before the script: known only when it is a file of this repository."""
    text = static(token, f"the code of {flag}")
    if text.startswith((".", "/")) or is_absolute(text):
        found = tracked_file(resolve(command, token), tracked, ("", ".js"))
        if found is not None:
            return LocalLaunch(found, token.word)
    raise Unclear(f"`{flag}` loads code that is neither pinned here nor a file of this repository", token.word)
