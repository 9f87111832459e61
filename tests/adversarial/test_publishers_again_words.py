"""What is printed as the way out, run as printed; and names that are made to be read as others."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from mcp_guard.model import NamedPublisher, Publisher
from mcp_guard.policy import publisher_differs
from mcp_guard.provenance.errors import Unsupported
from mcp_guard.provenance.identity import GITHUB, Identity
from mcp_guard.provenance.publisher import publisher_of
from tests.publishers.conftest import NAME, VERSION, WHO, Office, authority, desk, office, registry

__all__ = ["authority", "desk", "office", "registry"]


def staged(folder: Path, printed: str) -> subprocess.CompletedProcess[str]:
    """Run the `git add` that was printed, where it was printed."""
    found = re.search(r"^stage:  (git add .*)$", printed, re.MULTILINE)
    assert found is not None, printed
    return subprocess.run(shlex.split(found[1]), cwd=folder, capture_output=True, text=True, check=False)


# ------------------------------------------------------------------------------------------------ what to stage


@pytest.fixture
def below(office: Office, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = office.desk.folder / "a" / "b"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder


def test_what_pin_says_to_stage_is_right_in_a_folder_below(office: Office, below: Path) -> None:
    office.publish()
    office.start()
    done = staged(below, office.desk.guard("pin").out)
    assert done.returncode == 0, done.stderr
    assert "mcp-guard.lock" in office.desk.git("diff", "--cached", "--name-only")


def test_what_accept_says_to_stage_is_right_in_a_folder_below(office: Office, below: Path) -> None:
    """`accept` prints `git add mcp-guard.toml` wherever it is called; `pin` prints the way from there."""
    office.publish()
    office.start()
    office.desk.guard("pin")
    done = staged(below, office.desk.guard("accept", "publisher", "server").out)
    assert done.returncode == 0, done.stderr


def test_a_folder_without_repository_is_not_told_of_git(office: Office) -> None:
    """Outside of a repository there is nothing to stage, and the printed command fails."""
    office.publish()
    office.start()
    (office.desk.folder / ".git").rename(office.desk.folder.parent / "no-repository")
    printed = office.desk.guard("pin").out
    assert "locked" in printed
    assert "git add" not in printed


def test_the_last_proof_is_removed_before_git_has_ever_known_it(office: Office) -> None:
    """The folder of proofs is gone and never was in the index: `git add` of it is fatal and stages nothing at all."""
    office.publish()
    office.start()
    office.desk.guard("pin")
    office.registry.publish_npm("plain", "1.0.0", signed=True)
    text = office.desk.read(".mcp.json").replace(f"{NAME}@{VERSION}", "plain@1.0.0")
    office.desk.write(".mcp.json", text)
    done = staged(office.desk.folder, office.desk.guard("pin").out)
    assert done.returncode == 0, done.stderr
    assert "mcp-guard.lock" in office.desk.git("diff", "--cached", "--name-only")


def test_removed_proofs_that_git_knows_can_be_staged(office: Office) -> None:
    office.established()
    office.registry.publish_npm("plain", "1.0.0", signed=True)
    office.start("plain@1.0.0")
    done = staged(office.desk.folder, office.desk.guard("pin").out)
    assert done.returncode == 0, done.stderr
    assert "mcp-guard.proofs" in office.desk.git("diff", "--cached", "--name-only")


def test_an_ignored_folder_of_proofs_can_be_staged_as_told(office: Office) -> None:
    office.desk.write(".gitignore", "mcp-guard.*\n")
    office.publish()
    office.start()
    done = staged(office.desk.folder, office.desk.guard("pin").out)
    assert done.returncode == 0, done.stderr
    accepted = staged(office.desk.folder, office.desk.guard("accept", "publisher", "server").out)
    assert (accepted.returncode, office.desk.guard("check", "--hook").code) in {(0, 0), (1, 1)}


def test_a_submodule_is_a_repository_of_its_own(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = office.desk.folder / "inner"
    inner.mkdir()
    subprocess.run(["git", "init", "--quiet"], cwd=inner, check=True)
    monkeypatch.chdir(inner)
    office.publish()
    definition = {"mcpServers": {"server": {"command": "npx", "args": ["-y", f"{NAME}@{VERSION}"]}}}
    (inner / ".mcp.json").write_text(json.dumps(definition), encoding="utf-8")
    subprocess.run(["git", "add", ".mcp.json"], cwd=inner, check=True)
    done = staged(inner, office.desk.guard("pin").out)
    assert done.returncode == 0, done.stderr
    assert (inner / "mcp-guard.lock").is_file()
    assert not (office.desk.folder / "mcp-guard.lock").exists()


def test_a_lock_that_is_staged_without_its_config_has_a_way_out(office: Office) -> None:
    """The hook judges the index: the config is still in the work tree only, and `mcp-guard pin` changes nothing.

    The finding, an error now, has to say (or its page) that the config must be staged too.
    """
    office.established()
    office.publish("1.0.0", "other-server")
    office.desk.config(server=f"{NAME}@{VERSION}", other="other-server@1.0.0")
    office.desk.guard("pin")
    office.desk.git("reset", "--quiet")
    office.desk.git("add", "mcp-guard.lock", "mcp-guard.proofs")
    blocked = office.desk.guard("check", "--hook")
    assert blocked.code == 1
    assert "lock-unused" in blocked.out
    mended = staged(office.desk.folder, printed) if "stage:" in (printed := office.desk.guard("pin").out) else None
    page = office.desk.guard("explain", "lock-unused").out
    assert mended is not None or "git add" in page or "stage" in page, "neither the remedy nor the page mends it"


# ------------------------------------------------------------------------------------------------ names


def test_a_workflow_is_not_two_because_of_a_comma_in_its_name() -> None:
    """A file `release.yml, release.yml` is one workflow, and not the one that is named: such a name proves nobody.

    `_build_differs` takes the joined text of a release's files apart again, and a file name may hold ", ".
    """
    workflow = "https://github.com/octo/server/.github/workflows/release.yml, release.yml@refs/heads/main"
    identity = Identity(GITHUB, workflow, "https://github.com/octo/server", "4711", workflow=workflow)
    with pytest.raises(Unsupported, match="read as two"):
        publisher_of(identity)


@pytest.mark.parametrize("named", ["release.yml", ".github/workflows/release.yml"])
@pytest.mark.parametrize("path", ["", ".github/workflows/evil, release.yml", ".github/workflows/x-release.yml", ", "])
def test_no_other_path_is_the_named_workflow(named: str, path: str) -> None:
    publisher = Publisher("proven", WHO, path, "refs/heads/main", "push", "", "42")
    assert publisher_differs(NamedPublisher(WHO, named, None), publisher) == "workflow"


def test_accepting_one_package_leaves_the_others_of_its_scope_alone(office: Office) -> None:
    """The scope's entry has no id; it gets one from the one package, and the other is by the same repository."""
    office.publish()
    office.publish("2.0.0", "@octo/other")
    office.desk.config(server=f"{NAME}@{VERSION}", other="@octo/other@2.0.0")
    office.desk.guard("pin")
    office.desk.write("mcp-guard.toml", '[publishers]\n"npm:@octo/*" = "github:octo/server"\n')
    office.commit()
    assert office.desk.guard("check").code == 0
    assert office.desk.guard("accept", "publisher", "server").code == 0
    assert WHO in office.desk.read("mcp-guard.toml")
    assert office.desk.guard("check").code == 0


def test_a_server_of_two_packages_by_two_publishers_names_each(office: Office) -> None:
    office.publish()
    office.publish("1.0.0", "tool", repository="https://github.com/jane/tool", repository_id="99", owner_id="9")
    arguments = ["-y", f"--package={NAME}@{VERSION}", "--package=tool@1.0.0", "server"]
    office.desk.config(server={"command": "npx", "args": arguments})
    office.desk.guard("pin")
    assert office.desk.guard("accept", "publisher", "server").code == 0
    text = office.desk.read("mcp-guard.toml")
    assert WHO in text
    assert "github:jane/tool#99" in text
    assert office.desk.guard("check").code == 0
