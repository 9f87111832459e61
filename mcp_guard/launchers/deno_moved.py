"""What moves a launch of Deno to another registry (denoland/deno: cli/args/flags.rs, "Environment variables")."""

from __future__ import annotations

from mcp_guard.launchers.command import Command, without_credentials
from mcp_guard.launchers.options import Option, words
from mcp_guard.launchers.overrides import launch as moved
from mcp_guard.model import Ecosystem, Override

_FLAGS = words(
    "--cert --unsafely-ignore-certificate-errors --import-map --importmap -c --config --lock --allow-scripts --env-file"
    " --env"
)
_VARIABLES = words("DENO_CERT DENO_DIR DENO_TLS_CA_STORE DENO_AUTH_TOKENS DENO_INSTALL_ROOT DENO_NPM_CACHE")
_REGISTRIES = words("JSR_URL JSR_NPM_URL")


def overrides(ecosystem: Ecosystem, command: Command, options: tuple[Option, ...]) -> tuple[Override, ...]:
    """Everything on the command line and in its environment that moves a package of npm or JSR."""
    found = [
        Override(ecosystem, option.name, None, None, option.token.word.place)
        for option in options
        if option.name in _FLAGS
    ]
    for variable in command.variables:
        name = variable.name.text.upper()
        if name in _REGISTRIES:
            url = without_credentials(variable.value.text)
            found.append(Override(ecosystem, variable.name.text, url, None, variable.name.place))
        elif name in _VARIABLES:
            found.append(Override(ecosystem, variable.name.text, None, None, variable.name.place))
    general = moved("npm", command, ())
    return (*found, *(one._replace(ecosystem=ecosystem) for one in general))
