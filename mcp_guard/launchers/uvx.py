"""`uvx` and `uv tool run` (astral-sh/uv: crates/uv/src/commands/tool/mod.rs, run.rs)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcp_guard.launchers.command import Command, Step, Token, Unclear
from mcp_guard.launchers.files import Tracked
from mcp_guard.launchers.options import Flags, Option, walk, words
from mcp_guard.launchers.overrides import launch as overrides
from mcp_guard.launchers.packaged import started
from mcp_guard.launchers.specs.pypi import requirement
from mcp_guard.launchers.uv import BOOLEAN, VALUE, refuse_interpreter, started_in, with_packages
from mcp_guard.model import PackageLaunch

# `-p` is --python and `-c` is --constraints.
FLAGS = Flags(
    "uvx",
    VALUE
    | words("--from -c --constraints --constraint -b --build-constraints --build-constraint --overrides --override"),
    BOOLEAN,
    clusters=True,
)
_PYTHON = re.compile(r"(?:python|cpython|pypy|graalpy|pyodide)w?(?:\d[\d.]*t?)?(?:@.*)?", re.IGNORECASE)


def read(command: Command, tracked: Tracked) -> Iterator[Step]:
    """`uvx [flags] package [arguments]`."""
    yield from run(command, (), command.argv[1:], tracked)


def run(command: Command, before: tuple[Option, ...], tokens: tuple[Token, ...], tracked: Tracked) -> Iterator[Step]:
    """The package of `--from` or the positional one, and those of `--with`.

    With `--from` the rest is a program: of one of them, or whatever is on PATH.
    """
    walked = walk(tokens, FLAGS)
    walked = walked._replace(options=(*before, *walked.options))
    sources = walked.values("--from")
    if len(sources) > 1 or not (sources or walked.rest):
        raise Unclear("`--from` is given twice" if sources else "no package is named", command.program.word)
    refuse_interpreter(walked)
    command = started_in(command, walked)
    target = (*sources, *walked.rest)[0]
    extra = tuple(with_packages(walked))
    moved = overrides("pypi", command, walked.options)
    if _PYTHON.fullmatch(target.text):
        if sources:
            raise Unclear("`--from` names an interpreter and no package", target.word)
        if extra:
            yield PackageLaunch(extra, moved)
        interpreter = target._replace(text="python", start=None)
        yield command.inner((interpreter, *walked.rest[1:]))._replace(packages=extra)
        return
    if re.search(r"\.pyw?$", target.text, re.IGNORECASE):
        raise Unclear("uvx runs packages, and this is the name of a script", target.word)
    package = requirement(target, "at", join="==" if sources else "@")
    packages = (package, *extra)
    yield PackageLaunch(packages, moved)
    if walked.rest:
        inner = command.inner(walked.rest)._replace(packages=packages)
        yield from [inner] if sources else started(package, inner, tracked)
