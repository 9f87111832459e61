from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.trees.repository import Repository


@pytest.fixture(autouse=True)
def isolated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No configuration but the repository's own, and none of the variables of a hook that the tests may run in."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LC_ALL", "C")
    home = tmp_path / "home"
    home.mkdir()
    for name in ("HOME", "USERPROFILE", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(home))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Ada")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "ada@example.org")


@pytest.fixture
def empty(tmp_path: Path) -> Repository:
    """A repository without a commit."""
    return Repository.create(tmp_path / "repository")


@pytest.fixture
def repository(empty: Repository) -> Repository:
    """A repository with one commit of a.json, b.json and dir/c.json."""
    for path in ("a.json", "b.json", "dir/c.json"):
        empty.write(path, f"{path} as committed\n")
    empty.commit("first")
    return empty


@pytest.fixture
def git_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that gets one line, the subcommand and what follows, for each git that is started from now on."""
    real = subprocess.run(["which", "git"], capture_output=True, check=True, text=True).stdout.strip()
    log = tmp_path / "git.log"
    log.touch()
    binaries = tmp_path / "bin"
    binaries.mkdir()
    wrapper = binaries / "git"
    wrapper.write_text(f'#!/bin/sh\necho "$*" >>"{log}"\nexec "{real}" "$@"\n')
    wrapper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{binaries}{os.pathsep}{os.environ['PATH']}")
    return log
