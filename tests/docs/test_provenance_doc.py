"""docs/provenance.md agrees with the code: levels, steps, keys, what is unsupported, rules, the policy it shows.

Its table of recorded objects is compared in tests/provenance/test_table.py.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from mcp_guard import policy, rules
from mcp_guard.model import Level
from mcp_guard.provenance.errors import Step

ROOT = Path(__file__).resolve().parents[2]
PROVENANCE = ROOT / "mcp_guard" / "provenance"
PAGE = (ROOT / "docs" / "provenance.md").read_text(encoding="utf-8")


def table(title: str) -> list[list[str]]:
    """The cells of the table whose header row begins with this cell, without header."""
    (found,) = re.findall(rf"^\| {re.escape(title)} \|.*\n\|[-|:]+\|\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in found.splitlines()]


def code(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def test_each_level_is_explained() -> None:
    rows = table("level")
    assert [code(row[0]) for row in rows] == [[level] for level in get_args(Level)]
    assert all(len(row) == 3 and all(row) for row in rows)


def test_each_step_is_named_in_order_with_what_it_implements() -> None:
    rows = table("step")
    assert [code(row[0]) for row in rows] == [[step] for step in get_args(Step)]
    assert all(len(row) == 3 and all(row) for row in rows)


# ------------------------------------------------------------------------------------------------ unsupported


def unsupported(source: str) -> Iterator[str]:
    """The step of each `Unsupported(…)` in a module; `_STEP` is what the module says that it is."""
    tree = ast.parse(source)
    constants = {
        node.target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="Unsupported"), args=[ast.Constant(value=str(step)), *_]):
                yield step
            case ast.Call(func=ast.Name(id="Unsupported"), args=[ast.Name(id=name), *_]):
                if name != "step":  # of whoever calls: the step that reads the key
                    yield str(constants[name])
            case ast.Call(func=ast.Name(id="Unsupported")):
                raise AssertionError(ast.unparse(node))
            case _:
                pass


def test_each_step_that_can_be_unsupported_is_named() -> None:
    raised = {step for module in PROVENANCE.glob("*.py") for step in unsupported(module.read_text("utf-8"))}
    assert raised
    assert {step for row in table("what") for step in code(row[1])} == raised


def test_every_way_to_raise_it_is_seen() -> None:
    source = '_STEP: Final = "ct.sct"\nraise Unsupported(_STEP, "x")\ndef f():\n    raise Unsupported("rekor.log", "y")'
    assert list(unsupported(source)) == ["ct.sct", "rekor.log"]
    with pytest.raises(AssertionError):
        list(unsupported("raise Unsupported(f(), 'x')"))


# ------------------------------------------------------------------------------------------------ keys


def test_the_keys_of_the_npm_registry_are_the_shipped_ones() -> None:
    shipped = json.loads((PROVENANCE / "data" / "npm_keys.json").read_bytes())
    expected = [
        (key["keyId"], key["keyUsage"], valid["start"][:10], valid.get("end", "–")[:10])
        for key in shipped["keys"]
        for valid in [key["publicKey"]["validFor"]]
    ]
    rows = [(*code(row[0]), *code(row[1]), *row[2:]) for row in table("npm key")]
    assert sorted(rows) == sorted(expected)


@pytest.mark.parametrize("name", ["npm_keys.json", "trusted_root.json"])
def test_the_date_of_the_keys_is_theirs(name: str) -> None:
    date = json.loads((PROVENANCE / "data" / name).read_bytes())["date"]
    assert f"Those of this release are of {date}." in PAGE


# ------------------------------------------------------------------------------------------------ the rest


def test_the_rules_exist() -> None:
    named = [name for row in table("rule") for name in code(row[0])]
    assert len(named) == len(set(named)) == 7
    assert set(named) <= {rule.name for rule in rules.RULES}


def test_the_policy_can_be_read() -> None:
    (example,) = re.findall(r'```toml title="mcp-guard.toml"\n(.*?)```', PAGE, re.DOTALL)
    publishers = dict(policy.load({"mcp-guard.toml": example.encode()}).publishers)
    assert publishers["npm:notes-mcp"].identity == "github:octo/notes-mcp#4711"
    assert publishers["npm:@octo/*"] == ("github:octo/servers#4712", "release.yml", "refs/tags/*")


def test_links_lead_somewhere() -> None:
    titles = re.findall(r"^#+ (.*)$", PAGE, re.MULTILINE)
    anchors = {"#" + re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
    links = re.findall(r"\]\(([^)]+)\)", PAGE)
    assert len(links) > 8
    assert [link for link in links if link not in anchors and not (ROOT / "docs" / link).is_file()] == []


def test_it_promises_nothing_that_cannot_be_known() -> None:
    assert re.findall(r"\b(?:safe|clean|secure|guarantee\w*)\b", PAGE, re.IGNORECASE) == []
