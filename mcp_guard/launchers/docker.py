"""`docker run`, `podman run` and `nerdctl run`: an image, and what its command line starts in the container."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mcp_guard.launchers import compose, gateway
from mcp_guard.launchers.command import Command, Step, Token, Unclear
from mcp_guard.launchers.container import started
from mcp_guard.launchers.docker_flags import GLOBAL, RUN
from mcp_guard.launchers.files import Tracked
from mcp_guard.launchers.options import walk
from mcp_guard.launchers.program import stem
from mcp_guard.launchers.specs.image import has_registry, image

_UNREAD = {
    "exec": "`exec` names a container, and what is in it is not known",
    "start": "`start` names a container, and what is in it is not known",
    "attach": "`attach` names a container, and what is in it is not known",
    "build": "the image is built when the server starts, and what is in it is not known",
    "buildx": "the image is built when the server starts, and what is in it is not known",
    "model": "`docker model` runs a model, which mcp-guard does not judge",
    "sandbox": "`docker sandbox` starts an agent, which mcp-guard does not judge",
}
_OTHERS: dict[str, Callable[[Command, tuple[Token, ...], Tracked], Iterator[Step]]] = {
    "compose": compose.run,
    "mcp": gateway.run,
}


def read(command: Command, tracked: Tracked) -> Iterator[Step]:
    """`docker [flags] [container] run [flags] image [command [arguments]]`."""
    name = stem(command.program.text)
    before = walk(command.argv[1:], GLOBAL[name])
    rest = before.rest
    if rest and rest[0].text in _OTHERS:
        yield from _OTHERS[rest[0].text](command, rest[1:], tracked)
        return
    if rest and rest[0].text == "container":
        rest = rest[1:]
    if not rest or rest[0].text != "run":
        reason = _UNREAD.get(rest[0].text if rest else "", f"mcp-guard reads no other {name} command than `{name} run`")
        raise Unclear(reason, (*rest, command.program)[0].word)
    walked = walk(rest[1:], RUN[name])
    if walked.has("--rootfs"):
        raise Unclear("with --rootfs a directory runs, and no image", command.program.word)
    if not walked.rest:
        raise Unclear("no image is named", command.program.word)
    reference = walked.rest[0]
    if name == "podman" and not has_registry(reference.text):
        full = image(reference).name
        raise Unclear(f"podman decides which registry this is of: write `{full}`", reference.word)
    yield from started(command, walked, before.options)
