"""Every real config goes through the whole pipeline, at its original path, without the network."""

from __future__ import annotations

import csv
from datetime import datetime, timezone
from pathlib import Path

import pytest

import mcp_guard

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus"
NOW = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
OURS = ("claude-code", "claude-desktop", "cursor", "vscode", "codex", "gemini-cli", "windsurf")


@pytest.mark.skipif(not CORPUS.is_dir(), reason="../shared/corpus is not here")
def test_real_configs_give_findings_and_never_an_exception(tmp_path: Path) -> None:
    with (CORPUS / "index.tsv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["file"].startswith("configs/")]
    pinned = blocked = servers = 0
    for number, row in enumerate(rows):
        folder = tmp_path / str(number)
        target = folder / row["original_path"]
        target.parent.mkdir(parents=True)
        target.write_bytes((CORPUS / row["file"]).read_bytes())
        report = mcp_guard.check(
            folder,
            [row["original_path"]],
            network="off",
            environ={"HOME": str(tmp_path)},
            cache_directory=tmp_path / "cache",
            now=NOW,
        )
        if row["file"].split("/")[1] in OURS:
            assert report.subjects or report.findings or target.name in {"settings.json", "config.toml"}, row["file"]
        servers += len(report.subjects)
        for subject in report.subjects:
            own = [f for f in report.findings if f.server == subject.server.name.text]
            blocked += subject.verdict == "blocked"
            assert subject.verdict != "verified", row["file"]
            assert subject.verdict != "blocked" or own, row["file"]
        pinned += sum("unpinned" not in f.rule for f in report.findings if f.rule == "unverifiable")
        for finding in report.findings:
            assert finding.remedy
            assert finding.place.line >= 1
    assert servers > 500
    assert blocked > 450
    assert 8 <= pinned <= 20, "twelve of the real launches name an exact version"
