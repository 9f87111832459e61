"""deno."""

from __future__ import annotations

import pytest

from mcp_guard import launchers
from tests.launchers.reading import check, overrides, packages, server, tree

DENO = [
    ("deno run npm:foo", ["npm:foo@* [npm:foo||@]"]),
    ("deno run -A npm:foo@1.2.3", ["npm:foo@1.2.3 [npm:foo|@1.2.3|@]"]),
    ("deno run npm:@s/foo@1/bin --x", ["npm:@s/foo@* [npm:@s/foo|@1|@]"]),
    ("deno run npm:/foo@1.0.0", ["npm:foo@1.0.0 [npm:/foo|@1.0.0|@]"]),
    ("deno run NPM:foo@^1", ["npm:foo@* [NPM:foo|@^1|@]"]),
    ("deno npm:foo@1.0.0", ["npm:foo@1.0.0 [npm:foo|@1.0.0|@]"]),
    ("deno -A npm:foo/sub", ["npm:foo@* [npm:foo||@]"]),
    ("deno -q run npm:foo", ["npm:foo@* [npm:foo||@]"]),
    ("deno run -RN --allow-env=A,B npm:foo", ["npm:foo@* [npm:foo||@]"]),
    ("deno run --allow-net example.com npm:x", ["? a task or a file"]),  # it runs example.com
    ("deno run --allow-net=example.com npm:x", ["npm:x@* [npm:x||@]"]),
    ("deno run -c deno.json npm:x", ["npm:x@* [npm:x||@]"]),
    ("deno run --lock npm:x npm:y", ["? `--lock`"]),
    ("deno run --unknown npm:x", ["? `--unknown`"]),
    ("deno run --import npm:x npm:y", ["? `--import`"]),
    ("deno run --import ./s.ts npm:y", ["local s.ts", "npm:y@* [npm:y||@]"]),
    ("deno run npm:foo --import npm:x", ["npm:foo@* [npm:foo||@]"]),
    ("deno run npm:foo@npm:bar@1", ["? no specifier"]),
    ("deno run npm:", ["? no specifier"]),
    ("deno run 'npm:${X}'", ["? filled in"]),
    (
        "deno run npm:mcp-remote https://mcp.example",
        ["npm:mcp-remote@* [npm:mcp-remote||@]", "remote https://mcp.example"],
    ),
    ("deno run s.ts", ["local s.ts"]),
    ("deno s.ts", ["local s.ts"]),
    ("deno run gone.ts", ["program gone.ts"]),
    ("deno run --import-map map.json s.ts", ["local s.ts"]),
    ("deno run --import-map https://x.example/map.json s.ts", ["? import map"]),
    ("deno run https://x.example/s.ts", ["? from elsewhere"]),
    ("deno run dev", ["? a task or a file"]),
    ("deno run -", ["? from the client"]),
    ("deno run", ["? from the client"]),
    ("deno serve --port 80 s.ts", ["local s.ts"]),
    ("deno x foo@1.0.0", ["npm:foo@1.0.0 [foo|@1.0.0|@]"]),
    ("deno x -y npm:foo", ["npm:foo@* [npm:foo||@]"]),
    ("deno x -p foo bar", ["npm:foo@* [foo||@]", "program bar"]),
    ("deno x jsr:@s/foo", ["jsr:@s/foo@* [jsr:@s/foo||@]"]),
    ("deno x", ["? no package"]),
    ("deno x ./s.ts", ["? only packages"]),
    ("deno eval code", ["? in the command line itself"]),
    ("deno task", ["? name of a task"]),
    ("deno install", ["? no other deno command"]),
    ("deno", ["? no other deno command"]),
]


@pytest.mark.parametrize(("line", "expected"), DENO)
def test_command_lines(line: str, expected: list[str]) -> None:
    if "jsr:" in line:  # nothing pins a package of JSR
        found = launchers.read(server(line.split()), tree())
        assert len(found) == len(expected)
        return
    check(line, expected, {"s.ts", "map.json", "deno.json"})


@pytest.mark.parametrize(
    ("spec", "version"),
    [("jsr:@s/x@1.2.3", "1.2.3"), ("jsr:@s/x", None), ("jsr:@s/x@^1", None), ("jsr:@s/x@1.2.3/cli", "1.2.3")],
)
def test_jsr(spec: str, version: str | None) -> None:
    (package,) = packages(launchers.read(server(["deno", "run", spec]), tree()))
    assert (package.ecosystem, package.name, package.version) == ("jsr", "@s/x", version)


@pytest.mark.parametrize("spec", ["jsr:x", "jsr:@s/X_y", "jsr:@s"])
def test_no_name_of_jsr(spec: str) -> None:
    (launch,) = launchers.read(server(["deno", "run", spec]), tree())
    assert type(launch).__name__ == "OpaqueLaunch"


@pytest.mark.parametrize(
    ("flag", "env", "what"),
    [
        ("--cert=x", {}, "--cert"),
        ("--import-map=x", {}, "--import-map"),
        ("-A", {"NPM_CONFIG_REGISTRY": "https://npm.example"}, "NPM_CONFIG_REGISTRY"),
        ("-A", {"JSR_URL": "https://jsr.example"}, "JSR_URL"),
        ("-A", {"DENO_TLS_CA_STORE": "system"}, "DENO_TLS_CA_STORE"),
    ],
)
def test_what_moves_a_package(flag: str, env: dict[str, str], what: str) -> None:
    found = overrides(launchers.read(server(["deno", "run", flag, "npm:foo"], env=env), tree()))
    assert [one.what for one in found] == [what]
