"""What grammars take from the files of a tree, and what of it belongs to a server's fingerprint."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from mcp_guard import launchers, scripts, trees
from mcp_guard.model import JSON
from tests.core.conftest import Site
from tests.launchers.reading import server, tree


def taken(argv: list[str], files: Mapping[str, str]) -> JSON:
    read: dict[str, str | None] = {}
    return scripts.taken(launchers.read(server(argv), scripts.noting(tree(files), read)), read)


COMPOSE = ["docker", "compose", "run", "x"]
IMAGE = f"services: {{x: {{image: i@sha256:{'a' * 64}, volumes: [a:/b]}}}}"


@pytest.mark.parametrize(
    ("argv", "files"),
    [
        (["npx", "a@1.0.0"], {}),
        (["node", "x.js"], {"x.js": "1"}),
        (["./run.sh"], {"run.sh": "exec ./x\n"}),
        (["gh"], {}),
    ],
)
def test_a_definition_that_says_it_all_by_itself_keeps_its_fingerprint(argv: list[str], files: dict[str, str]) -> None:
    assert taken(argv, files) is None


@pytest.mark.parametrize(
    ("argv", "file", "texts"),
    [
        (
            ["./run.sh"],
            "run.sh",
            ["npx a@1.0.0\n", "npx a@1.0.1\n", "npx b@1.0.0\n", "npx --registry=https://e a@1.0.0\n"],
        ),
        (
            ["./run.sh"],
            "run.sh",
            ["npx mcp-remote@1.0.0 https://a\n", "npx mcp-remote@1.0.0 https://b\n", "uvx a==1\n"],
        ),
        (["./run.sh"], "run.sh", ["npx a\nnpx b\n", "npx a\nnpx c\n", "npx a\nnpx c\n#" + "x" * 9]),
        (COMPOSE, "compose.yml", [IMAGE, IMAGE.replace("a:/b", "/:/b"), IMAGE.replace("aaaa", "aaab")]),
    ],
)
def test_whatever_else_a_file_says_is_another_fingerprint(argv: list[str], file: str, texts: list[str]) -> None:
    found = [json.dumps(taken(argv, {file: text})) for text in texts]
    assert len(set(found)) == len(texts)
    assert "null" not in found


def test_what_a_file_says_beside_that_is_none() -> None:
    """A fingerprint that changes with every line of a package.json is one that nobody looks at."""
    one = taken(["npm", "run", "x"], {"package.json": '{"version": "1", "scripts": {"x": "npx a@1.0.0"}}'})
    assert one == taken(["npm", "run", "x"], {"package.json": '{"version": "2", "scripts": {"x": "npx a@1.0.0"}}'})


def test_a_file_that_is_no_text_is_told_from_none() -> None:
    def read(text: str | None) -> JSON:
        held = launchers.Tracked(["run.sh"].__contains__, lambda _: text)
        noted: dict[str, str | None] = {}
        return scripts.taken(launchers.read(server(["bash", "run.sh"]), scripts.noting(held, noted)), noted)

    assert read(None) != read("npx a\nnpx b\n")


def test_each_file_that_is_asked_for_is_noted_but_not_what_nothing_starts(site: Site) -> None:
    for path in ("run.sh", "notes.md", "latin.sh"):
        site.write(path, b"\xff" if path == "latin.sh" else b"x")
    (site.folder / "link.sh").symlink_to("run.sh")
    site.git("add", "--all")
    found = trees.index(site.root)
    seen: dict[str, str] = {}
    tracked = scripts.tracked(found, seen)
    texts = [tracked.text(path) for path in ("run.sh", "notes.md", "latin.sh", "link.sh", "gone.sh")]
    assert texts == ["x", None, None, None, None]
    assert seen == {
        "run.sh": found.entries["run.sh"].blob,
        "latin.sh": found.entries["latin.sh"].blob,
        "link.sh": "",
        "gone.sh": "",
    }
