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
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Literal, NamedTuple, final
from urllib.parse import unquote

from tests.registry import documents
from tests.registry.documents import JSON, PypiFile, PypiProject
from tests.registry.faults import FAULTS, Fault

__all__ = ["RECORDED", "Asked", "PypiFile", "Registry"]

# Real packuments, where the shared folder stands beside the repository.
RECORDED = Path(__file__).resolve().parents[2].parent / "shared" / "recorded" / "npm" / "packuments"


class Asked(NamedTuple):
    """One request that came in; header names in lower case."""

    path: str
    headers: Mapping[str, str]


@final
class Registry:
    """See the module."""

    def __init__(self) -> None:
        self.requests: list[Asked] = []
        self.packuments: dict[str, dict[str, JSON]] = {}
        self.projects: dict[str, PypiProject] = {}
        self.raw: dict[str, tuple[str, bytes]] = {}  # path: (media type, body), before anything published
        self.pypi_format: Literal["json", "json-1.0", "html"] = "json"
        self.json_api = True
        self.version_documents = True
        self.etags = True
        self.stopped = threading.Event()
        self._faults: list[tuple[str, Fault, Mapping[str, JSON]]] = []
        self._server = _Server(self)
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
        **manifest: JSON,
    ) -> None:
        """Publish a version. `dist` adds to, or takes from (None), what the registry would say; so does `manifest`."""
        packument = self.packuments.setdefault(name, documents.packument(name))
        documents.add_version(
            packument, version, published, documents.manifest(name, version, publisher, dist, manifest)
        )

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
        return None

    def _npm(self, rest: str) -> tuple[str, bytes] | None:
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


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in the middle is what many tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are written apart, which would cost 40 ms
    timeout = 20
    server: _Server

    def do_GET(self) -> None:
        registry = self.server.registry
        registry.requests.append(Asked(self.path, {name.lower(): value for name, value in self.headers.items()}))
        document = registry.document(self.path)
        broken = registry.fault(self.path)
        if broken is not None:
            fault, options = broken
            if fault(self, document[1] if document else b"{}", options, registry.stopped):
                return
        if document is None:
            self.answer(404, "application/json", b'{"error":"Not found"}')
            return
        media, body = document
        etag = f'"{sha256(body).hexdigest()[:16]}"'
        if registry.etags and self.headers.get("If-None-Match") == etag:
            self.answer(304, None, b"", {"ETag": etag})
            return
        self.answer(200, media, body, {"ETag": etag} if registry.etags else {})

    def answer(self, status: int, media: str | None, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        """A whole, right answer."""
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if media is not None:
            self.send_header("Content-Type", media)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Quiet."""
