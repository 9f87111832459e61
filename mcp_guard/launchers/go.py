"""`go run` (golang/go: src/cmd/go/internal/run/run.go, internal/work/build.go)."""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.launchers.command import Command, Step, Token, Unclear, static
from mcp_guard.launchers.files import Tracked, enter, script
from mcp_guard.launchers.options import Flags, walk, words
from mcp_guard.launchers.overrides import launch as overrides
from mcp_guard.launchers.project import built
from mcp_guard.launchers.specs.golang import package
from mcp_guard.model import PackageLaunch

# -exec, -toolexec, -overlay, -compiler, -gccgoflags and -pkgdir bring other code in: they are left out on purpose.
_VALUE = words(
    "C p asmflags buildmode buildvcs covermode coverpkg gcflags installsuffix ldflags mod modfile pgo tags vet"
)
_BOOLEAN = words("a n x v race msan asan work cover trimpath json modcacherw linkshared i")
# Go's flags take one dash or two (golang/go: src/flag).
FLAGS = Flags(
    "go run",
    value=frozenset(dash + name for name in _VALUE for dash in ("-", "--")),
    boolean=frozenset(dash + name for name in _BOOLEAN for dash in ("-", "--")),
    negatable=True,
    hyphens="always",
)


def read(command: Command, tracked: Tracked) -> Iterator[Step]:
    """`go run [flags] package@version`, `go run [flags] file.go …` and `go run [flags] ./folder`."""
    before = walk(command.argv[1:], FLAGS)
    if [token.text for token in before.rest[:1]] != ["run"] or not {one.name for one in before.options} <= {"-C"}:
        raise Unclear("mcp-guard reads no other go command than `go run`", command.program.word)
    walked = walk(before.rest[1:], FLAGS)
    walked = walked._replace(options=(*before.options, *walked.options))
    if not walked.rest:
        raise Unclear("no package is named", command.program.word)
    for directory in walked.values("-C", "--C"):
        command = enter(command, directory)
    target = walked.rest[0]
    text = static(target, "the package")
    if text.endswith(".go"):
        yield from _files(command, walked.rest, tracked)
    elif "@" in text:
        yield PackageLaunch((package(target),), overrides("golang", command, walked.options))
    elif text == "." or text.startswith(("./", "../")):
        yield from built(command, target, ("go.mod",), tracked)
    else:
        raise Unclear("the version of this package stands in go.mod, which mcp-guard does not read yet", target.word)


def _files(command: Command, tokens: tuple[Token, ...], tracked: Tracked) -> Iterator[Step]:
    """The files that are compiled together: all arguments up to the first that is none."""
    for token in tokens:
        if not static(token, "the file").endswith(".go"):
            return
        yield from script(command, token, tracked)
