"""Rules on the lock: when each fires, and when it does not."""

from __future__ import annotations

import pytest

from mcp_guard.model import (
    Lock,
    LockedPackage,
    LockedServer,
    OpaqueLaunch,
    Place,
    Policy,
    Proof,
    RemoteLaunch,
    ServerFacts,
)
from mcp_guard.rules import (
    definition_changed,
    judge,
    lock_unreadable,
    lock_unused,
    not_locked,
    proof_invalid,
)

from .factories import (
    COMMIT,
    FILE,
    FINGERPRINT,
    LOCK_PLACE,
    PURL,
    RELEASE,
    acceptance,
    attested,
    base,
    facts,
    known,
    only,
    package,
    permit,
    place,
    server,
    word,
)


def changed(one: ServerFacts, **parts: object) -> ServerFacts:
    assert one.locked is not None
    return one._replace(locked=one.locked._replace(**parts))  # type: ignore[arg-type]  # fields by name


# ------------------------------------------------------------------------------------------------ not-locked


def test_a_server_without_entry_is_not_locked_at_its_name() -> None:
    finding = only(not_locked.check(facts(server(known(), locked=False))))
    assert (finding.place, finding.remedy, finding.server) == (place(3), "mcp-guard pin postmark", "postmark")


def test_a_package_without_entry_is_not_locked() -> None:
    finding = only(not_locked.check(facts(server(known(entry=None, basis="claimed")))))
    assert "npm:postmark-mcp@1.0.12" in finding.message


def test_what_has_entries_is_locked() -> None:
    remote = RemoteLaunch("https://mcp.example.com", word("x"))
    assert not list(not_locked.check(facts(server(known()), server(launches=(remote,), name="wiki"))))


@pytest.mark.parametrize(
    "launch", [RemoteLaunch("https://mcp.example.com", word("x")), OpaqueLaunch("inline code", word("x"))]
)
def test_what_is_no_package_has_to_be_locked_too(launch: RemoteLaunch | OpaqueLaunch) -> None:
    assert only(not_locked.check(facts(server(launches=(launch,), locked=False))))


def test_an_unpinned_server_is_left_to_unpinned() -> None:
    assert not list(not_locked.check(facts(server(known(package(version=None)), locked=False))))


def test_a_full_commit_has_to_be_locked_by_its_server_only() -> None:
    assert only(not_locked.check(facts(server(known(COMMIT), locked=False))))
    assert not list(not_locked.check(facts(server(known(COMMIT)))))


# ------------------------------------------------------------------------------------------------ definition-changed


def test_a_server_that_equals_its_entry_is_unchanged() -> None:
    two = server(known(), known(package("other")))
    assert not list(definition_changed.check(facts(two)))
    assert two.locked is not None
    reordered = changed(two, packages=tuple(reversed(two.locked.packages)))
    twice = server(known(), known(), name="twice")
    assert not list(definition_changed.check(facts(twice, changed(twice, packages=(PURL,)))))
    assert not list(definition_changed.check(facts(reordered, server(known(), name="new", locked=False))))


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"fingerprint": "sha256:" + "b" * 64}, "its command, arguments, environment, URL or headers have changed"),
        ({"kind": "remote"}, "locked as remote, now package"),
        ({"packages": ("pkg:npm/postmark-mcp@1.0.16",)}, f"locked with pkg:npm/postmark-mcp@1.0.16, now {PURL}"),
        ({"packages": ()}, f"locked with no package, now {PURL}"),
    ],
)
def test_each_difference_is_named(parts: dict[str, object], message: str) -> None:
    finding = only(definition_changed.check(facts(changed(server(known()), **parts))))
    assert message in finding.message
    assert (finding.place, finding.remedy) == (place(3), "mcp-guard pin postmark")


# ------------------------------------------------------------------------------------------------ the lock itself


def test_what_is_wrong_with_the_lock_is_said_at_its_place() -> None:
    finding = only(lock_unreadable.check(facts(lock_problems=((LOCK_PLACE, "a merge conflict is left in it."),))))
    assert finding.message == "mcp-guard.lock cannot be used, so no entry of it counts: a merge conflict is left in it"
    assert (finding.place, finding.remedy) == (LOCK_PLACE, "mcp-guard pin")


def lock_of(*names: str, packages: tuple[str, ...] = ()) -> Lock:
    servers = {(FILE, name): LockedServer(FILE, name, "package", (PURL,), FINGERPRINT, LOCK_PLACE) for name in names}
    return Lock({purl: LockedPackage(purl, RELEASE, LOCK_PLACE) for purl in packages}, servers)


def test_entries_that_nothing_uses_are_warned_of() -> None:
    lock = lock_of("postmark", "old", packages=(PURL, "pkg:npm/old@1.0.0"))
    findings = list(lock_unused.check(facts(server(known()), lock=lock, base_lock=lock)))
    assert [finding.severity for finding in findings] == ["warning", "warning"]
    new = list(lock_unused.check(facts(server(known()), lock=lock)))
    assert [finding.severity for finding in new] == ["error", "error"], "nobody uses what the next base would vouch for"
    assert ['"old"' in findings[0].message, "pkg:npm/old@1.0.0" in findings[1].message] == [True, True]
    assert {finding.place for finding in findings} == {LOCK_PLACE}


def test_an_unused_server_is_one_finding_with_its_packages() -> None:
    assert only(lock_unused.check(facts(lock=lock_of("old", packages=(PURL,)))))


def test_a_package_that_only_the_config_names_is_used() -> None:
    assert not list(lock_unused.check(facts(server(known(), locked=False), lock=lock_of(packages=(PURL,)))))


@pytest.mark.parametrize("whole", [True, False])
def test_unused_is_only_said_of_a_whole_tree_with_a_lock(*, whole: bool) -> None:
    assert not list(lock_unused.check(facts(whole=whole)))
    assert bool(list(lock_unused.check(facts(lock=lock_of("old"), whole=whole)))) == whole


# ------------------------------------------------------------------------------------------------ proofs

ONE, TWO = (f"mcp-guard.proofs/{digit * 64}.json" for digit in "12")
PROVEN = RELEASE._replace(proofs=(Proof("", "1" * 64),))


def test_a_proof_that_no_entry_names_is_warned_of_where_it_lies() -> None:
    lock = Lock({PURL: LockedPackage(PURL, PROVEN, LOCK_PLACE)}, {})
    everything = facts(server(known()), lock=lock)._replace(proof_files=(ONE, TWO))
    finding = only(lock_unused.check(everything))
    assert (finding.severity, finding.place, finding.remedy) == ("warning", Place(TWO), "mcp-guard pin")
    assert TWO in finding.message
    assert not list(lock_unused.check(everything._replace(whole=False)))


@pytest.mark.parametrize(
    "path", ["mcp-guard.proofs/sub/" + "1" * 64 + ".json", "mcp-guard.proofs/" + "1" * 63 + ".json"]
)
def test_only_the_very_file_is_the_proof(path: str) -> None:
    lock = Lock({PURL: LockedPackage(PURL, PROVEN, LOCK_PLACE)}, {})
    assert only(lock_unused.check(facts(server(known()), lock=lock)._replace(proof_files=(path,)))).place.file == path


def test_without_a_lock_every_proof_is_unused_and_with_an_unreadable_one_nobody_knows() -> None:
    assert only(lock_unused.check(facts()._replace(proof_files=(ONE,))))
    unreadable = facts(lock_problems=((LOCK_PLACE, "a merge conflict"),))._replace(proof_files=(ONE,))
    assert not list(lock_unused.check(unreadable))


# ------------------------------------------------------------------------------------------------ proof-invalid

FORGED = "has a registry signature that does not hold (npm.signature: not the registry's signature of this pin)"


def test_each_problem_of_a_proof_is_said_at_the_entry() -> None:
    broken = known(basis="weaker")._replace(problems=(FORGED, "has attestations that do not hold"))
    findings = list(proof_invalid.check(facts(server(broken))))
    assert [finding.message.partition(", so ")[0] for finding in findings] == [
        f'npm:postmark-mcp@1.0.12 of server "postmark" {problem}' for problem in broken.problems
    ]
    assert {(f.severity, f.place, f.remedy) for f in findings} == {("error", LOCK_PLACE, "mcp-guard pin postmark")}


def test_a_problem_of_what_the_registry_serves_is_said_where_the_package_is_named() -> None:
    for entry in (None, RELEASE):
        broken = known(basis="claimed", entry=entry, answer=RELEASE)._replace(served=(FORGED,))
        finding = only(proof_invalid.check(facts(server(broken))))
        assert (finding.place, finding.remedy) == (place(5), "mcp-guard explain proof-invalid")
        assert "as the npm registry serves it" in finding.message


def test_nobody_can_accept_a_broken_proof() -> None:
    broken = known(basis="weaker")._replace(problems=(FORGED,))
    permits = (acceptance("proof-invalid"), permit("proof-invalid"))
    everything = facts(server(broken), policy=Policy(acceptances=permits))
    assert only(f for f in judge(everything) if f.rule == "proof-invalid").accepted is None


def test_nothing_else_is_said_of_who_published_what_is_forged() -> None:
    broken = known(basis="weaker", answer=RELEASE._replace(weaker_than="1.0.0"))._replace(problems=(FORGED,))
    held = acceptance()  # of unverified-publisher: whether it is needed is not known while nothing is believed
    everything = facts(
        server(broken), policy=Policy(acceptances=(held,)), base_lock=base(("postmark-mcp@1.0.0", attested()))
    )
    assert [finding.rule for finding in judge(everything)] == ["proof-invalid"]
    proven = known(basis="weaker", answer=attested())._replace(problems=(FORGED,))
    assert [finding.rule for finding in judge(facts(server(proven), policy=Policy()))] == ["proof-invalid"]
