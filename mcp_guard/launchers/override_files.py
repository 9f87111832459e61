"""Override files: the tools' own configuration beside a config, as far as it moves what is installed."""

from __future__ import annotations

import os.path
import re
from typing import TYPE_CHECKING

from mcp_guard.launchers import nuget_config, pnpm_settings
from mcp_guard.launchers.command import without_credentials
from mcp_guard.launchers.options import words
from mcp_guard.launchers.overrides import NPM_RUNNING, NPM_SCOPED, npm_key, pypi_key, yarn_key
from mcp_guard.launchers.package_json import hidden_programs
from mcp_guard.launchers.variables import NPM, NPM_REGISTRIES
from mcp_guard.model import Ecosystem, Override, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LIMIT = 1 << 20
_PIP_KEYS = words("index-url extra-index-url find-links trusted-host no-index proxy cert constraint")
_UV_KEYS = ("index-url", "extra-index-url", "find-links", "allow-insecure-host")
# What uv installs in the place of what a command line names (astral-sh/uv: docs/reference/settings.md).
_UV_REPLACING = ("sources", "override-dependencies", "constraint-dependencies", "build-constraint-dependencies")
_PIP_LINE = re.compile(r"(?P<indent>[ \t]*)(?P<key>[\w-]+)[ \t]*[=:][ \t]*(?P<value>.*)")
# One key of a block mapping (YAML 1.2, 8.2.2), without anchors, tags and escapes; or what holds no key of ours.
_YARN_LINE = re.compile(
    r"""(?P<indent>[ ]*)
    (?:"(?P<double>[^"\\]*)"|'(?P<single>[^']*)'|(?P<plain>(?![-?&*!|>%@`{}\[\]"'\#<])(?:[^:\#]|:(?=\S))+?))
    [ ]*:(?:[ ]+(?P<value>.*))?""",
    re.VERBOSE,
)
# Settings whose lines below name registries, each for its scope or with credentials only.
_YARN_PARENTS = frozenset({"npmScopes", "npmRegistries"})
_YARN_V1_RUNNING = words("yarn-path plugnplay-blacklist cache-folder global-folder modules-folder")
_YARN_OTHER = re.compile(r"[ ]*(?:\#.*|-(?:[ ].*)?)?|---[ ]*")


class _Unreadable(ValueError):  # noqa: N818 - it becomes an override, not an error
    """The file is not what its tool could read."""


def overrides(file: str, data: bytes) -> tuple[Override, ...]:
    """What an override file changes. A file that cannot be read may change anything, and says so.

    `file` is its path from the repository root; a base name that is not in `OVERRIDE_FILES` changes nothing.
    """
    found = _READERS.get(os.path.basename(file).lower())
    if found is None:
        return ()
    ecosystem, read = found
    try:
        return tuple(read(file, _text(data)))
    except ValueError as problem:
        what = f"{os.path.basename(file)}, which cannot be read ({problem})"
        return (Override(ecosystem, what, None, None, Place(file)),)


def _text(data: bytes) -> str:
    if len(data) > _LIMIT:
        raise _Unreadable("it is larger than 1 MiB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _Unreadable("it is not UTF-8") from None
    if "\0" in text:
        raise _Unreadable("it holds NUL characters")
    return text


def _lines(file: str, text: str) -> Iterator[tuple[Place, str]]:
    """The lines as these tools see them: ended by CR or LF, and by nothing else that Unicode calls a line."""
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        yield Place(file, number, 1, number, len(line) + 1), line


def _npmrc(file: str, text: str) -> Iterator[Override]:
    """`key = value` lines (npm's `ini`); a section does not hide a key from us."""
    for place, line in _lines(file, text):
        key, _, value = line.partition("=")
        key, value = _unquoted(key).removesuffix("[]"), _unquoted(re.split(r"(?<!\\)[;#]", value, maxsplit=1)[0])
        if key.startswith((";", "#")):
            continue
        if key in NPM_RUNNING:
            yield Override("npm", key, None, None, place)
        yield from npm_key(key, key, value, place)
        if "\\" in key or (NPM_SCOPED.fullmatch(key) is None and "${" in key):
            yield Override("npm", "a key that npm fills in or unescapes", None, None, place)


def _unquoted(text: str) -> str:
    text = text.strip()
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
    return text[1:-1] if quoted else text


def _yarnrc(file: str, text: str) -> Iterator[Override]:
    """Settings that move, at the top or of a scope. YAML that is not plain lines of keys is an override as well."""
    parents: list[tuple[int, str]] = []
    for place, line in _lines(file, text):
        match = _YARN_LINE.fullmatch(line)
        if match is None:
            if _YARN_OTHER.fullmatch(line) is None:
                yield Override("npm", "a line that mcp-guard cannot read", None, None, place)
            continue
        indent, key = len(match["indent"]), match["double"] or match["single"] or match["plain"] or ""
        parents = [(column, parent) for column, parent in parents if column < indent]
        value = _unquoted(re.split(r"(?:^|[ \t])#", match["value"] or "", maxsplit=1)[0])
        if key == "npmRegistryServer" and parents:
            yield from npm_key(f"@{parents[-1][1].removeprefix('@')}:registry", key, value, place)
        elif key not in _YARN_PARENTS or value:
            yield from yarn_key(key, key, value, place)
        parents.append((indent, key))


def _yarnrc_v1(file: str, text: str) -> Iterator[Override]:
    """`key value` lines of yarn 1 (yarnpkg/yarn: src/registries/yarn-registry.js, the format of its lockfile)."""
    for place, line in _lines(file, text):
        key, _, value = line.strip().partition(" ")
        key, value = _unquoted(key).removeprefix("--"), _unquoted(value)
        if key in _YARN_V1_RUNNING:
            yield Override("npm", key, None, None, place)
        yield from npm_key(key, key, value, place)


def _code(file: str, text: str) -> Iterator[Override]:
    """A file of hooks, which pnpm runs and asks about every package (pnpm.io/pnpmfile)."""
    if text.strip():
        yield Override("npm", f"hooks of {os.path.basename(file)}", None, None, Place(file))


def _corepack(file: str, text: str) -> Iterator[Override]:
    """Variables of corepack, and of no other program (nodejs/corepack: README.md, "Environment Variables")."""
    for place, line in _lines(file, text):
        key, equals, value = line.strip().removeprefix("export ").partition("=")
        key = key.strip()
        if equals and key in NPM_REGISTRIES:
            yield Override("npm", key, without_credentials(_unquoted(value)), None, place)
        elif equals and key in NPM and key.startswith("COREPACK_"):
            yield Override("npm", key, None, None, place)


def _package_json(file: str, text: str) -> Iterator[Override]:
    try:
        programs = tuple(hidden_programs(text))
    except ValueError:
        raise _Unreadable("it is not JSON") from None
    for program in programs:
        yield Override("npm", f'bin "{program}" in package.json', None, None, _json_place(file, text, program))


def _bunfig(file: str, text: str) -> Iterator[Override]:
    install = _table(_toml(text).get("install"))
    for key in ("registry", "ca", "cafile"):
        if key in install:
            yield from npm_key(key, f"install.{key}", _url(install[key]), _place(file, text, key))
    for scope, value in _table(install.get("scopes")).items():
        key = f"@{scope.removeprefix('@')}:registry"
        yield from npm_key(key, f"install.scopes.{scope}", _url(value), _place(file, text, scope))


def _uv(file: str, text: str) -> Iterator[Override]:
    return _uv_settings(file, text, _toml(text))


def _pyproject(file: str, text: str) -> Iterator[Override]:
    return _uv_settings(file, text, _table(_table(_toml(text).get("tool")).get("uv")))


def _uv_settings(file: str, text: str, settings: dict[str, object]) -> Iterator[Override]:
    for key in _UV_KEYS:
        value = settings.get(key, [])
        for one in value if isinstance(value, list) else [value]:
            yield from pypi_key(key, key, _url(one), _place(file, text, key))
    indexes = settings.get("index", [])
    for index in indexes if isinstance(indexes, list) else [indexes]:
        yield from pypi_key("index", "index", _url(index), _place(file, text, "url"))
    for key in _UV_REPLACING:
        if settings.get(key):
            yield Override("pypi", key, None, None, _place(file, text, key))
    for key in _table(settings.get("pip")):
        if key in _UV_KEYS:
            yield Override("pypi", f"pip.{key}", None, None, _place(file, text, key))


def script_settings(file: str, text: str, metadata: dict[str, object]) -> tuple[Override, ...]:
    """What the block of a script says about indexes (`[tool.uv]`); `metadata` is the block, read."""
    return tuple(_uv_settings(file, text, _table(_table(metadata.get("tool")).get("uv"))))


def _pip(file: str, text: str) -> Iterator[Override]:
    """`key = value` lines of any section; an indented line goes on with the value above it (configparser)."""
    key = ""
    for place, line in _lines(file, text):
        if not line.strip() or line.lstrip()[0] in "#;[":
            continue
        match = _PIP_LINE.fullmatch(line)
        goes_on = line[0] in " \t" and key in _PIP_KEYS
        if match and not goes_on:
            key = match["key"].lower().replace("_", "-").removeprefix("--")
        value = match["value"] if match and not goes_on else line
        if key in _PIP_KEYS and value.strip():
            yield from pypi_key(key, key, value.strip(), place) or (Override("pypi", key, None, None, place),)


def _toml(text: str) -> dict[str, object]:
    import tomli

    try:
        return tomli.loads(text)
    except (tomli.TOMLDecodeError, RecursionError, ValueError):
        raise _Unreadable("it is not TOML") from None


def _table(value: object) -> dict[str, object]:
    return {str(key): one for key, one in value.items()} if isinstance(value, dict) else {}


def _url(value: object) -> str:
    """The URL of a setting that is a string or a table with a `url`; "" when it has none."""
    if isinstance(value, dict):
        value = value.get("url")
    return value if isinstance(value, str) else ""


def _place(file: str, text: str, key: str) -> Place:
    """The first line that sets a key, or begins a table of that name: near enough, as TOML readers do not say where."""
    name = re.escape(key)
    setting = re.compile(rf"""(?:.*[\s.{{,])?["']?{name}["']?\s*=.*|[#\s]*\[+[^\]]*\b{name}\]+.*""", re.IGNORECASE)
    return next((place for place, line in _lines(file, text) if setting.match(line)), Place(file))


def _json_place(file: str, text: str, word: str) -> Place:
    """The first line that holds a word; the first of all where it is written with escapes."""
    return next((place for place, line in _lines(file, text) if word in line), Place(file))


_READERS: dict[str, tuple[Ecosystem, Callable[[str, str], Iterator[Override]]]] = {
    ".npmrc": ("npm", _npmrc),
    ".yarnrc.yml": ("npm", _yarnrc),
    "package.json": ("npm", _package_json),
    ".yarnrc": ("npm", _yarnrc_v1),
    "pnpm-workspace.yaml": ("npm", pnpm_settings.read),
    ".pnpmfile.cjs": ("npm", _code),
    ".pnpmfile.mjs": ("npm", _code),
    "pnpmfile.js": ("npm", _code),
    ".corepack.env": ("npm", _corepack),
    "bunfig.toml": ("npm", _bunfig),
    "nuget.config": ("nuget", nuget_config.read),
    "uv.toml": ("pypi", _uv),
    "pip.conf": ("pypi", _pip),
    "pip.ini": ("pypi", _pip),
    "pyproject.toml": ("pypi", _pyproject),
}
OVERRIDE_FILES: tuple[str, ...] = tuple(_READERS)
