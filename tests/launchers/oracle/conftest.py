"""The tools, installed once a session into a temporary folder."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tests.launchers.oracle import tools


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> tools.Tools:
    """The tools; skipped where npm or its registry is not there."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed")
    asked = subprocess.run([npm, "config", "get", "registry"], capture_output=True, text=True, timeout=30, check=False)
    found = tools.install(tmp_path_factory.mktemp("tools"), asked.stdout.strip())
    if found is None:
        pytest.skip("the tools cannot be installed: their registry does not answer")
    return found
