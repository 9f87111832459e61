"""The tools under test, installed once a session, and one bounded run of a command line."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from tests.launchers.oracle.registry import Registry

VERSIONS = {"pnpm": "12.21.0", "@yarnpkg/cli-dist": "4.18.1", "bun": "1.4.5", "deno": "2.9.6"}
_BINARIES = {"bun": "@oven/bun-*/bin/bun", "deno": "@deno/*/deno", "pnpm": "@pnpm/exe*/pnpm"}
_ALIASES = {"bunx": "bun", "pnpx": "pnpm", "pnx": "pnpm"}
_TIMEOUT = 30


class Tools(NamedTuple):
    """Where the tools are: a folder of programs by the names that command lines use."""

    bin: Path


def install(folder: Path, registry: str) -> Tools | None:
    """Install the tools from a registry, without running any script of theirs; None when it cannot be reached."""
    npm = shutil.which("npm")
    assert npm is not None
    names = [f"{name}@{version}" for name, version in VERSIONS.items()]
    flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--registry", registry]
    done = subprocess.run(
        [npm, "install", "--prefix", str(folder), "--cache", str(folder / "cache"), *flags, *names],
        capture_output=True,
        timeout=120,
        check=False,
    )
    if done.returncode != 0:
        return None
    tools = folder / "bin"
    tools.mkdir()
    for name, pattern in _BINARIES.items():
        (tools / name).symlink_to(next((folder / "node_modules").glob(pattern)))
    for alias, name in _ALIASES.items():
        os.link((tools / name).resolve(), tools / alias)  # pnpm looks at the name of its own file
    yarn = tools / "yarn"
    script = folder / "node_modules/@yarnpkg/cli-dist/bin/yarn.js"
    yarn.write_text(f'#!/bin/sh\nexec node {shlex.quote(str(script))} "$@"\n')
    yarn.chmod(0o755)
    return Tools(tools)


def run(tools: Tools, argv: list[str], registry: Registry, work: Path) -> str:
    """Run a command line in an empty project, with nothing of this machine but PATH; its output."""
    home = work / "home"
    project = work / "project"
    for folder in (home, project):
        folder.mkdir(parents=True)
    (project / "package.json").write_text('{"name": "empty", "version": "1.0.0"}')
    done = subprocess.run(
        argv,
        cwd=project,
        env=_environment(tools, registry, home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=_TIMEOUT,
        check=False,
        text=True,
        errors="replace",
    )
    return done.stdout


def _environment(tools: Tools, registry: Registry, home: Path) -> dict[str, str]:
    port = registry.url.rstrip("/")
    return {
        "PATH": f"{tools.bin}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "TMPDIR": str(home),
        "CI": "1",
        "NO_COLOR": "1",
        "NPM_CONFIG_REGISTRY": registry.url,
        "NPM_CONFIG_FETCH_RETRIES": "0",
        "NPM_CONFIG_PREFIX": str(home),  # npx runs programs of the global folder first
        "NPM_CONFIG_UPDATE_NOTIFIER": "false",
        "PNPM_CONFIG_REGISTRY": registry.url,
        "PNPM_CONFIG_FETCH_RETRIES": "0",
        "BUN_CONFIG_REGISTRY": registry.url,
        "DO_NOT_TRACK": "1",
        "YARN_NPM_REGISTRY_SERVER": port,
        "YARN_UNSAFE_HTTP_WHITELIST": "127.0.0.1",
        "YARN_ENABLE_TELEMETRY": "0",
        "YARN_HTTP_RETRY": "0",
        "YARN_ENABLE_GLOBAL_CACHE": "false",
        "JSR_URL": registry.url,
        "DENO_NO_UPDATE_CHECK": "1",
        "DENO_NO_PROMPT": "1",
        # Whatever else a tool wants to reach it asks the registry for, which has nothing.
        "HTTP_PROXY": port,
        "HTTPS_PROXY": port,
        "http_proxy": port,
        "https_proxy": port,
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
    }
