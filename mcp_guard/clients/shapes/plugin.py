"""Plugins of Claude Code and Codex, and marketplaces of them: `mcpServers` inline, in files, in bundles, or all mixed.

Sources: SchemaStore/schemastore:src/schemas/json/claude-code-plugin-manifest.json, claude-code-marketplace.json and
codex-plugin-manifest.json.
"""

from __future__ import annotations

import posixpath
import re

from mcp_guard.clients import approvals, entries
from mcp_guard.clients.client import Client
from mcp_guard.clients.shapes.part import Broken, Found, Part, added, guarded, root, server
from mcp_guard.clients.table import concerns
from mcp_guard.documents import Array, Document, Object
from mcp_guard.model import Server, Word

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_BUNDLES = (".mcpb", ".dxt")
_BUNDLE = "they come with a bundle, and mcp-guard does not read bundles"
_ELSEWHERE = "they stand in a file of another repository, from which the plugin is taken"


def read(document: Document, client: Client) -> Found:
    """The servers and the hooks of `<plugin>/.claude-plugin/plugin.json`; paths start at the plugin."""
    folder = posixpath.dirname(posixpath.dirname(document.file))
    yield from approvals.of_file(document, client)
    yield from guarded(_under_key(root(document, client), folder))


def marketplace(document: Document, client: Client) -> Found:
    """The servers that a marketplace itself gives its plugins, by `plugin#server`.

    What a plugin brings by itself stands in its own files: here where `source` is a path, else in another repository.
    """
    yield from guarded(_plugins(root(document, client), posixpath.dirname(posixpath.dirname(document.file))))


def inline(part: Part) -> Found:
    """The servers of an object that maps names to definitions, as the client has them elsewhere."""
    document, client = part.document, part.client
    for member in part.members():
        name = document.key_word(member)
        entry = entries.Entry(document, client, part.path, member.key, name, member.node, {})
        if entries.is_no_server(entry):
            continue
        yield from approvals.of_server(document, client, member.key, member.node)
        broken = tuple(entries.broken(entry))
        yield from broken
        yield from entries.doubtful(entry)
        if not broken:
            yield entries.server(entry)


def _plugins(whole: Part, folder: str) -> Found:
    listed = whole.get("plugins")
    metadata = whole.get("metadata")
    base = metadata.get("pluginRoot") if metadata else None
    start = posixpath.join(folder, base.word().text) if base else folder
    for part in listed.items() if listed else ():
        yield from guarded(_plugin(part, start))


def _plugin(part: Part, start: str) -> Found:
    name = part.get("name")
    called = name.word().text if name else str(part.path[-1])
    source = part.get("source")
    here = source is not None and isinstance(source.node.value, str) and not _URL.match(source.node.value)
    folder = posixpath.join(start, source.word().text) if source is not None and here else None
    for found in _under_key(part, folder):
        if isinstance(found, Server):
            yield found._replace(name=found.name._replace(text=f"{called}#{found.name.text}"))
        else:
            yield found if found.server is None else found._replace(server=f"{called}#{found.server}")


def _under_key(part: Part, folder: str | None) -> Found:
    for member in part.members():
        if member.key == "mcpServers":
            yield from guarded(_union(part.at(member.key, member.node), folder))


def _union(part: Part, folder: str | None) -> Found:
    """A map of servers, the path or the URL of something that holds one, or a list of these."""
    match part.node.value:
        case Object():
            yield from inline(part)
        case str():
            yield from _named(part, part.word(), folder)
        case Array():
            for item in part.items():
                if isinstance(item.node.value, Array):
                    yield item.problem("expected an object or a string, got a list")
                else:
                    yield from guarded(_union(item, folder))
        case _:
            raise part.broken("an object, a string or a list")


def _named(part: Part, word: Word, folder: str | None) -> Found:
    """Servers that stand elsewhere: nothing where that is a config of this repository, which is judged by itself."""
    if word.text.lower().endswith(_BUNDLES) or _URL.match(word.text):
        yield server(part, added(word.text, word), hidden=_BUNDLE)
    elif not word.text.lower().endswith(".json"):
        raise Broken(part.problem("expected the path of a .json file or of an .mcpb bundle, got another string"))
    elif folder is None:
        yield server(part, added(word.text, word), hidden=_ELSEWHERE)
    else:
        path = posixpath.normpath(posixpath.join(folder, word.text))
        if not concerns(path) or path.startswith(("../", "/")):
            hidden = f"they stand in {path}, which is not known for a config: name that file to mcp-guard too"
            yield server(part, added(word.text, word), hidden=hidden)
