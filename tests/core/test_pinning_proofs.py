"""Proofs that `pin` writes and removes: in which order, after a crash, and beside what stands in their folder."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from mcp_guard import entering, lock, pinning
from mcp_guard.model import JSON, Digest, Package, Place, Publisher, Release, Signature, Word
from mcp_guard.pinning import ChangedError, Plan
from mcp_guard.proof_files import is_proof
from mcp_guard.provenance import npm
from mcp_guard.provenance.proofs import is_proof_of
from tests.core.conftest import NOW, Site, blocking, of
from tests.registry.trusted import trusted

NAME, OTHER, TOOL = "@octo/server", "@octo/other", "octo-tool"
WHO = "github:octo/server#4711"
POLICY = f'[publishers]\n"npm:@octo/*" = "{WHO}"\n"pypi:{TOOL}" = "{WHO}"\n'
FOLDER = "mcp-guard.proofs"
UVX = {"command": "uvx", "args": [TOOL]}


def publish(site: Site, name: str = NAME, version: str = "1.2.3") -> None:
    site.registry.publish_npm(name, version, signed=True)
    site.registry.attest_npm(name, version)


@pytest.fixture
def shop(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Attested packages, whose publisher the policy names."""
    trusted(monkeypatch)
    publish(site)
    publish(site, OTHER)
    site.registry.publish_pypi(TOOL, "1.0")
    site.registry.attest_pypi(TOOL, "1.0")
    site.write("mcp-guard.toml", POLICY)
    site.commit()
    return site


def proofs(site: Site) -> list[str]:
    folder = site.folder / FOLDER
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def named(site: Site) -> list[str]:
    """The files of all proofs that the lock names."""
    found = lock.parse("mcp-guard.lock", (site.folder / "mcp-guard.lock").read_bytes())
    return sorted(f"{own.name}.json" for entry in found.packages.values() for own in entry.release.proofs)


def kinds(plan: Plan) -> list[str]:
    """What each step of a plan does, in order."""
    return [
        ("gone" if data is None else "proof") if is_proof(path) else path for path, _, data in plan.files
    ]  # fmt: skip


def snapshot(site: Site) -> dict[str, bytes]:
    return {
        str(path.relative_to(site.folder)): path.read_bytes()
        for path in sorted(site.folder.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(site.folder).parts
    }


# ------------------------------------------------------------------------------------------------ what is written


def test_proofs_first_then_the_lock_then_configs(shop: Site) -> None:
    shop.servers(a=NAME, b=UVX)
    shop.servers("sub/.mcp.json", c=OTHER)
    plan = shop.plan()
    assert kinds(plan) == ["proof"] * 4 + ["mcp-guard.lock", ".mcp.json", "sub/.mcp.json"]
    shop.pin()
    assert proofs(shop) == named(shop)
    assert len(proofs(shop)) == 4
    assert blocking(shop.judge()) == []
    assert shop.plan().files == ()


def test_what_nothing_names_any_more_goes_last(shop: Site) -> None:
    shop.servers(a=NAME)
    shop.pin()
    shop.servers(a=OTHER)
    assert kinds(shop.plan()) == ["proof", "mcp-guard.lock", ".mcp.json", "gone"]
    shop.pin()
    assert proofs(shop) == named(shop)
    assert len(proofs(shop)) == 1


def test_the_folder_goes_with_its_last_proof(shop: Site) -> None:
    shop.servers(a=NAME, b=UVX)
    shop.pin()
    shop.servers(program={"command": "gh"})
    assert kinds(shop.plan()) == ["mcp-guard.lock", "gone", "gone", "gone"]
    shop.pin()
    assert not (shop.folder / FOLDER).exists()


def test_what_else_stands_in_the_folder_stays(shop: Site) -> None:
    shop.servers(a=NAME)
    shop.pin()
    others = {"README.md": "why", f"{'0' * 64}.txt": "x", f"{'0' * 63}.json": "{}", "sub/" + "0" * 64 + ".json": "{}"}
    for name, text in others.items():
        shop.write(f"{FOLDER}/{name}", text)
    assert shop.plan().files == ()
    shop.servers(program={"command": "gh"})
    shop.pin()
    for name, text in others.items():
        assert shop.read(f"{FOLDER}/{name}") == text
    assert len(proofs(shop)) == len(others)


def test_one_proof_of_two_servers_is_written_once_and_stays_for_the_second(shop: Site) -> None:
    shop.servers(a=NAME, b=NAME)
    assert kinds(shop.plan()).count("proof") == 1
    shop.pin()
    shop.servers(b=f"{NAME}@1.2.3")
    shop.pin()
    assert proofs(shop) == named(shop)
    assert len(proofs(shop)) == 1


def test_a_diff_names_proofs_and_shows_no_signature(shop: Site) -> None:
    shop.servers(a=NAME)
    shop.pin()
    shop.servers(a=OTHER)
    plan = shop.plan()
    (old,) = proofs(shop)
    diff = plan.diff().splitlines()
    assert f"removed: {FOLDER}/{old}" in diff
    (written,) = (line for line in diff if line.startswith("written: "))
    path, _, data = plan.files[0]
    assert data is not None
    assert written == f"written: {path} ({len(data):,} bytes)"
    assert "rawBytes" not in plan.diff()
    assert proofs(shop) == [old]


# ------------------------------------------------------------------------------------------------ crashes


class Crash(BaseException):
    """The power goes."""


def first_pin(site: Site) -> None:
    site.servers(a=NAME, b=UVX)


def bump_by_hand(site: Site) -> None:
    first_pin(site)
    site.pin()
    site.commit()
    publish(site, NAME, "1.2.4")
    site.servers(a=f"{NAME}@1.2.4", b=f"{OTHER}@1.2.3")


def bump_by_pin(site: Site) -> None:
    first_pin(site)
    site.pin()
    site.commit()
    site.servers(a=OTHER, b={"command": "uvx", "args": [f"{TOOL}==1.0"]})


def server_removed(site: Site) -> None:
    site.servers(a=NAME, b=f"{OTHER}@1.2.3")
    site.pin()
    site.commit()
    site.servers(a=f"{NAME}@1.2.3")


def all_removed(site: Site) -> None:
    first_pin(site)
    site.pin()
    site.commit()
    site.servers()


def proof_lost(site: Site) -> None:
    first_pin(site)
    site.pin()
    site.commit()
    for name in proofs(site):
        (site.folder / FOLDER / name).unlink()


SCENES: dict[str, Callable[[Site], None]] = {
    scene.__name__.replace("_", " "): scene
    for scene in (first_pin, bump_by_hand, bump_by_pin, server_removed, all_removed, proof_lost)
}


@pytest.mark.parametrize("late", [False, True], ids=["before the file", "after the file"])
@pytest.mark.parametrize("scene", SCENES)
def test_a_crash_at_any_file_changes_no_verdict_and_the_same_pin_repairs_it(
    shop: Site, scene: str, late: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    SCENES[scene](shop)
    shop.commit()
    start = snapshot(shop)
    code = shop.judge().exit_code
    plan = shop.plan()
    assert plan.failures == ()
    steps = kinds(plan)
    assert len(steps) > 1
    shop.pin()
    whole = snapshot(shop)
    assert shop.judge().exit_code == 0
    for step in range(len(steps)):
        restore(shop, start)
        with monkeypatch.context() as cut:
            power_cut(cut, step, late=late)
            with pytest.raises(Crash):
                shop.pin()
        shop.git("add", "--all")
        left = steps[step + late :]
        tidying = set(left) <= {"gone"}  # all is written, and what is left over does no harm
        crashed = shop.judge()
        assert crashed.exit_code == (0 if tidying else code), f"{step}: {blocking(crashed)}"
        assert bool(of(crashed, "lock-unused")) or code == 1 or not left
        shop.pin()
        assert snapshot(shop) == whole, step
        assert shop.judge().exit_code == 0
        assert shop.plan().files == ()


def restore(site: Site, files: dict[str, bytes]) -> None:
    site.git("reset", "--quiet", "--hard", "HEAD")
    site.git("clean", "--quiet", "--force", "-d", "-x")
    assert snapshot(site) == files
    site.forget()


def power_cut(monkeypatch: pytest.MonkeyPatch, step: int, *, late: bool) -> None:
    """Let the power go at the file of this number, before it is changed or just after."""
    done = 0
    write, unlink = pinning.write, os.unlink

    def at(change: Callable[[], None]) -> None:
        nonlocal done
        if done == step and not late:
            raise Crash
        change()
        done += 1
        if done > step:
            raise Crash

    def proof_removed(path: str, **_: object) -> None:
        if FOLDER in path and path.endswith(".json"):
            at(lambda: unlink(path))
        else:
            unlink(path)

    monkeypatch.setattr(pinning, "write", lambda path, data: at(lambda: write(path, data)))
    monkeypatch.setattr(os, "unlink", proof_removed)


# ------------------------------------------------------------------------------------------------ repairs


def deleted(path: Path) -> None:
    path.unlink()


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def of_something_else(path: Path) -> None:
    path.write_text('{"attestations": []}\n')


def grown(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b" " * (5 << 20))


def in_utf_16(path: Path) -> None:
    path.write_bytes(path.read_text().encode("utf-16"))


@pytest.mark.parametrize("harm", [deleted, truncated, emptied, of_something_else, grown, in_utf_16])
def test_pin_repairs_what_happened_to_a_proof(shop: Site, harm: Callable[[Path], None]) -> None:
    shop.servers(a=NAME, b=UVX)
    shop.pin()
    shop.commit()
    before = snapshot(shop)
    for name in proofs(shop):
        harm(shop.folder / FOLDER / name)
    shop.git("add", "--all")
    assert blocking(shop.judge(network="off")) == ["proof-invalid"]
    assert kinds(shop.plan()) == ["proof"] * 3
    shop.pin()
    assert snapshot(shop) == before
    shop.forget()
    assert blocking(shop.judge(network="off")) == []


def test_pin_puts_exchanged_proofs_right(shop: Site) -> None:
    shop.servers(a=UVX)
    shop.pin()
    before = snapshot(shop)
    one, other = (shop.folder / FOLDER / name for name in proofs(shop))
    data = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(data)
    shop.git("add", "--all")
    assert "proof-invalid" in blocking(shop.judge())
    shop.pin()
    assert snapshot(shop) == before


def test_what_still_says_the_same_is_left_as_others_have_written_it(shop: Site) -> None:
    shop.servers(a=NAME, b=UVX)
    shop.pin()
    first, *_ = proofs(shop)
    path = shop.folder / FOLDER / first
    path.write_text(json.dumps(json.loads(path.read_text())))
    assert is_proof_of(first.removesuffix(".json"), path.read_bytes())
    assert shop.plan().files == ()


def test_a_proof_that_is_gone_is_fetched_again_only_where_it_can_be(shop: Site) -> None:
    shop.servers(a=NAME)
    shop.pin()
    (name,) = proofs(shop)
    (shop.folder / FOLDER / name).unlink()
    shop.registry.break_down("status", path="/npm/-/npm/v1/attestations", status=503)
    before = snapshot(shop)
    plan = shop.pin()
    assert len(plan.failures) == 1
    assert snapshot(shop) == before, "and the lock is not written without it"
    assert blocking(shop.judge()) == ["proof-invalid"]


# ------------------------------------------------------------------------------------------------ some servers only


def test_pinning_one_server_keeps_the_proofs_of_the_others(shop: Site) -> None:
    shop.servers(a=NAME, b=UVX)
    shop.pin()
    before = proofs(shop)
    shop.write(".mcp.json", shop.read(".mcp.json").replace(f"{NAME}@1.2.3", OTHER))
    plan = shop.pin("a")
    assert kinds(plan) == ["proof", "mcp-guard.lock", ".mcp.json", "gone"]
    assert len(set(proofs(shop)) & set(before)) == 2
    assert proofs(shop) == named(shop)
    assert blocking(shop.judge()) == []


def test_a_broken_proof_of_another_server_is_not_the_business_of_this_one(shop: Site) -> None:
    shop.servers(a=NAME, b=UVX)
    shop.pin()
    harmed = [name for name in proofs(shop) if b"attestation_bundles" in (shop.folder / FOLDER / name).read_bytes()]
    for name in harmed:
        truncated(shop.folder / FOLDER / name)
    before = snapshot(shop)
    shop.pin("a")
    assert snapshot(shop) == before, "neither repaired, nor removed, nor forgotten"
    assert "proof-invalid" in blocking(shop.judge())


def test_a_run_over_one_config_keeps_the_proofs_of_the_others(shop: Site) -> None:
    shop.servers(a=NAME)
    shop.servers("sub/.mcp.json", b=OTHER)
    shop.pin()
    before = proofs(shop)
    shop.servers("sub/.mcp.json")
    plan = shop.plan(names=[".mcp.json"])
    assert plan.files == ()
    plan = shop.plan(names=["sub/.mcp.json"])
    assert kinds(plan) == ["mcp-guard.lock", "gone"]
    pinning.apply(shop.root, plan.files)
    assert len(proofs(shop)) == 1
    assert set(proofs(shop)) < set(before)
    assert proofs(shop) == named(shop)


def test_a_server_that_cannot_be_pinned_keeps_its_proofs(shop: Site) -> None:
    shop.servers(a=NAME, b=f"{OTHER}@1.2.3")
    shop.pin()
    before = snapshot(shop)
    shop.registry.break_down("hang_up", path="/npm/@octo%2Fother")
    plan = shop.pin()
    assert [failure.server.name.text for failure in plan.failures] == ["b"]
    assert snapshot(shop) == before


# ------------------------------------------------------------------------------------------------ in the way


def test_a_linked_folder_is_refused_and_nothing_is_written(shop: Site, tmp_path: Path) -> None:
    shop.servers(a=NAME)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (shop.folder / FOLDER).symlink_to(elsewhere)
    shop.git("add", "--all")
    before = snapshot(shop)
    plan = shop.plan()
    with pytest.raises(ChangedError, match=r"mcp-guard\.proofs is .*: remove it"):
        pinning.apply(shop.root, plan.files)
    assert list(elsewhere.iterdir()) == []
    assert snapshot(shop) == before
    (shop.folder / FOLDER).unlink()
    shop.pin()
    assert blocking(shop.judge()) == []


def test_nothing_is_removed_behind_a_link(shop: Site, tmp_path: Path) -> None:
    shop.servers(a=NAME)
    shop.pin()
    shop.commit()
    (shop.folder / FOLDER).rename(tmp_path / "elsewhere")
    shop.servers(program={"command": "gh"})
    before = {path.name for path in (tmp_path / "elsewhere").iterdir()}
    (shop.folder / FOLDER).symlink_to(tmp_path / "elsewhere")
    with suppress(ChangedError):  # that it is a link may be told, or not matter
        pinning.apply(shop.root, shop.plan().files)
    assert {path.name for path in (tmp_path / "elsewhere").iterdir()} == before


@pytest.mark.parametrize("what", ["a file", "a folder"])
def test_something_else_of_the_folders_name_is_refused_and_nothing_is_written(shop: Site, what: str) -> None:
    shop.servers(a=NAME)
    plan = shop.plan()
    path = shop.folder / (FOLDER if what == "a file" else plan.files[0][0])
    if what == "a file":
        path.write_text("mine")
    else:
        path.mkdir(parents=True)
    before = snapshot(shop)
    with pytest.raises(ChangedError, match=r"mcp-guard\.proofs.*: remove it"):
        pinning.apply(shop.root, plan.files)
    assert snapshot(shop) == before


def test_whatever_came_to_a_proofs_place_meanwhile_its_name_says_what_belongs_there(shop: Site) -> None:
    shop.servers(a=NAME)
    plan = shop.plan()
    path, _, data = plan.files[0]
    shop.write(path, "meanwhile")
    pinning.apply(shop.root, plan.files)
    assert (shop.folder / path).read_bytes() == data
    assert blocking(shop.judge()) == []


def test_a_config_that_was_edited_meanwhile_stops_before_any_proof(shop: Site) -> None:
    shop.servers(a=NAME)
    plan = shop.plan()
    shop.servers(a=OTHER)
    with pytest.raises(ChangedError, match=r"\.mcp\.json was changed while"):
        pinning.apply(shop.root, plan.files)
    assert proofs(shop) == []


def test_a_linked_proof_is_replaced_and_what_it_leads_to_left_alone(shop: Site, tmp_path: Path) -> None:
    shop.servers(a=NAME)
    shop.pin()
    (name,) = proofs(shop)
    path, target = shop.folder / FOLDER / name, tmp_path / "target"
    path.rename(target)
    path.symlink_to(target)
    data = target.read_bytes()
    shop.git("add", "--all")
    assert blocking(shop.judge()) == ["proof-invalid"]
    shop.pin()
    assert not path.is_symlink()
    assert path.read_bytes() == target.read_bytes() == data
    assert blocking(shop.judge()) == []


# ------------------------------------------------------------------------------------------------ what registries send


def dist(site: Site) -> dict[str, JSON]:
    versions = site.registry.packuments[NAME]["versions"]
    assert isinstance(versions, dict)
    manifest = versions["1.2.3"]
    assert isinstance(manifest, dict)
    found = manifest["dist"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    "signatures",
    [
        [{"keyid": "a key", "sig": "AAAA"}],
        [{"keyid": "", "sig": "AAAA"}],
        [{"keyid": "ключ", "sig": "AAAA"}],
        [{"keyid": "SHA256:x\n", "sig": "AAAA"}],
        [{"keyid": "SHA256:x", "sig": "no base64"}],
        [{"keyid": "SHA256:x", "sig": "AAA"}],
        [{"keyid": "SHA256:x", "sig": "AAB="}],
        [{"keyid": "SHA256:x", "sig": "\ud800"}],
        [{"keyid": "SHA256:x", "sig": "AAAA"}, {"keyid": "SHA256:x", "sig": "BBBB"}],
    ],
)
def test_whatever_signatures_are_served_the_lock_reads_back_or_it_is_a_failure(
    shop: Site, signatures: list[JSON]
) -> None:
    dist(shop)["signatures"] = signatures
    shop.servers(a=NAME, b=OTHER)
    plan = shop.pin()
    assert shop.space().lock_problems == ()
    packages = shop.lock()["packages"]
    assert "pkg:npm/%40octo/other@1.2.3" in packages, "the others are pinned"
    assert len(packages) == 2 - len(plan.failures)
    assert proofs(shop) == named(shop)
    levels = packages.get("pkg:npm/%40octo/server@1.2.3", {}).get("evidence", {})
    assert isinstance(levels, dict)
    assert levels.get("signatures") != "proven"


SOUND = Release((Digest("sha512", "ab" * 64),), NOW, Publisher("absent"))


@pytest.mark.parametrize(
    ("released", "told"),
    [
        (SOUND._replace(digests=(Digest("sha512", "ab"),)), "is no sha512 digest"),
        (SOUND._replace(digests=(Digest("sha512", "AB" * 64),)), "is no sha512 digest"),
        (SOUND._replace(digests=(Digest("sha512", "ab" * 64, "file"),)), "names a file"),
        (SOUND._replace(published=NOW.replace(tzinfo=None)), "has no time zone"),
        (SOUND._replace(publisher=Publisher("declared", "somebody")), "the level of publisher contradicts"),
        (SOUND._replace(account="somebody"), "the level of publisher contradicts"),
        (SOUND._replace(signed=(Signature("a key", "AAAA"),)), "is no key id"),
        (SOUND._replace(signed=(Signature("SHA256:x", "AAA"),)), "is no base64"),
        (
            SOUND._replace(signed=(Signature("SHA256:x", "AAAA"), Signature("SHA256:x", "BBBB"))),
            "one key stands for two",
        ),
    ],
)
def test_what_no_lock_can_hold_is_a_reason_and_no_traceback(shop: Site, released: Release, told: str) -> None:
    word = Word("x", Place(".mcp.json"), 0, 0)
    exact = Package("npm", "x", "1.0.0", "x@1.0.0", "registry", word)
    space = shop.space()
    assert entering.package(exact, SOUND, space, "").release == SOUND
    with pytest.raises(
        entering.Unresolved, match=r"pkg:npm/x@1\.0\.0.*the registry sent what no lock can hold.*" + told
    ):
        entering.package(exact, released, space, "")


@pytest.mark.parametrize(
    "account", ["a\nb", "\x00", "\u2028", "\x1b[31mred", "\u202eltr", "\ud800", "a" * 100_000, "", "  ", "\x7f"]
)
def test_whatever_an_account_is_called_the_lock_reads_back_or_it_is_a_failure(shop: Site, account: str) -> None:
    shop.registry.publish_npm("plain", "1.0.0", publisher=account, signed=True)
    shop.servers(a="plain", b=OTHER)
    plan = shop.pin()
    read = lock.parse("mcp-guard.lock", (shop.folder / "mcp-guard.lock").read_bytes())
    assert len(read.packages) == 2 - len(plan.failures)
    assert shop.space().lock_problems == ()
    assert shop.plan().files == () or plan.failures


@pytest.mark.parametrize("scripts", [{"postinstall": "x\ny"}, {"preinstall\n": "x"}, {"install": ""}, "no table"])
def test_whatever_scripts_a_version_has_the_lock_reads_back_or_it_is_a_failure(shop: Site, scripts: JSON) -> None:
    shop.registry.publish_npm("plain", "1.0.0", scripts=scripts)
    shop.servers(a="plain", b=OTHER)
    plan = shop.pin()
    assert shop.space().lock_problems == ()
    assert len(shop.lock()["packages"]) == 2 - len(plan.failures)


@pytest.mark.parametrize("change", ["another version", "another package", "no attestations", "forged"])
def test_attestations_that_do_not_hold_are_a_failure_and_no_file(shop: Site, change: str) -> None:
    key = f"{NAME}@1.2.3"
    publish(shop, NAME, "1.2.2")
    held = shop.registry.attestations
    text = json.dumps(held[key])
    documents: dict[str, JSON] = {
        "another version": held[f"{NAME}@1.2.2"],
        "another package": held[f"{OTHER}@1.2.3"],
        "no attestations": {"attestations": []},
        "forged": json.loads(text.replace('"logIndex": "', '"logIndex": "1')),
    }
    held[key] = documents[change]
    shop.servers(a=f"{NAME}@1.2.3", b=OTHER)
    plan = shop.pin()
    assert [failure.server.name.text for failure in plan.failures] == ["a"]
    assert proofs(shop) == named(shop)
    assert list(shop.lock()["packages"]) == ["pkg:npm/%40octo/other@1.2.3"]
    assert shop.read(".mcp.json").count("@1.2.3") == 2, "what b got, and what a had"


def test_a_second_publisher_of_the_same_release_does_not_replace_the_first(shop: Site) -> None:
    """Both attestations hold, and which of them counts is a person's to say."""
    shop.servers(a=NAME)
    shop.pin()
    before = snapshot(shop)
    mallory = "https://github.com/mallory/server"
    shop.registry.attest_npm(NAME, "1.2.3", repository=mallory, repository_id="666", owner_id="13")
    plan = shop.pin()
    (failure,) = plan.failures
    assert "github:mallory/server#666" in failure.reason
    assert WHO in failure.reason
    assert snapshot(shop) == before


def test_an_older_mcp_guard_takes_nothing_away_that_it_cannot_verify(
    shop: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.servers(a=NAME, b=UVX)
    shop.pin()
    before = snapshot(shop)
    monkeypatch.setattr(npm, "npm_keys", lambda _usage: ())
    plan = shop.pin()
    assert [failure.server.name.text for failure in plan.failures] == ["a"]
    assert "update it" in plan.failures[0].reason
    assert snapshot(shop) == before


def test_a_time_before_the_build_is_not_written_as_proven_and_then_refused(shop: Site) -> None:
    """Whatever `pin` writes must be what `check` accepts, also when the registry's clock is odd."""
    times = shop.registry.packuments[NAME]["time"]
    assert isinstance(times, dict)
    times["1.2.3"] = "2025-12-24T00:00:00.000Z"
    shop.servers(a=NAME)
    plan = shop.pin(now=NOW + timedelta(days=1))
    assert plan.failures or blocking(shop.judge(now=NOW + timedelta(days=1))) == []
