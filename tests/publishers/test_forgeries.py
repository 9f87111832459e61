"""Whoever edits the lock or its proofs is found out without the network, and told what does not hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mcp_guard.provenance.proofs import read_proof
from tests.publishers.conftest import NAME, PURL, VERSION, Office

Packages = dict[str, dict[str, object]]
SRI = "sha512-" + "A" * 86 + "=="


def entry(key: str, value: object) -> Callable[[Office], None]:
    """A forgery: another value of the entry."""

    def forge(office: Office) -> None:
        def change(packages: Packages) -> None:
            packages[PURL][key] = value

        office.edit(change)

    return forge


def publisher(**change: str) -> Callable[[Office], None]:
    def forge(office: Office) -> None:
        def edit(packages: Packages) -> None:
            found = packages[PURL]["publisher"]
            assert isinstance(found, dict)
            packages[PURL]["publisher"] = found | change

        office.edit(edit)

    return forge


def signature_of_another(office: Office) -> None:
    def change(packages: Packages) -> None:
        packages[PURL]["signatures"] = packages["pkg:npm/other@1.0.0"]["signatures"]

    office.edit(change)


def proof_of_another(office: Office) -> None:
    def change(packages: Packages) -> None:
        packages[PURL]["proofs"] = packages["pkg:npm/other@1.0.0"]["proofs"]

    office.edit(change)


def proof_of_another_version(office: Office) -> None:
    office.publish("1.2.4")
    office.forget()
    office.desk.config("sub/.mcp.json", newer=f"{NAME}@1.2.4")
    office.desk.guard("pin")

    def change(packages: Packages) -> None:
        packages[PURL]["proofs"] = packages[PURL.replace("1.2.3", "1.2.4")]["proofs"]

    office.edit(change)


def own_proof(office: Office) -> Path:
    name = json.loads(office.desk.read("mcp-guard.lock"))["packages"][PURL]["proofs"]
    return office.desk.folder / "mcp-guard.proofs" / f"{name}.json"


def truncated(office: Office) -> None:
    path = own_proof(office)
    path.write_bytes(path.read_bytes()[:-200])


def emptied(office: Office) -> None:
    own_proof(office).write_bytes(b"")


def deleted(office: Office) -> None:
    own_proof(office).unlink()


def linked(office: Office) -> None:
    path = own_proof(office)
    other = path.with_name("elsewhere")
    path.rename(other)
    path.symlink_to(other.name)


def content_of_another(office: Office) -> None:
    path = own_proof(office)
    (other,) = (found for found in office.proofs if found != path)
    path.write_bytes(other.read_bytes())


def renamed_after_a_change(office: Office) -> None:
    """The content is changed, and the name made to fit it."""
    path = own_proof(office)
    data = path.read_bytes().replace(b'"logIndex": "', b'"logIndex": "1')
    name = read_proof("", data).name
    path.with_name(f"{name}.json").write_bytes(data)

    def change(packages: Packages) -> None:
        packages[PURL]["proofs"] = name

    office.edit(change)


def twice_the_same_key(office: Office) -> None:
    path = own_proof(office)
    path.write_bytes(path.read_bytes().replace(b"{", b'{"attestations": [], ', 1))


FORGERIES: dict[str, tuple[Callable[[Office], None], str]] = {
    "another digest": (entry("digests", SRI), "registry signature that does not hold"),
    "a signature of another package": (signature_of_another, "registry signature that does not hold"),
    "another publisher": (publisher(identity="github:mallory/server#666"), "github:mallory/server#666"),
    "another repository id": (publisher(identity="github:octo/server#4712"), "github:octo/server#4712"),
    "another workflow": (publisher(workflow=".github/workflows/other.yml"), "other.yml"),
    "another ref": (publisher(ref="refs/heads/main"), "refs/heads/main"),
    "another owner": (publisher(**{"owner-id": "1"}), "owner id"),
    "the proof of another package": (proof_of_another, "attestations that do not hold"),
    "the proof of another version": (proof_of_another_version, "attestations that do not hold"),
    "the content of another proof": (content_of_another, "is not what its name says"),
    "a truncated proof": (truncated, "cannot be read"),
    "an empty proof": (emptied, "cannot be read"),
    "a proof with a key twice": (twice_the_same_key, "cannot be read"),
    "a deleted proof": (deleted, "is not in the tree"),
    "a linked proof": (linked, "it is a link"),
    "a changed proof, renamed": (renamed_after_a_change, "do not hold"),
    "a time before the build": (entry("published", "2025-12-30T00:00:00Z"), "was built on 2026-01-02"),
}


@pytest.mark.parametrize("based", [True, False], ids=["with the truth in the base", "without a base"])
@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_is_found_without_the_network(office: Office, name: str, based: bool) -> None:
    forge, told = FORGERIES[name]
    office.publish()
    office.publish("1.0.0", "other")
    office.desk.config(server=f"{NAME}@{VERSION}", other="other@1.0.0")
    office.desk.guard("pin")
    assert office.desk.guard("accept", "publisher", "server", "other").code == 0
    if based:
        office.commit()
    else:
        office.desk.git("add", "--all")
    forge(office)
    office.desk.git("add", "--all")
    for machine in ("this", "another"):
        if machine == "another":
            office.forget()
        done = office.desk.guard("check", "--offline", "--format", "json")
        report = json.loads(done.out)
        found = [finding for finding in report["findings"] if finding["rule"] == "proof-invalid"]
        assert done.code == 1, machine
        assert any(told in finding["message"] for finding in found), [finding["message"] for finding in found]
        assert {finding["file"] for finding in found} == {"mcp-guard.lock"}
        lines = office.desk.read("mcp-guard.lock").splitlines()
        assert all(PURL in lines[finding["line"] - 1] for finding in found)
        assert office.desk.guard("check").code == 1, "nor is it believed with the network"
    hooked = office.desk.guard("check", "--hook", "--offline")
    assert hooked.code == 1
    assert "proof-invalid" in hooked.out


def test_stripping_what_the_base_has_proven_is_a_downgrade(office: Office) -> None:
    office.established()

    def strip(packages: Packages) -> None:
        found = packages[PURL]
        for key in ("proofs", "publisher", "signatures"):
            del found[key]
        levels = {"signatures": "absent", "attestations": "absent", "publisher": "declared", "integrity": "declared"}
        evidence = found["evidence"]
        assert isinstance(evidence, dict)
        found["evidence"] = evidence | levels

    office.edit(strip)
    for own in office.proofs:
        own.unlink()
    for argv in ((), ("--offline",), ("--network=required",)):
        assert "provenance-downgrade" in office.findings(*argv)
        assert office.desk.guard("check", *argv).code == 1


def test_an_unreferenced_proof_is_told_and_pruned(office: Office) -> None:
    office.established()
    stray = office.desk.folder / "mcp-guard.proofs" / ("0" * 64 + ".json")
    stray.write_text("{}\n")
    office.desk.git("add", "--all")
    assert "lock-unused" in office.findings()
    office.desk.guard("pin")
    assert not stray.exists()
    assert len(office.proofs) == 1
    assert office.findings() == {}


def test_a_forged_answer_of_the_registry_is_no_pass(office: Office) -> None:
    """A registry that serves the attestations of another version."""
    office.publish()
    office.publish("1.2.4")
    document = office.registry.document("/npm/-/npm/v1/attestations/@octo%2fserver@1.2.4")
    assert document is not None
    office.registry.raw["/npm/-/npm/v1/attestations/@octo%2Fserver@1.2.3"] = document
    office.registry.raw["/npm/-/npm/v1/attestations/@octo%2fserver@1.2.3"] = document
    office.start()
    findings = office.findings()
    assert "proof-invalid" in findings
    assert "attestations that do not hold" in findings["proof-invalid"]
    done = office.desk.guard("pin")
    assert done.code == 1
    assert "do not hold" in done.out
    assert not office.proofs
