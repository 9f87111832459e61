"""Calls git, so that nothing which a repository's configuration names is run and nothing is fetched."""

from __future__ import annotations

import os
import subprocess

from mcp_guard.trees.tree import TreeError

TIMEOUT = 60.0  # seconds for one question to git, however large the repository

# Of what a configuration can name, the plumbing commands called here would start no more than these. An empty
# core.fsmonitor is "none" in every version; "false" is the name of a program to versions before 2.36.
_CONFIGURATION = ("-c", "core.fsmonitor=", "-c", f"core.hooksPath={os.devnull}")

_ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",  # the index is never written
    "GIT_NO_REPLACE_OBJECTS": "1",  # refs/replace is local: others get the objects as they are
    "GIT_NO_LAZY_FETCH": "1",  # git since May 2024: a partial clone's missing objects are missing
    "GIT_ALLOW_PROTOCOL": "none",  # before that: unlike protocol.allow, no configuration overrides it
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_PAGER": "cat",
}


def find_root(start: str) -> str | None:
    """Give the top of the work tree that `start` lies in, with links resolved as git does; None without a repository.

    git is not asked: a `.git` folder, or file (linked work tree, submodule) is looked for from `start` upwards, and
    an unusable one shows when git is first called. GIT_WORK_TREE and GIT_DIR count as they do for git: with GIT_DIR
    alone, and no `.git` above, `start` is the top. A relative GIT_DIR is taken from the top, where git starts hooks.
    """
    start = os.path.realpath(start)
    if work_tree := os.environ.get("GIT_WORK_TREE"):
        return os.path.realpath(os.path.join(start, work_tree))
    git_dir = os.environ.get("GIT_DIR", "")
    name = ".git" if not git_dir or os.path.isabs(git_dir) else git_dir
    directory = start
    while not _is_repository(os.path.join(directory, name)):
        parent = os.path.dirname(directory)
        if parent == directory:
            return start if git_dir else None
        directory = parent
    return directory


def _is_repository(path: str) -> bool:
    """Whether git would stop here on its way up: an empty `.git` folder does not count."""
    return os.path.isfile(path) or os.path.lexists(os.path.join(path, "HEAD"))


def attempt(root: str, *arguments: str) -> tuple[int, bytes, str]:
    """Run one git command and give its exit code, output, and what it said. Raises TreeError if it could not finish."""
    try:
        done = subprocess.run(
            command(root, *arguments),
            env=environment(root),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise slow(arguments[0]) from None
    except (OSError, ValueError) as error:
        raise not_started(arguments[0], root, error) from error
    return done.returncode, done.stdout, text(done.stderr)


def output(root: str, *arguments: str) -> bytes:
    """Run one git command that must succeed and give its output. Raises TreeError with what git said."""
    code, answer, said = attempt(root, *arguments)
    if code:
        raise failed(arguments[0], code, said)
    return answer


def command(root: str, *arguments: str) -> list[str]:
    """Give the whole command line. Raises TreeError when there is no git."""
    return [_program(), *_CONFIGURATION, "-C", root, *arguments]


def environment(root: str) -> dict[str, str]:
    """Give git's environment: the caller's with GIT_INDEX_FILE (`commit -a` and `commit FILE` set it), made safe.

    git resolves GIT_DIR and GIT_WORK_TREE after `-C`. With both set, they were meant from the current folder.
    """
    variables = {**os.environ, **_ENVIRONMENT}
    if variables.get("GIT_WORK_TREE"):
        variables["GIT_WORK_TREE"] = root
        if git_dir := variables.get("GIT_DIR"):
            variables["GIT_DIR"] = os.path.abspath(git_dir)
    return variables


def _program() -> str:
    """Find git in an absolute folder of the PATH: Windows, and a `.` in PATH, would take one from the repository."""
    name = "git.exe" if os.name == "nt" else "git"
    for directory in os.get_exec_path():
        path = os.path.join(directory, name)
        if os.path.isabs(directory) and os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    raise TreeError("git was not found on the PATH: install it, or add its folder")


def not_started(subcommand: str, root: str, error: Exception) -> TreeError:
    """Say that git could not be run at all: an argument with a NUL, no permission, no memory."""
    return TreeError(f"git {subcommand} could not be started in {root!r}: {error}")


def failed(subcommand: str, code: int, said: str) -> TreeError:
    """Say that git failed, in its own words."""
    return TreeError(f"git {subcommand} failed: {said or f'exit code {code}'}")


def slow(subcommand: str) -> TreeError:
    """Say that git was stopped."""
    return TreeError(f"git {subcommand} was stopped after {TIMEOUT:g} seconds: see what `git status` does here")


def text(said: bytes) -> str:
    """Decode what git said to people."""
    return said.decode("utf-8", "replace").strip()
