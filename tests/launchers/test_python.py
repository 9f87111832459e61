"""python, py, and modules with -m."""

from __future__ import annotations

import pytest

from tests.launchers.reading import check

FILES = {"s.py", "pkg/mod.py", "pkg/__main__.py", "src/lib/__main__.py", "folder/__main__.py", "deep/s.py"}
PYTHON = [
    ("python s.py --flag", ["local s.py"]),
    ("python3 s.py", ["local s.py"]),
    ("python3.12 -u s.py", ["local s.py"]),
    ("python3.13t s.py", ["local s.py"]),
    ("pypy3 s.py", ["local s.py"]),
    ("python.exe s.py", ["local s.py"]),
    ("py -3.12 s.py", ["local s.py"]),
    ("py -3.12-64 -m pkg.mod", ["local pkg/mod.py"]),
    ("py -V:3.12 s.py", ["local s.py"]),
    ("python -W ignore -X dev s.py", ["local s.py"]),
    ("python -Wignore -Xdev -bb s.py", ["local s.py"]),
    ("python folder", ["local folder/__main__.py"]),
    ("python gone.py", ["program gone.py"]),
    ("python /opt/s.py", ["program /opt/s.py"]),
    ("python -m pkg.mod", ["local pkg/mod.py"]),
    ("python -mpkg", ["local pkg/__main__.py"]),
    ("python -m lib", ["local src/lib/__main__.py"]),
    ("python -I -m pkg", ["program python -m pkg"]),
    ("python -m server_time", ["program python -m server_time"]),
    ("python -m uv tool run a@1.0", ["pypi:a@1.0 [a|@1.0|@]"]),
    ("python -m pipx run a", ["pypi:a@* [a||==]"]),
    ("python -m pip install a", ["? `python -m pip`"]),
    ("python -m runpy x", ["? `python -m runpy`"]),
    ("python -m pdb s.py", ["? `python -m pdb`"]),
    ("python -m mcp run x", ["? `python -m mcp`"]),
    ("python -m 'a b'", ["? not one"]),
    ("python -m '${M}'", ["? filled in"]),
    ("python -c code", ["? in the command line itself"]),
    ("python -uc code", ["? in the command line itself"]),
    ("python -", ["? from the client"]),
    ("python", ["? from the client"]),
    ("python --unknown s.py", ["? `--unknown`"]),
    ("python '${S}'", ["? filled in"]),
]


@pytest.mark.parametrize(("line", "expected"), PYTHON)
def test_command_lines(line: str, expected: list[str]) -> None:
    check(line, expected, FILES)
