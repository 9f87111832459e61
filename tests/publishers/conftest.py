"""A desk whose verifier trusts the test authority, and a registry with one attested server on it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Desk, desk, registry
from tests.registry import Registry
from tests.registry.trusted import trusted

__all__ = ["desk", "registry"]

NAME, VERSION = "@octo/server", "1.2.3"
PURL = "pkg:npm/%40octo/server@1.2.3"
WHO = "github:octo/server#4711"


@pytest.fixture(autouse=True)
def authority(monkeypatch: pytest.MonkeyPatch) -> None:
    trusted(monkeypatch)


class Office:
    """The desk, with what tests of publishers do again and again."""

    def __init__(self, desk: Desk, registry: Registry, cache: Path) -> None:
        self.desk = desk
        self.registry = registry
        self.cache = cache

    def publish(
        self,
        version: str = VERSION,
        name: str = NAME,
        *,
        repository: str = "https://github.com/octo/server",
        repository_id: str = "4711",
        owner_id: str = "42",
        workflow: str = ".github/workflows/release.yml",
        ref: str = "refs/tags/v1.2.3",
    ) -> None:
        """Publish a version that the registry has signed and a workflow has attested."""
        self.registry.publish_npm(name, version, signed=True)
        self.registry.attest_npm(
            name,
            version,
            repository=repository,
            repository_id=repository_id,
            owner_id=owner_id,
            workflow=workflow,
            ref=ref,
        )

    def start(self, spec: str = f"{NAME}@{VERSION}") -> None:
        """Have the server started by this, once the registry's answers of before are too old."""
        self.desk.config(server=spec)
        (self.cache / "http.sqlite").unlink(missing_ok=True)

    def established(self) -> None:
        """Commit the server, pinned, its publisher named: what later changes are compared with."""
        self.publish()
        self.start()
        self.desk.guard("pin")
        assert self.desk.guard("accept", "publisher", "server").code == 0
        self.commit()

    def commit(self) -> None:
        self.desk.git("add", "--all")
        self.desk.git("commit", "--quiet", "--no-verify", "-m", "all")

    def forget(self) -> None:
        """Become another machine: no receipts, no answers."""
        shutil.rmtree(self.cache, ignore_errors=True)

    def findings(self, *argv: str) -> dict[str, str]:
        """Run check; each rule that was raised, whatever its severity, with its message."""
        done = self.desk.guard("check", "--format", "json", *argv)
        return {finding["rule"]: finding["message"] for finding in json.loads(done.out)["findings"]}

    def verdicts(self, *argv: str) -> list[str]:
        done = self.desk.guard("check", "--format", "json", *argv)
        return [server["verdict"] for server in json.loads(done.out)["servers"]]

    # -------------------------------------------------------------------------------------------- forging

    def edit(self, change: Callable[[dict[str, dict[str, object]]], None]) -> None:
        """Change the lock's packages."""
        document = json.loads(self.desk.read("mcp-guard.lock"))
        change(document["packages"])
        self.desk.write("mcp-guard.lock", json.dumps(document, indent=2, sort_keys=True) + "\n")

    @property
    def proofs(self) -> list[Path]:
        return sorted((self.desk.folder / "mcp-guard.proofs").glob("*"))


@pytest.fixture
def office(desk: Desk, registry: Registry, tmp_path: Path) -> Office:
    return Office(desk, registry, tmp_path / "cache")
