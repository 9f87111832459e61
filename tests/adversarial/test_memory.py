"""Receipts and remembered answers must not outlive what they rest on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.adversarial.conftest import LENIENT, Clock, commit, forge, pin, stage
from tests.cli.conftest import Desk
from tests.registry import Registry

HOOK = ("check", "--hook")


def test_a_run_receipt_does_not_survive_a_base_that_moves(desk: Desk, registry: Registry, clock: Clock) -> None:
    """The key of a run receipt holds the *name* of `--base`, not the commit it leads to (cli/check.py `_mode`).

    A package that the old base knew (72 h) is new for the new base (14 d), and the receipt still says "passed".
    """
    published = (clock.now.replace(day=15)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    registry.publish_npm("server", "1.0.0", published="2026-01-01T00:00:00.000Z")
    registry.publish_npm("server", "1.1.0", published=published)
    desk.write("mcp-guard.toml", LENIENT)
    commit(desk)
    desk.git("branch", "empty")
    desk.config(a="server@1.0.0")
    pin(desk)
    commit(desk)
    desk.git("branch", "trunk")
    desk.config(a="server@1.1.0")
    pin(desk)
    desk.git("add", "--all")
    assert desk.guard(*HOOK, "--base", "trunk").code == 0
    desk.git("branch", "--force", "trunk", "empty")
    assert desk.guard("check", "--all", "--base", "trunk").code == 1
    assert desk.guard(*HOOK, "--base", "trunk").code == 1


def test_a_run_receipt_from_the_future_is_not_believed(desk: Desk, registry: Registry, clock: Clock) -> None:
    """A receipt written while the clock ran ahead holds until that future day (hook.recall has no lower bound)."""
    registry.publish_npm("server", "1.0.0")
    desk.write("mcp-guard.toml", LENIENT)
    desk.config(a="server@1.0.0")
    pin(desk)
    desk.git("add", "--all")
    clock.tick(days=300)
    assert desk.guard(*HOOK).code == 0
    clock.tick(days=-300)
    registry.publish_npm("server", "1.0.0", description="security holding package")
    registry.requests.clear()
    clock.tick(days=2)
    assert desk.guard(*HOOK).code == 1


def test_a_run_receipt_ends_with_the_last_day_of_an_acceptance(desk: Desk, registry: Registry, clock: Clock) -> None:
    """On the last day of an acceptance a receipt is written for 24 h, past midnight (cli/check.py `holds_until`).

    The moments that are looked at are the day's beginning and 14 days before; its end is missing.
    """
    registry.publish_npm("server", "1.0.0")
    desk.config(a="server@1.0.0")
    pin(desk)
    accepted = ("accept", "package", "a", "--reason", "reviewed", "--until", "2026-11-20")
    assert desk.guard(*accepted).code == 0
    desk.git("add", "--all")
    assert desk.guard(*HOOK).code == 0
    clock.tick(hours=13)
    assert desk.guard("check", "--network=required").code == 1
    assert desk.guard(*HOOK, "--verbose").code == 1
    assert desk.guard(*HOOK).code == 1


def test_an_outage_is_not_remembered_as_a_pass(locked: Desk, registry: Registry, clock: Clock) -> None:
    """What passed because the registry was down is passed from the run receipt for 24 h after it is up again.

    `max-status-age` is how old a status may be *when the network is there* (cli/check.py `_judge`, `holds_until`).
    """
    stage(locked, "mcp-guard.toml", LENIENT + 'min-age = "1h"\n')
    assert locked.guard("check").code == 0
    clock.tick(hours=48)
    registry.break_down("status", status=503)
    assert locked.guard(*HOOK).code == 0
    registry.mend()
    registry.publish_npm("server", "1.0.0", description="security holding package")
    clock.tick(hours=1)
    assert locked.guard("check").code == 1
    assert locked.guard(*HOOK).code == 1


def test_what_this_machine_has_learnt_ends_a_run_receipt(locked: Desk, registry: Registry, clock: Clock) -> None:
    """`check --network=required` shows and remembers "withdrawn", and the hook still passes from its run receipt.

    The run receipt does not depend on the package receipts (hook.key, evidence._remember).
    """
    stage(locked, "mcp-guard.toml", LENIENT + 'min-age = "1h"\n')
    assert locked.guard(*HOOK).code == 0
    registry.publish_npm("server", "1.0.0", description="security holding package")
    clock.tick(hours=1)
    assert locked.guard("check", "--network=required").code == 1
    assert locked.guard("check", "--offline").code == 1
    assert locked.guard(*HOOK).code == 1


def test_a_contradiction_is_remembered_offline(locked: Desk, registry: Registry, clock: Clock) -> None:
    """A machine that has seen `integrity-mismatch` passes the same entry offline, by the receipt from before.

    `evidence._finish` writes no receipt for a release that disagrees, and leaves the one that says "agreed".
    """
    assert locked.guard("check").code == 0
    registry.publish_npm("server", "1.0.0", dist={"integrity": "sha512-" + "A" * 86 + "=="})
    clock.tick(days=2)
    assert locked.guard("check").code == 1
    assert locked.guard("check", "--offline").code != 0


def test_a_missing_release_does_not_make_an_entry_verified(desk: Desk, registry: Registry, clock: Clock) -> None:
    """After a 404 an entry nobody ever verified rests on a "receipt", so only its status is asked, not its age.

    The lock's forged time of publication is then believed (`evidence._finish` remembers `Missing` for a claimed
    entry; `evidence.merge` fills `published` from the lock).
    """
    registry.publish_npm("server", "1.0.0")
    stage(desk, "mcp-guard.toml", LENIENT)
    desk.config(a="server@1.0.0")
    pin(desk)
    desk.git("add", "--all")
    kept = registry.packuments.pop("server")
    desk_cache = desk.folder.parent / "cache"
    forget(desk_cache)
    assert desk.guard("check").code == 1  # not published yet
    clock.tick(days=2)
    registry.packuments["server"] = kept
    kept["time"]["1.0.0"] = clock.now.strftime("%Y-%m-%dT%H:%M:%S.000Z")  # type: ignore[index,call-overload]
    assert "release-too-young" in desk.rules() or "integrity-mismatch" in desk.rules()


def forget(cache: Path) -> None:
    import shutil

    shutil.rmtree(cache, ignore_errors=True)


def test_an_acceptance_that_has_ended_blocks_the_second_time_too(desk: Desk, registry: Registry, clock: Clock) -> None:
    """A new server under an acceptance that ended: blocked once, passed when the commit is tried again.

    The refused run writes a package receipt, the basis becomes "receipt", and `rules.acceptances._touched` takes
    that for "not touched". Touched is what differs from the base.
    """
    registry.publish_npm("server", "1.0.0")
    desk.config(a="server@1.0.0")
    pin(desk)
    assert desk.guard("accept", "package", "a", "--reason", "reviewed", "--until", "2026-11-20").code == 0
    desk.git("add", "--all")
    forget(desk.folder.parent / "cache")
    clock.tick(days=100)
    assert desk.guard(*HOOK).code == 1
    assert desk.guard(*HOOK).code == 1


def test_an_acceptance_that_has_ended_never_covers_a_new_definition(desk: Desk, clock: Clock) -> None:
    """A new server without packages is "not touched", so an acceptance that ended years ago permits it.

    `rules.acceptances._touched` compares with the commit's own lock, which the same commit has written.
    """
    desk.servers(".mcp.json", {"a": {"command": "bash", "args": ["-c", "a && b"]}})
    pin(desk)
    assert desk.guard("accept", "program", "a", "--reason", "reviewed", "--until", "2026-11-20").code == 0
    desk.git("add", "--all")
    clock.tick(days=800)
    assert desk.guard(*HOOK).code == 1


def test_a_registry_that_only_the_lock_names_is_not_believed(desk: Desk, registry: Registry) -> None:
    """`[publishers] = "registry:…"` is satisfied by the `registry` that the lock claims, from the second run on.

    The first run blocks, but `evidence.agrees` does not compare the registry, so a receipt is written, and
    `evidence._remembered` then answers with the lock's own words.
    """
    registry.publish_npm("@corp/server", "1.0.0")
    stage(desk, "mcp-guard.toml", '[publishers]\n"npm:@corp/*" = "registry:https://npm.corp.example/"\n')
    desk.config(a="@corp/server@1.0.0")
    pin(desk)
    forge(desk, '"evidence": {', '"registry": "https://npm.corp.example/",\n      "evidence": {')
    assert desk.guard("check").code == 1
    assert desk.guard("check").code == 1


def test_a_proven_publisher_in_the_lock_is_not_shown_as_proven(desk: Desk, registry: Registry) -> None:
    """The lock may say `"publisher": "proven"`; what has no proof is found out, and no later run repeats it."""
    registry.publish_npm("server", "1.0.0")
    stage(desk, "mcp-guard.toml", LENIENT)
    desk.config(a="server@1.0.0")
    pin(desk)
    forge(desk, '"publisher": "declared"', '"publisher": "proven"')
    forge(desk, '"account": "somebody"', '"publisher": {"identity": "github:anthropics/claude-code"}')
    for _ in range(2):
        done = desk.guard("check", "--format", "json")
        report = json.loads(done.out)
        assert done.code == 1
        assert "lock-unreadable" in [finding["rule"] for finding in report["findings"]], (
            "no proof, so it contradicts itself"
        )
        assert '"level": "proven"' not in json.dumps(report["servers"])


def test_a_time_that_only_the_lock_claims_is_not_believed(desk: Desk, registry: Registry) -> None:
    """An index without times: the lock's forged `published` makes a release old (`evidence.merge`)."""
    registry.pypi_format = "json-1.0"
    registry.json_api = False
    registry.publish_pypi("server", "1.0.0")
    stage(desk, "mcp-guard.toml", LENIENT)
    desk.servers(".mcp.json", {"a": {"command": "uvx", "args": ["server@1.0.0"]}})
    pin(desk)
    desk.git("add", "--all")
    assert "release-too-young" in desk.rules()
    forge(desk, '"published": "absent"', '"published": "declared"')
    forge(desk, '"evidence": {', '"published": "2020-01-01T00:00:00Z",\n      "evidence": {')
    assert desk.guard("check").code == 1


@pytest.mark.parametrize("field", ["install-scripts", "digests", "published"])
def test_forged_facts_block_every_time(desk: Desk, registry: Registry, field: str) -> None:
    """Repelled: what the registry contradicts blocks, the second time as the first."""
    registry.publish_npm("server", "1.0.0", scripts={"postinstall": "node x.js"})
    stage(desk, "mcp-guard.toml", LENIENT)
    desk.config(a="server@1.0.0")
    pin(desk)
    lock = json.loads(desk.read("mcp-guard.lock"))
    (entry,) = lock["packages"].values()
    forged = {
        "install-scripts": ["install"],
        "digests": "sha512-" + "A" * 86 + "==",
        "published": "2020-01-01T00:00:00Z",
    }
    entry[field] = forged[field]
    stage(desk, "mcp-guard.lock", json.dumps(lock, indent=2) + "\n")
    for _ in range(2):
        assert "integrity-mismatch" in desk.rules()
        assert desk.guard(*HOOK).code == 1


def test_a_run_receipt_knows_what_a_named_file_holds(desk: Desk, registry: Registry) -> None:
    """A file of no client, named to the hook, changes: the receipt of its content before says nothing of it."""
    registry.publish_npm("server", "1.0.0")
    stage(desk, "mcp-guard.toml", LENIENT)
    desk.servers("agents.json", {"a": {"command": "npx", "args": ["-y", "server@1.0.0"]}})
    desk.guard("pin", "agents.json")
    desk.git("add", "--all")
    assert desk.guard(*HOOK, "agents.json").code == 0
    commit(desk)
    desk.write("agents.json", desk.read("agents.json") + "\n")
    desk.git("add", "--all")
    for _ in range(2):
        assert desk.guard(*HOOK, "agents.json").code == 0
    desk.servers("agents.json", {"a": {"command": "npx", "args": ["-y", "evil"]}})
    desk.git("add", "--all")
    assert desk.guard(*HOOK, "agents.json").code == 1
    assert desk.guard("check").code == 1, "what the lock names belongs to the tree"


def test_a_named_file_is_judged_beside_a_change_that_widens(desk: Desk) -> None:
    """Where every config is judged, a file of no client that was named is judged too, locked or not."""
    stage(desk, "package.json", "{}")
    desk.servers("agents.json", {"a": {"command": "npx", "args": ["-y", "evil"]}})
    assert desk.guard(*HOOK, "agents.json").code == 1
    assert desk.guard(*HOOK, "--all", "agents.json").code == 1


def test_pinning_everything_keeps_what_was_pinned_by_name(desk: Desk, registry: Registry) -> None:
    registry.publish_npm("server", "1.0.0")
    stage(desk, "mcp-guard.toml", LENIENT)
    desk.servers("agents.json", {"a": {"command": "npx", "args": ["-y", "server@1.0.0"]}})
    desk.guard("pin", "agents.json")
    lock = desk.read("mcp-guard.lock")
    assert desk.guard("pin").code == 0
    assert desk.read("mcp-guard.lock") == lock
