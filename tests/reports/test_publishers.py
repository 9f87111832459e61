from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mcp_guard.model import Evidence, Place, Publisher, Report, Subject
from mcp_guard.reports import publishers
from mcp_guard.reports.escape import width
from tests.reports import samples
from tests.reports.samples import DECLARED, PROVEN
from tests.reports.test_reports import bounded


def uses(name: str, *known: Evidence, line: int = 1) -> Subject:
    return samples.subject(name, "verified", place=Place(".mcp.json", line))._replace(evidence=known)


def rows(*subjects: Subject) -> list[str]:
    header, *found = publishers.render(Report(subjects, (), 0)).splitlines()
    assert header.split("  ")[0] == "package"
    return found


def test_an_empty_report_is_the_header_alone() -> None:
    assert rows() == rows(samples.POSTMARK) == []
    assert publishers.render(Report((), (), 0)) == "package  publisher  account  parts  how we know  servers\n"


def test_a_row_says_who_and_how_that_is_known() -> None:
    [row] = rows(uses("files", PROVEN))
    assert row.split("  ") == [
        "npm:@modelcontextprotocol/server-filesystem@2025.8.21",
        "github:modelcontextprotocol/servers#890668799 .github/workflows/release.yml@refs/tags/2025.8.21",
        "mcp-release",
        "proven: integrity, attestations, publisher; declared: published; absent: signatures",
        "proofs in the tree",
        ".mcp.json: files",
    ]


def test_an_account_that_looks_like_a_repository_is_no_publisher() -> None:
    name = "github:octo/server#4711"
    [row] = rows(uses("x", DECLARED._replace(publisher=Publisher("declared", name, "w", "r"), account=name)))
    assert row.startswith(f"{DECLARED.package}  -          {name}  ")


def test_a_publisher_without_workflow_or_ref_is_shown_as_far_as_it_is_known() -> None:
    shown = {
        rows(uses("x", PROVEN._replace(publisher=publisher)))[0].split("  ")[1]
        for publisher in (
            Publisher("proven", "google:me@x.example"),
            Publisher("proven", "github:a/b", "w"),
            Publisher("proven", "github:a/b", "", "refs/heads/main"),
        )
    }
    assert shown == {"google:me@x.example", "github:a/b w", "github:a/b refs/heads/main"}


def test_one_package_is_one_row_with_all_its_servers_in_their_order() -> None:
    [row] = rows(uses("b", PROVEN, line=9), uses("a", PROVEN, PROVEN, line=10), uses("c", PROVEN, line=2))
    assert row.endswith("  .mcp.json: c, .mcp.json: b, .mcp.json: a")


def test_what_is_known_otherwise_of_the_same_package_is_another_row() -> None:
    found = rows(uses("a", PROVEN), uses("b", PROVEN._replace(source="the registry, asked now")), uses("c", DECLARED))
    assert [row.rpartition(" ")[2] for row in found] == ["a", "b", "c"]


def test_columns_stand_under_each_other_with_wide_and_hostile_names() -> None:
    hostile = PROVEN._replace(package="npm:日本\u202e", account="\x1b[2J")
    header, *found = publishers.render(Report((uses("x", hostile, DECLARED),), (), 0)).splitlines()
    assert {width(row[: row.index(".mcp.json: x")]) for row in found} == {header.index("servers")}
    assert "\\u202e" in found[1]
    assert "\\x1b[2J" in found[1]


@bounded
@given(st.data())
def test_there_is_one_row_a_package_whatever_the_order_of_the_servers(data: st.DataObject) -> None:
    report = data.draw(samples.reports)
    known = {evidence for subject in report.subjects for evidence in subject.evidence}
    rendered = publishers.render(report)
    assert len(rendered.split("\n")) == len(known) + 2
    shuffled = report._replace(subjects=tuple(data.draw(st.permutations(report.subjects))))
    assert publishers.render(shuffled).count("\n") == rendered.count("\n")
