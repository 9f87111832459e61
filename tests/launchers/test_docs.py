"""The documentation is what the table says, and reading imports nothing heavy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mcp_guard.launchers import LAUNCHERS, elsewhere, interpreters, tsx
from mcp_guard.launchers.__main__ import _described, page
from mcp_guard.launchers.bridges import BRIDGES
from mcp_guard.launchers.grammars import grammar
from mcp_guard.launchers.installed import INSTALLED
from mcp_guard.launchers.wrappers import SYSTEM, TOOLCHAIN
from mcp_guard.model import RemoteLaunch
from tests.launchers.reading import word

PAGE = Path(__file__).resolve().parents[2] / "docs" / "launchers.md"


def test_the_page_is_not_stale() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m mcp_guard.launchers > docs/launchers.md"


def test_the_command_prints_the_page() -> None:
    done = subprocess.run([sys.executable, "-m", "mcp_guard.launchers"], capture_output=True, check=True)
    assert done.stdout.decode().replace("\r\n", "\n") == page()


def test_every_row_has_an_example_and_no_program_is_in_two_rows() -> None:
    assert all(launcher.examples for launcher in LAUNCHERS)
    programs = [name for launcher in LAUNCHERS for name in launcher.programs]
    assert len(programs) == len(set(programs))


def test_the_table_repeats_what_only_the_grammars_load() -> None:
    programs = {row.grammar: {*row.programs} for row in LAUNCHERS if not row.installed}
    installed = {row.grammar: {*row.programs} for row in LAUNCHERS if row.installed}
    assert programs["wrapping"] == {*SYSTEM, *TOOLCHAIN}
    assert installed["wrapping"] == {*INSTALLED}
    assert installed["tsx"] == {*tsx.PROGRAMS}
    assert programs["interpreters"] == {*interpreters.INTERPRETERS}
    assert programs["elsewhere"] == {*elsewhere.REASONS}


@pytest.mark.parametrize("name", sorted({row.grammar for row in LAUNCHERS} | {*BRIDGES.values()}))
def test_each_grammar_is_there(name: str) -> None:
    assert callable(grammar(name))


def test_one_launcher_does_not_load_the_others() -> None:
    code = (
        "import sys; from mcp_guard import launchers; from mcp_guard.model import *;"
        "w = Word('npx', Place('x'), 0, 1); s = Server('x', 'x', w, (w, w._replace(text='a@1.0.0')), (), (),"
        "None, None, (), {});"
        "print(launchers.read(s, launchers.Tracked(lambda p: False, lambda p: None))[0].packages[0].version);"
        "print(sum(name.startswith('mcp_guard.launchers.') for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    version, modules = done.stdout.split()
    assert (version, int(modules) < 40) == ("1.0.0", True)


def test_a_remote_is_described() -> None:
    assert _described(RemoteLaunch("https://x.example", word("x"))) == "remote `https://x.example`"


def test_reading_needs_no_heavy_import() -> None:
    code = (
        "import sys; from mcp_guard import launchers; launchers.overrides('.npmrc', b'registry=x');"
        "print(sorted({'packaging', 'tomli', 'requests', 'jsonschema', 'packageurl', 'tomlkit'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "[]"
