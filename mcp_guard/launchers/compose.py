"""`docker compose run SERVICE`: the image that a compose file of this repository names (compose-spec/compose-spec).

The file is read only where one file says it all: with `extends`, `include` or a `build` the service is opaque.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from mcp_guard.documents import Array, Document, DocumentError, Object
from mcp_guard.launchers.command import Command, Step, Token, Unclear, static
from mcp_guard.launchers.compose_service import line, options, value
from mcp_guard.launchers.container import started
from mcp_guard.launchers.docker_flags import COMPOSE, COMPOSE_RUN
from mcp_guard.launchers.files import Tracked, is_absolute, resolve
from mcp_guard.launchers.options import Option, Walk, walk

_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")  # compose-go: cli/options.go
_OVERRIDES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)
_DEEPEST = 16


def read(command: Command, tracked: Tracked) -> Iterator[Step]:
    """`docker-compose` and `podman-compose`, which are programs of their own."""
    yield from run(command, command.argv[1:], tracked)


def run(command: Command, tokens: tuple[Token, ...], tracked: Tracked) -> Iterator[Step]:
    """`compose [flags] run [flags] service [command [arguments]]`, and the services that it depends on."""
    before = walk(tokens, COMPOSE)
    if not before.rest or before.rest[0].text != "run":
        raise Unclear("mcp-guard reads no other compose command than `compose run`", command.program.word)
    walked = walk(before.rest[1:], COMPOSE_RUN)
    if not walked.rest:
        raise Unclear("no service is named", command.program.word)
    if walked.has("--build"):
        raise Unclear("with --build the image is built when the server starts", command.program.word)
    name = static(walked.rest[0], "the service")
    services = _Services(command, before, tracked)
    yield from services.start(command, name, walked)
    if not walked.has("--no-deps"):
        for other in services.needed(name):
            yield from services.start(command, other, Walk((), (walked.rest[0],)))


class _Services:
    """The services of the compose files that a command line means."""

    def __init__(self, command: Command, before: Walk, tracked: Tracked) -> None:
        self._word = command.program.word
        paths = _files(command, before, tracked)
        if len(paths) != 1:
            raise Unclear(f"compose puts {len(paths)} files together, which mcp-guard does not", self._word)
        self._document = _document(paths[0], tracked, command)
        if self._document.find("include") is not None:
            raise Unclear(f"{paths[0]} includes other files", self._word)

    def start(self, command: Command, name: str, walked: Walk) -> Iterator[Step]:
        """The image of one service, started with the flags and arguments of `walked` beside its own."""
        service = self._service(name)
        for key, why in (("extends", "takes over from another"), ("build", "is built when the server starts")):
            if service.get(key) is not None:
                raise Unclear(f"the service `{name}` of {self._document.file} {why}", self._word)
        named = service.get("image")
        if named is None or not isinstance(named.value, str):
            raise Unclear(f"the service `{name}` of {self._document.file} names no image", self._word)
        entry = () if walked.has("--entrypoint") else line(self._document, service.get("entrypoint"))
        own = () if walked.has("--entrypoint") else line(self._document, service.get("command"))
        entries = tuple(Option("--entrypoint", token, token) for token in entry[:1])
        flags = (*options(self._document, service), *entries, *walked.options)
        yield from started(command, Walk(flags, (value(self._document, named), *entry[1:], *(walked.rest[1:] or own))))

    def needed(self, name: str) -> tuple[str, ...]:
        """The services that are started before this one, and before those."""
        found: dict[str, None] = {}
        waiting = [name]
        while waiting and len(found) <= _DEEPEST:
            node = self._service(waiting.pop()).get("depends_on")
            match node.value if node is not None else None:
                case Object(members):
                    names = [member.key for member in members]
                case Array(items):
                    names = [item.value for item in items if isinstance(item.value, str)]
                case _:
                    names = []
            waiting += [one for one in names if one not in found and one != name]
            found |= dict.fromkeys(one for one in names if one != name)
        return tuple(found)

    def _service(self, name: str) -> Object:
        node = self._document.find("services", name)
        if node is None or not isinstance(node.value, Object):
            raise Unclear(f"{self._document.file} has no service `{name[:60]}`", self._word)
        return node.value


def _files(command: Command, before: Walk, tracked: Tracked) -> tuple[str, ...]:
    """The compose files: those of `-f`, or those of the usual names in the first folder that has one."""
    if named := before.values("-f", "--file"):  # from where compose starts, whatever the project's directory is
        return tuple(_found(token, _started(command), tracked) for token in named)
    folders = _folders(command, before)
    variables = {variable.name.text for variable in command.variables}
    if "COMPOSE_FILE" in variables:
        raise Unclear("the variable `COMPOSE_FILE` says which compose file it is", command.program.word)
    for folder in folders:
        present = [posixpath.normpath(posixpath.join(folder, name)) for name in (*_NAMES, *_OVERRIDES)]
        if found := tuple(path for path in present if tracked.holds(path)):
            return found
    raise Unclear("the compose file is not a file of this repository", command.program.word)


def _found(token: Token, folders: tuple[str, ...], tracked: Tracked) -> str:
    text = static(token, "the compose file")
    paths = dict.fromkeys(posixpath.normpath(posixpath.join(folder, text)) for folder in folders)
    found = [path for path in paths if not is_absolute(text) and tracked.holds(path)]
    if len(found) != 1 or not text.lower().endswith((".yml", ".yaml", ".json")):
        raise Unclear(f"the compose file `{text[:60]}` is not one file of this repository", token.word)
    return found[0]


def _folders(command: Command, before: Walk) -> tuple[str, ...]:
    """Where a client may start it: in the repository, or in the config's own folder."""
    for token in before.values("--project-directory", "--workdir"):
        return (resolve(command, token, "the folder of the project"),)
    return _started(command)


def _started(command: Command) -> tuple[str, ...]:
    if command.directory is None:
        raise Unclear("the folder of the compose file is not known", command.program.word)
    own = posixpath.dirname(command.program.word.place.file)
    return tuple(dict.fromkeys((command.directory, posixpath.join(own, command.directory))))


def _document(path: str, tracked: Tracked, command: Command) -> Document:
    from mcp_guard import documents

    text = tracked.text(path)
    if text is None:
        raise Unclear(f"{path} cannot be read", command.program.word)
    try:
        document = documents.read(path, text.encode("utf-8"), "yaml")
    except DocumentError as error:
        raise Unclear(f"{path} cannot be read: {error.message}", command.program.word) from error
    if document.doubts:
        raise Unclear(f"readers differ in what {path} says", command.program.word)
    return document
