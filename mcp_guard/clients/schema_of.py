"""The JSON Schemas of the dialects, made of their tables.

A schema says shapes only. It is written so that each break has one place: no alternatives, a condition instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from mcp_guard.clients.client import Client
from mcp_guard.clients.dialects import Dialect
from mcp_guard.model import JSON

Schema: TypeAlias = dict[str, JSON]
Field: TypeAlias = tuple[list[str], Schema]  # the keys that lead to a value, and what it must be

_SERVER: Schema = {"$ref": "#/$defs/server"}
_TEXTS: Schema = {"type": "array", "items": {"type": "string"}}


def config(dialect: Dialect, clients: Sequence[Client]) -> Schema:
    """The schema of a whole config, as the clients of the dialect read it."""
    paths = dict.fromkeys(path.rstrip("?").removeprefix("**/") for client in clients for path in client.maps)
    fields = [field for path in paths for field in _place(path) if not _is_on_the_way(path, paths)]
    lines = dict.fromkeys(filter(None, (client.command_line for client in clients)))
    line: Schema = {"description": "One command line that starts a server.", "type": "string", "minLength": 1}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:mcp-guard:schema:{dialect.name}",
        "title": f"MCP servers: {dialect.title}",
        "description": "The part of a config that defines MCP servers. Other keys are allowed.",
        **_object([*fields, *((path.split("/"), line) for path in lines)]),
        "$defs": {"server": server(dialect)},
    }


def server(dialect: Dialect) -> Schema:
    """The schema of one server."""
    start = dialect.command[0]
    return {
        "title": "MCP server",
        "description": "A program to start, or the URL of a server that runs elsewhere. Other keys are allowed.",
        **_object([(path.split("/"), schema) for fields, schema in _fields(dialect) for path in fields]),
        **_unless(list(_other_starts(dialect)), start),
    }


def _place(path: str) -> Iterator[Field]:
    """The servers at a path; of the root, and of a list of names, there is nothing to say."""
    if path.endswith("[]") and path != "[]":
        listed: Schema = {"description": "The servers, each with its name.", "type": "array", "items": _SERVER}
        yield path.removesuffix("[]").split("/"), listed
    elif not path.endswith("]"):
        named: Schema = {"description": "The servers, by name.", "type": "object", "additionalProperties": _SERVER}
        yield path.split("/"), named


def _is_on_the_way(path: str, paths: dict[str, None]) -> bool:
    """Whether other servers are below it, so that it may hold something else: `mcp`, beside `mcp/targets[]`."""
    return any(other.startswith(f"{path}/") for other in paths)


def _fields(dialect: Dialect) -> Iterator[tuple[tuple[str, ...], Schema]]:
    text: Schema = {"type": "string"} if dialect.blank else {"type": "string", "minLength": 1}
    values: JSON = ["string", *dialect.scalars] if dialect.scalars else "string"
    variables: Schema = {"type": "object", "additionalProperties": {"type": values}}
    words: Schema = {**text, **_TEXTS, "type": ["string", "array"], "minItems": 1}
    program = words if dialect.argv else text
    yield dialect.command, {"description": "The program to start.", **program}
    yield dialect.args, {"description": "Its arguments, one string each.", **_TEXTS}
    yield dialect.env, {"description": "Environment variables.", **variables}
    yield dialect.env_files, {"description": "A file of environment variables.", "type": "string"}
    yield dialect.cwd, {"description": "The folder to start in.", "type": "string"}
    yield dialect.urls, {"description": "The URL of a remote server.", **text}
    yield dialect.headers, {"description": "HTTP headers for the URL.", **variables}
    if dialect.target:
        yield (dialect.target,), {"description": "A URL, a command line, or an npm package with a scope.", **text}
    if dialect.image:
        yield (dialect.image,), {"description": "An image to run; `args` stand before it.", **text}
        yield ("entrypointArgs",), {"description": "The arguments after the image.", **_TEXTS}
        yield ("version",), {"description": "The tag of the image.", "type": ["string", "number"]}
    if dialect.registry:
        yield (dialect.registry,), {"description": "The registry to install from.", "type": "string"}
    if "command/path" in dialect.command:
        yield ("command",), {"type": "object", "required": ["path"]}
    if "transport/command" in dialect.command:  # for other clients it is the name of the transport
        yield ("transport",), {"type": ["string", "object"], **_unless([{"required": ["url"]}], "command")}


def _other_starts(dialect: Dialect) -> Iterator[JSON]:
    """What an entry may have in place of a command, as conditions."""
    tops = [field for field in dialect.launches if "/" not in field]
    for field in tops[1:]:
        yield {"required": [field]}
    if "transport/command" in dialect.command:
        yield {"properties": {"transport": {"type": "object"}}, "required": ["transport"]}
    if dialect.parts:
        yield {"required": ["host"]}
    for switch in dialect.switches:
        yield {"required": [switch], "maxProperties": 1}
    for rule in dialect.hidden:
        known: Schema = {} if rule.value is None else {"properties": {rule.field: {"const": rule.value}}}
        yield {**known, "required": [rule.field]}


def _unless(conditions: list[JSON], field: str) -> Schema:
    return {"if": {"not": {"anyOf": conditions}}, "then": {"required": [field]}}


def _object(fields: Sequence[Field]) -> Schema:
    """The schema of an object with these values in it; `*` is any key."""
    keys = dict.fromkeys(path[0] for path, _ in fields)
    members: Schema = {key: _value([(path[1:], schema) for path, schema in fields if path[0] == key]) for key in keys}
    others: Schema = {"additionalProperties": members.pop("*")} if "*" in members else {}
    return {"type": "object", **({"properties": members} if members else {}), **others}


def _value(fields: Sequence[Field]) -> Schema:
    """The schema of one value, of which several may be said: any of their types will do."""
    below = [field for field in fields if field[0]]
    said = [schema for path, schema in fields if not path] + ([_object(below)] if below else [])
    types = dict.fromkeys(name for schema in said for name in _types(schema))
    whole: Schema = {key: value for schema in said for key, value in schema.items()}
    return {**whole, "type": [*types] if len(types) > 1 else next(iter(types))}


def _types(schema: Schema) -> list[str]:
    named = schema["type"]
    return [name for name in (named if isinstance(named, list) else [named]) if isinstance(name, str)]
