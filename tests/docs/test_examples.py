"""Every example of a rule page is run: Bad gives its rule, Good does not. So are the examples in `examples/`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest

import mcp_guard
from mcp_guard import rules

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
BLOCK = re.compile(r'```(?:json|toml) title="(?P<file>[^"]+)"(?P<rest>[^\n]*)\n(?P<text>.*?)```', re.DOTALL)


def examples() -> Iterator[tuple[str, str, dict[str, str]]]:
    """Each section's files, where they can be run (the others need a registry or a lock, and are marked so)."""
    for rule in rules.RULES:
        for heading in ("Bad", "Good"):
            section = re.search(rf"## {heading}\n(.*?)(?=\n## |\Z)", rule.page, re.DOTALL)
            assert section is not None, rule.name
            found = list(BLOCK.finditer(section[1]))
            assert found, f"{rule.name} shows no {heading} example"
            files = {block["file"]: block["text"] for block in found if "illustrative" not in block["rest"]}
            if files:
                yield rule.name, heading, files


@pytest.mark.parametrize(("rule", "heading", "files"), list(examples()))
def test_the_examples_of_the_pages(tmp_path: Path, rule: str, heading: str, files: dict[str, str]) -> None:
    for file, text in files.items():
        path = tmp_path / "checked" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    environ = {"HOME": str(tmp_path)}
    report = mcp_guard.check(
        tmp_path / "checked", network="off", environ=environ, cache_directory=tmp_path / "cache", now=NOW
    )
    found = {finding.rule for finding in report.findings}
    assert (rule in found) == (heading == "Bad"), found


def test_most_pages_have_an_example_that_runs() -> None:
    assert len({rule for rule, *_ in examples()}) >= 10


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("unpinned-postmark", {"unpinned"}),
        ("mixed", {"unpinned", "unlisted-remote", "opaque-launch", "not-locked"}),
        ("pinned-filesystem", {"unverifiable"}),
    ],
)
def test_the_example_repositories(tmp_path: Path, folder: str, expected: set[str]) -> None:
    import shutil

    shutil.copytree(ROOT / "examples" / folder, tmp_path / "checked")
    report = mcp_guard.check(
        tmp_path / "checked",
        network="off",
        environ={"HOME": str(tmp_path)},
        cache_directory=tmp_path / "cache",
        now=NOW,
    )
    assert {finding.rule for finding in report.findings} == expected
