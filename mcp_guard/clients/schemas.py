"""Whether a server keeps to the JSON Schema of its dialect (`schema_of`), and where it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from mcp_guard.clients.dialects import Dialect
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


def breaks(dialect: Dialect, server: JSON) -> Iterator[Break]:
    """Where a server definition breaks the schema of its dialect."""
    if is_plain(dialect, server):
        return
    for error in _validator(dialect).iter_errors(server):
        path = tuple(error.absolute_path)
        match error.validator:
            case "type":
                wanted = error.validator_value
                yield Break(path, _either([wanted] if isinstance(wanted, str) else wanted), None)
            case "minLength":
                yield Break(path, "a string with something in it", "an empty one")
            case "minItems":
                yield Break(path, "a list with something in it", "an empty one")
            case "required":
                start = error.validator_value[0]
                yield Break(path, start if start == "path" else f"{start} or {dialect.urls[0]}", "neither")
            case other:
                yield Break(path, f"what the {dialect.name} schema says of {other}", "something else")


# ------------------------------------------------------------------------------------------------ the short way


def is_plain(dialect: Dialect, server: JSON) -> bool:
    """Whether a definition certainly keeps to the schema of its dialect; a test asks the schemas.

    Nearly all do, and then jsonschema, whose import takes longer than the rest of a check, is not needed.
    """
    if not isinstance(server, dict):
        return False
    checks = _checks(dialect)
    images = (dialect.image,) if dialect.image else ()
    starts = (*dialect.command, *dialect.urls, *images, *(("host",) if dialect.parts else ()))
    says = any(start in server for start in starts) or any(
        rule.field in server and rule.value in (None, server[rule.field]) for rule in dialect.hidden
    )
    return says and all(checks[key](value) for key, value in server.items() if key in checks)


@cache
def _checks(dialect: Dialect) -> dict[str, Callable[[JSON], bool]]:
    if not dialect.scalars:
        variables = _are_variables
    else:
        variables = _are_scalars if "boolean" in dialect.scalars else _are_numbers
    checks: dict[str, Callable[[JSON], bool]] = {}
    word = _is_text if dialect.blank else _is_word
    kinds: tuple[tuple[tuple[str, ...], Callable[[JSON], bool]], ...] = (
        (dialect.command, _is_command if dialect.argv else word),
        (dialect.args, _are_texts),
        (dialect.env, variables),
        (dialect.headers, variables),
        ((*dialect.env_files, *dialect.cwd, "transport"), _is_text),
        (dialect.urls, word),
        (tuple(filter(None, (dialect.target, dialect.registry, dialect.image))), _is_word),
        (("entrypointArgs",) if dialect.image else (), _are_texts),
        (("version",) if dialect.image else (), _is_text),
    )
    for fields, check in kinds:
        for field in fields:
            top, _, below = field.partition("/")
            checks.setdefault(top, check if not below else _is_text if top == "transport" else _is_nothing)
    return checks


def _is_text(value: JSON) -> bool:
    return isinstance(value, str)


def _is_nothing(_value: JSON) -> bool:
    return False


def _is_word(value: JSON) -> bool:
    return isinstance(value, str) and value != ""


def _are_texts(value: JSON) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_command(value: JSON) -> bool:
    return _is_word(value) or (_are_texts(value) and value != [])


def _are_variables(value: JSON) -> bool:
    return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())


def _are_scalars(value: JSON) -> bool:
    return isinstance(value, dict) and not any(isinstance(item, list | dict) for item in value.values())


def _are_numbers(value: JSON) -> bool:
    return _are_scalars(value) and isinstance(value, dict) and not any(isinstance(v, bool) for v in value.values())


@cache
def _validator(dialect: Dialect) -> Draft202012Validator:
    from jsonschema import Draft202012Validator

    from mcp_guard.clients.schema_of import server

    return Draft202012Validator(server(dialect))


def _either(types: list[str]) -> str:
    words = [_WORDS[name] for name in types]
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))
