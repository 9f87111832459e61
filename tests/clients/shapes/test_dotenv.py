from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_guard.documents import read
from mcp_guard.model import Problem, Server
from tests.clients.shapes.reading import found


def dotenv(text: str) -> list[Server | Problem]:
    return found("dotenv", read(".env", text.encode("utf-8", "replace"), "text"))


@pytest.mark.parametrize(
    "line",
    [
        "CODEX_HOME=./.codex",
        "export CODEX_HOME=.codex",
        "  CODEX_HOME = '.codex'",
        "CODEX_HOME: .codex",
        'CODEX_HOME="$PWD/x" # c',
        "GEMINI_CLI_HOME=.",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", ""])
def test_a_moved_home_is_an_error_at_its_line(line: str, end: str) -> None:
    (problem,) = dotenv(f"A=1\n{line}{end}")
    assert isinstance(problem, Problem)
    assert (problem.rule, problem.severity, problem.place.line) == ("self-approval", "error", 2)
    assert ".codex" not in problem.message


def test_claude_code_does_not_read_the_file_itself() -> None:
    (problem,) = dotenv("CLAUDE_CONFIG_DIR=./x")
    assert isinstance(problem, Problem)
    assert problem.severity == "warning"


def test_a_byte_order_mark_hides_nothing() -> None:
    assert len(dotenv("\ufeffCODEX_HOME=x\nCODEX_HOME=y\n")) == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SECRET=hunter2\n",
        "# CODEX_HOME=./x\n",
        "CODEX_HOME=\n",
        "CODEX_HOME=''\n",
        'CODEX_HOME="" # none\n',
        "CODEX_HOME= # none\n",
        "MY_CODEX_HOME=x\n",
        "CODEX_HOMES=x\n",
        "CODEX_HOME\n",
        "not a = file\x00 of 'variables\n",
    ],
)
def test_all_else_is_nothing(text: str) -> None:
    assert dotenv(text) == []


@given(st.text())
@settings(max_examples=120, deadline=None)
def test_no_text_makes_it_raise(text: str) -> None:
    assert len(dotenv(f"# x\n{text}\nCODEX_HOME=x")) >= 1
