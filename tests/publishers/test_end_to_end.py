"""From the first look at a publisher to every way in which a later release may differ."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest

from tests.publishers.conftest import NAME, PURL, VERSION, WHO, Office

OTHER = {"repository": "https://github.com/mallory/server", "repository_id": "666", "owner_id": "13"}


def test_a_new_publisher_is_shown_and_stops_until_a_person_names_it(office: Office) -> None:
    office.publish()
    office.start(NAME)
    pinned = office.desk.guard("pin")
    assert pinned.code == 1
    assert f"published by {WHO} (.github/workflows/release.yml at refs/tags/v1.2.3), proven" in pinned.out
    assert "error[new-publisher]" in pinned.out
    assert "mcp-guard accept publisher server" in pinned.out
    assert office.desk.rules() == ["new-publisher"]

    accepted = office.desk.guard("accept", "publisher", "server")
    assert accepted.code == 0
    assert f'"npm:{NAME}" = "{WHO}"' in office.desk.read("mcp-guard.toml")
    assert WHO in accepted.out
    assert office.desk.guard("check").code == 0
    assert office.verdicts() == ["verified"]


def test_what_is_proven_passes_on_another_machine_without_the_network(office: Office) -> None:
    office.established()
    office.forget()
    before = office.registry.count()
    done = office.desk.guard("check", "--offline", "-v")
    assert done.code == 0, done.out
    assert "proven by proofs in the tree" in done.out
    assert office.registry.count() == before
    assert office.desk.guard("check", "--offline", "--base", "HEAD~0").code == 0


def test_without_a_base_the_proofs_suffice(office: Office) -> None:
    """Nothing is carried here: the lock is not in any commit."""
    office.publish()
    office.start()
    office.desk.guard("pin")
    office.desk.guard("accept", "publisher", "server")
    office.forget()
    assert office.desk.guard("check", "--offline").code == 0


def test_proven_entries_are_asked_for_their_status_only(office: Office) -> None:
    office.established()
    office.forget()
    office.registry.requests.clear()
    assert office.desk.guard("check").code == 0
    assert [request.path for request in office.registry.requests] == ["/npm/@octo%2Fserver/1.2.3"]


def test_a_first_look_costs_two_requests(office: Office) -> None:
    office.publish()
    office.start()
    office.registry.requests.clear()
    office.desk.guard("check")
    assert office.registry.count() == 2


def test_a_lookalike_attested_by_its_own_repository_stops(office: Office) -> None:
    office.established()
    office.publish("1.0.0", "octo-server", **OTHER)
    office.desk.config(server=f"{NAME}@{VERSION}", lookalike="octo-server@1.0.0")
    office.desk.guard("pin")
    findings = office.findings()
    assert set(findings) == {"new-publisher"}
    assert "github:mallory/server#666" in findings["new-publisher"]


def bump(office: Office, version: str) -> dict[str, str]:
    """What a change to another version is told, in a commit and in CI, which must be the same."""
    office.desk.git("switch", "--quiet", "--create", "change")
    office.start(f"{NAME}@{version}")
    office.desk.guard("pin")
    at_commit = office.findings()
    office.commit()
    office.forget()
    in_ci = office.findings("--all", "--network=required", "--base", "HEAD~1")
    assert in_ci == at_commit
    offline = office.findings("--offline", "--base", "HEAD~1")
    assert set(at_commit) <= set(offline) | {"workflow-changed"}, "offline no less is found"
    return in_ci


def test_a_bump_by_the_same_publisher_passes(office: Office) -> None:
    office.established()
    office.publish("1.2.4", ref="refs/tags/v1.2.4")
    assert bump(office, "1.2.4") == {}


def test_a_bump_to_an_unattested_release(office: Office) -> None:
    office.established()
    office.registry.publish_npm(NAME, "1.2.4", signed=True, published="2026-02-01T00:00:00.000Z")
    findings = bump(office, "1.2.4")
    assert set(findings) == {"provenance-downgrade"}
    assert VERSION in findings["provenance-downgrade"]


def test_a_higher_major_without_provenance(office: Office) -> None:
    office.established()
    office.registry.publish_npm(NAME, "2.0.0", signed=True, published="2026-02-01T00:00:00.000Z")
    assert set(bump(office, "2.0.0")) == {"provenance-downgrade"}


def test_a_bump_to_another_repository(office: Office) -> None:
    office.established()
    office.publish("1.2.4", **OTHER)
    findings = bump(office, "1.2.4")
    assert set(findings) == {"publisher-changed", "publisher-mismatch"}
    for message in findings.values():
        assert WHO in message
        assert "github:mallory/server#666" in message


def test_a_repository_that_changed_hands(office: Office) -> None:
    office.established()
    office.publish("1.2.4", repository="https://github.com/mallory/server", owner_id="13")
    findings = bump(office, "1.2.4")
    assert set(findings) == {"publisher-changed", "publisher-mismatch"}
    assert "github:mallory/server#4711" in findings["publisher-changed"]


def test_a_repository_made_anew_under_the_old_name(office: Office) -> None:
    office.established()
    office.publish("1.2.4", repository_id="4712")
    assert set(bump(office, "1.2.4")) == {"publisher-changed", "publisher-mismatch"}


def test_a_bump_by_another_workflow_warns(office: Office) -> None:
    office.established()
    office.publish("1.2.4", workflow=".github/workflows/nightly.yml", ref="refs/tags/v1.2.4")
    findings = bump(office, "1.2.4")
    assert set(findings) == {"workflow-changed"}
    assert "nightly.yml" in findings["workflow-changed"]
    assert office.desk.guard("check", "--base", "HEAD~1").code == 0
    assert office.desk.guard("check", "--base", "HEAD~1", "--strict").code == 1


def test_a_workflow_that_the_policy_names_is_demanded(office: Office) -> None:
    office.established()
    rule = f'[publishers]\n"npm:{NAME}" = {{ identity = "{WHO}", workflow = "release.yml", ref = "refs/tags/*" }}\n'
    office.desk.write("mcp-guard.toml", rule)
    assert office.desk.guard("check").code == 0
    office.commit()
    office.publish("1.2.4", workflow=".github/workflows/nightly.yml")
    findings = bump(office, "1.2.4")
    assert "publisher-mismatch" in findings
    assert "workflow" in findings["publisher-mismatch"]


def test_a_downgrade_that_only_the_registry_knows_of(office: Office) -> None:
    """axios 1.14.1: the repository starts to use it after the evidence was lost."""
    office.publish("1.2.2")
    office.registry.publish_npm(NAME, VERSION, signed=True, published="2026-02-01T00:00:00.000Z")
    office.start()
    office.desk.guard("pin")
    for _ in range(2):  # the second time from this machine's own record
        findings = office.findings()
        assert set(findings) == {"provenance-downgrade"}
        assert "1.2.2" in findings["provenance-downgrade"]


def test_a_mirror_that_strips_evidence_takes_nothing_away_from_what_is_proven(office: Office) -> None:
    office.established()
    versions = office.registry.packuments[NAME]["versions"]
    assert isinstance(versions, dict)
    manifest = versions[VERSION]
    assert isinstance(manifest, dict)
    dist = manifest["dist"]
    assert isinstance(dist, dict)
    del dist["attestations"], dist["signatures"], manifest["_npmUser"]
    office.forget()
    assert office.desk.guard("check", "--network=required").code == 0
    office.desk.guard("pin")
    assert office.desk.git("status", "--porcelain") == "", "and pinning again keeps it"


def test_accepting_a_publisher_is_refused_where_nothing_is_proven(office: Office) -> None:
    office.registry.publish_npm(NAME, VERSION, signed=True)
    office.start()
    office.desk.guard("pin")
    assert office.desk.rules() == ["unverified-publisher"]
    done = office.desk.guard("accept", "publisher", "server")
    assert done.code == 2
    assert "nothing proves who published" in done.err
    assert "mcp-guard accept package server" in done.err


def test_accepting_a_publisher_does_not_replace_whom_a_person_has_named(office: Office) -> None:
    office.established()
    office.publish("1.2.4", **OTHER)
    office.start(f"{NAME}@1.2.4")
    office.desk.guard("pin")
    before = office.desk.read("mcp-guard.toml")
    done = office.desk.guard("accept", "publisher", "server")
    assert done.code == 2
    assert f"mcp-guard accept publisher npm:{NAME} 'github:mallory/server#666'" in done.err
    assert office.desk.read("mcp-guard.toml") == before
    assert office.desk.guard("accept", "publisher", f"npm:{NAME}", "github:mallory/server#666").code == 0
    assert office.desk.guard("check").code == 0, "by id, so a person has seen whom they name"


def test_list_shows_who_and_how_it_is_known(office: Office) -> None:
    office.established()
    office.registry.publish_npm("plain", "1.0.0", signed=True, publisher="phanpak")
    office.desk.config(server=f"{NAME}@{VERSION}", plain="plain@1.0.0")
    office.desk.guard("pin")
    listed = office.desk.guard("list", "--publishers").out.splitlines()
    proven = next(line for line in listed if NAME in line)
    declared = next(line for line in listed if "plain" in line)
    assert WHO in proven
    assert "proven: integrity, signatures, attestations, publisher" in proven
    assert "phanpak" in declared
    assert "proven: integrity, signatures" in declared
    assert "absent: attestations" in declared
    evidence = json.loads(office.desk.guard("list", "--format", "json").out)["servers"]
    assert [row["package"] for server in evidence for row in server["evidence"]] == [
        f"npm:{NAME}@{VERSION}",
        "npm:plain@1.0.0",
    ]


def test_two_versions_keep_two_proofs_and_pinning_prunes(office: Office) -> None:
    office.established()
    (first,) = office.proofs
    office.publish("1.2.4")
    office.start(f"{NAME}@1.2.4")
    diff = office.desk.guard("pin", "--diff").out
    assert f"removed: mcp-guard.proofs/{first.name}" in diff
    assert [path.name for path in office.proofs] == [first.name], "--diff writes nothing"
    pinned = office.desk.guard("pin")
    assert "mcp-guard.proofs" in pinned.out
    (second,) = office.proofs
    assert second.name != first.name
    assert json.loads(office.desk.read("mcp-guard.lock"))["packages"].keys() == {PURL.replace("1.2.3", "1.2.4")}


@pytest.mark.parametrize("path", ["/npm/@octo%2Fserver", "/npm/-/npm/v1/attestations", "/npm/"])
@pytest.mark.parametrize("fault", ["status", "truncated", "portal"])
def test_an_outage_of_any_request_is_never_a_pass(office: Office, path: str, fault: str) -> None:
    office.established()
    office.forget()
    office.registry.break_down(fault, path=path)
    done = office.desk.guard("check", "--network=required")
    assert done.code == 3, done.out
    assert "unverifiable" in done.out
    office.desk.write("mcp-guard.lock", '{"configs": {}, "packages": {}, "version": 1}\n')
    assert office.desk.guard("pin").code == 1, "nothing is pinned without its attestations"
    assert PURL not in office.desk.read("mcp-guard.lock")


def test_a_pin_that_failed_prunes_nothing(office: Office) -> None:
    """An entry that has lost the name of its proof needs it again as soon as its server can be pinned."""
    office.established()
    stray = office.desk.folder / "mcp-guard.proofs" / f"{'0' * 64}.json"
    stray.write_text("{}\n")
    office.desk.config(server=f"{NAME}@{VERSION}", gone="gone@1.0.0")
    assert office.desk.guard("pin").code == 1
    assert stray.exists()
    office.start()
    assert office.desk.guard("pin").code == 0
    assert not stray.exists()


def test_accepting_shows_every_line_that_it_adds(office: Office) -> None:
    for name in ("one", "two"):
        office.registry.publish_npm(name, "1.0.0")
    office.desk.config(one="one@1.0.0", two="two@1.0.0")
    office.desk.guard("pin")
    for name in ("one", "two"):
        until = (datetime.now(timezone.utc) + timedelta(days=90)).date()
        done = office.desk.guard("accept", "package", name, "--reason", "SEC-1", "--until", until.isoformat())
        assert 'mcp-guard.toml: + rule = "unverified-publisher"' in done.out
        assert f'+ package = "npm:{name}@1.0.0"' in done.out
