"""`manifest.json` of an MCP bundle (MCPB, formerly DXT): what runs once it is installed.

Source: modelcontextprotocol/mcpb:schemas/mcpb-manifest-v0.4.schema.json. The bundle is packed from the folder of the
manifest, so `${__dirname}` is that folder of the repository.
"""

from __future__ import annotations

import posixpath

from mcp_guard.clients.client import Client
from mcp_guard.clients.shapes.part import Broken, Found, Part, added, guarded, has, root, server
from mcp_guard.documents import Document
from mcp_guard.model import Server, Variable, Word

PLATFORMS = 4  # the schema names three; each repeats the whole command line

_VERSIONS = ("manifest_version", "dxt_version")
_HOME = "${__dirname}"
_NO_COMMAND = "the manifest has no `mcp_config`, so the client decides what is started"


def read(document: Document, client: Client) -> Found:
    """One server, and one for each platform that has a command line of its own."""
    if _is_ours(document):
        yield from guarded(_servers(root(document, client)))


def _is_ours(document: Document) -> bool:
    """Whether it is a bundle's; a browser extension has a `manifest_version` too, and no `server`."""
    node = document.find("server")
    if node is None:
        return False
    if has(node, "mcp_config"):
        return True
    versions = [document.find(key) for key in _VERSIONS]
    if has(node, "entry_point"):
        return any(version is not None for version in versions)
    return any(version is not None and isinstance(version.value, str) for version in versions)


def _servers(whole: Part) -> Found:
    called = whole.get("name")
    name = called.word() if called else added("manifest.json", whole.document.word(whole.node))
    part = whole._replace(server=name.text).get("server")
    if part is None:
        raise Broken(whole.problem("server is null, so it is not known what is started"))
    config = part.get("mcp_config")
    if config is None:
        yield _without_command(part, name)
        return
    overrides = config.get("platform_overrides")
    yield from guarded(_server(part, config, config, name))
    if overrides is None:
        return
    if len(overrides.members()) > PLATFORMS:
        raise Broken(overrides.problem(f"more than {PLATFORMS} platforms are named, the most that is read"))
    for member in overrides.members():
        on_platform = added(f"{name.text}#{member.key}", whole.document.key_word(member))
        yield from guarded(_server(part, config, overrides.at(member.key, member.node), on_platform))


def _server(part: Part, config: Part, override: Part, name: Word) -> Found:
    """The server of `mcp_config`, where `override` replaces command and arguments and adds to the environment."""
    command = override.get("command") or config.get("command")
    if command is None:
        raise Broken(config.problem("command is missing, so it is not known what is started"))
    args = override if override.get("args") is not None else config
    written = (command.word(), *args.words("args"))
    both = (*config.variables("env"), *(override.variables("env") if override is not config else ()))
    argv = tuple(_below(word) for word in written)
    env = tuple(Variable(each.name, _below(each.value)) for each in both)
    moved = argv != written
    yield server(part, name, argv, env=env, cwd=_folder(part, written[0]) if moved else None)


def _without_command(part: Part, name: Word) -> Server:
    """The server of a manifest without a command: `uv run` for the type `uv`, else what the client makes of it."""
    kind, entry = part.get("type"), part.get("entry_point")
    if kind is None or kind.word().text != "uv" or entry is None:
        return server(part, name, hidden=_NO_COMMAND)
    script = entry.word()
    argv = (added("uv", kind.word()), added("run", kind.word()), added(f"./{script.text.removeprefix('./')}", script))
    return server(part, name, argv, cwd=_folder(part, script))


def _below(word: Word) -> Word:
    """A word with the folder of the bundle taken out, from which its paths then start."""
    if _HOME not in word.text:
        return word
    text = word.text.replace(_HOME, ".").replace("${/}", "/")
    return added(text.replace("\\", "/") if text.startswith(".\\") else text, word)


def _folder(part: Part, beside: Word) -> Word:
    return added(posixpath.dirname(part.document.file) or ".", beside)
