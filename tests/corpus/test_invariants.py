"""What must hold of the real configs, whatever else changes (`docs/corpus.md` has the figures)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from mcp_guard.model import OpaqueLaunch
from tests.corpus import figures, tables
from tests.corpus.files import REFERENCE, entries, files
from tests.corpus.reading import Read, corpus

pytestmark = pytest.mark.skipif(not files(), reason="the corpus is not beside this checkout")

# What says that a package is not pinned, or that nobody can know which one it is.
UNPINNED = frozenset({"unpinned", "mutable-source", "opaque-launch"})


def names(reads: Iterable[Read]) -> list[str]:
    return [read.file.name for read in reads]


def is_whole(read: Read) -> bool:
    """Whether every server that is found without knowing the client is among ours, or told to break its schema."""
    expected = entries(read.file)
    found = {server.server.name.text for server in read.servers}
    found |= {problem.server for problem in read.config.problems if problem.server is not None}
    if expected is None:  # no plain parser reads it: comments, templates, mistakes
        return bool(found or read.config.problems)
    if not expected & found:
        return len(found) >= len(expected)  # the names are ours: a file that is one server
    return expected <= found


def test_no_file_is_passed_in_silence() -> None:
    silent = [read for read in corpus() if not read.servers and not read.config.problems]
    assert {read.file.client for read in silent} <= {"docker-compose"}  # files about services of other kinds


def test_every_server_is_found_or_told() -> None:
    assert names(read for read in figures.counted(corpus()) if not is_whole(read)) == []


def test_every_server_has_a_launch_and_every_doubt_a_reason() -> None:
    launches = [server.launches for read in corpus() for server in read.servers]
    assert all(launches)
    opaque = [launch for found in launches for launch in found if isinstance(launch, OpaqueLaunch)]
    assert opaque
    assert all(launch.reason for launch in opaque)


def test_every_package_stands_in_its_file_where_it_is_said_to() -> None:
    for read in corpus():
        lines = read.config.text.split("\n")
        for package in figures.packages(launch for server in read.servers for launch in server.launches):
            place = package.word.place
            assert place.file == read.file.original
            assert 1 <= place.line <= len(lines)
            if package.word.start != package.word.end:
                assert package.written
                assert package.written in package.word.text


def test_the_corpus_is_whole() -> None:
    assert len(corpus()) == 318
    counted = figures.counted(corpus())
    assert sum(len(read.servers) for read in counted) >= 834
    assert sum(bool(read.servers) for read in counted) >= 284
    assert sum(read.found and bool(read.servers) for read in counted) >= 260


def test_no_exact_pin_is_reported_and_none_is_missed() -> None:
    """The reference lists every exact pin: package, version and repository."""
    text = REFERENCE.read_text(encoding="utf-8")
    listed = {line.removeprefix("- exact: ").strip() for line in text.splitlines() if line.startswith("- exact: ")}
    pinned = [record for record in figures.records(corpus()) if record.pin == "exact"]
    ours = {
        f"{record.package.ecosystem} `{record.package.name}` version `{sign}{record.package.version}` "
        f"in {record.read.file.repository}"
        for record in pinned
        for sign in ["==" if record.package.ecosystem == "pypi" else ""]
    }
    assert ours == listed
    assert len(pinned) == 12
    reported = {(f.place, f.rule) for read in corpus() for f in read.findings}
    assert not [record for record in pinned if (record.package.word.place, "unpinned") in reported]


def test_every_package_without_an_exact_version_is_reported() -> None:
    unpinned = [record for record in figures.records(corpus()) if record.pin != "exact"]
    missed = [
        (record.read.file.name, record.package.written)
        for record in unpinned
        if not any(
            finding.severity == "error"
            and finding.rule in UNPINNED
            and finding.server == record.server.server.name.text
            for finding in record.read.findings
        )
    ]
    assert not missed
    assert len(unpinned) >= 430


@pytest.mark.parametrize("heading", ["By client", "By launcher", "Pinning"])
def test_the_tables_of_the_reference_are_read(heading: str) -> None:
    rows = figures.reference(heading)
    assert len(rows) >= 3
    assert all(figures.number(cells[0]) for cells in rows.values())


def test_the_files_of_each_client_are_counted_alike() -> None:
    theirs = {name: figures.number(cells[0]) for name, cells in figures.reference("By client").items()}
    assert {client: sum(file.client == client for file in files()) for client in theirs} == theirs


def test_the_launchers_are_counted_nearly_alike() -> None:
    theirs = {name: figures.number(cells[0]) for name, cells in figures.reference("By launcher").items()}
    ours = figures.launchers(corpus())
    assert ours.keys() <= theirs.keys()
    assert sum(abs(ours[name] - count) for name, count in theirs.items()) <= 30  # explained in docs/corpus.md


def test_the_page_shows_the_tables_as_they_are() -> None:
    page = (Path(__file__).parents[2] / "docs" / "corpus.md").read_text("utf-8")
    _, mark, shown = page.partition(tables.GENERATED)
    assert mark + shown == tables.document(), "stale: python benchmarks/corpus.py --write"


def test_a_file_in_the_wrong_state_is_named() -> None:
    assert tables.silent() == []
    assert "| a | b |" in tables.markdown(tables.Table("t", ("a", "b"), [("x|y", 1)]))
    assert tables.plain(tables.Table("t", ("a", "b"), [("xyz", 1)])) == "t\n\na    b\nxyz  1\n"
