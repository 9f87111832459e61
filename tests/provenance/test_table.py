"""The table in docs/provenance.md says what this run gives, of every recorded object."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from tests.provenance import objects, recorded, table

# ------------------------------------------------------------------------------------------------ the objects


@recorded.needed
def test_every_recorded_object_is_judged_or_set_aside_for_a_reason() -> None:
    rows = objects.rows()
    judged = {row.file for row in rows} | {row.artifact for row in rows}
    assert [file for file in objects.index() if (file in judged) == (objects.aside(file) is not None)] == []
    assert len({row.file for row in rows}) == len(rows) > 80


@recorded.needed
def test_every_kind_and_every_exception_is_of_use() -> None:
    files = objects.index()
    unused = [name for name in (*objects.KINDS, *objects.ASIDE) if not any(fnmatchcase(file, name) for file in files)]
    assert unused == []


@recorded.needed
def test_a_conformance_case_ends_as_its_name_says() -> None:
    cases = [row for row in objects.rows() if row.file.startswith("sigstore-conformance/")]
    assert len(cases) > 30
    for row in cases:
        assert (objects.outcome(row).result == "verified") != row.file.endswith("_fail"), row.file


@recorded.needed
def test_an_artifact_stands_with_every_object_about_it() -> None:
    about = {row.file: row.artifact for row in objects.rows()}
    assert about["npm/attestations/gundam-visor@1.0.1.json"] == "npm/tarballs/gundam-visor-1.0.1.tgz"
    assert about["npm/attestations/nuxt@4.1.2.json"] == ""
    name = "pypi/pypi_attestations-0.0.19.tar.gz"
    assert {about[f"{name}.{kind}"] for kind in ("provenance", "publish.attestation", "slsa.attestation")} == {name}


# ------------------------------------------------------------------------------------------------ the page


@recorded.needed
def test_the_page_says_what_this_run_gives() -> None:
    rows = objects.rows()
    given = table.render([(row, objects.outcome(row)) for row in rows], [0.0] * len(rows))
    stands = table.written(table.PAGE.read_text("utf-8"))
    wrong = set(table.timeless(given).splitlines()) ^ set(table.timeless(stands).splitlines())
    assert table.timeless(given) == table.timeless(stands), f"run `{table.COMMAND}`: {sorted(wrong)}"


ROW = objects.Row("a/b.json", "a/b.tgz", "2 signatures", lambda: None)
REFUSED = objects.Outcome("refused", "ct.sct")


@pytest.fixture
def _nothing_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "index", list)


@pytest.mark.usefixtures("_nothing_recorded")
def test_only_times_may_differ() -> None:
    first = table.render([(ROW, REFUSED)], [1.25])
    assert "| `a/b.json` (2 signatures, of `b.tgz`) | refused | `ct.sct` | 1.2 |\n" in first
    assert table.timeless(first) == table.timeless(table.render([(ROW, REFUSED)], [40.0]))
    for row, result in (
        (ROW._replace(file="a/c.json"), REFUSED),
        (ROW._replace(note="3 signatures"), REFUSED),
        (ROW._replace(artifact=""), REFUSED),
        (ROW, objects.Outcome("verified", "")),
        (ROW, objects.Outcome("unsupported", "ct.sct")),
        (ROW, objects.Outcome("refused", "rekor.log")),
    ):
        assert table.timeless(first) != table.timeless(table.render([(row, result)], [1.25]))
    assert table.timeless(first) != table.timeless(table.render([(ROW, REFUSED), (ROW, REFUSED)], [1.25, 1.25]))


@pytest.mark.parametrize("page", ["", table.START, table.END, (table.START + table.END) * 2])
def test_a_page_without_exactly_one_table_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match="exactly one table"):
        table.written(page)


@recorded.needed
def test_the_command_writes_the_table_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "provenance.md"
    page.write_text(f"before\n{table.START}old\n{table.END}after\n", "utf-8")
    page.chmod(0o644)
    monkeypatch.setattr(table, "PAGE", page)
    monkeypatch.setattr(table, "RUNS", 1)
    monkeypatch.setattr(table, "rows", lambda: objects.rows()[:2])
    assert table.main() == 0
    text = page.read_text("utf-8")
    assert text.startswith(f"before\n{table.START}\nMeasured ")
    assert text.endswith(f"{table.END}after\n")
    assert "2 verified; 2 objects." in table.written(text)
    assert page.stat().st_mode & 0o777 == 0o644
    assert [file.name for file in tmp_path.iterdir()] == ["provenance.md"]


def test_without_the_recordings_the_command_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(recorded, "FOLDER", tmp_path / "missing")
    monkeypatch.setattr(table, "PAGE", tmp_path / "page.md")
    assert table.main() == 1
    assert "not beside this repository" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
