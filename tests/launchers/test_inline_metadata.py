"""The packages that scripts name in their comments (PEP 723), and pip-run."""

from __future__ import annotations

import pytest

from mcp_guard import launchers
from tests.launchers.reading import check, overrides, server, tree

BLOCK = """#!/usr/bin/env -S uv run --script
# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "Mcp==1.2.3",
#   "httpx",
# ]
#
# [[tool.uv.index]]
# url = "https://u:p@pypi.example/simple"
# [tool.uv.sources]
# httpx = { git = "https://git.example/httpx" }
# ///
import mcp
"""
NAMED = ["pypi:mcp@1.2.3", "pypi:httpx@*", "local s.py"]


@pytest.mark.parametrize(
    "line", ["uv run s.py", "uv run --script s.py", "uv run -s s.py", "pipx run s.py", "pipx run --path s.py"]
)
def test_the_packages_of_a_script(line: str) -> None:
    check(line, NAMED, {"s.py": BLOCK})
    check(line, NAMED, {"s.py": BLOCK.replace("\n", "\r\n")})


def test_they_stand_beside_those_of_the_command_line_and_cannot_be_edited() -> None:
    check("uv run --with a==1.0 s.py", ["pypi:a@1.0 [a|==1.0|==]", *NAMED], {"s.py": BLOCK})


def test_the_settings_of_a_script_move_its_packages() -> None:
    found = overrides(launchers.read(server(["uv", "run", "a/s.py"]), tree({"a/s.py": BLOCK})))
    assert [(one.what, one.registry, one.place.file, one.place.line) for one in found] == [
        ("index", "https://pypi.example/simple", "a/s.py", 10),
        ("sources", None, "a/s.py", 11),
    ]


@pytest.mark.parametrize("line", ["python s.py", "uv run python s.py", "uv run --python 3.12 -m s"])
def test_python_itself_does_not_read_them(line: str) -> None:
    check(line, ["local s.py"], {"s.py": BLOCK})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["local s.py"]),
        ("# /// script\n# ///\n", ["? cannot be read"]),
        ("# /// script\n# dependencies = []\n# ///\n", ["local s.py"]),
        ("# /// script\n# x = 1\n# ///\n", ["local s.py"]),
        ("# /// other\n# dependencies = ['a']\n# ///\n", ["local s.py"]),
        ("# /// script\n# dependencies = ['a']\n", ["? cannot be read"]),
        ("# /// script\n# dependencies = [\n# ///\n", ["? cannot be read"]),
        ("# /// script\n# dependencies = 'a'\n# ///\n", ["? not a list"]),
        ("# /// script\n# dependencies = [1]\n# ///\n", ["? not a list"]),
        ("# /// script\n# dependencies = ['a; x']\n# ///\n", ["? marker"]),
        ("# /// script\n# a = 1\n# ///\n\n# /// script\n# b = 2\n# ///\n", ["? cannot be read"]),
        ("x = 1\n# /// script\n# dependencies = ['a']\n#\n# ///\n", ["pypi:a@*", "local s.py"]),
    ],
)
def test_blocks(text: str, expected: list[str]) -> None:
    check("uv run s.py", expected, {"s.py": text})


def test_a_script_that_cannot_be_decoded_is_a_doubt() -> None:
    found = launchers.read(server(["uv", "run", "s.py"]), launchers.Tracked({"s.py"}.__contains__, lambda _: None))
    assert [type(launch).__name__ for launch in found] == ["OpaqueLaunch"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("pip-run a==1.0 -- -m a.b", ["pypi:a@1.0 [a|==1.0|==]"]),
        (
            "pip-run -q a --index-url https://pypi.example b -- s.py",
            ["pypi:a@* [a||==]", "pypi:b@* [b||==]", "local s.py"],
        ),
        ("pip-run -- s.py", ["local s.py"]),
        ("pip-run a -- -c code", ["pypi:a@* [a||==]", "? in the command line itself"]),
        ("pip-run a -- ", ["pypi:a@* [a||==]", "? from the client"]),
        ("pip-run s.py", ["? without `--`"]),
        ("pip-run -r r.txt -- s.py", ["? `-r`"]),
    ],
)
def test_pip_run(line: str, expected: list[str]) -> None:
    check(line, expected, {"s.py"})
