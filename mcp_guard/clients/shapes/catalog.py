"""Catalogs of the Docker MCP gateway: which images it runs.

Source: docker/mcp-gateway:pkg/catalog/types.go. The gateway starts every server with `docker run`.
"""

from __future__ import annotations

from mcp_guard.clients.client import Client
from mcp_guard.clients.shapes.part import Broken, Found, Part, added, guarded, has, root, server
from mcp_guard.documents import Document, Object
from mcp_guard.model import Word

_MARKS = ("image", "remote", "sseEndpoint", "tools", "command", "ref")
_NOTHING = "it names neither an image nor a URL"
_ENABLED = "the gateway takes it from a Docker MCP catalog, which is not in this file"


def read(document: Document, client: Client) -> Found:
    """The servers under `registry`, and those of other catalogs that it enables.

    Nothing where no member of it looks like one (`registry: docker.io`).
    """
    node = document.find("registry")
    if node is None or not isinstance(node.value, Object):
        return
    if not any(has(member.node, *_MARKS) for member in node.value.members):
        return
    part = root(document, client).at("registry", node)
    for member in node.value.members:
        entry = part.at(member.key, member.node)._replace(server=member.key)
        yield from guarded(_server(entry, document.key_word(member)))


def _server(part: Part, name: Word) -> Found:
    image = part.get("image")
    argv = () if image is None else _run(part, image.word(), name)
    remote = part.get("remote")
    urls = [each.word() for each in (remote.get("url") if remote else None, part.get("sseEndpoint")) if each]
    contained = [(tool, container) for tool in _tools(part) if (container := tool.get("container"))]
    if argv or urls or not contained:
        nothing = _ENABLED if part.get("ref") is not None else _NOTHING
        hidden = None if argv or urls else nothing
        headers = remote.variables("headers") if remote else ()
        yield server(part, name, argv, url=urls[0] if urls else None, headers=headers, hidden=hidden)
    for url in urls[1:]:
        yield server(part, added(f"{name.text}#sseEndpoint", url), url=url)
    for tool, container in contained:
        yield from guarded(_tool(tool, container, name))


def _tools(part: Part) -> list[Part]:
    listed = part.get("tools")
    return [] if listed is None else [tool for tool in listed.items() if isinstance(tool.node.value, Object)]


def _tool(tool: Part, container: Part, name: Word) -> Found:
    """A tool that is an image of its own (`type: poci`)."""
    image, called = container.get("image"), tool.get("name")
    if image is None:
        raise Broken(container.problem("image is missing, so it is not known what is started"))
    label = called.word().text if called else str(tool.path[-1])
    yield server(tool, added(f"{name.text}#{label}", image.word()), _run(container, image.word(), name))


def _run(part: Part, image: Word, name: Word) -> tuple[Word, ...]:
    """`docker run` as the gateway calls it, as far as the catalog has a say in it."""
    words = [added(text, name) for text in ("docker", "run", "-i", "--rm")]
    user = part.get("user")
    if user is not None:
        words += (added("-u", name), user.scalar())
    for key, field in (("secrets", "env"), ("env", "name")):
        for item in _objects(part, key):
            variable = item.get(field)
            value = item.get("value") if key == "env" else None
            if variable is not None:
                words += (added("-e", name), _set(variable.word(), value.scalar() if value else None))
    for volume in part.words("volumes"):
        words += (added("-v", name), volume)
    return (*words, image, *part.words("command"))


def _objects(part: Part, key: str) -> list[Part]:
    listed = part.get(key)
    return [] if listed is None else list(listed.items())


def _set(variable: Word, value: Word | None) -> Word:
    return added(variable.text if value is None else f"{variable.text}={value.text}", variable)
