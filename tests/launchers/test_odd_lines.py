"""Odd but real command lines over all launchers: each names what starts, and nothing else."""

from __future__ import annotations

import base64
import re
import shlex
from pathlib import Path

import pytest

from mcp_guard import launchers
from tests.launchers.reading import COMMIT, DIGEST, server, texts, tree

_TABLE = Path(__file__).with_name("odd_lines.txt").read_text(encoding="utf-8")
_MEANT = {
    "COMMIT": COMMIT,
    "DIGEST": DIGEST,
    "ENCODED": base64.b64encode("npx -y foo@1.2.3".encode("utf-16-le")).decode(),
}
LINES = [line.rpartition(" => ")[::2] for line in _TABLE.splitlines() if line and not line.startswith("#")]
FILES = {
    "s.js": "",
    "s.ts": "",
    "sub/x.js": "",
    "server.py": "",
    "meta.py": '# /// script\n# dependencies = ["httpx==0.28.1", "mcp"]\n# ///\n',
    "src/pkg/__main__.py": "",
    "run.sh": '#!/bin/sh\nexec npx -y foo@1.2.3 "$@"\n',
    "package.json": '{"scripts": {"start": "node s.js", "mcp": "npx -y foo@1.2.3", "two": "a && b"}}',
    "go.mod": "",
    "main.go": "",
    "Makefile": "server:\n\tnpx -y foo@1.0.0\n",
    "server.jar": "",
}
# What no file of text can hold.
ARGUMENTS = [
    (["npx", "-y", "foo\x00bar"], ["?"]),
    (["npx", "-y", "foo\nevil"], ["?"]),
    (["npx", "-y", "a" * 300], ["?"]),
    (["npx", "-y", "foo@" + "1" * 5000], ["?"]),
    (["npx", "-y", "foo\u200b"], ["?"]),
    (["npx", "-y", "\ufb01oo"], ["?"]),
    (["npx", "-y", "f\u043eo@1.2.3"], ["?"]),
    (["npx", "-y", "foo", "\n"], ["npm:foo@*"]),
    (["npx", "-y", "foo@1.2.3", "--x", "a" * 100_000], ["npm:foo@1.2.3"]),
    (["npx", " -y", "foo"], ["?"]),
    (["npx\n", "-y", "foo"], ["?"]),
    (["NPX.CMD\x00", "foo"], ["?"]),
    (["uvx", "foo\x00"], ["?"]),
    (["uvx", "foo==1.2.3\n"], ["?"]),
    (["uvx", "\uff46oo"], ["?"]),
    (["uvx", "foo==\uff11.2.3"], ["pypi:foo@*"]),
    (["docker", "run", "img\n"], ["?"]),
    (["docker", "run", "--rm", "img ", "x"], ["?"]),
    (["node", "s.js\x00"], ["?"]),
    (["sh", "-c", "\nnpx foo\n"], ["npm:foo@*"]),
    (["sh", "-c", "npx foo\nevil"], ["?"]),
    (["cmd", "/c", "npx foo\r\nevil"], ["?"]),
    (["", "x"], ["?"]),
    ([" "], ["?"]),
]


def _started(argv: list[str]) -> list[str]:
    """The launches in short: where a pin would go and what kind of source it is are left out."""
    found = [text for launch in launchers.read(server(argv), tree(FILES)) for text in texts(launch)]
    return [
        "?" if text.startswith("? ") else re.sub(r"(?: (?:git|url|path))?(?: \[.*)?$", "", text, flags=re.DOTALL)
        for text in found
    ]


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_odd_lines(line: str, expected: str) -> None:
    for name, text in _MEANT.items():
        line, expected = line.replace(name, text), expected.replace(name, text)
    assert _started(shlex.split(line)) == expected.split(" ; ")


@pytest.mark.parametrize(("argv", "expected"), ARGUMENTS)
def test_odd_arguments(argv: list[str], expected: list[str]) -> None:
    assert _started(argv) == expected
