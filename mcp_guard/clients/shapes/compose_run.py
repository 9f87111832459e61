"""The `docker run` that a service of a compose file amounts to (compose-spec/compose-spec:05-services.md).

Of the fields those that say what runs, and those that let a container reach its host.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from mcp_guard.clients.shapes.part import Broken, Part, added, has
from mcp_guard.documents import Array, Object
from mcp_guard.model import Word

_FLAGS = {"privileged": "--privileged", "use_api_socket": "--use-api-socket"}
_VALUES = {
    "network_mode": "--network",
    "pid": "--pid",
    "ipc": "--ipc",
    "uts": "--uts",
    "userns_mode": "--userns",
    "cgroup": "--cgroupns",
    "user": "--user",
    "platform": "--platform",
    "runtime": "--runtime",
    "pull_policy": "--pull",
}
_LISTS = {
    "cap_add": "--cap-add",
    "security_opt": "--security-opt",
    "volumes_from": "--volumes-from",
    "device_cgroup_rules": "--device-cgroup-rule",
    "group_add": "--group-add",
}


def command_line(part: Part, image: Word, name: Word) -> tuple[Word, ...]:
    """`docker run [flags] image [command]`; `Broken` where a field has the wrong type."""
    entry = _words(part, "entrypoint")
    flags = (*_plain(part, name), *_mounts(part, name), *_devices(part, name), *_environment(part, name))
    entrypoint = (added("--entrypoint", name), entry[0]) if entry else ()
    start = (added("docker", name), added("run", name))
    return (*start, *flags, *entrypoint, image, *entry[1:], *_words(part, "command"))


def _plain(part: Part, name: Word) -> Iterator[Word]:
    for key, flag in _FLAGS.items():
        value = part.get(key)
        if value is not None and value.scalar().text.lower() not in {"false", "no", "off"}:
            yield added(flag, value.scalar())
    for key, flag in _VALUES.items():
        value = part.get(key)
        if value is not None:
            yield from (added(flag, name), value.scalar())
    for key, flag in _LISTS.items():
        listed = part.get(key)
        for item in listed.items() if listed else ():
            yield from (added(flag, name), item.scalar())


def _mounts(part: Part, name: Word) -> Iterator[Word]:
    """`volumes`, short (`/a:/b:ro`) and long (an object)."""
    listed = part.get("volumes")
    for item in listed.items() if listed else ():
        if isinstance(item.node.value, Object):
            yield from (added("--mount", name), _long(item))
        else:
            yield from (added("-v", name), item.word())


def _long(volume: Part) -> Word:
    """`type=bind,source=/a,target=/b` of the long form."""
    fields = []
    place = volume.document.place(volume.node.start, volume.node.end)
    for key in ("type", "source", "target", "read_only"):
        value = volume.get(key)
        if value is not None:
            fields.append(f"{key.replace('read_only', 'readonly')}={value.scalar().text}")
    return Word(",".join(fields), place, volume.node.start, volume.node.start)


def _devices(part: Part, name: Word) -> Iterator[Word]:
    listed = part.get("devices")
    for item in listed.items() if listed else ():
        source = item.get("source") if isinstance(item.node.value, Object) else item
        if source is None:
            raise Broken(item.problem("source is missing"))
        yield from (added("--device", name), source.word())


def _environment(part: Part, name: Word) -> Iterator[Word]:
    """`environment` as a list or an object, and `env_file` as a path, a list of them or of objects."""
    environment = part.get("environment")
    if environment is not None and isinstance(environment.node.value, Array):
        for item in environment.items():
            yield from (added("-e", name), item.word())
    elif environment is not None:
        for member in environment.members():
            key = part.document.key_word(member)
            value = environment.at(member.key, member.node)
            text = key.text if member.node.value is None else f"{key.text}={value.scalar().text}"
            yield from (added("-e", name), added(text, key))
    files = part.get("env_file")
    listed = files is not None and isinstance(files.node.value, Array)
    for file in (files.items() if listed else (files,)) if files else ():
        path = file.get("path") if has(file.node, "path") else file
        if path is not None:
            yield from (added("--env-file", name), path.word())


def _words(part: Part, key: str) -> tuple[Word, ...]:
    """A command: a list of words, or a string that compose splits like a shell."""
    command = part.get(key)
    if command is None:
        return ()
    if isinstance(command.node.value, Array):
        return tuple(item.scalar() for item in command.items())
    line = command.word()
    try:
        return tuple(added(word, line) for word in shlex.split(line.text))
    except ValueError:
        raise Broken(command.problem("a quotation mark is not closed, so it is not known what is started")) from None
