"""The types of YAML's plain scalars: what YAML 1.1 and 1.2 agree on has a type, the rest is its literal.

`yes`, `on`, `012`, `0o7`, `1_000`, `1:30`, `1e5`, `.inf`, dates: each is a string, a truth, a number or a date for
some readers, and something else for others. A string of what is written loses nothing and never fails.
YAML 1.1 as PyYAML's resolver has it (yaml/resolver.py), 1.2 as its core schema (spec 1.2.2, §10.3.2).
"""

from __future__ import annotations

import re
from math import isfinite

from mcp_guard.documents.source import NUMBER

_CONSTANTS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"(?:[-+]?[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+][0-9]+)?")
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")

_CORE = "tag:yaml.org,2002:"
STANDARD: dict[str, frozenset[str]] = {
    "str": frozenset({"!", *(_CORE + name for name in ("str", "int", "float", "bool", "null", "timestamp", "merge"))}),
    "seq": frozenset({"!", _CORE + "seq"}),
    "map": frozenset({"!", _CORE + "map"}),
}


def untagged(text: str) -> str | int | float | bool | None:
    """The value of a plain scalar; a number longer than `NUMBER` is its literal, for readers round or refuse it."""
    if len(text) > NUMBER:
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _HEXADECIMAL.fullmatch(text):
        return int(text, 16)
    if _FLOAT.fullmatch(text) and isfinite(value := float(text)):
        return value
    return text


def tagged(text: str, tag: str) -> str | int | float | bool | None:
    """The value of a scalar with a tag: a type that the text has by both versions of YAML, else the text."""
    value = untagged(text)
    match tag.removeprefix(_CORE), value:
        case ("bool", bool()) | ("null", None):
            return value
        case ("int", int()) | ("float", int() | float()) if not isinstance(value, bool):
            return value
    return text


def joined(text: str) -> str:
    """The text with each pair of surrogates, which two escapes wrote, as the character that they mean."""
    return _PAIR.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)
