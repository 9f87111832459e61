"""The JSON Schemas of the dialects: where they lie, and whether a server keeps to its own.

A schema says shapes only. It is written so that each break has one place: no alternatives, a condition instead.
"""

from __future__ import annotations

import os.path
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from mcp_guard.model import JSON

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

_WORDS = {
    "string": "a string",
    "array": "a list",
    "object": "an object",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}


class Break(NamedTuple):
    """A place, as keys and indices below the server, at which it breaks the schema; `expected` says what belongs there.

    `got` is None where the value has the wrong type, which its node shows.
    """

    path: tuple[str | int, ...]
    expected: str
    got: str | None


def folder() -> str:
    """The folder of the schemas: in the wheel inside the package, in a checkout beside it."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    inside = os.path.join(package, "schemas")
    return inside if os.path.isdir(inside) else os.path.join(os.path.dirname(package), "schemas")


def load(name: str) -> dict[str, JSON]:
    """The schema `<name>.schema.json`."""
    import json

    with open(os.path.join(folder(), f"{name}.schema.json"), encoding="utf-8") as file:
        schema: dict[str, JSON] = json.load(file)
    return schema


def breaks(dialect: str, server: JSON) -> Iterator[Break]:
    """Where a server definition breaks the schema of its dialect."""
    if is_plain(server):
        return
    for error in _validator(dialect).iter_errors(server):
        path = tuple(error.absolute_path)
        match error.validator:
            case "type":
                wanted = error.validator_value
                yield Break(path, _either([wanted] if isinstance(wanted, str) else wanted), None)
            case "minLength":
                yield Break(path, "a string with something in it", "an empty one")
            case "required":
                yield Break(path, "command or url", "neither")
            case other:
                yield Break(path, f"what the {dialect} schema says of {other}", "something else")


def is_plain(server: JSON) -> bool:
    """Whether a definition is of the one simple shape that every dialect permits; a test asks the schemas.

    So are nearly all, and then jsonschema, whose import takes longer than the rest of a check, is not needed.
    """
    if not isinstance(server, dict) or not ({"command", "url"} & server.keys()):
        return False
    return all(key in _PLAIN and _PLAIN[key](value) for key, value in server.items())


def _is_word(value: JSON) -> bool:
    return isinstance(value, str) and value != ""


def _are_texts(value: JSON) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _are_variables(value: JSON) -> bool:
    return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())


_PLAIN: dict[str, Callable[[JSON], bool]] = {
    "command": _is_word,
    "args": _are_texts,
    "env": _are_variables,
    "url": _is_word,
}


@cache
def _validator(dialect: str) -> Draft202012Validator:
    from jsonschema import Draft202012Validator

    match load(dialect):
        case {"$defs": {"server": dict() as server}}:
            return Draft202012Validator(server)
        case _:
            raise LookupError(f"{dialect}.schema.json does not define a server")


def _either(types: list[str]) -> str:
    words = [_WORDS[name] for name in types]
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))
