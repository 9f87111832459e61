"""The real uv and pipx ask an index for the projects that we name, or we say that we do not know."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest

from mcp_guard import launchers
from mcp_guard.launchers.specs.pypi import normalised
from mcp_guard.model import OpaqueLaunch
from tests.launchers.reading import packages, server, tree

pytestmark = pytest.mark.oracle
_TIMEOUT = 30
SCRIPT = '# /// script\n# dependencies = ["named_in.script"]\n# ///\n'
FILES = {"s.py": SCRIPT, "requirements.txt": "from-a-file\n", "plain.py": ""}

UV = [
    "uvx foo",
    "uvx Foo_Bar.baz@1.0",
    "uvx foo@latest",
    "uvx foo==1.2.3",
    "uvx 'foo[extra]@1.2.3'",
    "uvx 'foo>=1'",
    "uvx 'foo@>=1'",
    "uvx --from foo bar",
    "uvx --from foo bar --from evil",
    "uvx --from=foo==1.0 bar",
    "uvx --from a --from b c",
    "uvx --with a,b foo",
    "uvx --with 'a>=1,<2' foo",
    "uvx -w a foo -w evil",
    "uvx -p 3 foo",
    "uvx -qn foo",
    "uvx --pytho 3 foo",
    "uvx --unknown x foo",
    "uvx -c requirements.txt foo",
    "uvx --with-requirements requirements.txt foo",
    "uvx --with a python -c pass",
    "uvx --no-installer-metadata --isolated foo",
    "uvx -- foo",
    "uvx run x",
    "uvx foo.py",
    "uv -q tool run foo",
    "uv tool --quiet run foo",
    "uv run --no-project --with a,b python -c pass",
    "uv run --no-project -w a plain.py",
    "uv run s.py",
    "uv run --script s.py",
    "uv run --no-project --inexact --with a -- python -c pass",
]
PIPX = [
    "pipx run foo",
    "pipx run Foo_Bar==1.0",
    "pipx run foo@1.0",
    "pipx run --spec foo bar",
    "pipx run --spec=foo==1.0 bar --spec evil",
    "pipx run --spe foo bar",
    "pipx run -- foo",
    "pipx run --with a foo",
    "pipx run --no-cache -q foo --with evil",
    "pipx run s.py",
    "pipx run --path s.py",
    "pipx run --unknown foo",
]


class Index(NamedTuple):
    """An index without projects, and the names that it was asked for."""

    url: str
    asked: set[str]


@pytest.fixture(scope="module")
def index() -> Iterator[Index]:
    asked: set[str] = set()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = self.path.split("?")[0].split("/")
            if parts[1] == "simple" and len(parts) > 2:
                asked.add(normalised(parts[2]))
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_HEAD = do_GET  # noqa: N815 - the name that http.server calls

        def log_message(self, *_: object) -> None:
            return

    web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    web.daemon_threads = True
    thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield Index(f"http://127.0.0.1:{web.server_port}", asked)
    finally:
        web.shutdown()
        thread.join()
        web.server_close()


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a private environment with uv and pipx, from the index that pip is configured for."""
    folder = tmp_path_factory.mktemp("pypi-tools")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, capture_output=True, timeout=120)
    command = [str(folder / "bin" / "pip"), "install", "--quiet", "uv", "pipx"]
    done = subprocess.run(command, capture_output=True, timeout=180, check=False)
    if done.returncode != 0:
        pytest.skip("uv and pipx cannot be had: the index of pip is not reachable")
    return folder / "bin"


@pytest.mark.parametrize("line", [*UV, *PIPX])
def test_the_project_that_is_asked_for_is_the_one_we_name(line: str, index: Index, tools: Path, tmp_path: Path) -> None:
    argv = shlex.split(line)
    index.asked.clear()
    output = _run(argv, index, tools, tmp_path)
    found = launchers.read(server(argv), tree(FILES))
    ours = {package.name for package in packages(found) if package.source == "registry"}
    opaque = any(isinstance(launch, OpaqueLaunch) for launch in found)
    assert index.asked <= ours or opaque, (index.asked, ours, output)
    assert index.asked or not ours or opaque, (ours, output)


def _run(argv: list[str], index: Index, tools: Path, folder: Path) -> str:
    """The command line, run in a folder of its own, where it can reach nothing but the index; its output."""
    home, work = folder / "home", folder / "work"
    home.mkdir()
    work.mkdir()
    for name, text in FILES.items():
        (work / name).write_text(text, encoding="utf-8")
    simple = f"{index.url}/simple"
    environment = {
        "PATH": f"{tools}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}/usr/bin{os.pathsep}/bin",
        "HOME": str(home),
        "UV_DEFAULT_INDEX": simple,
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_CACHE_DIR": str(home / "uv"),
        "UV_HTTP_RETRIES": "0",
        "PIP_INDEX_URL": simple,
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_RETRIES": "0",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIPX_HOME": str(home / "pipx"),
        "PIPX_DEFAULT_BACKEND": "uv",
        "USE_EMOJI": "0",
    }
    done = subprocess.run(
        [str(tools / argv[0]), *argv[1:]],
        cwd=work,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_TIMEOUT,
        check=False,
        text=True,
        errors="replace",
    )
    return done.stdout + done.stderr
