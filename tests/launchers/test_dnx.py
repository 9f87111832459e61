"""dnx, dotnet tool exec, dotnet tool run, dotnet run."""

from __future__ import annotations

import json

import pytest

from mcp_guard import launchers
from tests.launchers.reading import check, overrides, server, tree

MANIFEST = {
    "version": 1,
    "tools": {
        "Listed.Mcp": {"version": "2.0.1", "commands": ["listed", "other"]},
        "floats.mcp": {"version": "2.*", "commands": ["floats"]},
    },
}
FILES = {
    ".config/dotnet-tools.json": json.dumps(MANIFEST),
    "sub/dotnet-tools.json": '\ufeff{"isRoot": true, "tools": {"near.mcp": {"version": "1.0", "commands": ["near"]}}}',
    "bad/dotnet-tools.json": '{"tools": {}, "Tools": {}}',
    "odd/dotnet-tools.json": '{"tools": {"a": 1, "b": {"version": 1, "commands": {}}}}',
    "server.dll": "",
    "src/S.csproj": "",
    "s.cs": "",
}

DNX = [
    ("dnx Server.Mcp@1.2.3", ["nuget:server.mcp@1.2.3"]),
    ("dnx Server.Mcp", ["nuget:server.mcp@*"]),
    ("dnx Server.Mcp --yes", ["nuget:server.mcp@*"]),
    ("dnx -y Server.Mcp@1.2.3 -- --yes @x", ["nuget:server.mcp@1.2.3"]),
    ("dnx Server.Mcp@2.* -y", ["nuget:server.mcp@*"]),
    ("dnx Server.Mcp@1.2", ["nuget:server.mcp@1.2.0"]),
    ("dnx Server.Mcp@01.2.3.0", ["nuget:server.mcp@1.2.3"]),
    ("dnx Server.Mcp@1.2.3.4", ["nuget:server.mcp@1.2.3.4"]),
    ("dnx Server.Mcp@1.2.3-Beta.1+build", ["nuget:server.mcp@1.2.3-beta.1"]),
    ("dnx 'Server.Mcp@[1.2.3]'", ["nuget:server.mcp@1.2.3"]),
    ("dnx 'Server.Mcp@[1.2.3,)'", ["nuget:server.mcp@*"]),
    ("dnx 'Server.Mcp@[1.2.3'", ["nuget:server.mcp@*"]),
    ("dnx --source https://nuget.example/v3 Server.Mcp@1.0.0", ["nuget:server.mcp@1.0.0"]),
    ("dnx --source=https://nuget.example/v3 Server.Mcp@1.0.0", ["nuget:server.mcp@1.0.0"]),
    ("dnx -v q Server.Mcp@1.0.0 serve --port 3", ["nuget:server.mcp@1.0.0"]),
    ("dnx -v:q Server.Mcp@1.0.0", ["? of its own"]),
    ("dnx --unknown Server.Mcp@1.0.0", ["? `--unknown`"]),
    ("dnx --version 1.0.0 Server.Mcp", ["? `--version`"]),
    ("dnx Server.Mcp --version 1.0.0", ["? write `ID@VERSION`"]),
    ("dnx Server.Mcp@1.0.0 -yv q", ["? write `ID@VERSION`"]),
    ("dnx Server.Mcp@1.0.0 @args", ["? from this file"]),
    ("dnx @args", ["? from this file"]),
    ("dnx Server.Mcp@", ["? not the name"]),
    ("dnx @scope/x", ["? from this file"]),
    ("dnx ./x", ["? not the name"]),
    ("dnx", ["? no package"]),
    ("dnx -- Server.Mcp", ["? no package"]),
    ("dnx '${PKG}'", ["? filled in"]),
    ("dnx 'Server.Mcp@${V}'", ["? filled in"]),
    ("dnx LISTED.mcp", ["nuget:listed.mcp@2.0.1"]),
    ("dnx listed.mcp@3.0.0", ["nuget:listed.mcp@3.0.0"]),
    ("dnx floats.mcp", ["nuget:floats.mcp@*"]),
    ("dnx.cmd Server.Mcp@1.2.3", ["nuget:server.mcp@1.2.3"]),
]
DOTNET = [
    ("dotnet dnx Server.Mcp@1.2.3", ["nuget:server.mcp@1.2.3"]),
    ("dotnet tool exec Server.Mcp@1.2.3 --yes", ["nuget:server.mcp@1.2.3"]),
    ("dotnet tool execute Server.Mcp", ["nuget:server.mcp@*"]),
    ("dotnet tool exec listed.mcp", ["nuget:listed.mcp@2.0.1"]),
    ("dotnet tool run listed -- x", ["nuget:listed.mcp@2.0.1"]),
    ("dotnet tool run --allow-roll-forward other", ["nuget:listed.mcp@2.0.1"]),
    ("dotnet tool run floats", ["nuget:floats.mcp@*"]),
    ("dotnet tool run gone", ["? dotnet-tools.json"]),
    ("dotnet tool run", ["? no tool"]),
    ("dotnet tool run --unknown x", ["? `--unknown`"]),
    ("dotnet tool install x", ["? no other dotnet command"]),
    ("dotnet server.dll --flag", ["local server.dll"]),
    ("dotnet exec server.dll", ["local server.dll"]),
    ("dotnet exec --depsfile x server.dll", ["? no other dotnet command"]),
    ("dotnet /opt/x.dll", ["program /opt/x.dll"]),
    ("dotnet '${X}.dll'", ["? filled in"]),
    ("dotnet s.cs", ["local s.cs"]),
    ("dotnet run s.cs", ["local s.cs"]),
    ("dotnet run --project src/S.csproj", ["local src/S.csproj"]),
    ("dotnet run --project src/S.csproj -c Release --no-build -- --stdio", ["local src/S.csproj"]),
    ("dotnet run --project src", ["? name its file"]),
    ("dotnet run", ["? name its file"]),
    ("dotnet run -- x.cs", ["? name its file"]),
    ("dotnet run -p:X=y --project src/S.csproj", ["? `-p:X`"]),
    ("dotnet build", ["? no other dotnet command"]),
    ("dotnet", ["? no other dotnet command"]),
]


@pytest.mark.parametrize(("line", "expected"), [*DNX, *DOTNET])
def test_command_lines(line: str, expected: list[str]) -> None:
    check(line, expected, FILES)


@pytest.mark.parametrize(
    ("line", "cwd", "expected"),
    [
        ("dnx near.mcp", "sub", ["nuget:near.mcp@1.0.0"]),
        ("dnx listed.mcp", "sub", ["nuget:listed.mcp@*"]),
        ("dnx listed.mcp", "other/deep", ["nuget:listed.mcp@2.0.1"]),
        ("dnx listed.mcp", "bad", ["? cannot be read"]),
        ("dnx listed.mcp@1.0.0", "bad", ["nuget:listed.mcp@1.0.0"]),
        ("dnx b", "odd", ["nuget:b@*"]),
        ("dnx listed.mcp", "${D}", ["nuget:listed.mcp@*"]),
        ("dnx listed.mcp", "../away", ["nuget:listed.mcp@*"]),
        ("dnx listed.mcp", "/away", ["nuget:listed.mcp@*"]),
    ],
)
def test_the_manifest_that_counts_is_the_nearest(line: str, cwd: str, expected: list[str]) -> None:
    check(line, expected, FILES, cwd=cwd)


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000, '{"tools": {"a": {}, "a": {}}}'])
def test_a_manifest_that_cannot_be_read_is_a_doubt(text: str) -> None:
    check("dotnet tool run listed", ["? cannot be read"], {"dotnet-tools.json": text})


def test_flags_anywhere_before_the_dashes_and_variables_move_it() -> None:
    argv = [
        "dnx",
        "A.B@1.0.0",
        "--source",
        "https://u:p@nuget.example/v3",
        "--configfile",
        "x",
        "--",
        "--add-source",
        "y",
    ]
    found = overrides(launchers.read(server(argv, env={"NUGET_PACKAGES": "x", "TOKEN": "y"}), tree()))
    assert [(one.ecosystem, one.what, one.registry) for one in found] == [
        ("nuget", "--source", "https://nuget.example/v3"),
        ("nuget", "--configfile", None),
        ("nuget", "NUGET_PACKAGES", None),
    ]
