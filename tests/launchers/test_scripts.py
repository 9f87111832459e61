"""node, python, and programs that are no launchers."""

from __future__ import annotations

import pytest

from mcp_guard import launchers
from mcp_guard.model import OpaqueLaunch, RemoteLaunch
from tests.launchers.reading import check, server, texts, tree

TRACKED = {
    "s.js",
    "dist/index.js",
    "s.py",
    "mod.py",
    "pkg/__main__.py",
    "pkg/sub.py",
    "src/app/__main__.py",
    "sub/x.js",
    "run.sh",
}
NODE = [
    ("node s.js --port 3", ["local s.js"]),
    ("node ./s.js", ["local s.js"]),
    ("node dist/index", ["local dist/index.js"]),
    (["node", "dist\\index.js"], ["local dist/index.js"]),
    ("nodejs s.js", ["local s.js"]),
    ("node gone/x.js", ["program gone/x.js"]),
    ("node ../s.js", ["program ../s.js"]),
    ("node a/../../s.js", ["program ../s.js"]),
    ("node /abs/s.js", ["program /abs/s.js"]),
    ("node C:/abs/s.js", ["program C:/abs/s.js"]),
    ("node node_modules/x/y.js", ["? installed in the project"]),
    ("node --no-warnings --enable-source-maps s.js", ["local s.js"]),
    ("node --max-old-space-size=4096 s.js", ["local s.js"]),
    ("node --max-old-space-size 4096 s.js", ["? `--max-old-space-size`"]),
    ("node --env-file .env s.js", ["local s.js"]),
    ("node --inspect=9229 s.js", ["local s.js"]),
    ("node -r ./dist/index.js s.js", ["local dist/index.js", "local s.js"]),
    ("node --import ./gone.js s.js", ["? `--import`"]),
    ("node --import tsx s.js", ["? `--import`"]),
    ("node --require=dotenv/config s.js", ["? `--require`"]),
    ("node --loader /abs/x.js s.js", ["? `--loader`"]),
    ("node -e code", ["? in the command line itself"]),
    ("node --eval=code", ["? in the command line itself"]),
    ("node -p s.js", ["? in the command line itself"]),
    ("node -", ["? from the client"]),
    ("node", ["? from the client"]),
    ("node inspect s.js", ["? debugger"]),
    ("node --run start", ["? says what `start` is"]),
    ("node --unknown s.js", ["? `--unknown`"]),
    ("node '${X}/s.js'", ["? filled in"]),
    ("node $'s\\0.js'", ["? filled in"]),
    (["node", "s.js\0x"], ["? control characters"]),
    ("node ''", ["? is empty"]),
    ("node --report-dir x --title=y s.js", ["local s.js"]),
    ("node --entry-url s.js", ["? URL"]),
    ("node --test s.js", ["? `--test`"]),
    ("node --no-experimental-strip-types s.js", ["local s.js"]),
    ("tsx s.js", ["program tsx", "local s.js"]),
    ("tsx watch --tsconfig t.json s.js", ["program tsx", "local s.js"]),
    ("ts-node --esm s.js", ["program ts-node", "local s.js"]),
    ("ts-node --cwd sub x.js", ["program ts-node", "? another folder"]),
    ("vite-node --script s.js", ["program vite-node", "local s.js"]),
    ("jiti gone.ts", ["program jiti", "program gone.ts"]),
    ("npx tsx@4.0.0 s.js", ["npm:tsx@4.0.0 [tsx|@4.0.0|@]", "local s.js"]),
]
PYTHON = [
    ("python -m uvicorn main:app", ["? runs what its arguments name"]),
    ("python s.py", ["local s.py"]),
    ("python3 ./s.py", ["local s.py"]),
    ("python3.12 s.py", ["local s.py"]),
    ("python.exe s.py", ["local s.py"]),
    ("py -3.12 s.py", ["local s.py"]),
    ("py s.py", ["local s.py"]),
    ("python -u -B s.py", ["local s.py"]),
    ("python -uB s.py", ["local s.py"]),
    ("python -W ignore -X dev s.py", ["local s.py"]),
    ("python pkg", ["local pkg/__main__.py"]),
    ("python gone.py", ["program gone.py"]),
    ("python -m mod", ["local mod.py"]),
    ("python -m pkg", ["local pkg/__main__.py"]),
    ("python -m pkg.sub --x", ["local pkg/sub.py"]),
    ("python -m app", ["local src/app/__main__.py"]),
    ("python -umapp", ["local src/app/__main__.py"]),
    ("python -m gone --help", ["program python -m gone"]),
    ("python -I -m mod", ["program python -m mod"]),
    ("python -P -m mod", ["program python -m mod"]),
    ("python -m uv tool run foo", ["pypi:foo@* [foo||@]"]),
    ("python -m pipx run foo", ["pypi:foo@* [foo||==]"]),
    ("python -m '../x'", ["? name of the module"]),
    ("python -m '${X}'", ["? filled in"]),
    ("python -c code", ["? in the command line itself"]),
    ("python -ccode", ["? in the command line itself"]),
    ("python -", ["? from the client"]),
    ("python", ["? from the client"]),
    ("python -i", ["? from the client"]),
    ("python --unknown s.py", ["? `--unknown`"]),
    ("python -m", ["? has no value"]),
    (".venv/bin/python s.py", ["program .venv/bin/python", "local s.py"]),
    (".venv/bin/python -c code", ["program .venv/bin/python", "? in the command line itself"]),
    ("/usr/bin/python3 s.py", ["local s.py"]),
    ("pypy3 s.py", ["local s.py"]),
]
PROGRAMS = [
    ("yarnpkg dlx evil", ["npm:evil@* [evil||@]"]),
    ("firejail npx evil", ["? runs what its arguments name"]),
    ("railway mcp", ["program railway"]),
    ("bazel run //x", ["? runs what its arguments name"]),
    ("swift run", ["? runs what its arguments name"]),
    ("docker run img swift", ["oci:docker.io/library/img@* [img||@]"]),
    ("--stdio x", ["? a flag stands where the program is expected"]),
    ("nodemon --exec 'npx evil'", ["? runs what its arguments name"]),
    (["gh\x00", "mcp"], ["? control characters"]),
    (["gh\x1b[2J", "mcp"], ["? control characters"]),
    ([" "], ["? "]),
    ("gh mcp", ["program gh"]),
    ("./run.sh", ["local run.sh"]),
    ("gone/run.sh", ["program gone/run.sh"]),
    ("/opt/x/server", ["program /opt/x/server"]),
    ("~/bin/server x", ["program ~/bin/server"]),
    ("'$HOME/bin/server'", ["? filled in"]),
    ("'%APPDATA%\\x.exe'", ["? filled in"]),
    (["C:\\Program Files\\x\\server.exe", "a"], ["program C:\\Program Files\\x\\server.exe"]),
    (["my tool", "a"], ["? several words"]),
    (["/opt/my tool/x", "a"], ["program /opt/my tool/x"]),
    ([" npx", "a"], ["npm:a@* [a||@]", "? several words"]),
    ("''", ["? is empty"]),
    ("deno run npm:x", ["npm:x@* [npm:x||@]"]),
    ("powershell.exe -Command x", ["program x"]),
    ("make x", ["? `make`"]),
    ("/usr/bin/sudo npx x", ["npm:x@* [x||@]"]),
    ("mcp-remote https://x.example", ["program mcp-remote", "remote https://x.example"]),
]


@pytest.mark.parametrize(("line", "expected"), [*NODE, *PYTHON, *PROGRAMS])
def test_command_lines(line: str | list[str], expected: list[str]) -> None:
    check(line, expected, TRACKED)


@pytest.mark.parametrize(
    ("cwd", "line", "expected"),
    [
        ("sub", "node x.js", ["local sub/x.js"]),
        ("./sub/", "node x.js", ["local sub/x.js"]),
        ("sub", "node ../s.js", ["local s.js"]),
        ("sub", "node s.js", ["program sub/s.js"]),  # the root's s.js is not what runs
        ("sub", "./x.js", ["local sub/x.js"]),
        ("sub", "python -m mod", ["program python -m mod"]),
        (".", "node s.js", ["local s.js"]),
        ("${workspaceFolder}", "node s.js", ["local s.js"]),
        ("${X}", "node s.js", ["? directory"]),
        ("${X}", "node /abs/s.js", ["program /abs/s.js"]),
        ("${X}", "python -m mod", ["program python -m mod"]),
        ("${X}", "gh mcp", ["program gh"]),
        ("${X}", "uv run tool", ["? lockfiles"]),
        ("${X}", "pipx run foo", ["pypi:foo@* [foo||==]"]),
        ("/abs", "node s.js", ["program /abs/s.js"]),
        ("../x", "node s.js", ["program ../x/s.js"]),
        ("", "node s.js", ["? directory"]),
    ],
)
def test_working_directories(cwd: str, line: str, expected: list[str]) -> None:
    check(line, expected, TRACKED, cwd)


def test_a_server_with_neither_command_nor_url_is_opaque_at_its_name() -> None:
    (launch,) = launchers.read(server([]), tree(TRACKED))
    assert isinstance(launch, OpaqueLaunch)
    assert launch.word.text == "name"


@pytest.mark.parametrize(
    ("url", "remote"),
    [
        ("https://mcp.example/x?key=${KEY}", True),
        ("https://mcp.example/${PATH}", True),
        ("HTTP://localhost:3000", True),
        ("wss://mcp.example", True),
        ("https://${HOST}/x", False),
        ("https://mcp.example${SUFFIX}", False),
        ("${URL}", False),
        ("mcp.example/x", False),
        ("file:///etc/passwd", False),
        ("https://", False),
        ("https:///x", False),
        ("https://a b/", False),
        ("", False),
    ],
)
def test_urls(url: str, *, remote: bool) -> None:
    (launch,) = launchers.read(server([], url=url), tree(TRACKED))
    assert isinstance(launch, RemoteLaunch if remote else OpaqueLaunch)
    assert launch.word.text == url


def test_a_server_with_url_and_command_is_both() -> None:
    found = launchers.read(server(["npx", "foo"], url="https://mcp.example"), tree(TRACKED))
    assert [type(launch).__name__ for launch in found] == ["RemoteLaunch", "PackageLaunch"]


@pytest.mark.parametrize("line", ["./in.sh", "exec ./in.sh", "bash in.sh", 'exec sh ./in.sh "$@"'])
def test_a_script_that_starts_another_is_followed(line: str) -> None:
    files = {"run.sh": f"#!/bin/sh\nset -e\n{line}\n", "in.sh": "#!/bin/sh\nexec npx -y evil\n"}
    found = [text for launch in launchers.read(server(["./run.sh"]), tree(files)) for text in texts(launch)]
    assert found == ["local run.sh", "local in.sh", "npm:evil@*"]


def test_a_script_that_starts_itself_ends() -> None:
    found = launchers.read(server(["./run.sh"]), tree({"run.sh": "#!/bin/sh\n./run.sh\n"}))
    assert "too many launchers" in texts(found[-1])[0]


def test_a_script_that_starts_a_plain_program_stays_local() -> None:
    files = {"run.sh": "#!/bin/sh\nexec ./bin/server\n"}
    assert [text for one in launchers.read(server(["./run.sh"]), tree(files)) for text in texts(one)] == [
        "local run.sh"
    ]


SEVERAL = "#!/bin/sh\necho start\n{line}\necho done\n"


@pytest.mark.parametrize(
    "line",
    ["./tools/in.sh", 'sh "$DIR/in.sh" "$@"', "bash tools/in.sh || exit 1", '"$(dirname "$0")/in.sh"', ". ./in.sh"],
)
def test_a_script_of_several_commands_that_starts_another_is_opaque(line: str) -> None:
    files = {"tools/run.sh": SEVERAL.format(line=line), "tools/in.sh": "set -e\nuvx evil\necho\n"}
    found = [text for launch in launchers.read(server(["./tools/run.sh"]), tree(files)) for text in texts(launch)]
    assert found == ["local tools/run.sh", "? the script tools/run.sh starts tools/in.sh, which calls `uvx`"]


def test_scripts_that_name_one_another_and_call_nothing_stay_local() -> None:
    files = {
        "a.sh": SEVERAL.format(line="./b.sh; ./no.sh"),
        "b.sh": SEVERAL.format(line="./a.sh"),
        "no.sh": "node x.js\n",
    }
    found = [text for launch in launchers.read(server(["./a.sh"]), tree(files)) for text in texts(launch)]
    assert found == ["local a.sh"]


def test_a_script_that_names_thousands_of_others_ends() -> None:
    names = "\n".join(f"./{number}.sh" for number in range(5000))
    found = launchers.read(server(["./a.sh"]), tree({"a.sh": names, **{f"{n}.sh": names for n in range(5000)}}))
    assert texts(found[-1]) == ["? the script a.sh starts too many others"]
