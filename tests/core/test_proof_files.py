"""Where proofs stand, and what is there instead."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from mcp_guard import proof_files, trees, workspace
from mcp_guard.model import Digest, Lock, LockedPackage, Place, Proof, Publisher, Release
from mcp_guard.proof_files import is_proof, on_disk, path, read
from mcp_guard.provenance.proofs import FILE_LIMIT

FOLDER = "mcp-guard.proofs"
ONE, TWO, THREE = "1" * 64, "2" * 64, "a" * 64
PLACE = Place("mcp-guard.lock")


def locking(*names: str) -> Lock:
    """A lock of one package for each of these proofs."""
    packages: dict[str, LockedPackage] = {}
    for at, name in enumerate(names):
        release = Release((Digest("sha512", "ab" * 64),), None, Publisher("absent"), proofs=(Proof("", name),))
        packages[f"pkg:npm/x{at}@1.0.0"] = LockedPackage(f"pkg:npm/x{at}@1.0.0", release, PLACE)
    return Lock(packages, {})


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "repository" / FOLDER).mkdir(parents=True)
    return tmp_path / "repository"


def put(place: Path, name: str, data: bytes = b"{}") -> Path:
    file = place / FOLDER / f"{name}.json"
    file.write_bytes(data)
    return file


def found(place: Path, *names: str) -> dict[str, bytes | str]:
    return read(trees.folder(str(place)), locking(*names))


# ------------------------------------------------------------------------------------------------ paths


def test_a_path_and_its_name() -> None:
    assert path(ONE) == f"mcp-guard.proofs/{ONE}.json"
    assert is_proof(path(ONE))


@pytest.mark.parametrize(
    "other",
    [
        f"{FOLDER}/{ONE}",
        f"{FOLDER}/{ONE}.json\n",
        f"{FOLDER}/{ONE}.JSON",
        f"{FOLDER}/{ONE}.json.tmp",
        f"{FOLDER}/{ONE}.json.123.tmp",
        f"{FOLDER}/{ONE}xjson",
        f"{FOLDER}/{ONE[1:]}.json",
        f"{FOLDER}/{ONE}1.json",
        f"{FOLDER}/{'A' * 64}.json",
        f"{FOLDER}/{'g' * 64}.json",
        f"{FOLDER}/{'١' * 64}.json",
        f"{FOLDER}/x/{ONE}.json",
        f"{FOLDER}//{ONE}.json",
        f"./{FOLDER}/{ONE}.json",
        f"x/{FOLDER}/{ONE}.json",
        f"{FOLDER}\\{ONE}.json",
        f"mcp-guardxproofs/{ONE}.json",
        f"{ONE}.json",
        FOLDER,
        "",
    ],
)
def test_other_paths_are_no_proofs(other: str) -> None:
    assert not is_proof(other)


# ------------------------------------------------------------------------------------------------ reading


def test_what_the_lock_names_is_read_and_nothing_else(place: Path) -> None:
    put(place, ONE, b"one")
    put(place, TWO, b"two")
    assert found(place, ONE) == {path(ONE): b"one"}
    assert found(place, ONE, TWO, ONE) == {path(ONE): b"one", path(TWO): b"two"}
    assert found(place) == {}


def test_what_is_not_there_is_left_out(place: Path) -> None:
    put(place, ONE, b"")
    assert found(place, ONE, TWO) == {path(ONE): b""}, "and empty is not the same as missing"


@pytest.mark.parametrize("target", [f"{TWO}.json", "nowhere.json", "../outside", "."])
def test_a_link_is_no_proof_wherever_it_leads(place: Path, target: str) -> None:
    put(place, TWO)
    (place / "outside").write_bytes(b"{}")
    (place / FOLDER / f"{ONE}.json").symlink_to(target)
    assert found(place, ONE) == {path(ONE): "it is a link, not a file"}


def test_what_is_no_file_is_told(place: Path) -> None:
    os.mkfifo(place / FOLDER / f"{ONE}.json")
    assert found(place, ONE) == {path(ONE): "it cannot be read: a named pipe"}


def test_what_is_behind_a_link_to_outside_is_not_read(place: Path, tmp_path: Path) -> None:
    put(place, ONE, b"secret")
    (place / FOLDER).rename(tmp_path / "elsewhere")
    (place / FOLDER).symlink_to(tmp_path / "elsewhere")
    tree = trees.folder(str(place), [path(ONE)])
    (content,) = read(tree, locking(ONE)).values()
    assert isinstance(content, str)
    assert content.startswith("it cannot be read: behind a symbolic link")
    assert found(place, ONE) == {}, "and unless it is named, it is not even there"


def test_a_huge_file_is_not_read_to_its_end(place: Path) -> None:
    put(place, ONE, b" " * (FILE_LIMIT + 4096))
    (content,) = found(place, ONE).values()
    assert isinstance(content, bytes)
    assert len(content) == FILE_LIMIT + 1


def git(place: Path, *argv: str, text: str | None = None) -> str:
    done = subprocess.run(["git", *argv], cwd=place, capture_output=True, check=True, text=True, input=text)
    return done.stdout.strip()


def test_in_the_index_too_a_link_or_a_submodule_is_no_proof(place: Path) -> None:
    git(place, "init", "--quiet")
    blob = git(place, "hash-object", "-w", "--stdin", text="{}")
    modes = {ONE: f"120000,{blob}", TWO: f"160000,{'1' * 40}", THREE: f"100755,{blob}"}
    for name, what in modes.items():
        git(place, "update-index", "--add", "--cacheinfo", f"{what},{path(name)}")
    assert read(trees.index(str(place)), locking(ONE, TWO, THREE)) == {
        path(ONE): "it is a link, not a file",
        path(TWO): "it is a link, not a file",
        path(THREE): b"{}",
    }


# ------------------------------------------------------------------------------------------------ on disk


def test_all_proofs_on_disk_in_their_order(place: Path) -> None:
    for name in (THREE, ONE, TWO):
        put(place, name)
    assert on_disk(str(place)) == [path(ONE), path(TWO), path(THREE)]


def test_files_of_other_names_are_not_proofs(place: Path) -> None:
    put(place, ONE)
    for name in ("README.md", f"{TWO}.json.7.tmp", f"{TWO}.JSON", f"{'A' * 64}.json", ".gitkeep", f"{TWO}.json~"):
        (place / FOLDER / name).write_bytes(b"")
    (place / FOLDER / "sub").mkdir()
    (place / FOLDER / "sub" / f"{TWO}.json").write_bytes(b"{}")
    assert on_disk(str(place)) == [path(ONE)]


def test_a_file_name_that_is_no_text_is_passed_over(place: Path) -> None:
    put(place, ONE)
    (place / FOLDER / os.fsdecode(b"\xff\xfe.json")).write_bytes(b"")
    assert on_disk(str(place)) == [path(ONE)]


def test_a_linked_folder_has_none(place: Path, tmp_path: Path) -> None:
    put(place, ONE)
    (place / FOLDER).rename(tmp_path / "elsewhere")
    (place / FOLDER).symlink_to(tmp_path / "elsewhere")
    assert on_disk(str(place)) == []


def test_a_folder_that_is_not_there_or_a_file_has_none(place: Path) -> None:
    (place / FOLDER).rmdir()
    assert on_disk(str(place)) == []
    (place / FOLDER).write_bytes(b"")
    assert on_disk(str(place)) == []


def test_the_folder_of_another_case_is_another_folder(place: Path) -> None:
    put(place, ONE)
    (place / FOLDER).rename(place / "MCP-Guard.Proofs")
    assert on_disk(str(place)) == []


def test_a_workspace_sees_what_is_on_disk_before_git_does(place: Path) -> None:
    git(place, "init", "--quiet")
    put(place, ONE)
    (place / FOLDER / f"{TWO}.json").symlink_to("nowhere")
    (place / FOLDER / f"{THREE}.json").mkdir()
    space = workspace.read(trees.work_tree(str(place), workspace.on_disk(str(place), ())), None)
    assert space.proof_files == (path(ONE), path(TWO)), "a broken link counts, a folder does not"
    assert proof_files.read(space.tree, locking(ONE, TWO, THREE)) == {
        path(ONE): b"{}",
        path(TWO): "it is a link, not a file",
    }
