"""The dialects: how clients spell the fields of a server. Data only; `entries` reads by it, `schemas` is made of it.

A field is a key of the server, or a path of keys: `transport/command`. Of several spellings the first that is written
counts, and two that say what is started are a problem.
"""

from __future__ import annotations

from typing import NamedTuple


class Hidden(NamedTuple):
    """A field (with this value, where one is given) by which an entry starts what the file does not show.

    Without `reason` such an entry starts nothing from outside the client, and is no server.
    """

    field: str
    value: str | None = None
    reason: str | None = None  # a clause, as `Server.hidden` has it


class Dialect(NamedTuple):
    """How the fields of a server are spelled; `name` is also that of the schema."""

    name: str
    title: str
    command: tuple[str, ...] = ("command",)  # a string; with `argv` also a list, which is then the whole command line
    args: tuple[str, ...] = ("args",)
    env: tuple[str, ...] = ("env",)
    env_files: tuple[str, ...] = ("envFile",)
    cwd: tuple[str, ...] = ("cwd",)
    urls: tuple[str, ...] = ("url", "serverUrl", "httpUrl")
    headers: tuple[str, ...] = ("headers",)
    argv: bool = False
    scalars: tuple[str, ...] = ()  # what a variable may be besides a string, as JSON Schema calls it
    blank: bool = False  # an empty command or URL is as if it were not written
    target: str | None = None  # a field with a URL, a command line, or a scoped npm package and its arguments
    image: str | None = None  # a field with an image that is run; see `targets.contained` for what stands beside it
    parts: tuple[str, ...] = ()  # fields of which a URL is made: protocol, host, path
    registry: str | None = None  # a field with the URL of a package registry
    switches: tuple[str, ...] = ()  # an entry of one of these alone switches a server that is defined elsewhere
    hidden: tuple[Hidden, ...] = ()

    @property
    def launches(self) -> tuple[str, ...]:
        """The fields that say what is started or asked."""
        return (*self.command, *self.urls, *filter(None, (self.target, self.image)))

    @property
    def fields(self) -> tuple[str, ...]:
        """All fields that are read; any other is left alone."""
        others = (*self.args, *self.env, *self.env_files, *self.cwd, *self.headers, *self.parts)
        return (*self.launches, *others, *((self.registry,) if self.registry else ()))


_SCALARS = ("number", "boolean", "null")
_PARTS = ("protocol", "host", "path")
_BUILT_IN = tuple(Hidden("type", name) for name in ("builtin", "platform", "frontend"))
_CODE = Hidden("type", "inline_python", "it runs Python code that stands in the config itself")
_EXTENSION = Hidden("settings", None, "an extension of Zed starts it, and the file does not say which release")
_WARP = Hidden("warp_id", None, "Warp keeps it elsewhere, under an id")
_HUB = Hidden("uses", None, "it is taken from Continue's hub under a name, and what that holds can change")

STANDARD = Dialect("standard", "most clients")
VSCODE = Dialect("vscode", "VS Code", scalars=("number", "null"))
AMAZONQ = Dialect("amazonq", "Amazon Q Developer", blank=True)
CODEX = Dialect("codex", "Codex", urls=("url",), headers=("http_headers",), env_files=())
GEMINI = Dialect("gemini", "Gemini CLI", urls=("url", "serverUrl", "httpUrl", "tcp"))
CLINE = Dialect(
    "cline",
    "Cline and Roo Code",
    command=("command", "transport/command"),
    args=("args", "transport/args"),
    env=("env", "transport/env"),
    cwd=("cwd", "transport/cwd"),
    urls=("url", "serverUrl", "httpUrl", "transport/url"),
    headers=("headers", "transport/headers"),
    parts=_PARTS,
)
OPENCODE = Dialect("opencode", "opencode", env=("environment", "env"), urls=("url",), argv=True, switches=("enabled",))
GOOSE = Dialect(
    "goose",
    "Goose",
    command=("cmd", "command"),
    env=("envs", "env"),
    urls=("uri", "url"),
    scalars=_SCALARS,
    hidden=(*_BUILT_IN, _CODE),
)
ZED = Dialect(
    "zed",
    "Zed",
    command=("command", "command/path"),
    args=("args", "command/args"),
    env=("env", "command/env"),
    urls=("url",),
    switches=("enabled",),
    hidden=(_EXTENSION,),
)
CONTINUE = CLINE._replace(
    name="continue",
    title="Continue",
    headers=("requestOptions/headers", "headers", "transport/headers"),
    parts=(),
    scalars=_SCALARS,
    hidden=(_HUB,),
)
WARP = Dialect("warp", "Warp", cwd=("working_directory", "cwd"), hidden=(_WARP,))
AGENTS = Dialect("agents", "frameworks configured in YAML", urls=("url",), scalars=_SCALARS, target="target")
WORKFLOWS = Dialect("workflows", "GitHub agentic workflows", urls=("url",), scalars=_SCALARS, image="container")
DESKTOP = Dialect(
    "desktop",
    "desktop applications",
    urls=("url", "baseUrl", "serverUrl", "httpUrl"),
    blank=True,
    scalars=_SCALARS,
    registry="registryUrl",
    hidden=(Hidden("type", "inMemory"), Hidden("dxtPath", None, "it starts an unpacked bundle, which is not read")),
)
ANY = Dialect(
    "any",
    "any file with servers",
    command=("command", "cmd", "transport/command", "command/path"),
    args=("args", "transport/args", "command/args"),
    env=("env", "environment", "envs", "transport/env", "command/env"),
    cwd=("cwd", "working_directory", "transport/cwd"),
    urls=("url", "serverUrl", "httpUrl", "uri", "baseUrl", "transport/url"),
    headers=("headers", "http_headers", "requestOptions/headers", "transport/headers"),
    argv=True,
    scalars=_SCALARS,
    blank=True,
    target="target",
    parts=_PARTS,
    registry="registryUrl",
    switches=("enabled",),
    hidden=(*_BUILT_IN, _CODE, Hidden("type", "inMemory"), _HUB, _WARP, _EXTENSION),
)

DIALECTS = {
    dialect.name: dialect
    for dialect in (
        *(STANDARD, VSCODE, AMAZONQ, CODEX, GEMINI, CLINE, OPENCODE),
        *(GOOSE, ZED, CONTINUE, WARP, AGENTS, WORKFLOWS, DESKTOP, ANY),
    )
}
