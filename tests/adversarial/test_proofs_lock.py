"""A lock that says more, or less, than the proofs beside it."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.adversarial.conftest import IN_90_DAYS
from tests.publishers.conftest import NAME, PURL, VERSION, Office, authority, desk, office, registry

__all__ = ["authority", "desk", "office", "registry"]

TOOL = "pkg:pypi/octo-tool@1.0.0"
MALLORY = {"repository": "https://github.com/mallory/server", "repository_id": "666", "owner_id": "13"}
Packages = dict[str, dict[str, object]]
OTHER_SRI = "sha512-" + "A" * 86 + "=="


def tool(version: str = "1.0.0", name: str = "octo-tool") -> dict[str, object]:
    return {"command": "uvx", "args": [f"{name}=={version}"]}


def established_tool(office: Office) -> None:
    """Commit a PyPI server, pinned, its publisher named."""
    office.registry.publish_pypi("octo-tool", "1.0.0")
    office.registry.attest_pypi("octo-tool", "1.0.0")
    office.desk.config(tool=tool())
    office.desk.guard("pin")
    assert office.desk.guard("accept", "publisher", "tool").code == 0
    office.commit()
    assert office.desk.guard("check", "--offline").code == 0


# ------------------------------------------------------------------------------------------------ PyPI


@pytest.mark.parametrize("purl", ["pkg:pypi/octo-tool@6.6.6", "pkg:pypi/evil-tool@1.0.0"])
def test_the_attested_files_of_another_release_prove_nothing(office: Office, purl: str) -> None:
    """The proof of a PyPI file names the file alone, so whose release the file is has to be seen by its name.

    `proving._pypi` never looks at the purl: an entry for any project and version that lists the genuine files, digests
    and proofs of an attested release is "proven" by them. The base knows that publisher, so nobody is asked anything.
    """
    name, _, version = purl.removeprefix("pkg:pypi/").partition("@")
    established_tool(office)
    genuine = json.loads(office.desk.read("mcp-guard.lock"))["packages"][TOOL]
    office.registry.publish_pypi(name, version)
    office.desk.config(tool=tool(version, name))
    kept = {path.name: path.read_bytes() for path in office.proofs}
    office.forget()
    office.desk.guard("pin")
    assert purl in office.desk.read("mcp-guard.lock")

    def forge(packages: Packages) -> None:
        packages[purl] = genuine

    office.edit(forge)
    for proof, data in kept.items():
        (office.desk.folder / "mcp-guard.proofs").mkdir(exist_ok=True)
        (office.desk.folder / "mcp-guard.proofs" / proof).write_bytes(data)
    office.desk.git("add", "--all")
    for argv in (("--offline",), ("--offline", "--hook"), ()):
        office.forget()
        assert office.desk.guard("check", *argv).code == 1, argv


def test_a_file_that_is_left_out_of_the_lock_is_missed_offline(office: Office) -> None:
    """The release in the base has two files; one that nobody could prove is simply not listed any more."""
    established_tool(office)

    def drop(packages: Packages) -> None:
        for part in ("digests", "proofs"):
            files = packages[TOOL][part]
            assert isinstance(files, dict)
            del files["octo_tool-1.0.0-py3-none-any.whl"]

    office.edit(drop)
    named = json.dumps(json.loads(office.desk.read("mcp-guard.lock"))["packages"][TOOL])
    for path in office.proofs:
        if path.stem not in named:
            path.unlink()
    office.desk.git("add", "--all")
    for argv in (("--offline",), ("--offline", "--hook"), ()):
        office.forget()
        assert office.desk.guard("check", *argv).code != 0, argv


def test_an_added_file_without_a_proof_is_missed_offline(office: Office) -> None:
    established_tool(office)

    def add(packages: Packages) -> None:
        digests = packages[TOOL]["digests"]
        assert isinstance(digests, dict)
        digests["octo_tool-1.0.0-cp311-cp311-linux_x86_64.whl"] = "sha256:" + "0" * 64

    office.edit(add)
    office.desk.git("add", "--all")
    for argv in (("--offline",), ()):
        office.forget()
        assert office.desk.guard("check", *argv).code == 1, argv


def test_a_second_digest_of_a_file_is_not_proven_by_the_first(office: Office) -> None:
    established_tool(office)

    def add(packages: Packages) -> None:
        digests = packages[TOOL]["digests"]
        assert isinstance(digests, dict)
        digests["octo_tool-1.0.0.tar.gz"] = f"sha256:{'0' * 64} {digests['octo_tool-1.0.0.tar.gz']}"

    office.edit(add)
    office.forget()
    assert office.desk.guard("check", "--offline").code == 1


# ------------------------------------------------------------------------------------------------ entries in waiting


@pytest.mark.parametrize("forged", [True, False], ids=["a forged entry", "a genuine entry of the attacker's"])
def test_an_entry_that_nobody_uses_introduces_no_publisher(office: Office, forged: bool) -> None:
    """Two harmless looking changes: an unused entry (a warning), and then a server of the publisher it has brought in.

    `publishers.known` believes every entry of the base's lock, and nobody verifies or judges one that no server uses.
    """
    office.established()
    office.publish("1.0.0", "mallory-server", **MALLORY)
    before = office.desk.read(".mcp.json")
    office.desk.config(server=f"{NAME}@{VERSION}", other="mallory-server@1.0.0")
    office.desk.guard("pin")
    evil = json.loads(office.desk.read("mcp-guard.lock"))["packages"]["pkg:npm/mallory-server@1.0.0"]
    evil_proof = {path.name: path.read_bytes() for path in office.proofs}
    office.desk.git("reset", "--quiet", "--hard")
    office.desk.git("clean", "--quiet", "-fd")
    office.desk.write(".mcp.json", before)

    def plant(packages: Packages) -> None:
        packages["pkg:npm/mallory-server@1.0.0"] = evil
        if forged:
            del evil["proofs"], evil["signatures"]
            evil["evidence"] |= {"attestations": "declared", "signatures": "declared", "integrity": "declared"}

    office.edit(plant)
    if not forged:
        for name, data in evil_proof.items():
            (office.desk.folder / "mcp-guard.proofs" / name).write_bytes(data)
    office.desk.git("add", "--all")
    first = office.desk.guard("check", "--hook").code
    office.commit()
    office.publish("1.0.1", "mallory-server", **MALLORY)
    office.desk.config(server=f"{NAME}@{VERSION}", other="mallory-server@1.0.1")
    office.forget()
    office.desk.guard("pin")
    assert "mallory-server@1.0.1" in office.desk.read("mcp-guard.lock")
    office.desk.git("add", "--all")
    second = office.desk.guard("check", "--hook").code
    assert (first, second) != (0, 0), "a publisher whom nobody has named got in without a question"


def test_a_forged_base_entry_of_the_package_does_not_excuse_another_publisher(office: Office) -> None:
    """The same for `publisher-changed`: an unused entry of an old version, claimed to be mallory's."""
    office.publish()
    office.publish("1.0.0", "other")
    office.desk.config(server=f"{NAME}@{VERSION}", other="other@1.0.0")
    office.desk.guard("pin")
    assert office.desk.guard("accept", "publisher", "other").code == 0  # octo is known by another package
    office.commit()
    entry = json.loads(office.desk.read("mcp-guard.lock"))["packages"][PURL]
    entry["publisher"] = {"identity": "github:mallory/server#666", "owner-id": "13"}

    def plant(packages: Packages) -> None:
        packages[PURL.replace(VERSION, "0.0.1")] = entry

    office.edit(plant)
    office.desk.git("add", "--all")
    first = office.desk.guard("check", "--hook").code
    office.commit()
    office.publish("1.2.4", **MALLORY)
    office.desk.config(server=f"{NAME}@1.2.4", other="other@1.0.0")
    office.forget()
    office.desk.guard("pin")
    assert "server@1.2.4" in office.desk.read("mcp-guard.lock")
    office.desk.git("add", "--all")
    second = office.desk.guard("check", "--hook").code
    assert (first, second) != (0, 0)


def test_an_entry_that_nobody_has_looked_at_is_not_carried(office: Office) -> None:
    """The same for digests: what was planted unused is byte-identical in the base when it is used, and is believed."""
    office.established()
    office.registry.publish_npm("plain", "1.0.0", signed=True)
    office.desk.config(server=f"{NAME}@{VERSION}", plain="plain@1.0.0")
    office.desk.guard("pin")
    honest = json.loads(office.desk.read("mcp-guard.lock"))["packages"]["pkg:npm/plain@1.0.0"]
    office.desk.git("reset", "--quiet", "--hard")

    def plant(packages: Packages) -> None:
        del honest["signatures"]
        levels = {"signatures": "declared", "integrity": "declared"}
        packages["pkg:npm/plain@1.0.0"] = honest | {"digests": OTHER_SRI, "evidence": honest["evidence"] | levels}

    office.edit(plant)
    office.desk.git("add", "--all")
    first = office.desk.guard("check", "--hook").code
    office.commit()
    planted = json.loads(office.desk.read("mcp-guard.lock"))["packages"]["pkg:npm/plain@1.0.0"]
    office.desk.config(server=f"{NAME}@{VERSION}", plain="plain@1.0.0")
    office.desk.guard("pin")  # refuses: the digests are not the registry's
    office.desk.guard("pin")  # the definition, for its fingerprint

    def back(packages: Packages) -> None:
        packages["pkg:npm/plain@1.0.0"] = planted

    office.edit(back)
    named = ("npm:plain@1.0.0", "looked at it")
    accept = '[[accept]]\nrule = "unverified-publisher"\npackage = "{}"\nreason = "{}"\nuntil = {}\n'
    policy = office.desk.read("mcp-guard.toml") + accept.format(*named, IN_90_DAYS)
    office.desk.write("mcp-guard.toml", policy)
    office.desk.git("add", "--all")
    office.forget()
    second = office.desk.guard("check", "--offline").code
    assert (first, second) != (0, 0)


# ------------------------------------------------------------------------------------------------ accepted


def strip(packages: Packages) -> None:
    """Take everything signed out of the entry."""
    found = packages[PURL]
    for key in ("proofs", "publisher", "signatures"):
        del found[key]
    evidence = found["evidence"]
    assert isinstance(evidence, dict)
    found["evidence"] = evidence | {
        "signatures": "absent",
        "attestations": "absent",
        "publisher": "declared",
        "integrity": "declared",
    }


@pytest.mark.parametrize("argv", [(), ("--network=required",), ("--offline",), ("--hook",)])
def test_an_accepted_downgrade_does_not_excuse_other_digests(office: Office, argv: tuple[str, ...]) -> None:
    """With the basis "weaker" nobody is asked and no release is judged: whoever accepts the downgrade accepts all.

    `integrity-mismatch`, which nobody can accept, is not raised, nor `withdrawn`, `release-too-young`, `unverifiable`.
    """
    office.established()

    def forge(packages: Packages) -> None:
        strip(packages)
        packages[PURL]["digests"] = OTHER_SRI

    office.edit(forge)
    shutil.rmtree(office.desk.folder / "mcp-guard.proofs")
    accepted = office.desk.guard(
        *(
            "accept",
            "package",
            "server",
            "--reason",
            "a mirror",
            "--until",
            IN_90_DAYS,
            "--rule",
            "provenance-downgrade",
        )
    )
    assert accepted.code == 0
    office.desk.git("add", "--all")
    assert office.desk.guard("check", *argv).code != 0


@pytest.mark.parametrize("memory", ["remembered", "forgotten"])
@pytest.mark.parametrize("part", ["signatures", "attestations", "publisher"])
def test_any_single_part_that_is_stripped_is_missed_in_every_mode(office: Office, part: str, memory: str) -> None:
    office.established()

    def one(packages: Packages) -> None:
        found = packages[PURL]
        evidence = found["evidence"]
        assert isinstance(evidence, dict)
        if part == "publisher":
            del found["publisher"]
            evidence["publisher"] = "declared"
        else:
            evidence[part] = "declared"

    office.edit(one)
    office.desk.git("add", "--all")
    if memory == "forgotten":
        office.forget()
    for argv in ((), ("--offline",), ("--network=required",), ("--hook",), ("--hook", "--offline")):
        assert office.desk.guard("check", *argv).code == 1, argv


# ------------------------------------------------------------------------------------------------ what is shown


def test_a_forged_publisher_is_not_listed_as_proven_where_nobody_may_be_asked(office: Office) -> None:
    """`evidence._start` leaves early for a registry that the repository alone names, the lock's words unverified."""
    office.established()

    def forge(packages: Packages) -> None:
        packages[PURL]["publisher"] = {"identity": "github:anthropics/anything#1"}

    office.edit(forge)
    office.desk.write("mcp-guard.toml", '[registries]\n"npm:@octo" = "https://npm.example/"\n')
    listed = office.desk.guard("list", "--publishers").out
    assert "github:anthropics/anything" not in listed
    report = office.desk.guard("check", "--format", "json").out
    assert "proven: github:anthropics/anything" not in report
    assert office.desk.guard("check", "--offline").code == 1


def test_what_the_lock_calls_an_account_is_never_shown_as_a_publisher(office: Office) -> None:
    office.registry.publish_npm(NAME, VERSION, signed=True)
    office.start()
    office.desk.guard("pin")

    def hostile(packages: Packages) -> None:
        packages[PURL]["account"] = "x\n\x1b[2K\u202eproven: github:octo/server#4711"

    office.edit(hostile)
    for argv in (("list", "--publishers", "--offline"), ("list",), ("check", "--offline", "-v"), ("check",)):
        done = office.desk.guard(*argv)
        assert done.code != 4
        assert "\x1b" not in done.out
        assert "\u202e" not in done.out
        assert "\nproven" not in done.out.replace(" ", "")
