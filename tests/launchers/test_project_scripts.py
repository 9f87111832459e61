"""Commands that stand in files of the repository: package.json, deno.json, shell scripts, Makefiles."""

from __future__ import annotations

import json
import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_guard import launchers
from tests.launchers.reading import server, texts, tree

SCRIPTS = {
    "start": "node s.js",
    "pin": "npx -y foo@1.2.3",
    "more": "npx -y",
    "tool": "tsx s.ts",
    "two": "npm ci && node s.js",
    "hooked": "node s.js",
    "prehooked": "npx evil",
    "empty": "",
    "again": "npm run again",
}
FILES = {
    "package.json": json.dumps({"name": "x", "scripts": SCRIPTS}),
    "s.js": "",
    "s.ts": "",
    "deno.json": json.dumps(
        {
            "tasks": {
                "serve": "deno run -A npm:foo@1.0.0",
                "dep": {"dependencies": ["a"]},
                "long": {"command": "npx foo@1.0.0"},
                "odd": 1,
            }
        }
    ),
    "sub/package.json": json.dumps({"scripts": {"start": "npx sub@1.0.0"}}),
    "one.sh": '#!/usr/bin/env bash\nset -euo pipefail\ncd "$(dirname "$0")"\nexport A=b\n# x\nexec npx -y foo@1 "$@"\n',
    "many.sh": "#!/bin/sh\nnpm ci\nnode s.js\n",
    "none.sh": "#!/bin/sh\necho npx is not called\nnode s.js\n",
    "args.sh": '#!/bin/sh\nexec npx "$@"\n',
    "self.sh": "#!/bin/sh\nmake self\n",
    "run.bat": "@echo off\r\nnpx foo\r\n",
    "plain.ps1": "Write-Output 1\n",
    "moved.sh": "#!/bin/sh\nset -e\ncd sub\nnode x.js\nexec npx -y foo@1.0.0\n",
    "cd.sh": "#!/bin/sh\nset -e\ncd sub\nexec npx -y foo@1.0.0\n",
    "slow.sh": "#!/bin/sh\nA=b exec timeout -k 5 30 npx -y foo@1.0.0\n",
    "slower.sh": "#!/bin/sh\nnode s.js\nnice -n 5 npx -y evil\n",
    "folded.sh": "#!/bin/sh\nexec np\\\nx -y foo@1.0.0\n",
    "pip.sh": "#!/bin/sh\npython3 -m pip install evil\npython -m evil\n",
    "pip3.sh": "#!/bin/sh\n.venv/bin/pip3 install evil\nnode s.js\n",
    "flag.sh": "#!/bin/sh\nexec -a x npx -y foo@1.0.0\n",
    "prefixed.sh": "#!/bin/sh\nA=b npx -y evil\nnpx -y foo@1.0.0\n",
    "sub/x.js": "",
    "sub/Makefile": "run:\n\tnode x.js\n",
    "lib/index.js": "",
    "bin/tool": "#!/usr/bin/env -S npx -y foo@1.0.0\n",
    "bin/plain": "#!/usr/bin/env node\n",
    "Makefile": ".PHONY: run\nrun:\n\t@npx -y foo@1.2.3\ndep: run\n\tnode\nvar:\n\tnode $(X)\nself:\n\t./self.sh\n"
    "many:\n\tnpx a; npx b\n",
    "justfile": "run:\n    npx -y foo@1.2.3\nparam name:\n    echo\n",
}
LINES = [
    ("npm start", ["local s.js"]),
    ("npm run pin", ["npm:foo@1.2.3"]),
    ("npm run more -- foo@1.0.0", ["npm:foo@1.0.0 [foo|@1.0.0|@]"]),
    ("npm run tool", ["? environment of the project"]),
    ("npm run two", ["? not one simple command"]),
    ("npm run hooked", ["npm:evil@*", "local s.js"]),
    ("node --run hooked", ["local s.js"]),
    ("npm run empty", ["? not one simple command"]),
    ("npm run again", ["? too many launchers"]),
    ("npm run gone", ["? has no script"]),
    ("npm --prefix sub run start", ["npm:sub@1.0.0"]),
    ("npm --registry=https://npm.example start", ["? hands"]),
    ("npm --script-shell=./x start", ["? decides what code runs"]),
    ("npm -w sub start", ["? workspaces"]),
    ("pnpm start", ["local s.js"]),
    ("pnpm pin", ["npm:foo@1.2.3"]),
    ("pnpm run pin -- x", ["? differ"]),
    ("pnpm -C sub start", ["npm:sub@1.0.0"]),
    ("yarn pin", ["npm:foo@1.2.3"]),
    ("yarn run start", ["local s.js"]),
    ("yarn --cwd sub start", ["npm:sub@1.0.0"]),
    ("yarn gone", ["? no other yarn command"]),
    ("bun run pin", ["npm:foo@1.2.3"]),
    ("bun start", ["local s.js"]),
    ("bun s.ts", ["local s.ts"]),
    ("bun run s", ["local s.ts"]),
    ("bun -r ./s.js s.ts", ["local s.js", "local s.ts"]),
    ("bun --cwd sub start", ["npm:sub@1.0.0"]),
    ("bun -e code", ["? in the command line itself"]),
    ("bun exec 'npx foo'", ["npm:foo@* [npx foo||@]"]),
    ("deno task serve", ["npm:foo@1.0.0"]),
    ("deno task dep", ["? not one simple command"]),
    ("deno task start", ["local s.js"]),
    ("deno task long", ["npm:foo@1.0.0"]),
    ("deno task odd", ["? not one simple command"]),
    ("deno task --cwd sub start", ["npm:sub@1.0.0"]),
    ("deno x -p a -p b c", ["? takes one `--package`"]),
    ("bun create ./component", ["? no package of the registry"]),
    ("bun exec npx foo", ["? only with one command line"]),
    ("bun create", ["? no template"]),
    ("pnpm --filter x start", ["? changes which script"]),
    ("pnpm --silent start", ["local s.js"]),
    ("yarn run pin -- x", ["? versions of Yarn differ"]),
    ("yarn run", ["? only lists"]),
    ("npm run", ["? only lists"]),
    # A folder that is named may be one that is not tracked, with scripts of its own.
    ("npm --prefix gone run start", ["? no package.json"]),
    ("npm -C node_modules/evil start", ["? no package.json"]),
    ("pnpm -C gone start", ["? no package.json"]),
    ("pnpm -C gone run start", ["? no package.json"]),
    ("yarn --cwd gone run start", ["? no package.json"]),
    ("bun --cwd gone run start", ["? installed in the project"]),
    ("deno task --cwd gone start", ["? no deno.json"]),
    ("docker run node:22 npm start", ["oci:docker.io/library/node@* [node:22||@]"]),
    ("docker run oven/bun bun gone", ["oci:docker.io/oven/bun@* [oven/bun||@]"]),
    ("docker run node:22 make run", ["oci:docker.io/library/node@* [node:22||@]"]),
    ("node .", ["? whose package.json says what runs"]),
    ("node sub", ["? whose package.json says what runs"]),
    ("node lib", ["local lib/index.js"]),
    ("node s", ["local s.js"]),
    ("tsx --no-warnings watch s.ts", ["program tsx", "? before `watch`"]),
    ("./moved.sh", ["local moved.sh", "? calls `npx` among other commands"]),
    ("./cd.sh", ["local cd.sh", "npm:foo@1.0.0"]),
    ("./folded.sh", ["local folded.sh", "npm:foo@1.0.0"]),
    ("./pip.sh", ["local pip.sh", "? calls `pip` among other commands"]),
    ("./pip3.sh", ["local pip3.sh", "? calls `pip3` among other commands"]),
    ("docker run node:22 yarn serve", ["oci:docker.io/library/node@* [node:22||@]"]),
    ("docker run node:22 pnpm serve", ["oci:docker.io/library/node@* [node:22||@]"]),
    ("docker run img uvicorn app:app", ["oci:docker.io/library/img@* [img||@]"]),
    ("./slow.sh", ["local slow.sh", "npm:foo@1.0.0"]),
    ("./slower.sh", ["local slower.sh", "? calls `npx` among other commands"]),
    ("./flag.sh", ["local flag.sh", "? not one simple command"]),
    ("./prefixed.sh", ["local prefixed.sh", "? calls `npx` among other commands"]),
    ("./one.sh", ["local one.sh", "npm:foo@*"]),
    ("bash one.sh a", ["local one.sh", "npm:foo@*"]),
    ("./args.sh foo@1.0.0", ["local args.sh", "npm:foo@1.0.0 [foo|@1.0.0|@]"]),
    ("./many.sh", ["local many.sh", "? calls `npm` among other commands"]),
    ("./none.sh", ["local none.sh"]),
    ("./self.sh", ["local self.sh", "local self.sh", "local self.sh", "local self.sh", "? too many launchers"]),
    ("./run.bat", ["local run.bat", "? calls `npx`"]),
    ("./plain.ps1", ["local plain.ps1"]),
    ("./bin/tool", ["local bin/tool", "npm:foo@1.0.0"]),
    ("./bin/plain", ["local bin/plain"]),
    ("make run", ["npm:foo@1.2.3"]),
    ("make many", ["? several commands"]),
    ("make -C sub run", ["local sub/x.js"]),
    ("make -C gone run", ["? not exactly one"]),
    ("make -C /abs run", ["? which file"]),
    ("make dep", ["? prerequisites"]),
    ("make var", ["? variables"]),
    ("make gone", ["? does not say"]),
    ("make", ["? with one target"]),
    ("make -f x run", ["? which file"]),
    ("just run", ["npm:foo@1.2.3"]),
    ("just param x", ["? with one target"]),
    ("just param", ["? prerequisites"]),
]


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_what_a_file_of_the_repository_starts(line: str, expected: list[str]) -> None:
    found = [text for launch in launchers.read(server(shlex.split(line)), tree(FILES)) for text in texts(launch)]
    assert len(found) == len(expected), found
    for one, wanted in zip(found, expected, strict=True):
        assert one == wanted or (wanted.startswith("? ") and one.startswith("? ") and wanted[2:] in one), found


def test_two_folders_may_be_meant() -> None:
    files = {**FILES, "a/package.json": json.dumps({"scripts": {"start": "npx evil"}})}
    (launch,) = launchers.read(server(["npm", "start"]), tree(files))
    assert "may both say" in texts(launch)[0]


@pytest.mark.parametrize("text", ["", "[", "[]", '{"scripts": 1}', '{"scripts": {"start": 1}}', "[" * 100_000])
def test_a_package_json_that_says_nothing(text: str) -> None:
    (launch,) = launchers.read(server(["npm", "start"]), tree({"package.json": text}))
    assert texts(launch)[0].startswith("? ")


@pytest.mark.parametrize("line", ["make run", "just run", "./run.bat"])
def test_a_file_that_cannot_be_read(line: str) -> None:
    tracked = launchers.Tracked({"Makefile", "justfile", "run.bat"}.__contains__, lambda _: None)
    found = [text for launch in launchers.read(server(line.split()), tracked) for text in texts(launch)]
    assert "too large to be read" in found[-1]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("justfile", "run:\n    #!/usr/bin/env -S npx -y evil\n    node s.js\n"),
        ("justfile", "set shell := ['evil']\nrun:\n    node s.js\n"),
        ("Makefile", "SHELL = evil\nrun:\n\tnode s.js\n"),
        ("Makefile", "PATH := evil\nrun:\n\tnode s.js\n"),
        ("Makefile", "include other\nrun:\n\tnode s.js\n"),
        ("Makefile", "run: ; node s.js\n"),
        ("Makefile", "run:\n\tnode s.js\nrun:\n\tnode t.js\n"),
        ("Makefile", "%: \n\tnpx evil\nrun:\n\tnode s.js\n"),
        ("Makefile", "run:\n\tnode \\\n s.js\n"),
    ],
)
def test_a_recipe_whose_words_mean_something_else(path: str, text: str) -> None:
    tool = "make" if path == "Makefile" else "just"
    found = [one for launch in launchers.read(server([tool, "run"]), tree({path: text})) for one in texts(launch)]
    assert [one[:2] for one in found] == ["? "]


def test_a_script_that_cannot_be_read() -> None:
    tracked = launchers.Tracked({"run.sh"}.__contains__, lambda _: None)
    found = [text for launch in launchers.read(server(["./run.sh"]), tracked) for text in texts(launch)]
    assert found == ["local run.sh", "? the script run.sh is too large to be read, or is not UTF-8"]


@pytest.mark.parametrize("part", [";-", "exec-", "do exec ", "-- ", "@", "!a/", ";A='", "exec -a "])
def test_a_hostile_script_takes_no_longer_than_others(part: str) -> None:
    """What each part may begin is looked at once: if it were looked at up to the end, this would take an hour."""
    found = launchers.read(server(["./run.sh"]), tree({"run.sh": "#!/bin/sh\n" + part * 20_000}))
    assert texts(found[0]) == ["local run.sh"]


@settings(max_examples=150, deadline=None)
@given(
    st.text(alphabet="npx foo@1\n\t#;&|$(){}\"'=\\!/:-.%", max_size=80),
    st.sampled_from(("run.sh", "Makefile", "justfile")),
)
def test_any_script_gives_a_launch(text: str, path: str) -> None:
    argv = {"run.sh": ["./run.sh"], "Makefile": ["make", "foo"], "justfile": ["just", "foo"]}[path]
    assert launchers.read(server(argv), tree({path: text}))
