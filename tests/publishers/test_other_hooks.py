"""Proofs and lock survive what other hooks and git do to the bytes of JSON files."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.publishers.conftest import Office

Rewrite = Callable[[str], str]


def sorted_keys(text: str) -> str:
    """As pretty-format-json --autofix of pre-commit-hooks does by default."""
    return json.dumps(json.loads(text), indent=2, ensure_ascii=True, sort_keys=True) + "\n"


def four_spaces(text: str) -> str:
    """As prettier with a .editorconfig of four spaces does to objects and arrays."""
    return json.dumps(json.loads(text), indent=4, ensure_ascii=False) + "\n"


def tabs(text: str) -> str:
    return json.dumps(json.loads(text), indent="\t") + "\n"


def one_line(text: str) -> str:
    return json.dumps(json.loads(text), separators=(",", ":"))


REWRITES: dict[str, Rewrite] = {
    "pretty-format-json": sorted_keys,
    "prettier, four spaces": four_spaces,
    "tabs": tabs,
    "minified, without a line end": one_line,
    "end-of-file-fixer": lambda text: text.rstrip("\n") + "\n",
    "several line ends": lambda text: text + "\n\n",
    "autocrlf": lambda text: text.replace("\n", "\r\n"),
}


@pytest.mark.parametrize("name", REWRITES)
def test_proofs_survive(office: Office, name: str) -> None:
    office.established()
    for proof in office.proofs:
        proof.write_bytes(REWRITES[name](proof.read_text()).encode())
    office.desk.git("add", "--all")
    office.forget()
    assert office.desk.guard("check", "--offline").code == 0
    office.desk.guard("pin")
    assert office.desk.git("diff", "--name-only") == "", "what still says the same is left as others like it"


def test_git_may_turn_line_ends_around(office: Office) -> None:
    office.desk.git("config", "core.autocrlf", "true")
    office.established()
    for path in (*office.proofs, office.desk.folder / "mcp-guard.lock"):
        path.unlink()
    office.desk.git("checkout", "--", ".")
    assert b"\r\n" in office.proofs[0].read_bytes()
    office.forget()
    assert office.desk.guard("check", "--offline").code == 0
    assert office.desk.guard("check", "--offline", "--hook", "--all").code == 0
