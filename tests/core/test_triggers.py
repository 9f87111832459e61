"""Which paths make the hook look: the tables agree, and so do the pattern and the question."""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_guard import clients, launchers, lock, lockfiles, policy, triggers

ROOT = Path(__file__).resolve().parents[2]

CONFIGS = [glob.replace("*", "x") for client in clients.CLIENTS for glob in client.globs]
FILES = [
    *CONFIGS,
    triggers.LOCK_FILE,
    *triggers.POLICY_FILES,
    *triggers.OVERRIDE_FILES,
    *lockfiles.FILES,
    ".env.local",
    ".envrc",
    "prod.env",
    "node_modules/server/index.js",
    f"{triggers.PROOFS_FOLDER}/{'0' * 64}.json",
]
OTHERS = [
    "README.md",
    "mcp.txt",
    "env",
    "package-lock.json5",
    "package.json5",
    "my-package.json",
    ".npmrc.bak",
    "settings.json",
    "server.js",
    "node_modules",
    "my_node_modules/x",
    "prod.env.txt",
    "environment",
    ".npmrc/x",
]


def test_the_light_tables_equal_the_heavy_ones() -> None:
    assert set(triggers.OVERRIDE_FILES) == set(launchers.OVERRIDE_FILES)
    assert triggers.LOCK_FILE == lock.LOCK_FILE
    assert triggers.POLICY_FILES == policy.POLICY_FILES


@pytest.mark.parametrize("path", FILES)
def test_files_that_concern_us(path: str) -> None:
    proofs = path.startswith(triggers.PROOFS_FOLDER)  # they stand at the root
    for folder in [""] if proofs else ["", "a/", "with space/ü/"]:
        assert triggers.concerns(folder + path)
        assert triggers.widens(folder + path) == (path not in CONFIGS or path == ".env")
        assert re.search(triggers.files_pattern(), folder + path)


@pytest.mark.parametrize("path", OTHERS)
def test_files_that_do_not(path: str) -> None:
    assert not triggers.concerns(path)
    assert not triggers.widens(path)
    assert not re.search(triggers.files_pattern(), path)


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        (".env", True),
        ("a/.ENV.local", True),
        ("prod.Env", True),
        ("a.env/x", False),
        ("env", False),
        ("environment", False),
    ],
)
def test_files_of_variables(path: str, is_one: bool) -> None:
    assert triggers.is_env_file(path) is is_one


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("a/README.md", True),
        ("X.PNG", True),
        ("requirements.txt", True),
        ("x.js", False),
        ("md", False),
        ("x.md/a", False),
        ("node_modules/.bin/x.md", False),
        (".env.txt", False),
        ("mcp-guard.proofs/x.txt", False),
    ],
)
def test_what_nothing_starts(path: str, is_one: bool) -> None:
    assert triggers.is_inert(path) is is_one


def test_case_does_not_hide_a_file() -> None:
    """On the file systems of macOS and Windows a tool reads `.NPMRC` too."""
    spellings = [spelling for path in FILES for spelling in (path.upper(), path.title(), path.swapcase())]
    assert [path for path in spellings if not re.search(triggers.files_pattern(), path)] == []
    assert [path for path in spellings if not triggers.concerns(path)] == []


@given(
    folder=st.sampled_from(["", "a/", "a/b/", ".vscode/", "mcp-guard.proofs/", "ünï cöde/", ".env/"]),
    name=st.sampled_from([*FILES, *OTHERS]),
    cased=st.sampled_from([str, str.upper, str.lower, str.title, str.swapcase]),
    end=st.sampled_from(["", "", "x", ".bak", "\n", "/x"]),
)
def test_the_pattern_and_the_question_agree(folder: str, name: str, cased: type[str], end: str) -> None:
    path = folder + cased(name) + end
    assert bool(re.search(triggers.files_pattern(), path)) == triggers.concerns(path)


def test_pre_commit_accepts_the_pattern(tmp_path: Path) -> None:
    hook = {"id": "x", "name": "x", "entry": "x", "language": "python", "files": triggers.files_pattern()}
    manifest = tmp_path / "hooks.yaml"
    manifest.write_text(json.dumps([hook]))
    load = import_module("pre_commit.clientlib").load_manifest
    assert load(str(manifest))[0]["files"] == triggers.files_pattern()
    own = load(str(ROOT / ".pre-commit-hooks.yaml"))
    assert [hook["files"] for hook in own if hook["files"]] == [triggers.files_pattern()] * 2
