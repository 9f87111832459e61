"""Programs that run TypeScript files as node does: tsx, ts-node, esno, vite-node, jiti.

Each is a program of its own, from a package or from this machine, and the file that it runs (privatenumber/tsx:
src/cli.ts; TypeStrong/ts-node: src/bin.ts; vitest-dev/vitest: packages/vite-node/src/cli.ts; unjs/jiti:
lib/jiti-cli.mjs).
"""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.launchers import node
from mcp_guard.launchers.command import Command, Step, Unclear
from mcp_guard.launchers.files import Tracked
from mcp_guard.launchers.node_flags import FLAGS as NODE
from mcp_guard.launchers.node_flags import INLINE
from mcp_guard.launchers.options import Flags, walk, words
from mcp_guard.launchers.program import stem

_TSX = NODE._replace(
    launcher="tsx",
    value=(NODE.value | {"--tsconfig"}) - {"--run"},
    boolean=NODE.boolean | {"--no-cache", "--clear-screen", "--no-clear-screen"},
)
_FLAGS = {
    "tsx": _TSX,
    "esno": _TSX,
    "ts-node": Flags(
        "ts-node",
        value=words("-r --require -P --project -O --compiler-options -D --ignore-diagnostics -I --ignore --cwd --dir"),
        boolean=INLINE
        | words(
            "-T --transpile-only --transpileOnly --esm --files -H --compiler-host --pretty --swc --prefer-ts-exts"
            " --log-error --show-config --skip-project --skip-ignore --script-mode --cwd-mode --typeCheck --type-check"
            " --emit --no-experimental-repl-await --experimentalSpecifierResolution"
        ),
        terminal=INLINE,
    ),
    "vite-node": Flags("vite-node", value=words("-r --root -m --mode"), boolean=words("--script -w --watch")),
    "jiti": Flags("jiti", value=frozenset(), boolean=frozenset()),
}
PROGRAMS = ("tsx", "esno", "ts-node", "ts-node-esm", "ts-node-transpile-only", "vite-node", "jiti")
_MODULES = ("", ".ts", ".js", ".tsx", ".mts", ".mjs", ".cts", ".cjs", "/index.ts", "/index.js")


def read(command: Command, tracked: Tracked) -> Iterator[Step]:
    """`tsx [watch] [flags] script [arguments]`."""
    name = stem(command.program.text)
    kind = "ts-node" if name.startswith("ts-node") else name
    tokens = command.argv[1:]
    if kind in {"tsx", "esno"} and tokens and tokens[0].text == "watch":
        tokens = tokens[1:]
    walked = walk(tokens, _FLAGS[kind])
    if (kind == "vite-node" and walked.has("-r", "--root")) or (kind == "ts-node" and walked.has("--cwd", "--dir")):
        raise Unclear(f"a flag of {kind} chooses another folder", command.program.word)
    if kind in {"tsx", "esno"} and walked.rest and walked.rest[0].text == "watch":
        raise Unclear(f"versions of {kind} differ in how they read flags before `watch`", walked.rest[0].word)
    yield from node.started(command, walked, tracked, _MODULES)
