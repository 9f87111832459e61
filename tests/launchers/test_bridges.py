"""Packages that start or connect to another server."""

from __future__ import annotations

import pytest

from mcp_guard import launchers
from mcp_guard.launchers.bridges import BRIDGES
from tests.launchers.reading import check, overrides, server, texts, tree

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
    ("--config x.json", ["? another file, `x.json`"]),
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
    ("-e NODE_OPTIONS 'x --require=./x' -- npx -y evil", ["? `NODE_OPTIONS`"]),
    ("-e '${X}' x -- npx -y evil", ["? filled in"]),
    ("--cwd sub node x.js", ["local sub/x.js"]),
    ("--named-server-config x.json", ["? another file, `x.json`"]),
    ("--named-server-config=x.json -- npx a", ["? another file, `x.json`"]),
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
    ("--config x.json --server y", ["? another file, `x.json`"]),
    ("--cli --method tools/list npx evil", [_EVIL]),
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
    ("--config x.json", ["? another file, `x.json`"]),
    ("-c x.json -- npx evil", ["? another file, `x.json`"]),
    ("-e npm_config_package=x -- npx evil", ["? `npm_config_package`"]),
    ("--", ["? neither"]),
]
MCP_RUN = [
    ("run s.py", ["local s.py"]),
    ("run -t sse s.py:app --port 1", ["local s.py"]),
    ("run gone.py", ["program gone.py"]),
    ("run s.py --with evil", ["pypi:evil@* [evil||==]", "local s.py"]),
    ("run --with a==1.0,b s.py", ["pypi:a@1.0 [a|==1.0|==]", "pypi:b@* [a==1.0,b||==]", "local s.py"]),
    ("run s.py --no-banner -- --flag", ["local s.py"]),
    ("run s.py --with-requirements r.txt", ["? `--with-requirements`"]),
    ("run s.py --project x", ["? `--project`"]),
    ("run s.py x", ["? one file"]),
    ("run -- s.py", ["? one file"]),
    ("run fastmcp.json", ["? this is none"]),
    ("run https://x.example/mcp", ["remote https://x.example/mcp"]),
    ("install s.py", ["? config of a client"]),
    ("inspect s.py", ["? than `run`"]),
    ("run '${X}'", ["? filled in"]),
    ("run", ["? one file"]),
    ("dev s.py", ["? fetches the inspector"]),
    ("", ["? than `run`"]),
]
MCP_REMOTE = [
    ("https://mcp.example/sse", ["remote https://mcp.example/sse"]),
    ("https://mcp.example/sse 3334 --allow-http --debug --transport sse-only", ["remote https://mcp.example/sse"]),
    ("--header 'A: b' https://mcp.example", ["remote https://mcp.example"]),
    ("--header --allow-http https://mcp.example", ["remote https://mcp.example"]),
    ("https://mcp.example --header 'A:${T}' --static-oauth-client-info @f.json", ["remote https://mcp.example"]),
    ("http://localhost:3000/mcp --resource x --host h", ["remote http://localhost:3000/mcp"]),
    ("--allow-http https://mcp.example", ["? that is none"]),
    ("--debug", ["? that is none"]),
    ("'${URL}'", ["? filled in"]),
    ("'https://${HOST}/x'", ["? filled in"]),
    ("mcp.example", ["? not an absolute"]),
    ("--header", ["? no URL"]),
    ("", ["? no URL"]),
]
BROKERS = [
    ("@smithery/cli@1.0.0", "run @x/y --key z", "? Smithery's registry says"),
    ("@smithery/cli@1.0.0", "install x", "? no other command of `@smithery/cli`"),
    ("@smithery/cli@1.0.0", "", "? no other command of `@smithery/cli`"),
    ("@composio/mcp@1.0.0", "start --url https://mcp.composio.example/x", "remote https://mcp.composio.example/x"),
    ("@composio/mcp@1.0.0", "setup", "? Composio's service says"),
    ("@michaellatman/mcp-get@1.0.0", "run x", "? mcp-get's own list"),
    ("mcp-hub@1.0.0", "--port 1 --config x.json", "? another file, `x.json`"),
    ("mcp-hub@1.0.0", "--config=x.json", "? another file, `x.json`"),
    ("mcp-hub@1.0.0", "", "? another file"),
    ("concurrently@1.0.0", "'npx a' 'npx b'", "? several commands"),
    ("npm-run-all@1.0.0", "a b", "? several commands"),
    ("@dotenvx/dotenvx@1.0.0", "run -f x -- npx evil", _EVIL),
    ("@dotenvx/dotenvx@1.0.0", "get x", "? no other dotenvx command"),
    ("dotenv-cli@1.0.0", "-e x -- npx evil", _EVIL),
    ("dotenv-cli@1.0.0", "npx evil", "? write `--`"),
    ("env-cmd@1.0.0", "-f x npx evil", _EVIL),
    ("envmcp@1.0.0", "npx evil", _EVIL),
    ("cross-env@1.0.0", "A=1 npx evil", _EVIL),
    ("cross-env@1.0.0", "PATH=. npx evil", "? `PATH`"),
    ("@infisical/cli@1.0.0", "run -- npx evil", _EVIL),
]


def _brought(package: str) -> str:
    name, _, version = package.rpartition("@")
    return f"npm:{package} [{name}|@{version}|@]"


LINES = [
    *((f"npx -y mcp-remote@1.0.0 {rest}", [_brought("mcp-remote@1.0.0"), *found]) for rest, found in MCP_REMOTE),
    *((f"npx -y {package} {rest}", [_brought(package), found]) for package, rest, found in BROKERS),
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
    ("mcp run s.py", ["program mcp", "local s.py"]),
    ("fastmcp run s.py:app", ["program fastmcp", "local s.py"]),
    ("uv run fastmcp run s.py", ["? environment of the project"]),
    ("uv run mcp run s.py", ["? environment of the project"]),
    ("mcpo --port 1 -- npx evil", ["program mcpo", _EVIL]),
    ("supergateway --stdio 'npx -y evil'", ["program supergateway", _NESTED]),
    ("mcp-remote https://mcp.example", ["program mcp-remote", "remote https://mcp.example"]),
    ("docker run node:22 mcp", ["oci:docker.io/library/node@* [node:22||@]"]),
    ("npx @s/mcp-proxy npx evil", ["npm:@s/mcp-proxy@* [@s/mcp-proxy||@]"]),  # another package
]


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_command_lines(line: str, expected: list[str]) -> None:
    check(line, expected, {"s.py", "sub/x.js"})


@pytest.mark.parametrize("name", ["MCP_PROXY_SHELL", "mcp_proxy_command", "MCP_PROXY_ARGS"])
def test_a_variable_that_mcp_proxy_reads(name: str) -> None:
    argv = ["npx", "mcp-proxy@5.0.0", "--", "npx", "a"]
    found = [text for one in launchers.read(server(argv, env={"A": "x", name: "x"}), tree()) for text in texts(one)]
    assert [text[:2] for text in found] == ["np", "? "]


@pytest.mark.parametrize(
    ("argv", "what"),
    [
        (["uvx", "mcp-proxy", "--cwd", "sub", "npx", "a"], "another working folder"),
        (["uvx", "mcpo", "--env-path", "x.env", "--", "npx", "a"], "the env file x.env"),
        (["uvx", "mcp-proxy", "-e", "npm_config_registry", "x", "npx", "a"], "npm_config_registry"),
    ],
)
def test_what_a_bridge_moves(argv: list[str], what: str) -> None:
    assert [one.what for one in overrides(launchers.read(server(argv), tree()))] == [what]


def test_every_bridge_is_tested() -> None:
    assert {name for _, name in BRIDGES} == {
        *("mcp-remote", "supergateway", "mcp-proxy", "@modelcontextprotocol/inspector", "mcpo", "mcp", "fastmcp"),
        *(package.rpartition("@")[0] for package, _, _ in BROKERS),
        "npm-run-all2",
    }
