"""Environment variables that move a launch, or choose what runs, by ecosystem.

Left out are those that stand for a flag and are read as one (`npm_config_*`, `UV_*`, `PIP_*` of the names in
`overrides`), and what loads code into any program (`NODE_OPTIONS`, `PYTHONPATH`, `PATH`): a rule of its own judges it.
"""

from __future__ import annotations

import re

from mcp_guard.launchers.options import words
from mcp_guard.model import Ecosystem

# Where any of the tools looks for its settings, its cache and what is installed already (XDG Base Directory; Windows).
_HOMES = words("HOME USERPROFILE APPDATA LOCALAPPDATA XDG_CONFIG_HOME XDG_CONFIG_DIRS XDG_DATA_HOME XDG_CACHE_HOME")
# Who answers in the place of a registry, and whose certificate is believed (curl; Node.js: doc/api/cli.md; OpenSSL).
_NETWORK = words("HTTP_PROXY HTTPS_PROXY ALL_PROXY SSL_CERT_FILE SSL_CERT_DIR")

NPM = (
    _HOMES
    | _NETWORK
    # npm/cli: workspaces/config/lib/index.js (global folder, whose programs npx runs first); Node.js: doc/api/cli.md
    | words("PREFIX DESTDIR NODE_EXTRA_CA_CERTS NODE_TLS_REJECT_UNAUTHORIZED")
    # oven-sh/bun: docs/runtime/environment-variables.mdx, docs/runtime/bunfig.mdx; bunx installs into the temporary
    # folder and runs what it finds there
    | words("BUN_INSTALL BUN_INSTALL_BIN BUN_INSTALL_CACHE_DIR BUN_INSTALL_GLOBAL_DIR BUN_TMPDIR TMPDIR TMP TEMP")
    # pnpm/pnpm: docs "Settings"; nodejs/corepack: README.md, "Environment Variables"
    | words(
        "PNPM_HOME COREPACK_HOME COREPACK_ROOT COREPACK_INTEGRITY_KEYS COREPACK_ENV_FILE COREPACK_DEFAULT_TO_LATEST"
    )
    | words("COREPACK_ENABLE_PROJECT_SPEC COREPACK_ENABLE_STRICT COREPACK_ENABLE_UNSAFE_CUSTOM_URLS")
    | {"YARN_RC_FILENAME"}
)
NPM_REGISTRIES = frozenset({"BUN_CONFIG_REGISTRY", "YARN_REGISTRY", "COREPACK_NPM_REGISTRY"})
# Code, or arguments of the launcher itself (oven-sh/bun: docs/runtime/environment-variables.mdx).
NPM_RUNNING = frozenset({"BUN_OPTIONS", "BUN_INSPECT_PRELOAD", "BUN_BE_BUN"})

PYPI = (
    _HOMES
    | _NETWORK
    | words("REQUESTS_CA_BUNDLE CURL_CA_BUNDLE")  # pip: docs "HTTPS Certificates"
    # astral-sh/uv: crates/uv-static/src/env_vars.rs
    | words("UV_TOOL_DIR UV_TOOL_BIN_DIR UV_PYTHON_INSTALL_DIR UV_PYTHON_BIN_DIR UV_PYTHON_CACHE_DIR")
    | words("UV_PYTHON_SEARCH_PATH UV_PROJECT_ENVIRONMENT VIRTUAL_ENV CONDA_PREFIX")
    # pypa/pipx: src/pipx/main.py, "optional environment variables"
    | words("PIPX_HOME PIPX_GLOBAL_HOME PIPX_BIN_DIR PIPX_GLOBAL_BIN_DIR PIPX_SHARED_LIBS PIPX_DEFAULT_BACKEND")
)
PYPI_INTERPRETERS = frozenset({"UV_PYTHON", "PIPX_DEFAULT_PYTHON"})

OCI = words(
    "DOCKER_HOST DOCKER_CONTEXT DOCKER_CONFIG CONTAINER_HOST CONTAINER_CONNECTION CONTAINERS_CONF"
    " CONTAINERS_CONF_OVERRIDE CONTAINERS_REGISTRIES_CONF CONTAINERS_STORAGE_CONF REGISTRY_AUTH_FILE"
)

_ANYWHERE = "|".join(sorted(_HOMES | _NETWORK))
# Of the ecosystems of which nothing can be verified: nearly every variable of theirs moves a launch.
OTHERS: dict[Ecosystem, re.Pattern[str]] = {
    # NuGet: "NuGet CLI environment variables"; dotnet/docs: docs/core/tools/dotnet-environment-variables.md
    "nuget": re.compile(
        rf"NUGET_.+|DOTNET_(?:ROOT.*|CLI_HOME|HOST_PATH|STARTUP_HOOKS|ADDITIONAL_DEPS|SHARED_STORE|MULTILEVEL.*|TOOLS_.+)|MSBUILD.+|{_ANYWHERE}"
    ),
    # golang/go: src/cmd/go/internal/help/helpdoc.go, "Environment variables"
    "golang": re.compile(
        r"GO(?:PROXY|FLAGS|NOSUMDB|NOSUMCHECK|SUMDB|NOPROXY|INSECURE|PRIVATE|TOOLCHAIN|TOOLCHAIN_.+|ENV|ROOT|PATH|MODCACHE|CACHE|CACHEPROG|WORK"
        rf"|VCS|AUTH|111MODULE|BIN|TMPDIR|OS|ARCH|EXPERIMENT)|GO111MODULE|CGO_.+|CC|CXX|GIT_.+|{_ANYWHERE}"
    ),
    # The Cargo Book: "Environment Variables"; rustup: "Environment variables"
    "cargo": re.compile(rf"CARGO_(?!TERM_|INCREMENTAL$).+|RUSTC.*|RUSTFLAGS|RUSTUP_.+|BINSTALL_.+|GIT_.+|{_ANYWHERE}"),
    # denoland/deno: "Environment variables"
    "jsr": re.compile(rf"JSR_URL|NPM_CONFIG_REGISTRY|DENO_(?!NO_UPDATE_CHECK|NO_PROMPT).+|{_ANYWHERE}"),
    # Nix manual: "Common Environment Variables"
    "nix": re.compile(rf"NIX_.+|NIXPKGS_.+|GIT_.+|{_ANYWHERE}"),
}

# An interpreter by implementation and version (astral-sh/uv: crates/uv-python/src/discovery.rs, `PythonRequest`).
# Any other text may be the path of a program, or of a folder that holds one, with or without a slash.
_INTERPRETER = re.compile(
    r"(?:python|cpython|pypy|graalpy|pyodide|cp|pp)?[-@]?(?:[<>=!~]*\d[\w.,<>=!~* +-]*)?", re.IGNORECASE
)


def is_version(interpreter: str) -> bool:
    """Whether an interpreter is named by its version, so that it is not a file of somebody's choice."""
    return _INTERPRETER.fullmatch(interpreter) is not None
