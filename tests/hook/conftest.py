"""A hook repository of this very checkout, installed once by the real pre-commit, and repositories that use it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from tests.registry import Registry

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
PARTS = ("mcp_guard", "schemas", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")

# The tool judges ends of acceptances by the machine's clock, which a subprocess cannot be given otherwise.
UNTIL = (datetime.now(timezone.utc) + timedelta(days=90)).date().isoformat()


def isolated(home: Path) -> dict[str, str]:
    """An environment without the developer's home, git identity, caches or registries."""
    kept = {key: value for key, value in os.environ.items() if key.startswith(("PIP_", "SSL_", "COVERAGE_", "LANG"))}
    return {
        **kept,
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "MCP_GUARD_CACHE_DIR": str(home / "cache"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_AUTHOR_NAME": "test",
        "GIT_AUTHOR_EMAIL": "test@example.com",
        "GIT_COMMITTER_NAME": "test",
        "GIT_COMMITTER_EMAIL": "test@example.com",
        "GIT_ALLOW_PROTOCOL": "file",
        "NO_COLOR": "1",
    }


class Done:
    """What a command printed and returned."""

    def __init__(self, process: subprocess.CompletedProcess[str]) -> None:
        self.code = process.returncode
        self.output = process.stdout + process.stderr

    def __repr__(self) -> str:
        return f"[exit code {self.code}]\n{self.output}"


class Repository:
    """A scratch git repository."""

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        self.folder = folder
        self.environ = environ

    def run(self, *argv: str, folder: Path | None = None) -> Done:
        process = subprocess.run(
            argv, cwd=folder or self.folder, env=self.environ, capture_output=True, text=True, check=False, timeout=300
        )
        return Done(process)

    def git(self, *argv: str) -> Done:
        return self.run("git", *argv)

    def ok(self, *argv: str) -> Done:
        done = self.git(*argv)
        assert done.code == 0, done
        return done

    def guard(self, *argv: str) -> Done:
        return self.run("mcp-guard", *argv)

    def write(self, path: str, text: str) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def config(self, path: str = ".mcp.json", **servers: str) -> None:
        """Write a config in which each server is `npx -y SPEC`."""
        entries = {name: {"command": "npx", "args": ["-y", spec]} for name, spec in servers.items()}
        self.write(path, json.dumps({"mcpServers": entries}, indent=2) + "\n")

    def commit(self, message: str = "change", *argv: str) -> Done:
        return self.git("commit", "-m", message, *argv)

    def mend(self, *servers: str) -> None:
        """Pin, accept and stage everything."""
        self.ok("add", "--all")
        self.guard("pin")
        done = self.guard("accept", "package", *servers, "--reason", "reviewed by hand", "--until", UNTIL)
        assert done.code == 0, done
        self.ok("add", "--all")

    def forget(self) -> None:
        """Clear this machine's caches."""
        shutil.rmtree(self.environ["MCP_GUARD_CACHE_DIR"], ignore_errors=True)


@pytest.fixture(scope="session")
def hook_repository(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Commit the checkout, as it is, to a repository that pre-commit can take by file://."""
    folder = tmp_path_factory.mktemp("hooks") / "mcp-guard"
    folder.mkdir()
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / part)
    repository = Repository(folder, isolated(folder.parent))
    repository.ok("init", "--quiet")
    repository.ok("add", "--all")
    repository.ok("commit", "--quiet", "-m", "hooks")
    return f"file://{folder}"


@pytest.fixture(scope="session")
def precommit_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pre-commit-home")


@pytest.fixture
def registry() -> Iterator[Registry]:
    with Registry() as server:
        for version in ("1.0.0", "1.1.0"):
            server.publish_npm("good-server", version)
            server.publish_npm("other-server", version)
        yield server


@pytest.fixture
def bare(tmp_path: Path, registry: Registry) -> Repository:
    """A repository without hooks."""
    home, folder = tmp_path / "home", tmp_path / "repository"
    home.mkdir()
    folder.mkdir()
    environ = isolated(home) | registry.environ
    repository = Repository(folder, environ)
    repository.ok("init", "--quiet", "--initial-branch=main")
    return repository


@pytest.fixture
def repository(bare: Repository, hook_repository: str, precommit_home: Path) -> Repository:
    """A repository with the real pre-commit and our hooks installed at commit and push."""
    bare.environ["PRE_COMMIT_HOME"] = str(precommit_home)
    revision = bare.run("git", "ls-remote", hook_repository, "HEAD").output.split()[0]
    bare.write(
        ".pre-commit-config.yaml",
        f"""\
default_install_hook_types: [pre-commit, pre-push, pre-merge-commit]
repos:
  - repo: {hook_repository}
    rev: {revision}
    hooks:
      - id: mcp-guard
        verbose: true
      - id: mcp-guard-repo
        verbose: true
""",
    )
    bare.write("README.md", "# scratch\n")
    done = bare.run("pre-commit", "install", "--install-hooks")
    assert done.code == 0, done
    bare.ok("add", "--all")
    assert bare.commit("first").code == 0
    return bare
