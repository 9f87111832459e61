"""What npm's, uv's and pip's own configuration says about registries, one reader a tool.

A reader yields `Named` registries and `Credential`s, those that win first. What a reader yields is not yet checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mcp_guard.model import JSON
from mcp_guard.settings import SettingsError
from mcp_guard.settings.urls import Credential


class Named(NamedTuple):
    """A registry that a configuration names. `key` is "npm", "npm:@scope" or "pypi"; None for one that only exists."""

    source: str
    key: str | None
    url: str


# ------------------------------------------------------------------------------------------------ npm


def npmrc(file: str, text: str, environ: Mapping[str, str]) -> dict[str, str]:
    """The top-level settings of an `.npmrc` (npm/ini, npm/cli:workspaces/config/lib/env-replace.js).

    `${VAR}` is replaced because the file is the user's own; one that is not set stays as it is, `${VAR?}` becomes "".
    """
    found: dict[str, str] = {}
    for line in map(str.strip, re.split(r"[\r\n]+", text)):
        if line.startswith("["):
            break  # npm reads no sections
        if line and line[0] not in ";#":
            key, _, value = line.partition("=")
            found[_expanded(key.strip(), environ)] = _expanded(_value(file, value.strip()), environ)
    return found


def _value(file: str, text: str) -> str:
    """A value as npm/ini reads it: quoted, or up to a comment sign."""
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    if text[:1] in ('"', "'"):
        raise SettingsError(file, "a quotation mark is not closed")
    return re.sub(r"\\([;#\\])", r"\1", re.split(r"(?<!\\)[;#]", text, maxsplit=1)[0].strip())


def _expanded(text: str, environ: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        name, optional = match["name"], match["optional"]
        return environ.get(name, "" if optional else match[0])

    return re.sub(r"(?<!\\)\$\{(?P<name>[^}?]+)(?P<optional>\??)\}", value, text)


def npm(source: str, pairs: Mapping[str, str]) -> Iterator[Named | Credential]:
    """Registries and credentials of npm's settings, keyed as in an `.npmrc`."""
    for key, value in pairs.items():
        if key == "registry":
            yield Named(source, "npm", value)
        elif key.startswith("@") and key.endswith(":registry"):
            yield Named(source, f"npm:{key.removesuffix(':registry')}", value)
    yield from _npm_credentials(source, pairs)


def _npm_credentials(source: str, pairs: Mapping[str, str]) -> Iterator[Credential]:
    """`//host/path/:_authToken`, `:_auth` and `:username` with `:_password` (npm-registry-fetch:lib/auth.js)."""
    places: dict[str, dict[str, str]] = {}
    for key, value in pairs.items():
        place, _, name = key.rpartition(":")
        if place.startswith("//") and "${" not in value:  # a variable that is not set is no secret to send
            places.setdefault(place, {})[name] = value
    for place, values in places.items():
        netloc, _, path = place[2:].partition("/")
        header = _npm_header(source, values)
        if header is not None:
            path = f"/{path.strip('/')}/".replace("//", "/")
            yield Credential(netloc.lower().removesuffix(":443"), path, header)


def _npm_header(source: str, values: Mapping[str, str]) -> str | None:
    import binascii
    from base64 import b64decode

    if token := values.get("_authToken"):
        return f"Bearer {token}"
    if auth := values.get("_auth"):
        return f"Basic {auth}"
    if "username" not in values or "_password" not in values:
        return None
    try:
        return basic(f"{values['username']}:{b64decode(values['_password'], validate=True).decode()}")
    except (binascii.Error, ValueError):
        raise SettingsError(source, "a _password is not base64") from None


def basic(userinfo: str) -> str:
    """The header for `user:password` (RFC 7617, UTF-8)."""
    from base64 import b64encode

    return f"Basic {b64encode(userinfo.encode()).decode()}"


# ------------------------------------------------------------------------------------------------ uv


def uv_variables(environ: Mapping[str, str]) -> Iterator[Named]:
    """`UV_DEFAULT_INDEX`, `UV_INDEX_URL`; `UV_INDEX`, `UV_EXTRA_INDEX_URL` (astral-sh/uv:docs/concepts/indexes.md)."""
    for variable in ("UV_DEFAULT_INDEX", "UV_INDEX_URL"):
        if value := environ.get(variable):
            yield Named(variable, "pypi", _unnamed(value))
    for variable in ("UV_INDEX", "UV_EXTRA_INDEX_URL"):
        for value in environ.get(variable, "").split():
            yield Named(variable, None, _unnamed(value))


def _unnamed(text: str) -> str:
    """`name=url` without the name."""
    return re.sub(r"\A[A-Za-z0-9._-]+=", "", text.strip())


def uv_file(file: str, table: Mapping[str, JSON]) -> Iterator[Named]:
    """A user's `uv.toml`: `[[index]]`, and the older `index-url` and `extra-index-url`."""
    indexes = table.get("index", [])
    for index in indexes if isinstance(indexes, list) else []:
        if isinstance(index, dict) and isinstance(index.get("url"), str):
            yield Named(file, "pypi" if index.get("default") is True else None, str(index["url"]))
    if isinstance(url := table.get("index-url"), str):
        yield Named(file, "pypi", url)
    extras = table.get("extra-index-url", [])
    yield from (Named(file, None, url) for url in (extras if isinstance(extras, list) else []) if isinstance(url, str))


# ------------------------------------------------------------------------------------------------ pip


def pip_variables(environ: Mapping[str, str]) -> Iterator[Named]:
    """`PIP_INDEX_URL` and `PIP_EXTRA_INDEX_URL`."""
    if value := environ.get("PIP_INDEX_URL"):
        yield Named("PIP_INDEX_URL", "pypi", value.strip())
    for value in environ.get("PIP_EXTRA_INDEX_URL", "").split():
        yield Named("PIP_EXTRA_INDEX_URL", None, value)


def pip_file(file: str, text: str) -> Iterator[Named]:
    """A user's `pip.conf`: `index-url` and `extra-index-url` of `[install]` and `[global]`."""
    from configparser import Error, RawConfigParser

    parser = RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except Error as error:
        raise SettingsError(file, f"pip could not read this: {type(error).__name__}") from None
    for section in ("install", "global"):
        values = dict(parser.items(section)) if parser.has_section(section) else {}
        for name, key in (("index-url", "pypi"), ("extra-index-url", None)):
            text = values.get(name) or values.get(name.replace("-", "_")) or ""
            yield from (Named(file, key, url) for url in text.split())
