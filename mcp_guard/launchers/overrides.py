"""What on a command line, in the environment or in a tool's own file moves a launch to another registry."""

from __future__ import annotations

import re

from mcp_guard.launchers import variables
from mcp_guard.launchers.command import Command, Token, Unclear, dynamic, without_credentials
from mcp_guard.launchers.options import Option, words
from mcp_guard.model import Ecosystem, Override, Place, Word

# npm's configuration keys (npm 11: @npmcli/config/lib/definitions), read by npm, pnpm and in part by bun.
NPM_MOVING = words(
    "userconfig globalconfig prefix cache ca cafile proxy https-proxy noproxy git replace-registry-host"
    " dir config-dir cwd global-dir global-bin-dir modules-dir store-dir cache-dir state-dir use-node-version"
)
NPM_RUNNING = words("call node-gyp node-options npm-path package script-shell shell python pnpmfile global-pnpmfile")
NPM_SCOPED = re.compile(r"(@[^:/\s]+):registry")
NPM_SHORT = {"-C": "prefix", "--reg": "registry"}
NPM_VARIABLE = re.compile(r"p?npm_config_(.+)", re.IGNORECASE | re.DOTALL)
# yarn's settings (yarnpkg/berry: packages/yarnpkg-core/sources/Configuration.ts); `yarnPath` is also YARN_YARN_PATH.
YARN_MOVING = words(
    "yarnPath plugins npmScopes npmRegistries httpProxy httpsProxy caFilePath httpsCaFilePath httpsCertFilePath"
    " httpsKeyFilePath networkSettings unsafeHttpWhitelist injectEnvironmentFiles packageExtensions globalFolder"
    " cacheFolder defaultProtocol"
)

# uv's and pip's settings, by their names without dashes; their variables are UV_ and PIP_ and the same name.
PYPI_INDEXES = words("index default-index index-url extra-index-url find-links")
PYPI_MOVING = words(
    "index-strategy allow-insecure-host insecure-host trusted-host config-file override overrides constraint"
    " constraints build-constraint build-constraints cache-dir no-index directory working-dir working-directory"
    " project env-file torch-backend proxy cert python-install-mirror pypy-install-mirror"
    " python-downloads-json-url pip-args"
)
PYPI_SHORT = {"-i": "index-url", "-f": "find-links", "-c": "constraints", "-b": "build-constraints"}
PYPI_VARIABLE = re.compile(r"(?:UV|PIP)_([A-Z_]+)")

# The flags of each of these that name a registry, and those that move a launch in another way.
OTHER_REGISTRIES: dict[Ecosystem, frozenset[str]] = {
    "nuget": words("--source --add-source"),
    "cargo": words("--registry --index"),
    "nix": words("--substituters --extra-substituters"),
}
OTHER_MOVING: dict[Ecosystem, frozenset[str]] = {
    "nuget": words("--configfile --ignore-failed-sources --prerelease"),
    "golang": words("-modfile --modfile -mod --mod -C --C"),
    "cargo": words("-C --git --root --pkg-url --install-path --branch --tag"),
    "nix": words(
        "--override-input --override-flake --inputs-from --option --arg --argstr -I --include --store --eval-store"
        " --reference-lock-file --update-input --recreate-lock-file --no-write-lock-file --accept-flake-config --impure"
        " --trusted-public-keys --extra-trusted-public-keys --builders --profile"
    ),
}
# Where Docker looks without being told (docker/cli: docs/reference/commandline/cli.md, DOCKER_HOST).
_LOCAL_ENGINES = frozenset({"unix:///var/run/docker.sock", "npipe:////./pipe/docker_engine"})
OCI_FLAGS = words(
    "-H --host -c --context --config --url --connection --remote --authfile --cert-dir --signature-policy"
)


def launch(ecosystem: Ecosystem, command: Command, options: tuple[Option, ...]) -> tuple[Override, ...]:
    """Everything on the command line and in its environment that moves a launch of this ecosystem.

    Unclear when a setting decides what runs and not only where it comes from (`npm_config_package`).
    """
    found: list[Override] = []
    for option in options:
        value = "" if option.value is None else option.value.text
        found += _of_flag(ecosystem, option.name, value, option.token)
    for variable in command.variables:
        found += _of_variable(ecosystem, variable.name, variable.value.text)
    files = dict.fromkeys(command.env_files)
    found += [Override(ecosystem, f"the env file {_named(word)}", None, None, word.place) for word in files]
    if command.moved is not None and ecosystem != "oci":
        found.append(Override(ecosystem, "another working folder", None, None, command.moved.place))
    return tuple(found)


def _named(word: Word) -> str:
    """The file that an argument names, without its flag (`--env-file=.env`)."""
    return word.text.partition("=")[2] if word.text.startswith("-") else word.text


def npm_key(key: str, what: str, value: str, place: Place) -> tuple[Override, ...]:
    """What one key of npm's configuration moves."""
    scoped = NPM_SCOPED.fullmatch(key)
    if key == "registry" or scoped:
        return (Override("npm", what, without_credentials(value), scoped[1] if scoped else None, place),)
    insecure = key == "strict-ssl" and value.strip().lower() in {"false", "0", "no", ""}
    if key in NPM_MOVING or insecure:
        return (Override("npm", what, None, None, place),)
    return ()


def yarn_key(key: str, what: str, value: str, place: Place) -> tuple[Override, ...]:
    """What one setting of yarn moves; `npmRegistryServer` is the registry of all that have no scope of their own."""
    if key == "npmRegistryServer":
        return npm_key("registry", what, value, place)
    insecure = key == "enableStrictSsl" and value.strip().lower() not in {"true", "1"}
    return (Override("npm", what, None, None, place),) if key in YARN_MOVING or insecure else ()


def pypi_key(key: str, what: str, value: str, place: Place) -> tuple[Override, ...]:
    """What one setting of uv or pip moves; the indexes among them may name several URLs."""
    if key in PYPI_INDEXES:
        urls = [re.sub(r"^[\w.-]+=(?=\w+:)", "", url) for url in _several(value)]
        return tuple(Override("pypi", what, without_credentials(url), None, place) for url in urls)
    return (Override("pypi", what, None, None, place),) if key in PYPI_MOVING else ()


def _several(value: str) -> list[str]:
    return [value] if dynamic(value) else value.replace(",", " ").split() or [value]


def _of_flag(ecosystem: Ecosystem, flag: str, value: str, token: Token) -> tuple[Override, ...]:
    place = token.word.place
    match ecosystem:
        case "npm":
            if flag == "--no-strict-ssl":
                return (Override("npm", flag, None, None, place),)
            key = NPM_SHORT.get(flag, flag.lstrip("-").removeprefix("config."))
            if key in NPM_RUNNING - {"package", "call"} or (flag.startswith("--config.") and key in NPM_RUNNING):
                raise Unclear(f"`{flag}` decides what code runs", token.word)
            return npm_key(key, flag, value, place)
        case "pypi":
            return pypi_key(PYPI_SHORT.get(flag, flag.lstrip("-")), flag, value, place)
        case "nuget" | "golang" | "cargo" | "jsr" | "nix":
            registry = flag in OTHER_REGISTRIES.get(ecosystem, ())
            moving = flag in OTHER_MOVING.get(ecosystem, ())
            url = without_credentials(value) if registry else None
            return (Override(ecosystem, flag, url, None, place),) if registry or moving else ()
        case "oci":
            insecure = flag == "--tls-verify" and value in {"false", "0"}
            return (Override("oci", flag, None, None, place),) if flag in OCI_FLAGS or insecure else ()


def _of_variable(ecosystem: Ecosystem, name: Word, value: str) -> tuple[Override, ...]:
    upper = name.text.upper()
    match ecosystem:
        case "npm":
            return _npm_variable(name, value)
        case "pypi":
            if upper in variables.PYPI_INTERPRETERS and not variables.is_version(value):
                raise Unclear(f"the variable `{name.text}` names the interpreter, and not by its version", name)
            if upper in variables.PYPI:
                return (Override("pypi", name.text, None, None, name.place),)
            setting = PYPI_VARIABLE.fullmatch(upper)
            key = setting[1].lower().replace("_", "-") if setting else ""
            return pypi_key(key, name.text, value, name.place)
        case "nuget" | "golang" | "cargo" | "jsr" | "nix":
            moving = variables.OTHERS[ecosystem].fullmatch(upper) is not None
            return (Override(ecosystem, name.text, None, None, name.place),) if moving else ()
        case "oci":
            moving = upper in variables.OCI and value not in _LOCAL_ENGINES
            return (Override("oci", name.text, None, None, name.place),) if moving else ()


def _npm_variable(name: Word, value: str) -> tuple[Override, ...]:
    upper = name.text.upper()
    if upper in variables.NPM_RUNNING:
        raise Unclear(f"the variable `{name.text}` decides what bun runs", name)
    if upper in variables.NPM_REGISTRIES:
        return (Override("npm", name.text, without_credentials(value), None, name.place),)
    if upper in variables.NPM and (upper != "NODE_TLS_REJECT_UNAUTHORIZED" or value != "1"):
        return (Override("npm", name.text, None, None, name.place),)
    if upper.startswith("YARN_"):
        head, *tail = upper.removeprefix("YARN_").lower().split("_")
        return yarn_key(head + "".join(part.capitalize() for part in tail), name.text, value, name.place)
    setting = NPM_VARIABLE.fullmatch(name.text)
    if setting is None:
        return ()
    key = re.sub(r"(?<!^)_", "-", setting[1].lower())
    if key in NPM_RUNNING:
        raise Unclear(f"the variable `{name.text[:60]}` decides what npm runs", name)
    return npm_key(key, name.text, value, name.place)
