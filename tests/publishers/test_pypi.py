"""PyPI: every file of a release counts."""

from __future__ import annotations

import pytest

from tests.publishers.conftest import WHO, Office

UVX = {"command": "uvx", "args": ["octo-tool==1.0.0"]}


def established(office: Office) -> None:
    office.registry.publish_pypi("octo-tool", "1.0.0")
    office.registry.attest_pypi("octo-tool", "1.0.0")
    office.desk.config(tool=UVX)


def test_a_release_of_which_every_file_is_attested(office: Office) -> None:
    established(office)
    office.registry.requests.clear()
    pinned = office.desk.guard("pin")
    assert pinned.code == 1
    assert office.desk.rules() == ["new-publisher"]
    assert f"published by {WHO}" in pinned.out
    assert len(office.proofs) == 2
    assert office.desk.guard("accept", "publisher", "tool").code == 0
    assert office.desk.guard("check").code == 0
    office.forget()
    assert office.desk.guard("check", "--offline").code == 0


def test_a_first_look_costs_a_page_and_one_request_a_file(office: Office) -> None:
    established(office)
    office.registry.requests.clear()
    office.desk.guard("check")
    assert office.registry.count() == 3


@pytest.mark.parametrize(
    "path", ["/simple/octo-tool", "/integrity/", "/integrity/octo-tool/1.0.0/octo_tool-1.0.0.tar.gz"]
)
@pytest.mark.parametrize("fault", ["status", "truncated"])
def test_an_outage_of_any_request_is_never_a_pass(office: Office, path: str, fault: str) -> None:
    established(office)
    office.desk.guard("pin")
    assert office.desk.guard("accept", "publisher", "tool").code == 0
    office.forget()
    office.registry.break_down(fault, path=path)
    assert office.desk.guard("check", "--network=required").code == 3
    office.desk.write("mcp-guard.lock", '{"configs": {}, "packages": {}, "version": 1}\n')
    assert office.desk.guard("pin").code == 1
    assert "octo-tool" not in office.desk.read("mcp-guard.lock")


def test_the_proof_of_another_file_is_refused(office: Office) -> None:
    established(office)
    office.desk.guard("pin")
    office.desk.guard("accept", "publisher", "tool")

    def swap(packages: dict[str, dict[str, object]]) -> None:
        proofs = packages["pkg:pypi/octo-tool@1.0.0"]["proofs"]
        assert isinstance(proofs, dict)
        (one, first), (two, second) = proofs.items()
        packages["pkg:pypi/octo-tool@1.0.0"]["proofs"] = {one: second, two: first}

    office.edit(swap)
    office.forget()
    findings = office.findings("--offline")
    assert "proof-invalid" in findings
    assert "octo_tool-1.0.0" in findings["proof-invalid"]


def test_a_file_that_nobody_attested_spoils_the_release(office: Office) -> None:
    established(office)
    project = office.registry.projects["octo-tool"]
    (wheel, archive) = project.files("1.0.0")
    project.add("1.0.0", (wheel, archive._replace(provenance=None)))
    findings = office.findings()
    assert set(findings) == {"not-locked", "unverified-publisher"}
    assert "octo_tool-1.0.0.tar.gz" in findings["unverified-publisher"]


def test_the_digest_of_a_file_is_covered(office: Office) -> None:
    established(office)
    office.desk.guard("pin")

    def other(packages: dict[str, dict[str, object]]) -> None:
        digests = packages["pkg:pypi/octo-tool@1.0.0"]["digests"]
        assert isinstance(digests, dict)
        digests["octo_tool-1.0.0.tar.gz"] = "sha256:" + "0" * 64

    office.edit(other)
    office.forget()
    assert "proof-invalid" in office.findings("--offline")
