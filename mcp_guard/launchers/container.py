"""An image, and what its command line starts in the container."""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.launchers import environment
from mcp_guard.launchers.command import Command, Step, Token
from mcp_guard.launchers.escapes import escapes
from mcp_guard.launchers.options import Option, Walk, words
from mcp_guard.launchers.overrides import launch as overrides
from mcp_guard.launchers.specs.image import image
from mcp_guard.model import ImageLaunch

# Images whose entry point hands these first words to a launcher of theirs (denoland/deno_docker, oven-sh/bun:
# dockerhub, astral-sh/uv: Dockerfile).
_ENTRY_POINTS = {
    "docker.io/denoland/deno": ("deno", words("run serve task x")),
    "docker.io/oven/bun": ("bun", words("x run create exec")),
    "ghcr.io/astral-sh/uv": ("uv", words("run tool")),
}


def started(command: Command, walked: Walk, before: tuple[Option, ...] = ()) -> Iterator[Step]:
    """The image that the first of `walked.rest` names, and what the others start in it."""
    # Short flags after `run` have other meanings (`-c`, `-h`) than those that choose an engine.
    moving = (*before, *(option for option in walked.options if option.name.startswith("--")))
    yield ImageLaunch(image(walked.rest[0]), overrides("oci", command, moving), escapes(walked))
    yield from _inside(command, walked)


def _inside(command: Command, walked: Walk) -> Iterator[Step]:
    """The command line in the container, if there is one: a launcher there brings packages of its own."""
    entry = tuple(token for token in walked.values("--entrypoint")[-1:] if token.text)
    line = (*(entry or _own_entry_point(walked)), *walked.rest[1:])
    if not line:
        return
    mounted = walked.has("-v", "--volume", "--mount", "--volumes-from", "--secret")
    inner = command.inner(line, "mounted" if mounted else "image")
    variables = tuple(environment.variable(token) for token in _set_in_container(walked))
    files = tuple(token.word for token in walked.values("--env-file"))
    yield inner._replace(
        directory=None, variables=(*command.variables, *variables), env_files=(*command.env_files, *files)
    )


def _own_entry_point(walked: Walk) -> tuple[Token, ...]:
    """The launcher that the image itself starts with the words behind it, where that is known."""
    named, *rest = walked.rest
    program, subcommands = _ENTRY_POINTS.get(image(named).name, ("", frozenset()))
    known = rest and rest[0].text in subcommands and not walked.has("--entrypoint")
    return (named._replace(text=program, start=None),) if known else ()


def _set_in_container(walked: Walk) -> tuple[Token, ...]:
    """`-e NAME=value`; with `-e NAME` the value is the server's own variable."""
    return tuple(token for token in walked.values("-e", "--env") if "=" in token.text)
