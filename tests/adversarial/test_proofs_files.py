"""Proofs as files: what a pull request may put in their place, and whether the printed command mends it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mcp_guard import pinning
from tests.publishers.conftest import NAME, PURL, VERSION, Office, authority, desk, office, registry

__all__ = ["authority", "desk", "office", "registry"]

STRAY = "0" * 64 + ".json"
Packages = dict[str, dict[str, object]]


def own(office: Office) -> str:
    (proof,) = office.proofs
    return str(proof)


def swapped(data: Callable[[bytes], bytes]) -> Callable[[Office], None]:
    def forge(office: Office) -> None:
        (proof,) = office.proofs
        proof.write_bytes(data(proof.read_bytes()))

    return forge


def deep(levels: int) -> bytes:
    return b"[" * levels + b"]" * levels


def link(office: Office) -> None:
    path = own(office)
    os.unlink(path)
    os.symlink("../.mcp.json", path)


def dangling(office: Office) -> None:
    path = own(office)
    os.unlink(path)
    os.symlink("nowhere", path)


def folder(office: Office) -> None:
    path = own(office)
    os.unlink(path)
    os.mkdir(path)
    with open(os.path.join(path, "x"), "w") as file:
        file.write("x")


def file_for_folder(office: Office) -> None:
    path = own(office)
    os.unlink(path)
    os.rmdir(os.path.dirname(path))
    with open(os.path.dirname(path), "w") as file:
        file.write("x")


def linked_folder(office: Office) -> None:
    place = office.desk.folder / "mcp-guard.proofs"
    place.rename(office.desk.folder / "elsewhere")
    place.symlink_to("elsewhere")


BROKEN: dict[str, Callable[[Office], None]] = {
    "huge": swapped(lambda data: data + b" " * (5 << 20)),
    "more than a bundle": swapped(lambda _: json.dumps({"attestations": ["x" * (2 << 20)]}).encode()),
    "byte order mark": swapped(lambda data: b"\xef\xbb\xbf" + data),
    "UTF-16": swapped(lambda data: data.decode().encode("utf-16")),
    "NaN": swapped(lambda data: data.replace(b"{", b'{"x": NaN, ', 1)),
    "a huge number": swapped(lambda data: data.replace(b"{", b'{"x": ' + b"9" * 5000 + b", ", 1)),
    "a fraction": swapped(lambda data: data.replace(b"{", b'{"x": 1e400, ', 1)),
    "a lone surrogate": swapped(lambda data: data.replace(b"{", b'{"x": "\\ud800", ', 1)),
    "two documents": swapped(lambda data: data + data),
    "not an object": swapped(lambda _: b"[]"),
    "a text": swapped(lambda _: b'"x"'),
    "deep, 300": swapped(lambda _: deep(300)),
    "deep, 900": swapped(lambda _: deep(900)),
    "deep, 100000": swapped(lambda _: deep(100_000)),
    "a link": link,
    "a dangling link": dangling,
    "a folder": folder,
    "a file for the folder": file_for_folder,
    "the folder linked": linked_folder,
}

IN_THE_WAY = ("a folder", "a file for the folder", "the folder linked")


@pytest.mark.parametrize("name", BROKEN)
def test_no_broken_proof_passes_or_crashes(office: Office, name: str) -> None:
    office.established()
    BROKEN[name](office)
    office.desk.git("add", "--all")
    for argv in (("--offline",), (), ("--hook",), ("--hook", "--offline"), ("--network=required",)):
        assert office.desk.guard("check", *argv).code == 1, argv
    assert office.desk.guard("list", "--publishers").code == 0
    office.forget()
    assert office.desk.guard("check", "--hook", "--offline").code == 1


@pytest.mark.parametrize("name", [name for name in BROKEN if name not in IN_THE_WAY])
def test_pinning_mends_a_broken_proof(office: Office, name: str) -> None:
    """The remedy of `proof-invalid` is `mcp-guard pin SERVER`, so that has to do it.

    What `pinning._proofs` takes for the old bytes (a link's target, nothing of what is too large) is not what
    `pinning._now` reads: "was changed while mcp-guard worked: run it again", each time.
    """
    office.established()
    BROKEN[name](office)
    done = office.desk.guard("pin", "server")
    assert done.code == 0, done.err + done.out
    office.desk.git("add", "--all")
    office.forget()
    assert office.desk.guard("check", "--offline", "--hook", "--all").code == 0
    assert not os.path.islink(own(office))


@pytest.mark.parametrize("name", IN_THE_WAY)
def test_pinning_says_what_is_in_its_way(office: Office, name: str) -> None:
    """Where it cannot mend: exit code 2 and what to do, not 4 ("cannot write or read")."""
    office.established()
    BROKEN[name](office)
    done = office.desk.guard("pin", "server")
    assert done.code in {0, 2}, done.err
    assert done.code == 0 or "mcp-guard.proofs" in done.err


def test_a_document_too_deep_for_one_reader_only(office: Office) -> None:
    """Where reading, writing canonically and reading again do not reach the same depth, none may raise."""
    office.established()
    (proof,) = office.proofs
    for levels in range(940, 1000, 3):
        proof.write_bytes(deep(levels))
        assert office.desk.guard("check", "--offline").code == 1, levels


STRAYS: dict[str, Callable[[Path], object]] = {
    "a link": lambda path: path.symlink_to("../.mcp.json"),
    "a dangling link": lambda path: path.symlink_to("nowhere"),
    "huge": lambda path: path.write_bytes(b" " * (5 << 20)),
    "empty": lambda path: path.write_bytes(b""),
}


@pytest.mark.parametrize("name", STRAYS)
def test_pinning_works_beside_a_stray_proof_and_prunes_it(office: Office, name: str) -> None:
    """`pin` is the printed remedy of `lock-unused`; under `strict` the stray file blocks until it is gone."""
    office.established()
    path = office.desk.folder / "mcp-guard.proofs" / STRAY
    STRAYS[name](path)
    office.desk.git("add", "--all")
    assert "lock-unused" in office.findings()
    done = office.desk.guard("pin")
    assert done.code == 0, done.err + done.out
    assert not os.path.lexists(path)
    assert office.findings() == {}


# ------------------------------------------------------------------------------------------------ git


def test_a_proof_that_is_not_staged_blocks_and_the_way_out_is_told(office: Office) -> None:
    """`git commit -a` and `git add mcp-guard.lock` leave new proofs behind; `pin` then writes and says nothing."""
    office.publish()
    office.start()
    office.desk.guard("pin")
    assert office.desk.guard("accept", "publisher", "server").code == 0
    office.desk.git("add", "mcp-guard.lock", "mcp-guard.toml", ".mcp.json")
    hooked = office.desk.guard("check", "--hook")
    assert hooked.code == 1
    assert "proof-invalid" in hooked.out
    again = office.desk.guard("pin", "server")
    assert "git add" in hooked.out + again.out, "neither the finding nor its remedy says what is to be done"


def test_an_ignored_proof_blocks_and_the_way_out_is_told(office: Office) -> None:
    office.desk.write(".gitignore", "*.proofs/\n")
    office.publish()
    office.start()
    office.desk.guard("pin")
    assert office.desk.guard("accept", "publisher", "server").code == 0
    office.desk.git("add", "--all")
    hooked = office.desk.guard("check", "--hook")
    assert hooked.code == 1
    again = office.desk.guard("pin", "server")
    assert "git add" in hooked.out + again.out


def test_a_push_is_judged_by_the_proofs_of_its_commit(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.established()
    (proof,) = office.proofs
    data = proof.read_bytes()
    start = office.desk.git("rev-parse", "HEAD").strip()
    proof.unlink()
    office.commit()
    proof.parent.mkdir(exist_ok=True)
    proof.write_bytes(data)  # still in the work tree
    monkeypatch.setenv("PRE_COMMIT_FROM_REF", start)
    monkeypatch.setenv("PRE_COMMIT_TO_REF", office.desk.git("rev-parse", "HEAD").strip())
    assert office.desk.guard("check", "--hook").code == 1
    assert office.desk.guard("check", "--hook", "--offline").code == 1


def test_what_a_run_remembers_ends_with_its_proofs(office: Office) -> None:
    """A pass, the proof taken away, put back, taken away: each state has its own answer."""
    office.established()
    (proof,) = office.proofs
    data = proof.read_bytes()
    for _ in range(2):
        assert office.desk.guard("check", "--hook", "--all").code == 0
        proof.unlink()
        office.desk.git("add", "--all")
        assert office.desk.guard("check", "--hook", "--all").code == 1
        proof.parent.mkdir(exist_ok=True)
        proof.write_bytes(data.replace(b"\n", b"\r\n"))
        office.desk.git("add", "--all")


def test_a_receipt_for_the_proofs_of_one_entry_is_none_for_another(office: Office) -> None:
    office.publish()
    office.publish("1.2.4")
    office.desk.config(server=f"{NAME}@{VERSION}")
    office.desk.config("sub/.mcp.json", newer=f"{NAME}@1.2.4")
    office.desk.guard("pin")
    office.desk.guard("accept", "publisher", "server")
    office.commit()
    assert office.desk.guard("check", "--offline").code == 0

    def swap(packages: Packages) -> None:
        newer = PURL.replace(VERSION, "1.2.4")
        packages[PURL], packages[newer] = packages[newer], packages[PURL]

    office.edit(swap)
    for argv in (("--offline",), ()):
        assert office.desk.guard("check", *argv).code == 1


# ------------------------------------------------------------------------------------------------ pin


def test_pinning_one_server_keeps_the_proofs_of_the_others(office: Office) -> None:
    office.publish()
    office.publish("1.0.0", "other")
    office.desk.config(server=f"{NAME}@{VERSION}")
    office.desk.config("sub/.mcp.json", other="other@1.0.0")
    office.desk.guard("pin")
    assert len(office.proofs) == 2
    office.publish("1.2.4")
    office.start(f"{NAME}@1.2.4")
    for argv in (("server",), (".mcp.json",), ("sub/.mcp.json",)):
        office.desk.guard("pin", *argv)
        named = office.desk.read("mcp-guard.lock")
        assert all(path.stem in named for path in office.proofs)
        assert len(office.proofs) == 2


@pytest.mark.parametrize("step", range(1, 4))
def test_a_pin_that_is_interrupted_blocks_and_is_repaired_by_the_next(
    office: Office, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.established()
    office.publish("1.2.4")
    office.start(NAME)
    written = 0
    write = pinning.write

    def cut(path: str, data: bytes) -> None:
        nonlocal written
        written += 1
        if written >= step:
            raise KeyboardInterrupt
        write(path, data)

    monkeypatch.setattr(pinning, "write", cut)
    assert office.desk.guard("pin").code not in {0, 1}
    assert written == step
    monkeypatch.setattr(pinning, "write", write)
    office.desk.git("add", "--all")
    assert office.desk.guard("check").code == 1
    assert office.desk.guard("check", "--hook", "--all", "--offline").code == 1
    done = office.desk.guard("pin")
    assert done.code == 0, done.out
    office.desk.git("add", "--all")
    assert office.desk.guard("check", "--hook", "--all").code == 0
    assert len(office.proofs) == 1


def test_a_pin_while_another_one_has_pruned(office: Office) -> None:
    """A stale proof that is gone by the time it is to be removed is no error: it is gone."""
    office.established()
    stray = office.desk.folder / "mcp-guard.proofs" / STRAY
    stray.write_bytes(b"")
    pinning.apply(str(office.desk.folder), [(f"mcp-guard.proofs/{STRAY}", b"", None)])
    assert not stray.exists()
    pinning.apply(str(office.desk.folder), [(f"mcp-guard.proofs/{STRAY}", b"", None)])
