"""cargo run, cargo install, cargo binstall."""

from __future__ import annotations

import pytest

from mcp_guard import launchers
from tests.launchers.reading import COMMIT, check, overrides, server, tree

FILES = {"Cargo.toml", "Cargo.lock", "crates/a/Cargo.toml", "sub/Cargo.toml"}
CARGO = [
    ("cargo install a@1.2.3", ["cargo:a@1.2.3"]),
    ("cargo install a", ["cargo:a@*"]),
    ("cargo install a --version 1.2.3", ["cargo:a@1.2.3"]),
    ("cargo install --version =1.2.3 a", ["cargo:a@1.2.3"]),
    ("cargo install --version=1.2.3 a", ["cargo:a@1.2.3"]),
    ("cargo install --vers 1.2.3 a", ["cargo:a@1.2.3"]),
    ("cargo install --version ^1.2.3 a", ["cargo:a@*"]),
    ("cargo install --version 1.2 a", ["cargo:a@*"]),
    ("cargo install a@1.2.3-rc.1+build", ["cargo:a@1.2.3-rc.1"]),
    ("cargo install a@01.2.3", ["cargo:a@*"]),
    ("cargo install a@1.2.3 b --locked", ["cargo:a@1.2.3", "cargo:b@*"]),
    ("cargo install a b --version 1.2.3", ["? several"]),
    ("cargo install a@1.2.3 --version 1.2.3", ["? name of a crate"]),
    ("cargo install a --version '${V}'", ["? `--version`"]),
    ("cargo install '${A}'", ["? filled in"]),
    ("cargo install ./a", ["? name of a crate"]),
    ("cargo install --path .", ["? a folder"]),
    ("cargo install", ["? no crate"]),
    ("cargo install --git https://u:p@git.example/r", ["cargo:https://git.example/r@* git"]),
    (f"cargo install --git https://git.example/r --rev {COMMIT} a", [f"cargo:https://git.example/r@{COMMIT} git"]),
    ("cargo install --git https://git.example/r --branch main", ["cargo:https://git.example/r@* git"]),
    ("cargo install --unknown a", ["? `--unknown`"]),
    ("cargo install --config x=y a", ["? `--config`"]),
    ("cargo +nightly install a@1.2.3", ["cargo:a@1.2.3"]),
    ("cargo binstall a@=1.2.3 -y", ["cargo:a@1.2.3"]),
    ("cargo binstall -y -- a@1.2.3", ["cargo:a@1.2.3"]),
    ("cargo -q run", ["local Cargo.toml"]),
    ("cargo run --release -p a -- --stdio", ["local Cargo.toml"]),
    ("cargo r --bin x arg --unknown", ["local Cargo.toml"]),
    ("cargo run --manifest-path crates/a/Cargo.toml", ["local crates/a/Cargo.toml"]),
    ("cargo run --manifest-path=/away/Cargo.toml", ["program /away/Cargo.toml"]),
    ("cargo -C crates/a run", ["local crates/a/Cargo.toml"]),
    ("cargo -C ../away run", ["? no tracked `Cargo.toml`"]),
    ("cargo run --config 'target.x.runner=1'", ["? `--config`"]),
    ("cargo -Zscript x.rs", ["? `-Zscript`"]),
    ("cargo other", ["? no other cargo command"]),
    ("cargo", ["? no other cargo command"]),
]


@pytest.mark.parametrize(("line", "expected"), CARGO)
def test_command_lines(line: str, expected: list[str]) -> None:
    check(line, expected, FILES)


def test_a_project_without_a_lockfile_floats() -> None:
    check("cargo run", ["? without a tracked `Cargo.lock`"], {"Cargo.toml"})


def test_a_project_is_looked_for_above_but_not_outside() -> None:
    check("cargo run", ["local crates/a/Cargo.toml"], FILES, cwd="crates/a/src")
    check("cargo run", ["? no tracked `Cargo.toml`"], FILES, cwd="C:\\away")


def test_what_moves_it() -> None:
    argv = ["cargo", "install", "a@1.0.0", "--index", "https://u:p@crates.example/i"]
    env = {"CARGO_HOME": "x", "CARGO_TERM_COLOR": "never", "RUSTC_WRAPPER": "y", "TOKEN": "z"}
    found = overrides(launchers.read(server(argv, env=env), tree()))
    assert [(one.what, one.registry) for one in found] == [
        ("--index", "https://crates.example/i"),
        ("CARGO_HOME", None),
        ("RUSTC_WRAPPER", None),
    ]


def test_a_container_builds_its_own_project() -> None:
    check("docker run rust cargo run", ["oci:docker.io/library/rust@* [rust||@]"], FILES)
