"""The lock between commits: what is left over, what is taken out by halves, what two branches have made of it."""

from __future__ import annotations

import json
import re
import shlex
import subprocess

import pytest

from tests.adversarial.conftest import Clock, clock
from tests.publishers.conftest import NAME, PURL, VERSION, WHO, Office, authority, desk, office, registry
from tests.registry import attesting
from tests.registry.documents import integrity

__all__ = ["authority", "clock", "desk", "office", "registry"]

MALLORY = {"repository": "https://github.com/mallory/server", "repository_id": "666", "owner_id": "13"}
TOOL = "pkg:pypi/octo-tool@1.0.0"
Packages = dict[str, dict[str, object]]


def hooked(office: Office) -> int:
    office.desk.git("add", "--all")
    return office.desk.guard("check", "--hook").code


def severities(office: Office, rule: str) -> list[str]:
    found = json.loads(office.desk.guard("check", "--format", "json").out)["findings"]
    return [one["severity"] for one in found if one["rule"] == rule]


# ------------------------------------------------------------------------------------------------ left over


def test_the_package_of_a_leftover_server_introduces_no_publisher(office: Office) -> None:
    """A server is removed and its lock entry stays (a warning); then that entry's package becomes mallory's.

    `lock_unused._entries` takes every package that a server entry of the lock names for told, also where the server
    entry is as in the base (a warning) and the package is not: nobody verifies or judges the new words, and the next
    change believes them as its base.
    """
    office.publish("1.0.0", "old-server")
    office.established()
    office.desk.config(server=f"{NAME}@{VERSION}", old="old-server@1.0.0")
    office.desk.guard("pin")
    office.commit()
    office.desk.config(server=f"{NAME}@{VERSION}")
    assert hooked(office) == 0  # a server that is gone: a warning
    office.commit()

    def plant(packages: Packages) -> None:
        packages["pkg:npm/old-server@1.0.0"]["publisher"] = {"identity": "github:mallory/server#666", "owner-id": "13"}

    office.edit(plant)
    first = hooked(office)
    office.commit()
    office.publish("1.0.0", "mallory-server", **MALLORY)
    office.desk.config(server=f"{NAME}@{VERSION}", other="mallory-server@1.0.0")
    office.forget()
    office.desk.guard("pin")
    assert "mallory-server@1.0.0" in office.desk.read("mcp-guard.lock")
    second = hooked(office)
    assert (first, second) != (0, 0), "a publisher whom nobody has named got in without a question"


def test_a_removed_server_is_a_warning_and_a_removed_config_too(office: Office) -> None:
    office.established()
    office.desk.config()
    assert hooked(office) == 0
    assert "warning" in severities(office, "lock-unused")
    (office.desk.folder / ".mcp.json").unlink()
    assert hooked(office) == 0
    office.desk.guard("pin")
    assert severities(office, "lock-unused") == []


def test_an_exclusion_leaves_a_warning(office: Office) -> None:
    office.established()
    policy = 'exclude = [".mcp.json"]\n' + office.desk.read("mcp-guard.toml")
    office.desk.write("mcp-guard.toml", policy)
    office.desk.git("add", "--all")
    assert set(severities(office, "lock-unused")) == {"warning"}


def test_a_file_that_is_named_says_nothing_of_the_other_entries(office: Office) -> None:
    office.publish()
    office.publish("1.0.0", "other-server")
    office.desk.servers("a/.mcp.json", {"a": f"{NAME}@{VERSION}"})
    office.desk.servers("b/.mcp.json", {"b": "other-server@1.0.0"})
    office.desk.guard("pin")
    office.desk.guard("accept", "publisher", "a", "b")
    for argv in ((), ("a/.mcp.json",), ("a",), ("b/.mcp.json",)):
        assert office.desk.guard("check", *argv).code == 0, argv


def test_pinning_one_of_two_new_servers_leaves_no_unused_entry(office: Office) -> None:
    office.publish()
    office.publish("1.0.0", "other-server")
    office.desk.config(a=f"{NAME}@{VERSION}", b="other-server@1.0.0")
    office.desk.guard("pin", "a")
    assert "lock-unused" not in office.findings()
    office.desk.config(a=f"{NAME}@{VERSION}", b="other-server@1.0.0")
    office.desk.guard("pin", "b")
    assert "lock-unused" not in office.findings()


def test_a_version_that_was_pinned_and_given_up_before_the_first_commit(office: Office) -> None:
    """Without a base every left over entry is an error; `pin SERVER`, the remedy of the other finding, mends it."""
    office.publish("1.2.2")
    office.start(f"{NAME}@1.2.2")
    office.desk.guard("pin")
    office.publish()
    office.start()
    assert set(office.desk.rules()) >= {"not-locked", "lock-unused"}
    office.desk.guard("pin", "server")
    office.desk.guard("accept", "publisher", "server")
    assert office.desk.guard("check").code == 0
    assert len(office.proofs) == 1


# ------------------------------------------------------------------------------------------------ by halves


def established_tool(office: Office) -> None:
    office.registry.publish_pypi("octo-tool", "1.0.0")
    office.registry.attest_pypi("octo-tool", "1.0.0")
    office.desk.config(tool={"command": "uvx", "args": ["octo-tool==1.0.0"]})
    office.desk.guard("pin")
    assert office.desk.guard("accept", "publisher", "tool").code == 0
    office.commit()


def follow(office: Office) -> int:
    """Run the remedies of what blocks, `explain` apart, and then `pin`; return what check then says."""
    found = json.loads(office.desk.guard("check", "--format", "json").out)["findings"]
    for one in found:
        if one["severity"] == "error" and " explain " not in one["remedy"]:
            office.desk.guard(*shlex.split(one["remedy"])[1:])
    office.desk.guard("pin")
    return office.desk.guard("check").code


def test_pinning_mends_a_pypi_entry_that_has_lost_one_of_its_proofs(office: Office) -> None:
    """A merge resolved by hand drops one line of `proofs`: pin refuses to mend it and says "update" mcp-guard.

    `entering._kept` takes every `unproven` for an unknown key; here it is "1 of 2 files have no attestation", and the
    registry serves what is missing.
    """
    established_tool(office)

    def drop(packages: Packages) -> None:
        proofs = packages[TOOL]["proofs"]
        assert isinstance(proofs, dict)
        proofs.popitem()

    office.edit(drop)
    office.forget()
    assert "proof-invalid" in office.desk.rules()
    pinned = office.desk.guard("pin")
    assert "update it" not in pinned.out, pinned.out
    assert office.desk.guard("check", "--offline").code == 0


def test_pinning_mends_an_entry_whose_proof_is_half_of_the_document(office: Office) -> None:
    """The same for npm: the entry names a proof that has the publish attestation alone."""
    office.established()
    from mcp_guard.provenance.proofs import pretty, read_proof

    document = office.registry.attestations[f"{NAME}@{VERSION}"]
    assert isinstance(document, dict)
    items = document["attestations"]
    assert isinstance(items, list)
    half = read_proof("", json.dumps({"attestations": items[:1]}).encode())
    (office.desk.folder / "mcp-guard.proofs" / f"{half.name}.json").write_bytes(pretty(half))

    def swap(packages: Packages) -> None:
        packages[PURL]["proofs"] = half.name

    office.edit(swap)
    office.forget()
    assert "proof-invalid" in office.desk.rules()
    office.desk.guard("pin")
    office.forget()
    assert office.desk.guard("check", "--offline").code == 0


def test_pinning_mends_words_that_the_proof_does_not_bear_out(office: Office) -> None:
    office.established()

    def lie(packages: Packages) -> None:
        packages[PURL]["publisher"] = {"identity": "github:mallory/server#666"}

    office.edit(lie)
    office.forget()
    assert "proof-invalid" in office.desk.rules()
    assert follow(office) == 0


# ------------------------------------------------------------------------------------------------ branches


@pytest.fixture
def branched(office: Office) -> Office:
    """Two branches that bump the server to 1.2.4 and to 1.2.5, and a merge that conflicts."""
    office.established()
    office.desk.git("branch", "-M", "main")
    for version in ("1.2.4", "1.2.5"):
        office.publish(version)
    for version in ("1.2.4", "1.2.5"):
        office.desk.git("checkout", "--quiet", "-b", f"to-{version}", "main")
        office.start(f"{NAME}@{version}")
        office.desk.guard("pin")
        assert office.desk.guard("check").code == 0
        office.commit()
    done = subprocess.run(
        ["git", "merge", "--quiet", "--no-edit", "to-1.2.4"], cwd=office.desk.folder, capture_output=True, check=False
    )
    assert done.returncode == 1
    assert "<<<<<<<" in office.desk.read("mcp-guard.lock")
    return office


def test_a_merge_conflict_blocks_until_it_is_resolved(branched: Office) -> None:
    assert branched.desk.guard("check").code in (1, 2)
    assert branched.desk.guard("check", "--hook").code != 0


def test_pin_writes_a_conflicting_lock_anew_while_git_calls_it_unmerged(branched: Office) -> None:
    """The config is resolved by hand, the lock by `pin`; both are still unmerged in the index.

    `cli.pin._unknown_to_git` reads the index, which has no answer for an unmerged path: after everything is written the
    command dies instead of saying what was pinned and what is to be staged.
    """
    text = json.dumps({"mcpServers": {"server": {"command": "npx", "args": ["-y", f"{NAME}@1.2.5"]}}}, indent=2)
    branched.desk.write(".mcp.json", text + "\n")
    pinned = branched.desk.guard("pin")
    assert pinned.code == 0, pinned
    staged = re.search(r"stage:  (git add .*)", pinned.out)
    assert staged is not None
    branched.desk.git(*shlex.split(staged[1])[1:])
    branched.desk.git("add", ".mcp.json")
    assert branched.desk.guard("check", "--hook").code == 0
    branched.desk.git("commit", "--quiet", "--no-verify", "--no-edit")
    branched.forget()
    assert branched.desk.guard("check", "--offline").code == 0
    assert len(branched.proofs) == 1


def test_both_sides_of_a_merge_kept_by_hand_are_told(branched: Office) -> None:
    """Both entries stay: the one that no server uses is new to this branch's base, and `pin` drops it."""
    for path in (".mcp.json", "mcp-guard.lock"):
        branched.desk.git("checkout", "--ours", "--", path)
    ours = json.loads(branched.desk.read("mcp-guard.lock"))
    theirs = json.loads(branched.desk.git("show", "to-1.2.4:mcp-guard.lock"))
    ours["packages"] |= theirs["packages"]
    branched.desk.write("mcp-guard.lock", json.dumps(ours, indent=2, sort_keys=True) + "\n")
    assert hooked(branched) == 1
    assert "lock-unused" in branched.desk.rules()
    branched.desk.guard("pin")
    assert hooked(branched) == 0


def test_a_cherry_pick_of_a_bump_is_judged_against_its_new_base(office: Office) -> None:
    office.established()
    office.desk.git("branch", "-M", "main")
    office.publish("1.2.4", **MALLORY)
    office.desk.git("checkout", "--quiet", "-b", "side")
    office.start(f"{NAME}@1.2.4")
    office.desk.guard("pin")
    office.commit()
    assert office.desk.guard("check").code == 1, "[publishers] still names octo"
    office.desk.git("checkout", "--quiet", "main")
    office.desk.git("cherry-pick", "--no-commit", "side")
    office.forget()
    assert office.desk.guard("check", "--hook").code == 1


def test_a_bump_and_its_revert_pass_without_the_network(office: Office) -> None:
    office.established()
    office.publish("1.2.4")
    office.start(f"{NAME}@1.2.4")
    office.desk.guard("pin")
    office.commit()
    office.desk.git("revert", "--no-commit", "HEAD")
    office.forget()
    assert office.desk.guard("check", "--hook", "--offline").code == 0
    office.desk.git("commit", "--quiet", "--no-verify", "-m", "revert")
    office.forget()
    assert office.desk.guard("check", "--offline").code == 0


def test_a_removal_does_not_make_the_unattested_successor_a_newcomer_that_passes(office: Office) -> None:
    """A is removed with its lock entry, and comes back unattested: nothing is known of it, and still it blocks."""
    office.established()
    office.desk.config()
    office.desk.guard("pin")
    assert hooked(office) == 0
    office.commit()
    office.registry.publish_npm(NAME, "1.2.4", signed=True)
    office.start(f"{NAME}@1.2.4")
    office.desk.guard("pin")
    assert hooked(office) == 1
    assert set(office.desk.rules()) & {"provenance-downgrade", "unverified-publisher"}


def test_who_is_told_and_the_publisher_named_are_the_same(office: Office) -> None:
    office.publish()
    office.start()
    office.desk.guard("pin")
    accepted = office.desk.guard("accept", "publisher", "server")
    assert WHO in accepted.out
    assert WHO in office.desk.read("mcp-guard.toml")


# ------------------------------------------------------------------------------------------------ clocks and digests


def test_proofs_of_other_digests_than_the_base_has_do_not_suffice_offline(clock: Clock, office: Office) -> None:
    """The lock is replaced by one with other digests of the same version, signed, attested and proven."""
    office.established()
    office.desk.guard("check")
    clock.tick(hours=30)
    assert office.desk.guard("check", "--offline").code == 0
    base = office.desk.read("mcp-guard.lock")
    manifest = office.registry.packuments[NAME]["versions"]
    assert isinstance(manifest, dict)
    one = manifest[VERSION]
    assert isinstance(one, dict)
    other = integrity(NAME, "another")
    one["dist"] = {"integrity": other}
    attesting.sign(one)
    office.registry.attest_npm(NAME, VERSION)
    office.forget()
    office.desk.write("mcp-guard.lock", '{"configs": {}, "packages": {}, "version": 1}\n')
    office.desk.guard("pin")
    assert other in office.desk.read("mcp-guard.lock")
    assert other not in base
    office.forget()
    office.desk.git("add", "--all")
    assert office.desk.guard("check", "--offline").code == 3, "only the registry can say which digests are right"
