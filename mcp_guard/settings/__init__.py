"""The registries and credentials that this user's own configuration names: npm's, uv's, pip's and mcp-guard's own.

Nothing of the checked repository is read here. What is named here may be contacted (DESIGN §11). `sources` is on the
hot path, so this module imports nothing heavy; the reading itself is in `configuration`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from mcp_guard.settings.urls import Credential

LIMIT = 1 << 20  # bytes: nobody's configuration is larger

_PLAIN = (
    "MCP_GUARD_REGISTRIES",
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "PIP_CONFIG_FILE",
    "UV_DEFAULT_INDEX",
    "UV_INDEX_URL",
    "UV_EXTRA_INDEX_URL",
    "UV_INDEX",
    "UV_CONFIG_FILE",
)


class SettingsError(Exception):
    """A file or variable of the user's own configuration cannot be used; `message` holds no secret."""

    def __init__(self, file: str, message: str) -> None:
        super().__init__(f"{file}: {message}")
        self.file = file
        self.message = message


class Settings(NamedTuple):
    """What the user's own configuration says.

    `registries` maps "npm", "npm:@scope" and "pypi" to the base URL that is asked; `known` holds every URL that is
    named anywhere (extra indexes too). URLs are in the normal form of `urls.Address`, without credentials.
    `ca_bundle` is a file of certificates to trust instead of the built-in ones.
    """

    registries: Mapping[str, str]
    known: frozenset[str]
    credentials: tuple[Credential, ...] = ()
    ca_bundle: str | None = None


class Files(NamedTuple):
    """Paths of configuration files, those that win first; none of them need exist."""

    own: tuple[str, ...] = ()
    npm: tuple[str, ...] = ()
    uv: tuple[str, ...] = ()
    pip: tuple[str, ...] = ()


def npm_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """The settings of npm in the environment, keyed as in an `.npmrc` (`@scope:registry`, `//host/:_authToken`).

    The prefix `npm_config_` in any case (npm/cli:workspaces/config/lib/index.js loadEnv). Empty inside a script that
    npm, pnpm or yarn runs: there they hand on what the *project's* `.npmrc` says, which is not the user's.
    """
    if "npm_lifecycle_event" in environ:
        return {}
    found = {}
    for variable, value in environ.items():
        if variable[:11].lower() == "npm_config_" and value:
            key = variable[11:]
            key = key if key.startswith("//") else key.lower()
            if key in ("registry", "userconfig") or key.endswith(":registry") or key.startswith("//"):
                found[key] = value
    return found


def files(environ: Mapping[str, str]) -> Files:
    """Where the configuration files of this user are, by `environ` alone.

    Relative paths are left out: they lead into whatever repository is being checked.
    """
    home = environ.get("HOME") or environ.get("USERPROFILE")
    config = environ.get("XDG_CONFIG_HOME") or (os.path.join(home, ".config") if home else None)
    roaming = environ.get("APPDATA")
    npmrc = npm_variables(environ).get("userconfig")
    uv = environ.get("UV_CONFIG_FILE")
    pip = environ.get("PIP_CONFIG_FILE")
    return Files(
        own=_paths((config, "mcp-guard", "config.toml")),
        npm=_paths((npmrc,)) if npmrc else _paths((home, ".npmrc")),
        uv=_paths((uv,)) if uv else _paths((config, "uv", "uv.toml"), (roaming, "uv", "uv.toml")),
        # as pip: this file takes the place of the user's (pypa/pip:src/pip/_internal/configuration.py)
        pip=_paths((pip,)) if pip and os.path.exists(pip) else _pip_files(home, config, roaming),
    )


def _pip_files(home: str | None, config: str | None, roaming: str | None) -> tuple[str, ...]:
    return _paths(
        (config, "pip", "pip.conf"),
        (home, "Library", "Application Support", "pip", "pip.conf"),
        (roaming, "pip", "pip.ini"),
        (home, ".pip", "pip.conf"),
        (home, "pip", "pip.ini"),
    )


def _paths(*paths: tuple[str | None, ...]) -> tuple[str, ...]:
    """The paths whose folder is known and absolute."""
    return tuple(os.path.join(*filter(None, path)) for path in paths if path[0] and os.path.isabs(path[0]))


def read(path: str) -> bytes | None:
    """At most one byte more than `LIMIT` of a file; None where there is none. Raises OSError."""
    try:
        with open(path, "rb") as file:
            return file.read(LIMIT + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None


def settings(environ: Mapping[str, str]) -> Settings:
    """Read the user's own configuration; `environ` says where it is (HOME, USERPROFILE, XDG_CONFIG_HOME, APPDATA).

    What mcp-guard is told wins over what the tools are told, and a variable over a file. Raises SettingsError for
    what cannot be read, and for a URL that is neither https nor http on this machine; `file:` indexes are left out.
    """
    from mcp_guard.settings.configuration import read_settings

    return read_settings(environ)


def sources(environ: Mapping[str, str]) -> str:
    """A hex digest over the raw bytes of all that `settings` reads: files, variables, and variables that they name.

    It says whether another registry could be asked than the last time. Never raises: a file that cannot be read
    counts with its error, and `settings` complains about it.
    """
    import hashlib
    import re

    digest = hashlib.sha256()

    def add(name: str, value: bytes | None) -> None:
        head = f"{name}\0{-1 if value is None else len(value)}\0"
        digest.update(head.encode("utf-8", "surrogateescape") + (value or b""))

    named = set(_PLAIN)
    for path in (path for group in files(environ) for path in group):
        try:
            data = read(path)
        except OSError as error:
            data = f"error {error.errno}".encode()
        add(path, data)
        named.update(name.decode("utf-8", "replace") for name in re.findall(rb"\$\{([^}?]+)\??\}", data or b""))
    variables = {name: environ[name] for name in named if name in environ} | npm_variables(environ)
    for name, value in sorted(variables.items()):
        add(name, value.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
