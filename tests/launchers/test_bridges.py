"""Packages that start or connect to another server."""

from __future__ import annotations

import pytest

from mcp_guard import launchers
from mcp_guard.launchers.bridges import BRIDGES
from tests.launchers.reading import check, overrides, server, texts

_EVIL = "npm:evil@* [evil||@]"
_GATEWAY = "npm:supergateway@3.0.0 [supergateway|@3.0.0|@]"
_NESTED = "npm:evil@* [npx -y evil||@]"
_NPM = "npm:mcp-proxy@5.0.0 [mcp-proxy|@5.0.0|@]"
_PYPI = "pypi:mcp-proxy@1.0.0 [mcp-proxy|@1.0.0|@]"
_INSPECTOR = "npm:@modelcontextprotocol/inspector@1.0.0 [@modelcontextprotocol/inspector|@1.0.0|@]"
_MCPO = "pypi:mcpo@1.0.0 [mcpo|@1.0.0|@]"
_MCP = "pypi:mcp@1.0.0 [mcp|==1.0.0|==]"

SUPERGATEWAY = [
    ("--stdio 'npx -y evil'", [_NESTED]),
    ("'--stdio=npx -y evil' --port 8000 --cors", ["npm:evil@* [--stdio=npx -y evil||@]"]),
    ("--port 8000 --stdio 'uvx evil@1.0' --outputTransport ws --stateful", ["pypi:evil@1.0 [uvx evil|@1.0|@]"]),
    ("--stdio 'a && b'", ["? several commands"]),
    ("--stdio tool", ["program tool"]),
    ("--stdio supergateway", ["? one of"]),
    ("--stdio '${CMD}'", ["? --stdio"]),
    ("--sse https://mcp.example/sse --header 'A: b'", ["remote https://mcp.example/sse"]),
    ("--streamableHttp https://mcp.example/mcp", ["remote https://mcp.example/mcp"]),
    ("--sse nonsense", ["? absolute"]),
    ("--stdio 'npx a' --stdio 'npx b'", ["? one of"]),
    ("--stdio 'npx a' --sse https://mcp.example", ["? one of"]),
    ("--stdio 'npx a' evil", ["? no flag"]),
    ("--stdio 'npx a' --cors x y", ["? no flag"]),
    ("--stdio 'npx a' --", ["? no flag"]),
    ("--config x.json", ["? `--config`"]),
    ("", ["? one of"]),
]
MCP_PROXY_NPM = [
    ("-- npx -y evil", [_EVIL]),
    ("--port 8080 --debug -- npx -y evil --port 1", [_EVIL]),
    ("npx evil", [_EVIL]),
    ("npx -y evil", ["? write `--`"]),
    ("npx evil -- x", ["? write `--`"]),
    ("npx '${X}'", ["? write `--`"]),
    ("tool", ["program tool"]),
    ("--debug true npx evil", ["? value of a flag"]),
    ("--shell -- npx evil", ["? `--shell`"]),
    ("--unknown -- npx evil", ["? `--unknown`"]),
    ("-- https://mcp.example", ["remote https://mcp.example"]),
    ("--port 1", ["? neither"]),
]
MCP_PROXY_PYPI = [
    ("npx evil", [_EVIL]),
    ("--port 8080 --allow-origin=x -- npx -y evil", [_EVIL]),
    ("npx -y evil", ["? write `--`"]),
    ("https://mcp.example/sse", ["remote https://mcp.example/sse"]),
    ("-H Authorization 'Bearer ${T}' --transport sse https://mcp.example/sse", ["remote https://mcp.example/sse"]),
    ("--named-server a 'npx -y evil' --port 1", [_NESTED]),
    (
        "--named-server a 'npx -y evil' --named-server b 'uvx b' -- npx c",
        [_NESTED, "pypi:b@* [uvx b||@]", "npm:c@* [c||@]"],
    ),
    ("--named-server a 'npx evil; x'", ["? several commands"]),
    ("--named-server a ''", ["? neither"]),
    ("--named-server a", ["? two values"]),
    ("-e --debug x npx evil", ["? two values"]),
    ("-e A b -- npx -y evil", [_EVIL]),
    ("-e npm_config_package other -- npx -y evil", ["? `npm_config_package`"]),
    ("-e NODE_OPTIONS x -- npx -y evil", ["? `NODE_OPTIONS`"]),
    ("-e '${X}' x -- npx -y evil", ["? filled in"]),
    ("--cwd sub node x.js", ["local sub/x.js"]),
    ("--named-server-config x.json", ["? `--named-server-config`"]),
    ("--allow-origin x npx evil", ["? `--allow-origin`"]),
    ("", ["? neither"]),
]
INSPECTOR = [
    ("npx -y evil", [_EVIL]),
    ("-e A=b -- npx evil --cli", [_EVIL]),
    ("--cli npx -y evil --method tools/list", [_EVIL]),
    ("npx evil --config x", ["? write `--`"]),
    ("npx evil -eA=b", ["? write `--`"]),
    ("npx -- evil", ["? write `--`"]),
    ("npx '${X}'", ["? write `--`"]),
    ("-e npm_config_package=x npx evil", ["? `npm_config_package`"]),
    ("-e PATH=. npx evil", ["? `PATH`"]),
    ("--config x.json --server y", ["? `--config`"]),
    ("--header a b npx evil", ["? `--header`"]),
    ("--cli https://mcp.example", ["remote https://mcp.example"]),
    ("--transport sse --server-url https://mcp.example", ["remote https://mcp.example"]),
    ("--server-url https://mcp.example npx evil", ["remote https://mcp.example", _EVIL]),
    ("", ["? neither"]),
]
MCPO = [
    ("--port 8000 -- npx -y evil", [_EVIL]),
    ("-p8000 --api-key x --strict-auth -- uvx evil==1.0", ["pypi:evil@1.0 [evil|==1.0|==]"]),
    ("--type sse -- https://mcp.example", ["remote https://mcp.example"]),
    ("npx evil", ["? behind a `--`"]),
    ("x -- npx evil", ["? behind a `--`"]),
    ("--config x.json", ["? `--config`"]),
    ("-c x.json -- npx evil", ["? `-c`"]),
    ("-e npm_config_package=x -- npx evil", ["? `npm_config_package`"]),
    ("--", ["? neither"]),
]
MCP_RUN = [
    ("run s.py", ["local s.py"]),
    ("run -t sse s.py:app --port 1", ["local s.py"]),
    ("run gone.py", ["program gone.py"]),
    ("run s.py --with evil", ["? `--with`"]),
    ("run s.py x", ["? one file"]),
    ("run -- s.py", ["? one file"]),
    ("run fastmcp.json", ["? this is none"]),
    ("run https://x.example/s.py", ["? this is none"]),
    ("run '${X}'", ["? filled in"]),
    ("run", ["? one file"]),
    ("dev s.py", ["? than `run`"]),
    ("", ["? than `run`"]),
]
LINES = [
    *((f"npx supergateway@3.0.0 {rest}", [_GATEWAY, *found]) for rest, found in SUPERGATEWAY),
    *((f"npx mcp-proxy@5.0.0 {rest}", [_NPM, *found]) for rest, found in MCP_PROXY_NPM),
    *((f"uvx mcp-proxy@1.0.0 {rest}", [_PYPI, *found]) for rest, found in MCP_PROXY_PYPI),
    *((f"npx @modelcontextprotocol/inspector@1.0.0 {rest}", [_INSPECTOR, *found]) for rest, found in INSPECTOR),
    *((f"uvx mcpo@1.0.0 {rest}", [_MCPO, *found]) for rest, found in MCPO),
    *((f"uv run --with mcp==1.0.0 mcp {rest}", [_MCP, *found]) for rest, found in MCP_RUN),
    ("npx -p mcp-proxy@5.0.0 mcp-proxy -- npx -y evil", [_NPM, _EVIL]),
    ("uvx --from mcp-proxy==1.0.0 mcp_proxy npx evil", ["pypi:mcp-proxy@1.0.0 [mcp-proxy|==1.0.0|==]", _EVIL]),
    ("uvx --from mcp-proxy python -m mcp_proxy npx evil", ["pypi:mcp-proxy@* [mcp-proxy||==]", _EVIL]),
    ("pipx run mcpo -- npx evil", ["pypi:mcpo@* [mcpo||==]", _EVIL]),
    ("yarn dlx mcp-proxy@5.0.0 -- npx evil", [_NPM, _EVIL]),
    (
        "npx -p supergateway@3.0.0 -p a@1.0.0 supergateway --stdio 'a x'",
        [_GATEWAY, "npm:a@1.0.0 [a|@1.0.0|@]"],
    ),
    ("npx github:x/supergateway --stdio 'npx -y evil'", ["npm:github:x/supergateway@* git", _NESTED]),
    ("mcp-proxy npx evil", ["? `mcp-proxy`"]),
    ("mcp run s.py", ["? `mcp`"]),
    ("npx @s/mcp-proxy npx evil", ["npm:@s/mcp-proxy@* [@s/mcp-proxy||@]"]),  # another package
]


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_command_lines(line: str, expected: list[str]) -> None:
    check(line, expected, {"s.py", "sub/x.js"})


@pytest.mark.parametrize("name", ["MCP_PROXY_SHELL", "mcp_proxy_command", "MCP_PROXY_ARGS"])
def test_a_variable_that_mcp_proxy_reads(name: str) -> None:
    argv = ["npx", "mcp-proxy@5.0.0", "--", "npx", "a"]
    found = [
        text for one in launchers.read(server(argv, env={"A": "x", name: "x"}), lambda _: False) for text in texts(one)
    ]
    assert [text[:2] for text in found] == ["np", "? "]


@pytest.mark.parametrize(
    ("argv", "what"),
    [
        (["uvx", "mcp-proxy", "--cwd", "sub", "npx", "a"], "another working folder"),
        (["uvx", "mcpo", "--env-path", "x.env", "--", "npx", "a"], "envFile"),
        (["uvx", "mcp-proxy", "-e", "npm_config_registry", "x", "npx", "a"], "npm_config_registry"),
    ],
)
def test_what_a_bridge_moves(argv: list[str], what: str) -> None:
    assert [one.what for one in overrides(launchers.read(server(argv), lambda _: False))] == [what]


def test_every_bridge_is_tested() -> None:
    assert {name for _, name in BRIDGES} == {
        *("mcp-remote", "supergateway", "mcp-proxy", "@modelcontextprotocol/inspector", "mcpo", "mcp", "fastmcp"),
    }
