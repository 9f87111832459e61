"""`server.json` of the MCP registry: what a client starts that installs from it.

Sources: modelcontextprotocol/registry:docs/reference/server-json/server.schema.json (2025-09-29, 2025-12-11), and the
names of before (`registry_name`, `runtime_hint`). The arguments are put together as that schema says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcp_guard.clients.client import Client
from mcp_guard.clients.shapes.part import Broken, Found, Part, added, guarded, has, root, server
from mcp_guard.documents import Array, Document, Node
from mcp_guard.model import Variable, Word

_TYPE = ("registryType", "registry_type", "registry_name")
_NAME = ("identifier", "name")
_RUNNERS = {"npm": "npx", "pypi": "uvx", "oci": "docker", "docker": "docker", "nuget": "dnx"}
_JOINS = {"npm": "@", "pypi": "==", "nuget": "@"}
_REGISTRY = {"npm": "--registry", "pypi": "--default-index", "nuget": "--source"}
_ASKED = frozenset({"valueHint", "value_hint", "placeholder", "choices", "isSecret", "is_secret"})
_VARIABLE = re.compile(r"\{([^{}]*)\}")
_OWN_MACHINE = re.compile(r"https?://(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/?#]|\Z)", re.IGNORECASE)


def read(document: Document, client: Client) -> Found:
    """A server for each of `packages` and each of `remotes`; nothing where the file is another `server.json`."""
    if not _is_ours(document):
        return
    whole = root(document, client)
    name = _name(whole)
    for key, each in (("packages", _package), ("remotes", _remote)):
        try:
            listed = whole.get(key)
            parts = [] if listed is None else list(listed.items())
        except Broken as broken:
            yield broken.problem
            continue
        for part in parts:
            yield from guarded(each(part._replace(server=name.text), name))


def _is_ours(document: Document) -> bool:
    """Whether the schema is the registry's, or a package or a remote looks like one of it."""
    schema = document.find("$schema")
    if schema is not None and isinstance(schema.value, str) and "modelcontextprotocol" in schema.value:
        return True
    return any(has(item, *_TYPE) for item in _items(document, "packages")) or any(
        has(item, "url") and has(item, "type", "transport_type") for item in _items(document, "remotes")
    )


def _items(document: Document, key: str) -> tuple[Node, ...]:
    node = document.find(key)
    return node.value.items if node is not None and isinstance(node.value, Array) else ()


def _name(whole: Part) -> Word:
    """The name of the server; of a file without one `server.json`."""
    node = whole.document.find("name")
    if node is not None and isinstance(node.value, str) and node.value:
        return whole.document.word(node)
    return added("server.json", whole.document.word(whole.node))


def _package(part: Part, name: Word) -> Found:
    registry = _required(part, *_TYPE)
    identifier = _required(part, *_NAME)
    called = added(f"{name.text}#{_label(registry.text, identifier.text)}", identifier)
    env = tuple(_variables(part, "environmentVariables", "environment_variables"))
    url, headers = _transport(part)
    hidden = _hidden(part, registry, identifier)
    argv = () if hidden else _argv(part, registry.text, identifier, env)
    yield server(part, called, argv, env=env, url=url, headers=headers, hidden=hidden)


def _label(registry: str, identifier: str) -> str:
    """What tells a package from the others of the file, and stays when its version changes."""
    if registry == "mcpb":
        return registry
    folder, slash, leaf = identifier.rpartition("/")
    return f"{registry}:{folder}{slash}{re.split('[:@]', leaf)[0] if registry == 'oci' else leaf}"


def _required(part: Part, *keys: str) -> Word:
    found = part.get(*keys)
    if found is None:
        raise Broken(part.problem(f"{keys[0]} is missing, so it is not known what is started"))
    return found.word()


def _hidden(part: Part, registry: Word, identifier: Word) -> str | None:
    """Why the package cannot be looked into: a bundle, or of a registry that nobody here knows."""
    if registry.text == "mcpb" or identifier.text.lower().endswith((".mcpb", ".dxt")):
        known = part.get("fileSha256", "file_sha256") is not None
        return "it is a bundle at a URL, and mcp-guard does not read bundles" + (
            " (its `fileSha256` is for the client to compare)" if known else ""
        )
    if registry.text not in _RUNNERS:
        return f"packages of the type `{registry.text}` are not known to mcp-guard"
    arguments = part.get("runtimeArguments", "runtime_arguments")
    if registry.text in _JOINS and any(map(_is_bare, arguments.items() if arguments else ())):
        return "an argument for the runner stands where the package is looked for: move it to `packageArguments`"
    return None


def _is_bare(argument: Part) -> bool:
    """Whether a runner would take the argument for the package."""
    value = _value(argument)
    return _kind(argument) != "named" and not (value and value.text.startswith("-"))


def _argv(part: Part, registry: str, identifier: Word, env: tuple[Variable, ...]) -> tuple[Word, ...]:
    """What a client starts: the runner, its arguments, the package and the arguments of the server."""
    hint = part.get("runtimeHint", "runtime_hint")
    runner = hint.word() if hint else added(_RUNNERS[registry], identifier)
    before = tuple(_arguments(part, "runtimeArguments", "runtime_arguments"))
    after = tuple(_arguments(part, "packageArguments", "package_arguments"))
    base = part.get("registryBaseUrl", "registry_base_url")
    version = part.get("version")
    if _RUNNERS[registry] == "docker":
        named = _image(identifier, version and version.word(), base and base.word())
        passed = tuple(word for each in env for word in (added("-e", each.name), added(each.name.text, each.name)))
        run = () if before[:1] and before[0].text == "run" else _each(identifier, "run", "-i", "--rm")
        return (runner, *run, *passed, *before, named, *after)
    spec = identifier.text if version is None else f"{identifier.text}{_JOINS[registry]}{version.word().text}"
    yes = _each(identifier, "-y") if runner.text == "npx" and not {"-y", "--yes"} & {w.text for w in before} else ()
    moved = () if base is None else (added(_REGISTRY[registry], base.word()), base.word())
    dashes = _each(identifier, "--") if registry == "nuget" and after else ()
    return (runner, *yes, *moved, *before, added(spec, identifier), *dashes, *after)


def _each(beside: Word, *texts: str) -> tuple[Word, ...]:
    return tuple(added(text, beside) for text in texts)


def _image(identifier: Word, version: Word | None, base: Word | None) -> Word:
    """The reference of an image: whole in `identifier` since 2025-12, in three fields before."""
    text = identifier.text
    leaf = text.rsplit("/", 1)[-1]
    if version is not None and ":" not in leaf and "@" not in leaf:
        text += f"{'@' if ':' in version.text else ':'}{version.text}"
    first = text.split("/", 1)[0]
    if base is not None and ("/" not in text or not ("." in first or ":" in first or first == "localhost")):
        text = f"{base.text.split('://', 1)[-1].strip('/')}/{text}"
    return identifier if text == identifier.text else added(text, identifier)


def _arguments(part: Part, *keys: str) -> Iterator[Word]:
    """The words of a list of arguments; one that a person is asked for is a variable to be filled in."""
    listed = part.get(*keys)
    for argument in listed.items() if listed else ():
        flag = argument.get("name")
        if flag is not None and _kind(argument) == "named":
            yield flag.word()
        value = _value(argument)
        if value is not None:
            yield value
        elif flag is None or has(argument.node, *_ASKED):
            yield _asked(argument)


def _kind(argument: Part) -> str:
    given = argument.get("type")
    return given.word().text if given else "named" if has(argument.node, "name") else "positional"


def _value(part: Part) -> Word | None:
    """The value or else the default of an input, its variables marked as such."""
    found = part.get("value") or part.get("default")
    if found is None:
        return None
    word = found.scalar()
    declared = part.get("variables")
    names = {member.key for member in declared.members()} if declared else set()
    text = _VARIABLE.sub(lambda match: f"${match[0]}" if match[1] in names else match[0], word.text)
    return word if text == word.text else added(text, word)


def _asked(part: Part) -> Word:
    """What a person is asked for: a word that is filled in, at the place of the input."""
    node = part.node
    place = part.document.place(node.start, node.end)
    return Word("${input}", place, node.start, node.start)


def _variables(part: Part, *keys: str) -> Iterator[Variable]:
    """A list of objects with `name` and `value`, as variables."""
    listed = part.get(*keys)
    for item in listed.items() if listed else ():
        yield Variable(_required(item, "name"), _value(item) or _asked(item))


def _transport(part: Part) -> tuple[Word | None, tuple[Variable, ...]]:
    """The URL of a package that is spoken to over HTTP, unless it is one of this machine: there it listens itself."""
    transport = part.get("transport")
    if transport is None or not has(transport.node, "url"):
        return None, ()
    url = transport.get("url")
    if url is None or _OWN_MACHINE.match(url.word().text):
        return None, ()
    return url.word(), tuple(_variables(transport, "headers"))


def _remote(part: Part, name: Word) -> Found:
    url = _required(part, "url")
    kind = part.get("type", "transport_type")
    called = added(f"{name.text}#{kind.word().text if kind else 'remote'}", url)
    declared = part.get("variables")
    names = {member.key for member in declared.members()} if declared else set()
    text = _VARIABLE.sub(lambda match: f"${match[0]}" if match[1] in names else match[0], url.text)
    where = url if text == url.text else added(text, url)
    yield server(part, called, url=where, headers=tuple(_variables(part, "headers")))
