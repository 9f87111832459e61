from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mcp_guard.model import Policy
from mcp_guard.registries import Registries, settings
from mcp_guard.registries.http import Client
from mcp_guard.settings.urls import Credential
from tests.registries.session import Session, Start
from tests.registry import Registry

Make = Callable[..., Registries]


@pytest.fixture
def registry() -> Iterator[Registry]:
    with Registry() as one:
        yield one


@pytest.fixture
def other() -> Iterator[Registry]:
    """A second registry: another host, as far as HTTP is concerned."""
    with Registry() as one:
        yield one


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def make(tmp_path: Path, registry: Registry) -> Iterator[Make]:
    """Makes `Registries` that ask the local registry; keywords: environ, policy, fresh, deadline, cache."""
    made: list[Registries] = []

    def build(
        environ: dict[str, str] | None = None,
        *,
        policy: Policy = Policy(),  # noqa: B008 - frozen
        fresh: bool = False,
        deadline: float = 8.0,
        cache: Path | None = None,
    ) -> Registries:
        own = {"HOME": str(tmp_path / "home"), **(registry.environ if environ is None else environ)}
        one = Registries(settings(own), policy, str(cache or tmp_path / "cache"), fresh=fresh, deadline=deadline)
        made.append(one)
        return one

    yield build
    for one in made:
        one.close()
    registry.stopped.set()
    for thread in threading.enumerate():  # what a deadline has left behind ends with the registry's answers
        if thread is not threading.current_thread() and thread.name.endswith("(work)"):
            thread.join(5)


@pytest.fixture
def start(registry: Registry, tmp_path: Path) -> Iterator[Start]:
    made: list[Client] = []

    def build(
        credentials: tuple[Credential, ...] = (), directory: Path | None = None, *, fresh: bool = False
    ) -> Session:
        client = Client(credentials, None, str(directory or tmp_path / "cache"), fresh=fresh)
        made.append(client)
        return Session(client, registry)

    registry.publish_npm("a", "1.0.0")
    yield build
    for client in made:
        client.close()
