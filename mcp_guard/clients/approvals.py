"""Approvals: what a config lets start or happen without a person being asked, and the programs it runs by itself.

A row says which key, what its value grants, and from where that is known. Keys are told apart by their names alone:
no other client is known to give one of them another meaning. No value is ever part of a message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

from mcp_guard.clients.client import Client
from mcp_guard.clients.entries import Step, written
from mcp_guard.documents import Array, Document, Member, Node, Object
from mcp_guard.model import JSON, Problem, Severity

Path: TypeAlias = tuple[str, ...]
Weight: TypeAlias = Callable[[JSON], "Severity | None"]


class Approval(NamedTuple):
    """A key that grants something. `weight` is the severity of a value, None where that grants nothing."""

    path: str  # of keys joined by "/", from the root of the file or from the server; "*" stands for every key
    weight: Weight
    what: str  # a clause
    source: str


class Helper(NamedTuple):
    """A key that holds a command, or commands under `command` at any depth: code that runs and is no server."""

    path: str  # as in an approval
    when: str  # ends "a command that runs …"
    source: str


def _if(severity: Severity, values: tuple[bool | str, ...]) -> Weight:
    spelled = {value.casefold() if isinstance(value, str) else value for value in values}
    return lambda value: severity if _folded(value) in spelled else None


def _folded(value: JSON) -> bool | str | None:
    """A truth, or a text in lower case; else None, which no row names."""
    return value.casefold() if isinstance(value, str) else value if isinstance(value, bool) else None


def _filled(value: JSON) -> Severity | None:
    """A list or map that lets servers start."""
    return "error" if isinstance(value, list | dict | str) and value else None


def _some(value: JSON) -> Severity | None:
    """A map of things of which some are switched on."""
    on = isinstance(value, dict) and any(inner not in (False, None) for inner in value.values())
    return "warning" if on else None


def _tools(value: JSON) -> Severity | None:
    """Tools of one server: all of them, or single ones."""
    if _folded(value) in {*_ON, "*"}:
        return "error"
    return ("error" if "*" in value else "warning") if isinstance(value, list) and value else None


def _tools_of_any(value: JSON) -> Severity | None:
    """Tools of all kinds; those of servers are `mcp__…` (Claude), `mcp_…` (Crush) and `@…` (Amazon Q, Kiro)."""
    names = [name for name in value if isinstance(name, str)] if isinstance(value, list) else []
    if {"*", "mcp__*", "mcp_*", "@*"}.intersection(names):
        return "error"
    return "warning" if any(name.startswith(("mcp_", "@")) for name in names) else None


_CLAUDE = "SchemaStore/schemastore:src/schemas/json/claude-code-settings.json"
_PLUGIN = "SchemaStore/schemastore:src/schemas/json/claude-code-plugin-manifest.json"
_VSCODE = "microsoft/vscode-docs:docs/copilot/reference/copilot-settings.md"
_CODEX = "openai/codex: developers.openai.com/codex/config-reference"
_ZED = "zed-industries/zed:crates/migrator/src/migrations/m_2026_02_04/settings.rs"
_ZED_TRUST = "zed-industries/zed:docs/src/worktree-trust.md"
_GEMINI = "google-gemini/gemini-cli:docs/cli/trusted-folders.md"
_TOOLS = "google-gemini/gemini-cli:docs/core/tools-api.md"

_UNASKED = "without anyone being asked"
_EVERYTHING = f"every tool of every server runs {_UNASKED}"
_SOME_TOOLS = f"tools of servers run {_UNASKED}"
_ITS_TOOLS = f"its tools run {_UNASKED}"
_PLUGINS = "plugins bring servers that are not in this file"
_ON = (True, "true", "yes", "on", "y")  # what readers of YAML 1.1 take for it is a text here
_OFF = (False, "false", "no", "off", "n")
_STARTS = (True, "always", "newAndOutdated", "onlyNew")

IN_FILE: tuple[Approval, ...] = (
    Approval(
        "enableAllProjectMcpServers", _if("error", _ON), f"every server of the repository starts {_UNASKED}", _CLAUDE
    ),
    Approval("enabledMcpjsonServers", _filled, f"the servers that it names start {_UNASKED}", _CLAUDE),
    Approval("permissions/defaultMode", _if("error", ("bypassPermissions",)), _EVERYTHING, _CLAUDE),
    Approval("permissions/allow", _tools_of_any, _SOME_TOOLS, _CLAUDE),
    Approval(
        "skipDangerousModePermissionPrompt", _if("warning", _ON), "the mode that never asks starts unasked", _CLAUDE
    ),
    Approval("enabledPlugins", _some, _PLUGINS, _CLAUDE),
    Approval("extraKnownMarketplaces", _some, _PLUGINS, _CLAUDE),
    Approval("chat.tools.autoApprove", _if("error", _ON), _EVERYTHING, "CVE-2025-53773"),
    Approval("chat.tools.global.autoApprove", _if("error", _ON), _EVERYTHING, _VSCODE),
    Approval("chat.mcp.autostart", _if("warning", _STARTS), "servers start when their file changes", _VSCODE),
    Approval("chat.mcp.autoStart", _if("warning", _STARTS), "servers start when their file changes", _VSCODE),
    Approval("amp.dangerouslyAllowAll", _if("error", _ON), _EVERYTHING, "ampcode.com/manual: recollected"),
    Approval("agent/always_allow_tool_actions", _if("error", _ON), _EVERYTHING, _ZED),
    Approval("agent/tool_permissions/default", _if("error", ("allow",)), _EVERYTHING, _ZED),
    Approval(
        "session/trust_all_worktrees", _if("error", _ON), f"the servers of any folder start {_UNASKED}", _ZED_TRUST
    ),
    Approval("approval_policy", _if("error", ("never",)), _EVERYTHING, _CODEX),
    Approval("profiles/*/approval_policy", _if("error", ("never",)), _EVERYTHING, _CODEX),
    Approval("sandbox_mode", _if("warning", ("danger-full-access",)), "nothing limits what is run", _CODEX),
    Approval("projects/*/trust_level", _if("warning", ("trusted",)), "the servers of a folder may start", _CODEX),
    Approval(
        "security/folderTrust/enabled", _if("warning", _OFF), f"the servers of any folder start {_UNASKED}", _GEMINI
    ),
    Approval("permissions/allowed_tools", _tools_of_any, _SOME_TOOLS, "charmbracelet/crush:README.md"),
    Approval("allowedTools", _tools_of_any, _SOME_TOOLS, "aws/amazon-q-developer-cli:docs/agent-format.md"),
)

IN_SERVER: tuple[Approval, ...] = (
    Approval("trust", _if("error", _ON), _ITS_TOOLS, "google-gemini/gemini-cli:docs/tools/mcp-server.md"),
    Approval("autoApprove", _tools, _ITS_TOOLS, "cline/cline:apps/vscode/src/services/mcp/schemas.ts"),
    Approval("alwaysAllow", _tools, _ITS_TOOLS, "RooCodeInc/Roo-Code:src/services/mcp/McpHub.ts"),
    Approval("default_tools_approval_mode", _if("error", ("approve",)), _ITS_TOOLS, _CODEX),
    Approval("tools/*/approval_mode", _if("warning", ("approve",)), f"the tool runs {_UNASKED}", _CODEX),
)

FILE_HELPERS: tuple[Helper, ...] = (
    Helper("hooks", "when something happens in a session", _CLAUDE),
    Helper("apiKeyHelper", "when the client signs in", _CLAUDE),
    Helper("awsAuthRefresh", "when the client signs in", _CLAUDE),
    Helper("awsCredentialExport", "when the client signs in", _CLAUDE),
    Helper("gcpAuthRefresh", "when the client signs in", _CLAUDE),
    Helper("otelHeadersHelper", "when the client reports what it does", _CLAUDE),
    Helper("statusLine", "all the time, for the status line", _CLAUDE),
    Helper("fileSuggestion", "when a file is looked for", _CLAUDE),
    Helper("notify", "after each turn", _CODEX),
    Helper("tools/discoveryCommand", "when the client starts, to find tools", _TOOLS),
    Helper("tools/callCommand", "when such a tool is called", _TOOLS),
    Helper("toolDiscoveryCommand", "when the client starts, to find tools", _TOOLS),
    Helper("toolCallCommand", "when such a tool is called", _TOOLS),
    Helper("lsp", "when a file is opened", "charmbracelet/crush:README.md; opencode: packages/web docs, LSP servers"),
    Helper("formatter", "when a file is written", "opencode: packages/web docs, formatters"),
)
SERVER_HELPERS: tuple[Helper, ...] = (Helper("headersHelper", "when the client connects", _PLUGIN),)

# Where settings of VS Code stand: in the file itself, in a workspace file, in a dev container.
_SETTINGS: tuple[Path, ...] = ((), ("settings",), ("customizations", "vscode", "settings"))


def of_file(document: Document, _client: Client) -> Iterator[Problem]:
    """What a file approves or runs beside its servers. Never raises; a value of another type grants nothing."""
    for start in _SETTINGS:
        if start and document.find(start[0]) is None:
            continue
        for approval in IN_FILE:
            yield from _granted(document, document.root, approval, (), start)
        for helper in FILE_HELPERS:
            yield from _helped(document, document.root, helper, (), start)


def of_server(document: Document, _client: Client, name: str, node: Node) -> Iterator[Problem]:
    """What the definition `node` of the server `name` approves or runs beside the server. Never raises."""
    for approval in IN_SERVER:
        yield from (problem._replace(server=name) for problem in _granted(document, node, approval, (name,)))
    for helper in SERVER_HELPERS:
        yield from (problem._replace(server=name) for problem in _helped(document, node, helper, (name,)))


def _granted(document: Document, node: Node, approval: Approval, shown: Path, start: Path = ()) -> Iterator[Problem]:
    """One problem a row: of what many keys grant the gravest, with how many there are."""
    granting = [
        (path, member, severity)
        for path, member in _at(node, (*start, *approval.path.split("/")))
        if (severity := approval.weight(document.plain(member.node))) is not None
    ]
    for path, member, severity in sorted(granting, key=lambda each: each[2])[:1]:  # an error before a warning
        more = f", and so {len(granting) - 1} more" if granting[1:] else ""
        message = f"{written((*shown, *path))}{more}: {approval.what}"
        yield Problem("self-approval", document.key_word(member).place, message, severity=severity)


def _helped(document: Document, node: Node, helper: Helper, shown: Path, start: Path = ()) -> Iterator[Problem]:
    for path, member in _at(node, (*start, *helper.path.split("/"))):
        for below, place in _commands(member):
            message = f"{written((*shown, *path, *below))}: a command that runs {helper.when}"
            yield Problem("exec-helper", document.place(place.key_start, place.key_end), message, severity="warning")


def _at(node: Node, path: Path, walked: Path = ()) -> Iterator[tuple[Path, Member]]:
    """The members to which a path leads, of a key that is written twice both."""
    for member in node.value.members if isinstance(node.value, Object) else ():
        if path[0] in {member.key, "*"}:
            here = (*walked, member.key)
            yield from _at(member.node, path[1:], here) if path[1:] else [(here, member)]


def _commands(member: Member) -> Iterator[tuple[tuple[Step, ...], Member]]:
    """The member itself where it is a command or a list of words, else what is called `command` below it."""
    match member.node.value:
        case str(text):
            if text:
                yield (), member
        case Array(items) if items and all(isinstance(item.value, str) for item in items):
            yield (), member
        case _:
            yield from _below(member.node)


def _below(node: Node) -> Iterator[tuple[tuple[Step, ...], Member]]:
    match node.value:
        case Object(members):
            for member in members:
                found = _commands(member) if member.key == "command" else _below(member.node)
                yield from (((member.key, *path), place) for path, place in found)
        case Array(items):
            for index, item in enumerate(items):
                yield from (((index, *path), place) for path, place in _below(item))
        case _:
            return
