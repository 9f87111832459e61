"""`pip-run` (jaraco/pip-run: README.rst): requirements for pip, `--`, and arguments for python."""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.launchers.command import Command, Step, Token, Unclear
from mcp_guard.launchers.files import Tracked
from mcp_guard.launchers.options import Flags, Option, walk, words
from mcp_guard.launchers.overrides import launch as overrides
from mcp_guard.launchers.specs.pypi import requirement
from mcp_guard.model import PackageLaunch

# pip install: -r, -c and -e name further files; they are left out on purpose.
FLAGS = Flags(
    "pip-run",
    value=words("-i --index-url --extra-index-url -f --find-links --trusted-host --cache-dir --proxy --cert"),
    boolean=words("-q --quiet -v --verbose -U --upgrade --pre --no-deps --no-index --no-cache-dir --isolated"),
    clusters=True,
)


def read(command: Command, _: Tracked) -> Iterator[Step]:
    """`pip-run [flags and requirements] -- [arguments of python]`."""
    tokens = command.argv[1:]
    end = next((index for index, token in enumerate(tokens) if token.text == "--"), None)
    if end is None:
        raise Unclear("without `--` pip-run takes the packages from the script", command.program.word)
    options, names = _requirements(tokens[:end])
    packages = tuple(requirement(name) for name in names)
    if packages:
        yield PackageLaunch(packages, overrides("pypi", command, options))
    interpreter = command.program._replace(text="python", start=None)
    yield command.inner((interpreter, *tokens[end + 1 :]))._replace(packages=packages)


def _requirements(tokens: tuple[Token, ...]) -> tuple[tuple[Option, ...], tuple[Token, ...]]:
    """The flags and what stands between them."""
    options: list[Option] = []
    names: list[Token] = []
    while tokens:
        walked = walk(tokens, FLAGS)
        options += walked.options
        names += walked.rest[:1]
        tokens = walked.rest[1:]
    return tuple(options), tuple(names)
