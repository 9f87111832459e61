"""`python`: a script, or a module with `-m` (CPython: `python --help-all`; the Windows launcher `py`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcp_guard.launchers.command import Command, Step, Token, Unclear, static
from mcp_guard.launchers.files import Tracked, resolve, script, tracked_file
from mcp_guard.launchers.options import Flags, walk, words
from mcp_guard.launchers.packaged import bringing_module, started
from mcp_guard.launchers.program import PROJECT, stem
from mcp_guard.model import LocalLaunch, ProgramLaunch

FLAGS = Flags(
    "python",
    value=words("-W -X --check-hash-based-pycs -m -c"),
    boolean=words("-b -B -d -E -h -i -I -O -P -q -R -s -S -u -v -V -x -? --help --version"),
    clusters=True,
    hyphens="always",
    terminal=frozenset({"-m", "-c"}),
)
_PY_VERSION = re.compile(r"-(?:\d[\d.]*(?:-\d+)?|V:\S+)")
_LAUNCHERS = frozenset({"uv", "pipx"})
# Modules that run, or install, what their arguments name: an allowance for one would allow anything.
_RUNNING = words(
    "pip pip_run runpy pdb bdb trace cProfile profile timeit code coverage debugpy poetry pdm hatch virtualenv venv"
    " ensurepip zipapp IPython watchfiles watchdog mcp fastmcp mcpo mcp_proxy uvicorn gunicorn hypercorn granian flask"
    " streamlit nox tox invoke pytest doctest unittest"
)


def read(command: Command, tracked: Tracked) -> Iterator[Step]:
    """`python [flags] script` and `python [flags] -m module`."""
    tokens = command.argv[1:]
    if stem(command.program.text) == "py" and tokens and _PY_VERSION.fullmatch(tokens[0].text):
        tokens = tokens[1:]
    walked = walk(tokens, FLAGS)
    if walked.has("-c"):
        raise Unclear("the code stands in the command line itself", command.program.word)
    if modules := walked.values("-m"):
        alone = walked.has("-I", "-P")
        yield from module(command.inner((modules[0], *walked.rest)), modules[0], tracked, from_directory=not alone)
    elif not walked.rest or walked.rest[0].text == "-":
        raise Unclear("python reads its code from the client", command.program.word)
    else:
        static(walked.rest[0], "the script")
        yield from script(command, walked.rest[0], tracked, ("", "/__main__.py"))


def module(command: Command, name: Token, tracked: Tracked, *, from_directory: bool = True) -> Iterator[Step]:
    """A module that is run: of this repository (`from_directory`: it is looked for there), or an installed one.

    `command.argv` are the module's name and its arguments.
    """
    text = static(name, "the module")
    if not re.fullmatch(r"\w+(?:\.\w+)*", text):
        raise Unclear("the name of the module is not one", name.word)
    if from_directory and command.directory is not None:
        for path in _candidates(text):
            found = tracked_file(resolve(command, name._replace(text=path)), tracked)
            if found is not None:
                yield LocalLaunch(found, name.word)
                return
    if text in _LAUNCHERS:
        yield command
    elif (package := bringing_module(text, command.packages)) is not None:
        yield from started(package, command, tracked)
    elif command.scope == "project":
        raise Unclear(PROJECT, name.word)
    elif command.scope == "machine":
        if text.partition(".")[0] in _RUNNING:
            raise Unclear(f"`python -m {text}` runs what its arguments name", name.word)
        yield ProgramLaunch(f"python -m {text}", name.word)


def _candidates(module_name: str) -> tuple[str, ...]:
    path = module_name.replace(".", "/")
    return (f"{path}.py", f"{path}/__main__.py", f"src/{path}/__main__.py")
