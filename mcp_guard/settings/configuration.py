"""Reads the user's own configuration into `Settings`: mcp-guard's own, then npm's, uv's and pip's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from mcp_guard.model import JSON
from mcp_guard.settings import LIMIT, Settings, SettingsError, files, npm_variables, read, tools
from mcp_guard.settings.tools import Named
from mcp_guard.settings.urls import Address, Credential, address, userinfo

OWN_VARIABLE = "MCP_GUARD_REGISTRIES"
_KEY = re.compile(r"npm(:@[^\s:=/]+)?|pypi")


def read_settings(environ: Mapping[str, str]) -> Settings:
    """As `settings.settings` says."""
    registries: dict[str, str] = {}
    known: set[str] = set()
    credentials: dict[tuple[str, str], Credential] = {}
    for one in _named(environ):
        if isinstance(one, Credential):
            _check_header(one)
            credentials.setdefault((one.netloc, one.path), one)
        elif not _is_folder(one) and not _overruled(one, registries):
            place = _address(one)
            known.add(place.url)
            if one.key is not None:
                registries.setdefault(one.key, place.url)
            if (secret := userinfo(one.url)) is not None:
                # an index's other documents stand beside its "simple/"
                path = place.path.removesuffix("simple/")
                credentials.setdefault((place.netloc, path), Credential(place.netloc, path, tools.basic(secret)))
    bundle = next(filter(None, map(environ.get, ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"))), None)
    return Settings(registries, frozenset(known), tuple(credentials.values()), bundle)


def _named(environ: Mapping[str, str]) -> Iterator[Named | Credential]:
    """All that is named, those that win first."""
    paths = files(environ)
    yield from _own_variable(environ.get(OWN_VARIABLE, ""))
    for path, text in _texts(paths.own):
        yield from _own_file(path, _toml(path, text))
    yield from tools.npm("npm's variables", npm_variables(environ))
    for path, text in _texts(paths.npm):
        yield from tools.npm(path, tools.npmrc(path, text, environ))
    yield from tools.uv_variables(environ)
    for path, text in _texts(paths.uv):
        yield from tools.uv_file(path, _toml(path, text))
    yield from tools.pip_variables(environ)
    for path, text in _texts(paths.pip):
        yield from tools.pip_file(path, text)


def _own_variable(text: str) -> Iterator[Named]:
    """`npm=URL npm:@scope=URL pypi=URL`."""
    for item in text.split():
        key, _, url = item.partition("=")
        yield _own(OWN_VARIABLE, key, url)


def _own_file(path: str, table: Mapping[str, JSON]) -> Iterator[Named]:
    """`[registries]` of `mcp-guard/config.toml`."""
    registries = table.get("registries", {})
    if not isinstance(registries, dict):
        raise SettingsError(path, "registries must be a table: [registries]")
    for key, url in registries.items():
        yield _own(path, key, url)


def _own(source: str, key: str, url: JSON) -> Named:
    if not _KEY.fullmatch(key):
        raise SettingsError(source, f"{key!r} is no registry: write npm, npm:@scope or pypi")
    named = Named(source, key, url if isinstance(url, str) else "")
    if _is_folder(named):
        raise SettingsError(source, f"{key}: write the https:// URL of the registry")
    return named


def _is_folder(named: Named) -> bool:
    """A folder on this machine, which pip and uv take for an index and which is never asked anything."""
    return named.key in ("pypi", None) and ("://" not in named.url or named.url.lower().startswith("file:"))


def _overruled(named: Named, registries: Mapping[str, str]) -> bool:
    """An unusable URL that something else takes precedence over is nobody's problem."""
    if named.key not in registries:
        return False
    try:
        address(named.url)
    except ValueError:
        return True
    return False


def _address(named: Named) -> Address:
    try:
        return address(named.url)
    except ValueError as error:
        raise SettingsError(named.source, f"{named.key or 'an extra index'}: {error}") from None


def _check_header(credential: Credential) -> None:
    """Nothing that could end the header: the library's own complaint would print the secret."""
    if not (credential.header.isascii() and credential.header.isprintable()):
        raise SettingsError(f"//{credential.netloc}{credential.path}", "the credential holds a control character")


def _texts(paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The files that exist, with their text."""
    for path in paths:
        try:
            data = read(path)
            text = None if data is None else data.decode("utf-8-sig")
        except OSError as error:
            raise SettingsError(path, f"this cannot be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise SettingsError(path, "this is not UTF-8") from None
        if text is not None:
            if len(text) > LIMIT:
                raise SettingsError(path, "this is over 1 MiB")
            yield path, text


def _toml(path: str, text: str) -> dict[str, JSON]:
    import tomli

    try:
        return tomli.loads(text)
    except (tomli.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(path, f"this is no TOML: {error}") from None
