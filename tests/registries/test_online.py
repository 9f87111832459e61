"""The real npm registry and PyPI, through the defaults."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from mcp_guard.model import Missing, Policy, Release, Unreachable
from mcp_guard.registries import Question, Registries, Settings, Versions

pytestmark = pytest.mark.online


@pytest.fixture
def registries(tmp_path: Path) -> Iterator[Registries]:
    """Skips where nobody answers."""
    bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE")
    one = Registries(Settings({}, frozenset(), (), bundle), Policy(), str(tmp_path), fresh=False, deadline=20)
    try:
        probes = one.ask([Question("npm", "lodash", "4.17.21", "status"), Question("pypi", "pip", "24.0", "status")])
        for probe in probes:
            if isinstance(probe, Unreachable):
                pytest.skip(f"no network: {probe.reason}")
        yield one
    finally:
        one.close()


def test_npm(registries: Registries) -> None:
    release, missing, nobody = registries.ask(
        [
            Question("npm", "@modelcontextprotocol/server-filesystem", "2025.8.21", "release"),
            Question("npm", "lodash", "4.17.9999", "release"),
            Question("npm", "@modelcontextprotocol/surely-there-is-no-such-server", "1.0.0", "release"),
        ]
    )
    assert isinstance(release, Release)
    assert [digest.algorithm for digest in release.digests] == ["sha512"]
    assert release.published is not None
    assert release.registry is None
    assert isinstance(missing, Missing)
    assert isinstance(nobody, Missing)


def test_npm_status_is_the_same_release(registries: Registries) -> None:
    status, release = (
        registries.ask([Question("npm", "lodash", "4.17.21", "status")])[0],
        registries.ask([Question("npm", "lodash", "4.17.21", "release")])[0],
    )
    assert isinstance(status, Release)
    assert isinstance(release, Release)
    assert status.digests == release.digests


def test_npm_versions(registries: Registries) -> None:
    offered = registries.versions("npm", "lodash")
    assert isinstance(offered, Versions)
    order = [one.version for one in offered.candidates]
    assert order.index("4.17.21") < order.index("4.17.20") < order.index("3.10.1")
    assert offered.latest in order


def test_pypi(registries: Registries) -> None:
    release, missing, nobody = registries.ask(
        [
            Question("pypi", "mcp-server-git", "2025.1.14", "release"),
            Question("pypi", "mcp-server-git", "1900.1.1", "release"),
            Question("pypi", "surely-there-is-no-such-mcp-server", "1.0", "release"),
        ]
    )
    assert isinstance(release, Release)
    assert [digest.algorithm for digest in release.digests] == ["sha256", "sha256"]
    assert release.published is not None
    assert release.published.year == 2025
    assert isinstance(missing, Missing)
    assert isinstance(nobody, Missing)


def test_pypi_versions(registries: Registries) -> None:
    offered = registries.versions("pypi", "mcp-server-git")
    assert isinstance(offered, Versions)
    order = [one.version for one in offered.candidates]
    assert order.index("2025.1.14") < order.index("0.6.2")
