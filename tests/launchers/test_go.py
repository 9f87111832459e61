"""go run."""

from __future__ import annotations

import pytest

from mcp_guard import launchers
from tests.launchers.reading import COMMIT, check, overrides, server, tree

FILES = {"go.mod", "main.go", "util.go", "cmd/x/main.go", "other/go.mod"}
GO = [
    ("go run git.example/a/b@v1.2.3", ["golang:git.example/a/b@v1.2.3"]),
    ("go run git.example/a/b/v2/cmd/c@v2.0.0-rc.1 -x", ["golang:git.example/a/b/v2/cmd/c@v2.0.0-rc.1"]),
    ("go run git.example/a@latest", ["golang:git.example/a@*"]),
    ("go run git.example/a@main", ["golang:git.example/a@*"]),
    ("go run git.example/a@v1", ["golang:git.example/a@*"]),
    ("go run git.example/a@v1.2", ["golang:git.example/a@*"]),
    ("go run git.example/a@>=v1.2.3", ["golang:git.example/a@*"]),
    ("go run git.example/a@upgrade", ["golang:git.example/a@*"]),
    ("go run git.example/a@v01.2.3", ["golang:git.example/a@*"]),
    ("go run git.example/a@v2.0.0+incompatible", ["golang:git.example/a@v2.0.0+incompatible"]),
    ("go run git.example/a@v2.0.0+meta", ["golang:git.example/a@*"]),
    (
        "go run git.example/a@v0.0.0-20240102030405-0123456789ab",
        ["golang:git.example/a@v0.0.0-20240102030405-0123456789ab"],
    ),
    (f"go run git.example/a@{COMMIT}", [f"golang:git.example/a@{COMMIT}"]),
    (f"go run git.example/a@{COMMIT[:12]}", ["golang:git.example/a@*"]),
    ("go run -tags x,y -race git.example/a@v1.0.0", ["golang:git.example/a@v1.0.0"]),
    ("go run --tags=x -v git.example/a@v1.0.0", ["golang:git.example/a@v1.0.0"]),
    ("go run -v=true git.example/a@v1.0.0", ["? `-v`"]),
    ("go run -ldflags '-s -w' git.example/a@v1.0.0", ["golang:git.example/a@v1.0.0"]),
    ("go run -mod=mod git.example/a@v1.0.0", ["golang:git.example/a@v1.0.0"]),
    ("go run -exec evil git.example/a@v1.0.0", ["? `-exec`"]),
    ("go run -toolexec=evil git.example/a@v1.0.0", ["? `-toolexec`"]),
    ("go run -overlay x.json git.example/a@v1.0.0", ["? `-overlay`"]),
    ("go run git.example/a", ["? go.mod"]),
    ("go run fmt", ["? go.mod"]),
    ("go run main.go", ["local main.go"]),
    ("go run main.go util.go --flag", ["local main.go", "local util.go"]),
    ("go run gone.go", ["program gone.go"]),
    ("go run .", ["local go.mod"]),
    ("go run ./cmd/x --stdio", ["local go.mod"]),
    ("go run ../x", ["? no tracked `go.mod`"]),
    ("go -C other run .", ["local other/go.mod"]),
    ("go run -C other .", ["local other/go.mod"]),
    ("go run -C '${D}' .", ["? not known"]),
    ("go run -C /away .", ["? no tracked `go.mod`"]),
    ("go run", ["? no package"]),
    ("go run '${P}'", ["? filled in"]),
    ("go run 'git.example/a@${V}'", ["? filled in"]),
    ("go run ../a@v1.0.0", ["? not the path"]),
    ("go run nodot/a@v1.0.0", ["? not the path"]),
    ("go run git.example/a@", ["? not the path"]),
    ("go tool x", ["? no other go command"]),
    ("go install git.example/a@v1.0.0", ["? no other go command"]),
    ("go -x run .", ["? no other go command"]),
    ("go", ["? no other go command"]),
]


@pytest.mark.parametrize(("line", "expected"), GO)
def test_command_lines(line: str, expected: list[str]) -> None:
    check(line, expected, FILES)


def test_a_folder_without_a_module_is_not_known() -> None:
    check("go run .", ["? no tracked `go.mod`"])


@pytest.mark.parametrize(
    "name",
    ["GOPROXY", "GOFLAGS", "GONOSUMDB", "GONOSUMCHECK", "GOPRIVATE", "GOINSECURE", "GOTOOLCHAIN", "GOSUMDB", "goproxy"],
)
def test_variables_move_it(name: str) -> None:
    found = overrides(
        launchers.read(server(["go", "run", "git.example/a@v1.0.0"], env={name: "x", "GOAL": "y"}), tree())
    )
    assert [(one.ecosystem, one.what) for one in found] == [("golang", name)]


def test_flags_move_it() -> None:
    argv = ["go", "-C", "d", "run", "-modfile=x", "-tags", "y", "git.example/a@v1.0.0"]
    assert [one.what for one in overrides(launchers.read(server(argv), tree()))] == ["-C", "-modfile"]
