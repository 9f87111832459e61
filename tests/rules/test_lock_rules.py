"""Rules on the lock: when each fires, and when it does not."""

from __future__ import annotations

import pytest

from mcp_guard.model import (
    Lock,
    LockedPackage,
    LockedServer,
    OpaqueLaunch,
    RemoteLaunch,
    ServerFacts,
)
from mcp_guard.rules import (
    definition_changed,
    lock_unreadable,
    lock_unused,
    not_locked,
)

from .factories import (
    COMMIT,
    FILE,
    FINGERPRINT,
    LOCK_PLACE,
    PURL,
    RELEASE,
    facts,
    known,
    only,
    package,
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
    findings = list(lock_unused.check(facts(server(known()), lock=lock)))
    assert [finding.severity for finding in findings] == ["warning", "warning"]
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
