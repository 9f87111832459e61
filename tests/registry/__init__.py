"""A registry of our own on 127.0.0.1, for any test that needs npm or PyPI: real HTTP, no network.

    with Registry() as registry:
        registry.publish_npm("@scope/name", "1.0.0", published="2026-01-01T00:00:00.000Z")
        registry.publish_pypi("some-server", "2.0.0")
        registry.break_down("status", status=503)            # every answer, until .mend()
        registry.break_down("stall", path="/npm/slow")       # only what begins so
        environment = {"HOME": str(home), **registry.environ}  # for mcp_guard.settings, or a subprocess

`npm_url` and `pypi_url` are the base URLs, `environ` holds MCP_GUARD_REGISTRIES with both. `requests` lists what was
asked (path and headers), `count(prefix)` counts it. What is published is served as npm packuments and version
documents, and as Simple pages (`pypi_format`: "json", "json-1.0" without times, "html") with the JSON API beside them
(`json_api`). The faults are the functions of `tests.registry.faults`. It ends with the block, within a second.

What is published can be signed and attested by the test authority, which `tests.registry.trusted.trusted` makes
mcp_guard trust, within the process:

        registry.publish_npm("@scope/name", "1.0.0", signed=True)                 # dist.signatures
        registry.attest_npm("@scope/name", "1.0.0", repository="https://github.com/octo/server")
        registry.attest_pypi("some-server", "2.0.0")                              # every file

| document | path | held in |
|---|---|---|
| packument, version document | `/npm/@scope%2Fname`, `/npm/@scope%2Fname/1.0.0` | `packuments` |
| npm attestations | `/npm/-/npm/v1/attestations/@scope%2Fname@1.0.0` | `attestations["@scope/name@1.0.0"]` |
| Simple page | `/simple/some-server/` | `projects` |
| JSON API | `/pypi/some-server/2.0.0/json` | `projects` |
| provenance of a file (PEP 740) | `/integrity/some-server/2.0.0/<file>/provenance` | `provenance["<file>"]` |

A test may change or delete what is held, and break any path down by its beginning.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Literal, final
from urllib.parse import unquote

from tests.registry import attesting, documents
from tests.registry.attesting import SIGNED
from tests.registry.documents import JSON, PypiFile, PypiProject
from tests.registry.faults import FAULTS, Fault
from tests.registry.server import Asked, Server

__all__ = ["RECORDED", "SIGNED", "Asked", "PypiFile", "Registry"]

_ATTESTATIONS = "-/npm/v1/attestations/"

# Real packuments, where the shared folder stands beside the repository.
RECORDED = Path(__file__).resolve().parents[2].parent / "shared" / "recorded" / "npm" / "packuments"


@final
class Registry:
    """See the module."""

    def __init__(self) -> None:
        self.requests: list[Asked] = []
        self.packuments: dict[str, dict[str, JSON]] = {}
        self.projects: dict[str, PypiProject] = {}
        self.attestations: dict[str, JSON] = {}  # npm's documents, by name@version
        self.provenance: dict[str, JSON] = {}  # PyPI's provenance objects, by file name
        self.raw: dict[str, tuple[str, bytes]] = {}  # path: (media type, body), before anything published
        self.pypi_format: Literal["json", "json-1.0", "html"] = "json"
        self.json_api = True
        self.version_documents = True
        self.etags = True
        self.stopped = threading.Event()
        self._faults: list[tuple[str, Fault, Mapping[str, JSON]]] = []
        self._server = Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Registry:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def npm_url(self) -> str:
        return f"{self.origin}/npm/"

    @property
    def pypi_url(self) -> str:
        return f"{self.origin}/simple/"

    @property
    def environ(self) -> dict[str, str]:
        return {"MCP_GUARD_REGISTRIES": f"npm={self.npm_url} pypi={self.pypi_url}"}

    def count(self, prefix: str = "") -> int:
        """How many requests came for paths that begin so."""
        return sum(asked.path.startswith(prefix) for asked in self.requests)

    # -------------------------------------------------------------------------------------------- publishing

    def publish_npm(
        self,
        name: str,
        version: str,
        /,
        *,
        published: str | None = "2026-01-01T00:00:00.000Z",
        publisher: str | None = "somebody",
        dist: Mapping[str, JSON] | None = None,
        signed: bool = False,
        **manifest: JSON,
    ) -> None:
        """Publish a version, `signed` by the registry.

        `dist` adds to, or takes from (None), what the registry would say; so does `manifest`.
        """
        made = documents.manifest(name, version, publisher, dist, manifest)
        if signed:
            attesting.sign(made)
        documents.add_version(self.packuments.setdefault(name, documents.packument(name)), version, published, made)

    def publish_recorded(self, file: str) -> None:
        """Serve a packument of `RECORDED`, under its own name."""
        document = json.loads((RECORDED / file).read_text(encoding="utf-8"))
        self.packuments[document["name"]] = document

    def publish_pypi(
        self,
        name: str,
        version: str,
        *,
        published: str | None = "2026-01-01T00:00:00.000000Z",
        yanked: bool | str = False,
        files: tuple[PypiFile, ...] | None = None,
    ) -> None:
        """Publish a release: a wheel and a source archive, or `files`."""
        project = self.projects.setdefault(name, PypiProject(name))
        project.add(version, files or documents.release_files(name, version, published, yanked=yanked))

    def attest_npm(
        self,
        name: str,
        version: str,
        /,
        *,
        repository: str = "https://github.com/octo/server",
        repository_id: str = "4711",
        owner_id: str = "42",
        workflow: str = ".github/workflows/release.yml",
        ref: str = "refs/tags/v1.2.3",
        trigger: str = "release",
        signer: str = "",
        signed_at: datetime = SIGNED,
        publish: bool = True,
        registry: str | None = None,
        approver: str | None = None,
        published: str | None = None,
    ) -> None:
        """Let a published version have been built and published by this workflow, as a trusted publisher.

        `signer` is the reusable workflow that signed, if one did; without `publish` the registry does not attest that
        it took the tarball in; `registry` is what it calls itself, by default as npm's own. `signed_at` is within a
        year of `SIGNED`; `published` is a few seconds later unless it is given.
        """
        from tests.provenance.attest import Build

        build = Build(repository, repository_id, owner_id, workflow, ref, trigger, signer, signed_at)
        packument = self.packuments[name]
        self.attestations[f"{name}@{version}"] = attesting.attest_npm(
            packument, version, build, publish=publish, registry=registry, approver=approver, published=published
        )

    def attest_pypi(
        self,
        name: str,
        version: str,
        *,
        repository: str = "https://github.com/octo/server",
        repository_id: str = "4711",
        owner_id: str = "42",
        workflow: str = ".github/workflows/release.yml",
        ref: str = "refs/tags/v1.2.3",
        trigger: str = "release",
        signer: str = "",
        signed_at: datetime = SIGNED,
        files: Collection[str] | None = None,
        published: str | None = None,
    ) -> None:
        """Let all files of a published release, or only `files`, have been uploaded by this workflow.

        The rest is as `attest_npm` has it.
        """
        from tests.provenance.attest import Build

        build = Build(repository, repository_id, owner_id, workflow, ref, trigger, signer, signed_at)
        project = self.projects[name]
        self.provenance |= attesting.attest_pypi(project, version, build, self.origin, only=files, published=published)

    # -------------------------------------------------------------------------------------------- failing

    def break_down(self, kind: str, *, path: str = "/", **options: JSON) -> None:
        """From now on, answer what begins with `path` with this fault of `tests.registry.faults`."""
        self._faults.append((path, FAULTS[kind], options))

    def mend(self) -> None:
        """No more faults."""
        self._faults.clear()

    # -------------------------------------------------------------------------------------------- serving

    def fault(self, path: str) -> tuple[Fault, Mapping[str, JSON]] | None:
        return next(((fault, options) for prefix, fault, options in self._faults if path.startswith(prefix)), None)

    def document(self, path: str) -> tuple[str, bytes] | None:
        """Media type and body for a path; None: not found."""
        if path in self.raw:
            return self.raw[path]
        section, _, rest = path.lstrip("/").partition("/")
        if section == "npm":
            return self._npm(rest)
        if section == "simple" and rest.rstrip("/") in self.projects:
            return self.projects[rest.rstrip("/")].page(self.pypi_format)
        if section == "pypi" and self.json_api:
            return self._json_api(rest)
        if section == "integrity" and rest.endswith("/provenance"):
            return _served(self.provenance, unquote(rest.split("/")[-2]))
        return None

    def _npm(self, rest: str) -> tuple[str, bytes] | None:
        if rest.startswith(_ATTESTATIONS):
            return _served(self.attestations, unquote(rest.removeprefix(_ATTESTATIONS)))
        document, _, version = rest.partition("/")
        packument = self.packuments.get(unquote(document))
        if packument is None:
            return None
        if not version:
            return "application/json", json.dumps(packument).encode()
        versions = packument.get("versions")
        manifest = versions.get(unquote(version)) if isinstance(versions, dict) else None
        if not self.version_documents or manifest is None:
            return None
        return "application/json", json.dumps(manifest).encode()

    def _json_api(self, rest: str) -> tuple[str, bytes] | None:
        name, _, version = rest.removesuffix("/json").partition("/")
        project = self.projects.get(name)
        return None if project is None else project.json_api(version)


def _served(documents: Mapping[str, JSON], key: str) -> tuple[str, bytes] | None:
    return ("application/json", json.dumps(documents[key]).encode()) if key in documents else None
