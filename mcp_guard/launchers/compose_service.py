"""A service of a compose file, as the flags of `docker run` that say the same (compose-spec: spec.md)."""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.documents import Array, Document, Node, Object
from mcp_guard.launchers.command import Token
from mcp_guard.launchers.options import Option
from mcp_guard.launchers.split import posix

_FLAGS = {
    "privileged": "--privileged",
    "use_api_socket": "--use-api-socket",
    "network_mode": "--network",
    "pid": "--pid",
    "ipc": "--ipc",
    "uts": "--uts",
    "userns_mode": "--userns",
    "cgroup": "--cgroupns",
    "cap_add": "--cap-add",
    "security_opt": "--security-opt",
    "devices": "--device",
    "device_cgroup_rules": "--device-cgroup-rule",
    "volumes": "-v",
    "volumes_from": "--volumes-from",
    "secrets": "--secret",
    "configs": "--secret",
    "env_file": "--env-file",
    "environment": "-e",
}


def options(document: Document, service: Object) -> tuple[Option, ...]:
    """The flags that a service amounts to, as far as they decide what it reaches; not its entry point."""
    return tuple(
        Option(_FLAGS[member.key], token, token)
        for member in service.members
        if member.key in _FLAGS
        for token in _values(document, member.node)
    )


def line(document: Document, node: Node | None) -> tuple[Token, ...]:
    """A command: a list as it is, a string split as a shell would."""
    if node is None or node.value is None:
        return ()
    if isinstance(node.value, Array):
        return tuple(value(document, item) for item in node.value.items)
    return posix(value(document, node))


def _values(document: Document, node: Node) -> Iterator[Token]:
    match node.value:
        case Array(items):
            for item in items:
                yield from _values(document, item) if not isinstance(item.value, Object) else _long(document, item)
        case Object(members):
            for member in members:
                token = value(document, member.node)
                text = f"{member.key}={token.text}" if member.node.value is not None else member.key
                yield token._replace(text=text)
        case None:
            return
        case _:
            yield value(document, node)


def _long(document: Document, node: Node) -> Iterator[Token]:
    """The long form of a volume (`source`, `target`), a device or a file, as its short one."""
    table = node.value if isinstance(node.value, Object) else Object(())
    source = next((found for key in ("source", "path") if (found := table.get(key)) is not None), None)
    token = value(document, node if source is None else source)
    yield token._replace(text=f"{token.text}:" if source is not None else "")


def value(document: Document, node: Node) -> Token:
    """A value as a token of the compose file: for people only, because a pin edits the config."""
    word = document.word(node)
    return Token(word.text, word._replace(start=0, end=0), None)
