"""nix run, nix shell, nix develop, nix-shell."""

from __future__ import annotations

import pytest

from mcp_guard import launchers
from tests.launchers.reading import COMMIT, check, overrides, server, tree

HASH = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
FILES = {"flake.nix", "flake.lock", "open/flake.nix", "s.py"}
NIX = [
    ("nix run nixpkgs#hello", ["nix:nixpkgs#hello@*"]),
    ("nix run flake:nixpkgs#hello", ["nix:nixpkgs#hello@*"]),
    (f"nix run nixpkgs/{COMMIT}#hello", [f"nix:nixpkgs/{COMMIT}#hello@*"]),
    ("nix run github:o/r", ["nix:github:o/r@* git"]),
    ("nix run github:o/r/main#x", ["nix:github:o/r#x@* git"]),
    (f"nix run github:o/r/{COMMIT}", [f"nix:github:o/r@{COMMIT} git"]),
    (f"nix run 'github:o/r?rev={COMMIT}#x' -- --stdio", [f"nix:github:o/r#x@{COMMIT} git"]),
    (f"nix run 'github:o/r/{COMMIT}?rev=main'", ["nix:github:o/r@* git"]),
    (f"nix run 'github:o/r?narHash={HASH}'", [f"nix:github:o/r@{HASH} git"]),
    ("nix run 'github:o/r?ref=main'", ["nix:github:o/r@* git"]),
    (f"nix run 'git+https://git.example/r?rev={COMMIT}'", [f"nix:git+https://git.example/r@{COMMIT} git"]),
    ("nix run git+ssh://git@git.example/r", ["nix:git+ssh://git.example/r@* git"]),
    (f"nix run 'https://files.example/r.tar.gz?narHash={HASH}'", [f"nix:https://files.example/r.tar.gz@{HASH} url"]),
    ("nix run https://files.example/r.tar.gz", ["nix:https://files.example/r.tar.gz@* url"]),
    ("nix run gitlab:o/r --refresh arg", ["nix:gitlab:o/r@* git"]),
    ("nix run", ["local flake.nix"]),
    ("nix run . -- x", ["local flake.nix"]),
    ("nix run .#server", ["local flake.nix"]),
    ("nix run path:./open", ["local open/flake.nix"]),
    ("nix run ../away", ["? no tracked `flake.nix`"]),
    ("nix run /away#x", ["? no tracked `flake.nix`"]),
    ("nix --extra-experimental-features 'nix-command flakes' run nixpkgs#a", ["nix:nixpkgs#a@*"]),
    ("nix run github:o/r --override-input a b", ["nix:github:o/r@* git"]),
    ("nix run --impure nixpkgs#a --unknown", ["? `--unknown`"]),
    ("nix run --expr 'evil'", ["? `--expr`"]),
    ("nix run -f evil.nix", ["? `-f`"]),
    ("nix run --option a", ["? `--option`"]),
    ("nix run nixpkgs#uv -- tool run foo", ["nix:nixpkgs#uv@*", "pypi:foo@* [foo||@]"]),
    ("nix run nixpkgs#nodejs_22 -- s.js", ["nix:nixpkgs#nodejs_22@*", "program s.js"]),
    ("nix run nixpkgs#python312 -- s.py", ["nix:nixpkgs#python312@*", "local s.py"]),
    ("nix run nixpkgs#bash -- -c 'npx foo@1.0.0'", ["nix:nixpkgs#bash@*", "npm:foo@1.0.0 [npx foo|@1.0.0|@]"]),
    ("nix run nixpkgs#python312Packages.mcp -- x", ["nix:nixpkgs#python312Packages.mcp@*"]),
    ("nix shell nixpkgs#uv -c uv tool run foo", ["nix:nixpkgs#uv@*", "pypi:foo@* [foo||@]"]),
    ("nix shell nixpkgs#deno -c deno run npm:foo", ["nix:nixpkgs#deno@*", "npm:foo@* [npm:foo||@]"]),
    ("nix shell nixpkgs#server -c server x", ["nix:nixpkgs#server@*"]),
    ("nix run '${F}'", ["? filled in"]),
    ("nix run 'a:b:c'", ["? not a flake reference"]),
    ("nix shell nixpkgs#uv -c uvx a@1.0", ["nix:nixpkgs#uv@*", "pypi:a@1.0 [a|@1.0|@]"]),
    ("nix shell nixpkgs#hello nixpkgs#b --command hello -x", ["nix:nixpkgs#hello@*", "nix:nixpkgs#b@*"]),
    ("nix shell nixpkgs#a", ["nix:nixpkgs#a@*", "? from the client"]),
    ("nix develop -c python s.py", ["local flake.nix", "local s.py"]),
    ("nix develop github:o/r --command python s.py", ["nix:github:o/r@* git", "local s.py"]),
    ("nix build .", ["? no other nix command"]),
    ("nix", ["? no other nix command"]),
    ("nix-shell -p uv --run 'uvx a@1.0'", ["nix:nixpkgs#uv@*", "pypi:a@1.0 [uvx a|@1.0|@]"]),
    (
        "nix-shell -p python3Packages.mcp nodejs --pure --run 'a && b'",
        [
            "nix:nixpkgs#python3Packages.mcp@*",
            "nix:nixpkgs#nodejs@*",
            "? several commands",
        ],
    ),
    ("nix-shell -p '(import ./x.nix)' --run a", ["? expression"]),
    ("nix-shell -p a", ["nix:nixpkgs#a@*", "? from the client"]),
    ("nix-shell -p a --run b --pure", ["nix:nixpkgs#a@*", "? flags follow"]),
    ("nix-shell --run x", ["? in a file"]),
    ("nix-shell shell.nix --run x", ["? in a file"]),
    ("nix-shell -p", ["? in a file"]),
]


@pytest.mark.parametrize(("line", "expected"), NIX)
def test_command_lines(line: str, expected: list[str]) -> None:
    check(line, expected, FILES)


def test_a_flake_without_a_lockfile_floats() -> None:
    check("nix run .", ["? without a tracked `flake.lock`"], {"flake.nix"})


def test_what_moves_it() -> None:
    argv = ["nix", "run", "nixpkgs#a", "--override-input", "x", "y", "--offline", "-I", "z", "--", "--option", "a", "b"]
    found = overrides(launchers.read(server(argv, env={"NIX_PATH": "x", "TOKEN": "y"}), tree()))
    assert [(one.ecosystem, one.what) for one in found] == [
        ("nix", "--override-input"),
        ("nix", "-I"),
        ("nix", "NIX_PATH"),
    ]
