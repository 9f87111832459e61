"""npm, npx, pnpm, yarn, bun and deno: each is run on odd lines, and asks for the packages that we name."""

from __future__ import annotations

import shlex
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mcp_guard import launchers
from mcp_guard.model import OpaqueLaunch
from tests.launchers.oracle import registry, tools
from tests.launchers.reading import packages, server, tree

LINES = {
    "npx": """
npx foo
npx -y foo@1.2.3 --port 3
npx --yes @s/n@latest
npx -y foo --package=evil -p evil
npx -p a tool
npx -p=a tool
npx --package=a@1.0.0 -- tool
npx -p a -p b b
npx --loglevel error foo
npx --loglevel=error foo
npx --unknown foo pkg@1
npx -y=true foo
npx --yes true foo
npx -yp foo@1 cmd
npx --node-options --inspect foo
npx --package a,b tool
npx -c 'echo x'
npx -n gone foo
npx x@npm:real@1.2.3
npx -- foo@1.0.0
npx --shell-auto-fallback foo
npx --no-strict-ssl foo
npx -q foo@^1
npx -w sub foo
npx '' foo
""",
    "npm": """
npm exec foo
npm x -y foo@1.0.0
npm exe foo
npm exec -- foo@1.0.0 --package=b
npm exec -y foo@1 --package=evil@2 -- a
npm exec -p foo@1 -- cmd
npm exec --package=a -- tool
npm -y x foo
npm --loglevel silent exec foo
npm exec foo --loglevel=silent bar
npm exec foo --yes true
npm exec --yes true foo
npm init foo@1
npm create @s
npm innit @s@1.0.0
npm init @s/foo@1 -- --x
npm init -y foo
npm cre create-foo
npm exec foo bar baz
npm exec -c 'echo x'
npm run gone
npm start
npm test
npm exec @s/n@next
npm xx foo
""",
    "pnpm": """
pnpm dlx foo
pnpx foo@1.0.0
pnx @s/n
pnpm --package=a dlx b
pnpm --package a dlx b
pnpm dlx --package=a b
pnpm dlx -p foo
pnpm dlx -c foo
pnpm --package=a dlx -c 'a --x'
pnpm dlx foo --package=evil
pnpm dlx --allow-build x foo
pnpm dlx --silent foo
pnpm --silent dlx foo
pnpm dlx x@npm:real@1.0.0
pnpm dlx foo@catalog:
pnpm -C . dlx foo
pnpm dlx --unknown foo
pnpm dlx --reporter silent foo
pnpm create foo
pnpm create create-foo
pnpm create @s
pnpm create @s/foo@1
pnpm create foo@1 --template x
pnpm exec foo
pnpm run gone
pnpm gone
""",
    "yarn": """
yarn dlx foo
yarn dlx -q foo@1.0.0
yarn dlx @s/n@^1
yarn dlx -p a tool
yarn dlx --package a tool
yarn dlx -p a -p b tool
yarn dlx foo@npm:1.2.3
yarn dlx foo@npm:real@1.0.0
yarn dlx foo@npm:@s/real@1.0.0
yarn dlx foo -p evil
yarn dlx --quiet foo
yarn dlx --unknown foo
yarn dlx foo@workspace:x
yarn dlx
yarn create foo
yarn create @s
yarn create @s/foo
yarn create foo@1
yarn create -p bar foo
yarn exec foo
yarn run gone
yarn gone
yarn --cwd . dlx foo
yarn dlx foo@npm:next
yarn dlx --package=a tool
""",
    "bun": """
bunx foo
bunx foo@1.0.0 -p evil
bun x @s/n@latest
bun --bun x foo
bunx --bun foo
bunx -p a tool
bunx --package a tool
bunx --package=a tool
bunx -pfoo tool
bunx -c foo
bunx -p a -p b tool
bunx tsc
bunx claude@1
bunx -p foo tsc
bunx --silent foo
bunx --no-install foo
bunx --unknown foo
bunx -y foo
bunx x@npm:real@1.0.0
bun create foo
bun create @s
bun create @s/foo@1
bun c create-foo
bun run gone
bun gone.ts
bun gone
""",
    "deno": """
deno run npm:foo
deno run -A npm:foo@1.0.0
deno run npm:@s/foo@1/bin
deno run npm:/foo@1
deno run NPM:foo
deno npm:foo@1
deno -A npm:foo@1/sub
deno -q run npm:foo
deno run -RN npm:foo
deno run -c npm:x npm:y
deno run --allow-net example.com npm:x
deno run --allow-net=example.com npm:x
deno run --lock npm:x npm:y
deno run --import npm:x npm:y
deno run npm:foo --import npm:x
deno run npm:foo npm:bar
deno run --unknown npm:foo
deno run npm:foo@npm:bar@1
deno run --reload npm:foo
deno run -p npm:foo
deno run jsr:@std/foo@1.0.0
deno run jsr:@std/foo/sub
deno x foo
deno x npm:foo@1
deno x jsr:@std/foo
deno x -p foo bar
deno x @s/foo@1 --x
deno run foo
deno run gone.ts
deno task gone
""",
}


# The tool refuses these lines: it asks for nothing. Other versions of it do read them.
REFUSED = frozenset({"pnpm dlx -p foo", "deno run -c npm:x npm:y", "npx -w sub foo"})


def _disagreement(line: str, found: tools.Tools, work: Path) -> str | None:
    """What the tool asked for, where that is not what we named; an opaque launch names nothing and is never wrong."""
    argv = shlex.split(line)
    launches = launchers.read(server(argv), tree({"package.json": '{"name": "empty", "version": "1.0.0"}'}))
    if any(isinstance(launch, OpaqueLaunch) for launch in launches):
        return None
    named = {package.name for package in packages(launches)}
    with registry.empty() as served:
        output = tools.run(found, argv, served, work)
    # The first package that is not there may end it, so it need not ask for the others.
    expects = bool(named) and line not in REFUSED
    agrees = served.asked <= named and bool(served.asked) == expects
    return None if agrees else f"{line}: asked for {served.asked}, named {named}\n{output[-400:]}"


@pytest.mark.oracle
@pytest.mark.parametrize("tool", LINES)
def test_the_tool_asks_for_what_is_named(tool: str, installed: tools.Tools, tmp_path: Path) -> None:
    lines = LINES[tool].strip().splitlines()
    with ThreadPoolExecutor(4) as pool:
        works = [tmp_path / str(index) for index in range(len(lines))]
        found = list(pool.map(lambda line, work: _disagreement(line, installed, work), lines, works))
    assert [one for one in found if one is not None] == []


def test_enough_lines_are_read_and_not_opaque() -> None:
    for lines in LINES.values():
        read = [launchers.read(server(shlex.split(line)), tree()) for line in lines.strip().splitlines()]
        assert len(read) >= 25
        assert sum(not any(isinstance(one, OpaqueLaunch) for one in found) for found in read) >= 10
