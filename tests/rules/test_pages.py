"""The rules' pages: what each has, and that `docs/rules` is not stale."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from mcp_guard.rules import RULES, page, pages

ROOT = Path(__file__).resolve().parents[2]
HEADINGS = ["What", "Why", "Bad", "Good", "Remedy"]
FENCE = re.compile(r'^```(json|toml) title="[^"]+"( illustrative)?\n(.+?)^```$', re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_page_has_its_five_headings_a_summary_and_a_command(rule: object) -> None:
    name, text = rule.name, rule.page  # type: ignore[attr-defined]  # Rule or Review
    assert rule.check.__module__ == f"mcp_guard.rules.{name.replace('-', '_')}"  # type: ignore[attr-defined]  # as above
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == HEADINGS
    assert re.fullmatch(r"[A-Z].+\.", text.strip().partition("\n\n")[0])
    sections = dict(zip(HEADINGS, re.split(r"^## .+\n", text, flags=re.MULTILINE)[1:], strict=True))
    assert all(section.strip() for section in sections.values())
    assert FENCE.search(sections["Bad"])
    assert FENCE.search(sections["Good"])
    assert re.fullmatch(r"    (mcp-guard|git) .+", sections["Remedy"].strip("\n").splitlines()[-1])


def test_no_rule_is_missing_from_the_table() -> None:
    support = {"__init__", "__main__", "rule", "commands", "subjects", "urls", "acceptances", "pages", "publishers"}
    support |= {"loading"}
    modules = {path.stem for path in (ROOT / "mcp_guard" / "rules").glob("*.py")} - support
    assert modules == {rule.name.replace("-", "_") for rule in RULES}


# What building showed to be missing in the design: a proof that is there and wrong is no absence of evidence.
BEYOND = {"proof-invalid"}


def test_every_rule_is_one_of_the_design() -> None:
    design = ROOT.parent / "shared" / "DESIGN.md"
    if not design.exists():
        pytest.skip("the design lies outside of this checkout")
    section = design.read_text(encoding="utf-8").partition("## 7. Rules")[2].partition("## 8.")[0]
    warnings = set(re.findall(r"`([a-z-]+)`\(w\)", section))
    for rule in RULES:
        assert f"`{rule.name}`" in section or rule.name in BEYOND
        assert (rule.severity == "warning") == (rule.name in warnings)


def test_page_is_the_text_of_one_rule() -> None:
    text = page("unpinned")
    assert text is not None
    assert text.startswith("# unpinned\n\nSeverity: error")
    assert page("Unpinned") is None
    assert page("") is None


def test_the_pages_in_docs_are_those_of_the_docstrings() -> None:
    folder = ROOT / "docs" / "rules"
    written = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    assert written == pages.files(RULES), "run python -m mcp_guard.rules"


def test_writing_makes_the_folder_hold_exactly_the_pages(tmp_path: Path) -> None:
    folder = tmp_path / "docs" / "rules"
    folder.mkdir(parents=True)
    (folder / "gone.md").write_text("a rule that is no more")
    (folder / "unpinned.md").write_text("stale")
    (folder / "picture.svg").write_text("not ours")
    subprocess.run([sys.executable, "-m", "mcp_guard.rules", str(folder)], check=True, cwd=ROOT)
    assert {path.name for path in folder.iterdir()} == {"picture.svg", *pages.files(RULES)}
    assert (folder / "unpinned.md").read_bytes().decode() == pages.files(RULES)["unpinned.md"]
