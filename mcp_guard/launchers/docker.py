"""`docker run` and `podman run`: an image, and what its command line starts in the container."""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.launchers import environment
from mcp_guard.launchers.command import Command, Step, Token, Unclear
from mcp_guard.launchers.docker_flags import GLOBAL, RUN
from mcp_guard.launchers.files import Tracked
from mcp_guard.launchers.options import Option, Walk, walk
from mcp_guard.launchers.overrides import launch as overrides
from mcp_guard.launchers.program import stem
from mcp_guard.launchers.specs.image import has_registry, image
from mcp_guard.model import ImageLaunch

_UNREAD = {
    "exec": "`exec` names a container, and what is in it is not known",
    "compose": "the images stand in a compose file, which mcp-guard does not read yet",
    "mcp": "the images stand in a catalogue elsewhere",
}


def read(command: Command, _tracked: Tracked) -> Iterator[Step]:
    """`docker [flags] [container] run [flags] image [command [arguments]]`."""
    name = stem(command.program.text)
    before = walk(command.argv[1:], GLOBAL[name])
    rest = before.rest[1:] if before.rest and before.rest[0].text == "container" else before.rest
    if not rest or rest[0].text != "run":
        reason = _UNREAD.get(rest[0].text if rest else "", f"mcp-guard reads no other {name} command than `{name} run`")
        raise Unclear(reason, (*rest, command.program)[0].word)
    walked = walk(rest[1:], RUN[name])
    if walked.has("--rootfs"):
        raise Unclear("with --rootfs a directory runs, and no image", command.program.word)
    if not walked.rest:
        raise Unclear("no image is named", command.program.word)
    reference = walked.rest[0]
    named = image(reference)
    if name == "podman" and not has_registry(reference.text):
        raise Unclear(f"podman decides which registry this is of: write `{named.name}`", reference.word)
    yield ImageLaunch(named, overrides("oci", command, _moving(before, walked)))
    yield from _inside(command, walked)


def _moving(before: Walk, walked: Walk) -> tuple[Option, ...]:
    """The options that may move the image; short flags after `run` have other meanings (`-c`, `-h`)."""
    return (*before.options, *(option for option in walked.options if option.name.startswith("--")))


def _inside(command: Command, walked: Walk) -> Iterator[Step]:
    """The command line in the container, if there is one: a launcher there brings packages of its own."""
    entry = tuple(token for token in walked.values("--entrypoint")[-1:] if token.text)
    started = (*entry, *walked.rest[1:])
    if not started:
        return
    mounted = walked.has("-v", "--volume", "--mount", "--volumes-from", "--secret")
    inner = command.inner(started, "mounted" if mounted else "image")
    variables = tuple(environment.variable(token) for token in _set_in_container(walked))
    files = tuple(token.word for token in walked.values("--env-file"))
    yield inner._replace(
        directory=None, variables=(*command.variables, *variables), env_files=(*command.env_files, *files)
    )


def _set_in_container(walked: Walk) -> tuple[Token, ...]:
    """`-e NAME=value`; with `-e NAME` the value is the server's own variable."""
    return tuple(token for token in walked.values("-e", "--env") if "=" in token.text)
