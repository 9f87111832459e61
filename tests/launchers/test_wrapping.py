"""Wrappers: programs that start the command behind their own flags."""

from __future__ import annotations

import re

import pytest

from mcp_guard import launchers
from mcp_guard.launchers import wrapping
from mcp_guard.launchers.installed import INSTALLED
from mcp_guard.launchers.wrappers import SYSTEM, TOOLCHAIN
from tests.launchers.reading import check, overrides, server, texts, tree

_FILES = {"s.js", "sub/x.js", "run.sh", ".envrc", "rc"}
_FOO = "npm:foo@* [foo||@]"

WRAPPERS = [
    ("sudo npx foo", [_FOO]),
    ("sudo -u me -E A=1 npx foo@1.0.0", ["npm:foo@1.0.0 [foo|@1.0.0|@]"]),
    ("sudo -H -- npx foo", [_FOO]),
    ("sudo --unknown npx foo", ["? mcp-guard does not know the flag `--unknown` of"]),
    ("sudo LD_PRELOAD=x npx foo", ["? it sets `LD_PRELOAD`, which loads a library"]),
    ("doas -u me npx foo", [_FOO]),
    ("nohup npx foo", [_FOO]),
    ("setsid -f npx foo", [_FOO]),
    ("time -p npx foo", [_FOO]),
    ("nice npx foo", [_FOO]),
    ("nice -n 10 npx foo", [_FOO]),
    ("nice -10 npx foo", [_FOO]),
    ("ionice -c 2 -n 7 npx foo", [_FOO]),
    ("ionice -p 12", ["? mcp-guard does not know the flag `-p` of"]),
    ("timeout 30 npx foo", [_FOO]),
    ("timeout -k 5 -s KILL 30s npx foo", [_FOO]),
    ("timeout --signal=KILL 30 node s.js", ["local s.js"]),
    ("timeout -- 30 npx foo", [_FOO]),
    ("timeout 30", ["? `timeout` is given no command"]),
    ("timeout '${T}' npx foo", ["? an argument of `timeout` before the command is"]),
    ("stdbuf -oL -eL npx foo", [_FOO]),
    ("stdbuf -o L -i 0 uvx foo", ["pypi:foo@* [foo||@]"]),
    ("chrt -i 0 npx foo", [_FOO]),
    ("caffeinate -dims npx foo", [_FOO]),
    ("caffeinate -t 3600 npx foo", [_FOO]),
    ("arch -arm64 npx foo", [_FOO]),
    ("arch -e A=1 -x86_64 npx foo", [_FOO]),
    ("arch -e PATH=. npx foo", ["? it sets `PATH`, which has programs looked up in the folder"]),
    ("flock /tmp/l npx foo", [_FOO]),
    ("flock -n /tmp/l -c 'npx foo'", ["npm:foo@* [npx foo||@]"]),
    ("flock -w 5 /tmp/l -c 'npx foo' x", ["npm:foo@* [npx foo||@]"]),
    ("exec -a x npx foo", [_FOO]),
    ("command npx foo", [_FOO]),
    ("command -v npx", ["? mcp-guard does not know the flag `-v` of"]),
    ("builtin cd x", ["? `cd` runs what its arguments name, and"]),
    ("volta run npx foo", [_FOO]),
    ("volta run --node 20 npx foo", [_FOO]),
    ("volta run --env PATH=. npx foo", ["? it sets `PATH`, which has programs looked up in the folder"]),
    ("volta install x", ["? mcp-guard reads no other volta command than"]),
    ("fnm exec --using=20 npx foo", [_FOO]),
    ("fnm exec --using 20 -- npx foo", [_FOO]),
    ("nvm exec 20 npx foo", [_FOO]),
    ("nvm exec --silent v20.1.0 npx foo", [_FOO]),
    ("nvm exec npx foo", [_FOO]),
    ("nvm use 20", ["? mcp-guard reads no other nvm command than `nvm"]),
    ("asdf exec npx foo", [_FOO]),
    ("conda run -n env npx foo", [_FOO]),
    ("conda run -n env --no-capture-output python s.py", ["program s.py"]),
    ("conda run -n env python -m tool", ["? it comes from the environment of the project,"]),
    ("conda run -n env tool", ["? it comes from the environment of the project,"]),
    ("conda run --cwd sub node x.js", ["local sub/x.js"]),
    ("conda run -p ./env python s.py", ["? mcp-guard does not know the flag `-p` of `conda"]),
    ("mamba run -n env npx foo", [_FOO]),
    ("micromamba run -n env npx foo", [_FOO]),
    ("poetry run npx foo", [_FOO]),
    ("poetry run tool", ["? it comes from the environment of the project,"]),
    ("poetry run python -m tool", ["? it comes from the environment of the project,"]),
    ("poetry -C sub run node x.js", ["local sub/x.js"]),
    ("poetry install", ["? mcp-guard reads no other poetry command than"]),
    ("pdm run npx foo", [_FOO]),
    ("pdm run -p sub tool", ["? it comes from the environment of the project,"]),
    ("hatch run tool", ["? it comes from the environment of the project,"]),
    ("hatch run env:tool", ["? it comes from the environment of the project,"]),
    ("rye run tool", ["? it comes from the environment of the project,"]),
    ("pixi run -e dev tool", ["? it comes from the environment of the project,"]),
    ("pixi run npx foo", [_FOO]),
    ("dotenvx run -- npx -y foo", ["program dotenvx", _FOO]),
    ("dotenvx run -f .env -f .env.local --overload -- npx foo", ["program dotenvx", _FOO]),
    ("dotenvx run -f .env npx foo", ["program dotenvx", "? `dotenvx run` may take this argument for its"]),
    ("dotenvx run npx foo", ["program dotenvx", "? `dotenvx run` may take this argument for its"]),
    (
        "dotenvx run -e PATH=. -- npx foo",
        ["program dotenvx", "? it sets `PATH`, which has programs looked up in the folder"],
    ),
    ("dotenvx get X", ["program dotenvx", "? mcp-guard reads no other dotenvx command than"]),
    ("env-cmd npx foo", ["program env-cmd", _FOO]),
    ("env-cmd -f ./x npx foo", ["program env-cmd", _FOO]),
    ("env-cmd ./.env npx foo", ["program env-cmd", _FOO]),
    ("env-cmd -e dev npx foo", ["program env-cmd", _FOO]),
    ("envmcp npx foo", ["program envmcp", _FOO]),
    ("envmcp --env-file x npx foo", ["program envmcp", _FOO]),
    ("cross-env A=1 npx foo", ["program cross-env", _FOO]),
    ("cross-env NODE_OPTIONS=--import=x npx foo", ["program cross-env", "? it sets `NODE_OPTIONS`, which loads code"]),
    ("cross-env NODE_OPTIONS=--no-warnings npx foo", ["program cross-env", "npm:foo@* [foo||@]"]),
    ("dotenv -- npx foo", ["program dotenv", _FOO]),
    ("dotenv -e .env -- npx foo", ["program dotenv", _FOO]),
    ("dotenv -f .env run npx foo", ["program dotenv", _FOO]),
    ("dotenv -f .env run -- npx foo", ["program dotenv", _FOO]),
    ("dotenv npx foo", ["program dotenv", "? `dotenv` may take this argument for its own:"]),
    ("dotenv -v NODE_OPTIONS=--import=x -- npx foo", ["program dotenv", "? it sets `NODE_OPTIONS`, which loads code"]),
    ("op run -- npx foo", ["program op", _FOO]),
    ("op run --env-file=.env -- npx -y foo", ["program op", _FOO]),
    ("op run npx foo", ["program op", _FOO]),
    ("op run npx -y foo", ["program op", "? `op run` may take this argument for its own:"]),
    ("op item get x", ["program op", "? mcp-guard reads no other op command than `op"]),
    ("doppler run -- npx foo", ["program doppler", _FOO]),
    ("doppler run -p a -c dev -- npx foo", ["program doppler", _FOO]),
    ("doppler run --command 'npx foo'", ["program doppler", "npm:foo@* [npx foo||@]"]),
    ("doppler run --command='npx foo; evil'", ["program doppler", "? it is a shell script: several commands"]),
    (
        "doppler run --command 'npx foo' -- npx bar",
        ["program doppler", "? `doppler run` is given a command line and more"],
    ),
    ("infisical run --env=dev -- npx foo", ["program infisical", _FOO]),
    ("infisical run --command 'npx foo'", ["program infisical", "npm:foo@* [npx foo||@]"]),
    ("chamber exec service -- npx foo", ["program chamber", _FOO]),
    ("chamber exec service npx foo", ["program chamber", _FOO]),
    ("chamber exec -- npx foo", ["program chamber", "? an argument of `chamber exec` before the"]),
    ("aws-vault exec profile -- npx foo", ["program aws-vault", _FOO]),
    ("aws-vault exec -d 1h profile -- npx foo", ["program aws-vault", _FOO]),
    ("teller run -- npx foo", ["program teller", _FOO]),
    ("xvfb-run -a npx foo", ["program xvfb-run", _FOO]),
    ("xvfb-run --server-args='-screen 0 1x1x24' npx foo", ["program xvfb-run", _FOO]),
    ("dbus-run-session -- npx foo", ["program dbus-run-session", _FOO]),
    ("unbuffer npx foo", ["program unbuffer", _FOO]),
    ("with-contenv npx foo", ["program with-contenv", _FOO]),
    ("mise exec -- npx foo", [_FOO]),
    ("mise x node@22 -- npx foo", [_FOO]),
    ("mise exec npm:foo@1.0.0 -- foo", ["npm:foo@1.0.0 [npm:foo|@1.0.0|@]"]),
    ("mise exec npm:foo -- foo x", ["npm:foo@* [npm:foo||@]"]),
    ("mise exec pipx:foo@1.0 -- foo", ["pypi:foo@1.0 [pipx:foo|@1.0|@]"]),
    ("mise exec pipx:a/b -- foo", ["? mise gets `pipx:a/b` in a way that mcp-guard"]),
    ("mise exec ubi:a/b -- b", ["? mise gets `ubi:a/b` in a way that mcp-guard"]),
    ("mise exec node@22 npx foo", ["? `mise exec` takes one command, behind `--` or"]),
    ("mise exec npx foo", ["? `mise exec` takes one command, behind `--` or"]),
    ("mise -C sub exec -- node x.js", ["local sub/x.js"]),
    ("mise exec -c 'npx foo'", ["npm:foo@* [npx foo||@]"]),
    ("mise exec -c 'npx foo' -- x", ["? `mise exec` takes one command, behind `--` or"]),
    ("mise exec", ["? `mise exec` takes one command, behind `--` or"]),
    ("mise mcp", ["program mise"]),
    ("corepack npx foo", [_FOO]),
    ("corepack pnpx foo", [_FOO]),
    ("sudo A=b -n npx foo", ["? a flag stands where the program is expected"]),  # sudo reads on behind a variable
    ("corepack yarnpkg dlx foo", [_FOO]),
    ("corepack yarnpkg@4.0.0 dlx foo", ["npm:yarn@4.0.0", _FOO]),
    (
        "corepack pnpm@9.0.0 --version",
        ["npm:pnpm@9.0.0 [pnpm|@9.0.0|@]", "? mcp-guard does not know the flag `--version` of"],
    ),
    ("corepack pnpx@9.0.0 foo", ["npm:pnpm@9.0.0", _FOO]),
    ("corepack enable", ["? mcp-guard does not read `corepack enable`"]),
    ("corepack", ["? `corepack` is given no package manager"]),
    ("proto run node -- s.js", ["local s.js"]),
    ("proto run node 22 -- s.js", ["local s.js"]),
    ("proto run node s.js", ["? the arguments of the tool are not clear: write"]),
    ("proto install node", ["? mcp-guard reads no other proto command than"]),
    ("direnv exec . npx foo", ["program direnv", "local .envrc", _FOO]),
    ("direnv exec sub npx foo", ["program direnv", "? `direnv exec` runs an .envrc that is not in"]),
    ("direnv exec . npx", ["program direnv", "local .envrc", "? no package is named"]),
    ("direnv allow", ["program direnv", "? mcp-guard reads no other direnv command than"]),
    ("thv run npx://foo@1.0.0", ["program thv", "npm:foo@1.0.0 [npx://foo|@1.0.0|@]"]),
    ("thv run uvx://foo@1.0", ["program thv", "pypi:foo@1.0 [uvx://foo|@1.0|@]"]),
    ("thv run uvx://foo@latest", ["program thv", "pypi:foo@* [uvx://foo|@latest|@]"]),
    ("thv run ghcr.io/a/b:1 -- --x", ["program thv", "oci:ghcr.io/a/b@* [ghcr.io/a/b:1||@]"]),
    ("thv run -v /:/h ghcr.io/a/b:1", ["program thv", "oci:ghcr.io/a/b@* [ghcr.io/a/b:1||@]"]),
    ("thv run ghcr.io/a/b:1 x -- --y", ["program thv", "oci:ghcr.io/a/b@* [ghcr.io/a/b:1||@]"]),
    ("thv run ghcr.io/a/b:1 x", ["program thv", "oci:ghcr.io/a/b@* [ghcr.io/a/b:1||@]"]),
    ("thv run ghcr.io/a/b:1 --x", ["program thv", "? `thv run` takes this argument for its own:"]),
    ("thv run go://example.com/x@v1.0.0", ["program thv", "? `thv run` builds an image of"]),
    ("thv run https://mcp.example/mcp", ["program thv", "remote https://mcp.example/mcp"]),
    ("thv run fetch", ["program thv", "? `fetch` is a name in ToolHive's own registry,"]),
    ("thv run", ["program thv", "? `thv run` is given nothing to run"]),
    ("thv list", ["program thv", "? mcp-guard reads no other thv command than `thv"]),
    ("ssh host npx foo", ["? `ssh` starts the server on another machine, and"]),
    ("kubectl exec -it pod -- npx foo", ["? `kubectl` starts the server in a cluster, and"]),
    ("devcontainer exec npx foo", ["? it runs in the container of a"]),
    ("devbox run x", ["? `devbox run` takes scripts and packages from"]),
    ("concurrently 'npx a' 'npx b'", ["? `concurrently` starts several commands: write a"]),
    ("npm-run-all a b", ["? `npm-run-all` starts scripts of package.json:"]),
    ("start npx foo", ["? `start` opens whatever Windows has for the"]),
    ("su -c 'npx foo'", ["? `su` hands the command to another person's"]),
    ("chroot /x npx foo", ["? the files below another root folder are not"]),
    ("xargs npx foo", ["? `xargs` takes arguments from what the client"]),
    ("vault x", ["? `vault` starts what its own configuration says,"]),
    ("nvm exec stable npx foo", [_FOO]),
    ("nvm exec lts/iron npx foo", [_FOO]),
    ("chamber exec -- npx foo", ["program chamber", "? an argument of `chamber exec` before the"]),
    ("timeout -k npx foo", ["? `timeout` is given no command"]),
    ("mise exec '${T}' -- npx foo", ["? a tool of mise is filled in when the server"]),
    ("op run --env-file -- npx foo", ["program op", "? the value of `--env-file` is not clear"]),
    ("infisical run -- npx foo; x", ["program infisical", "? 'foo;' is not a name that npm knows"]),
]
SHELLS = [
    ("wsl npx foo", [_FOO]),
    ("wsl -d Ubuntu -- npx -y foo", [_FOO]),
    ("wsl --exec npx foo", [_FOO]),
    ("wsl -e npx 'a b'", ["? 'a b' is one argument with a space in it, not a"]),
    ("wsl npx foo '&&' evil", ["? it is a shell script: several commands"]),
    ("wsl ~ npx foo", [_FOO]),
    ("wsl bash -lc 'npx -y foo'", [_FOO.replace("[foo", "[npx -y foo")]),
    ("wsl bash -c 'cd x && npx foo@1.0.0'", ["npm:foo@1.0.0 [cd x && npx foo|@1.0.0|@]"]),
    ("wsl bash -c 'npx \"foo\"'", ["? a second time"]),
    ("wsl bash -c 'npx $X'", ["? a second time"]),
    ("wsl npx foo 'a b'", [_FOO]),
    ("wsl --cd sub node x.js", ["local sub/x.js"]),
    ("wsl -u root --exec node s.js", ["? the directory from which the script is taken is"]),
    ("wsl --shutdown", ["? mcp-guard does not know the flag `--shutdown`"]),
    ("wsl", ["? `wsl` is given no command"]),
    ("csh -c 'npx foo'", ["? mcp-guard does not read the language of `csh`:"]),
    ("fish -c 'npx foo'", ["npm:foo@* [npx foo||@]"]),
    ("fish -c 'npx \"a\\b\"'", ["? fish reads a backslash in its own way: use `sh"]),
    ("fish run.sh", ["local run.sh"]),
    ("fish", ["? the shell reads its commands from the client"]),
    ("ksh -c 'npx foo'", ["npm:foo@* [npx foo||@]"]),
    ("ash -lc 'npx foo'", ["npm:foo@* [npx foo||@]"]),
    ("busybox sh -c 'npx foo'", ["npm:foo@* [npx foo||@]"]),
    ("busybox", ["? `busybox` is given no program"]),
    ("bash --rcfile rc -c 'npx foo'", ["local rc", "npm:foo@* [npx foo||@]"]),
    ("bash +O extglob -c 'npx foo'", ["npm:foo@* [npx foo||@]"]),
    ("bash -c 'cd sub && node x.js'", ["local sub/x.js"]),
    ("bash -c 'cd \"sub\" && npx foo'", ['npm:foo@* [cd "sub" && npx foo||@]']),
    ("bash -c 'cd sub && a && b'", ["? it is a shell script: several commands"]),
    ("bash -c 'cd sub; npx foo'", ["? it is a shell script: several commands"]),
    ("bash -c 'cd - && npx foo'", ["? it is a shell script: several commands"]),
    ("bash -c 'cd $X && npx foo'", ["npm:foo@* [cd $X && npx foo||@]"]),
    ("bash -c 'cd $X && node x.js'", ["? the directory from which the script is taken is"]),
]
POWERSHELL = [
    # `npm` is npm.ps1 there, and PowerShell keeps the `--`: npm then takes the flag behind the package for its own.
    ("powershell -Command 'npm exec -- foo@1.0.0 --package=evil'", ["? takes the `--` for its own"]),
    ("pwsh -c npm exec -- foo@1.0.0", ["? takes the `--` for its own"]),
    ("powershell -c 'npx -y foo -- --x'", ["npm:foo@* [npx -y foo||@]"]),
    ("pwsh -c npx -y foo", [_FOO]),
    ("pwsh -Command 'npx -y foo@1.0.0'", ["npm:foo@1.0.0 [npx -y foo|@1.0.0|@]"]),
    ("pwsh -NoProfile -NonInteractive -ExecutionPolicy Bypass -Command npx foo", [_FOO]),
    ("powershell -nop -ep Bypass -w hidden -c npx foo", [_FOO]),
    ("powershell.exe /c npx foo", [_FOO]),
    ("powershell npx foo", [_FOO]),
    ("pwsh npx foo", ["program npx"]),
    ("pwsh run.sh x", ["local run.sh"]),
    ("pwsh -File run.sh", ["local run.sh"]),
    ("pwsh -f gone.ps1", ["program gone.ps1"]),
    ("pwsh -c 'npx foo; evil'", ["? PowerShell would act on a character in this"]),
    ("pwsh -c 'npx $x'", ["? PowerShell would act on a character in this"]),
    ("pwsh -c 'npx \"$x\"'", ["? PowerShell would act on a character in this"]),
    ("pwsh -c \"npx 'foo' x\"", ["npm:foo@* [npx 'foo||@]"]),
    ("pwsh -c '& npx foo'", ["npm:foo@* [& npx foo||@]"]),
    ("pwsh -c '& \"npx\" foo'", ['npm:foo@* [& "npx" foo||@]']),
    ("pwsh -c 'npx @scope/x'", ["? PowerShell would act on a character in this"]),
    ("pwsh -c 'npx foo | evil'", ["? PowerShell would act on a character in this"]),
    ("pwsh -c 'npx a`b'", ["? PowerShell would act on a character in this"]),
    ("pwsh -c 'npx \"a\"b'", ["? PowerShell would act on a character in this"]),
    ('pwsh -c "iex (iwr x)"', ["? PowerShell would act on a character in this"]),
    ("pwsh -c -", ["? PowerShell reads its commands from the client"]),
    ("pwsh -c ''", ["? PowerShell is given no command"]),
    ("pwsh -c", ["? PowerShell reads its commands from the client"]),
    ("pwsh", ["? PowerShell reads its commands from the client"]),
    ("pwsh -wd sub -c node x.js", ["local sub/x.js"]),
    ("pwsh -e bgBwAHgAIABmAG8AbwA=", ["npm:foo@*"]),
    ("pwsh -enc '!!'", ["? the encoded command of PowerShell cannot be"]),
    ("pwsh -EncodedCommand bgBwAHgAIABmAG8AbwA7AHgA", ["? PowerShell would act on a character in this"]),
    ("pwsh -settingsfile x -c npx foo", ["? mcp-guard does not know the parameter"]),
    ("pwsh -x-y npx foo", ["? mcp-guard does not know the parameter `-x-y` of"]),
    ("pwsh -cwa 'npx foo'", ["? mcp-guard does not know the parameter `-cwa` of"]),
    ("pwsh -noexit -sta -c npx foo", [_FOO]),
    ("pwsh -c iex foo", ["? PowerShell runs text as code, or a program of"]),
]


@pytest.mark.parametrize(("line", "expected"), [*WRAPPERS, *SHELLS, *POWERSHELL])
def test_command_lines(line: str, expected: list[str]) -> None:
    check(line, expected, _FILES)


def test_every_wrapper_has_a_line() -> None:
    tested = {line.split()[0] for line, _ in WRAPPERS}
    assert {*SYSTEM, *TOOLCHAIN, *INSTALLED} <= tested


@pytest.mark.parametrize("name", sorted(INSTALLED))
def test_an_installed_wrapper_is_reported_beside_what_it_starts(name: str) -> None:
    example = wrapping.example(wrapping.WRAPPERS[name])
    found = launchers.read(server(example.split()), tree())
    assert [texts(launch) for launch in found] == [[f"program {name}"], ["npm:server@1.2.3 [server|@1.2.3|@]"]]


@pytest.mark.parametrize("name", sorted({**SYSTEM, **TOOLCHAIN}))
def test_a_wrapper_of_the_system_is_not_reported(name: str) -> None:
    example = wrapping.example(wrapping.WRAPPERS[name])
    found = launchers.read(server(example.split()), tree())
    assert [texts(launch) for launch in found] == [["npm:server@1.2.3 [server|@1.2.3|@]"]]


@pytest.mark.parametrize("name", sorted({**SYSTEM, **TOOLCHAIN, **INSTALLED}))
def test_an_unknown_flag_is_opaque(name: str) -> None:
    found = launchers.read(server([name, "--no-such-flag", "npx", "foo"]), tree())
    assert "does not know the flag `--no-such-flag`" in texts(found[-1])[0]


@pytest.mark.parametrize(
    "line",
    [
        "dotenvx run -f .env -- npx foo",
        "dotenvx run -- npx foo",
        "dotenv -e .env -- npx foo",
        "dotenv -f .env run npx foo",
        "env-cmd -f .env npx foo",
        "env-cmd npx foo",
        "envmcp -e .env npx foo",
        "op run --env-file=.env -- npx foo",
    ],
)
def test_a_file_of_variables_may_move_the_launch(line: str) -> None:
    (one,) = overrides(launchers.read(server(line.split()), tree()))
    assert re.fullmatch(r"the env file (?:--env-file=)?\.env", one.what)


@pytest.mark.parametrize(
    "line",
    ["poetry -C sub run npx foo", "conda run --cwd sub npx foo", "wsl --cd sub -e npx foo", "mise -C sub x -- npx foo"],
)
def test_another_folder_may_move_the_launch(line: str) -> None:
    found = overrides(launchers.read(server(line.split()), tree()))
    assert [one.what for one in found] == ["another working folder"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("/usr/local/bin/doppler run -- npx foo", ["program /usr/local/bin/doppler", _FOO]),
        ("./doppler run -- npx foo", ["program doppler", _FOO]),
        ("./tools/doppler run -- npx foo", ["local tools/doppler", _FOO]),
        ("./nice npx foo", ["program nice", _FOO]),
        ("poetry run doppler run -- npx foo", ["? environment of the project"]),
        ("npx -p doppler@1.0.0 doppler run -- npx foo", ["npm:doppler@1.0.0 [doppler|@1.0.0|@]", _FOO]),
    ],
)
def test_a_wrapper_by_its_path_or_from_elsewhere(line: str, expected: list[str]) -> None:
    check(line, expected, {"tools/doppler"})


PDM = """
[tool.pdm.scripts]
npx = "evil"
start = {cmd = "x"}
[project.scripts]
uvx = "a:b"
"""


@pytest.mark.parametrize(
    ("line", "files"),
    [
        ("pdm run npx foo", {"pyproject.toml": PDM}),
        ("pdm run npx foo", {"a/pyproject.toml": PDM}),
        ("poetry run uvx foo", {"pyproject.toml": PDM}),
        ("poetry -C sub run npx foo", {"sub/pyproject.toml": PDM}),
        ("hatch run npx foo", {"hatch.toml": "[envs.default.scripts]\nnpx = 'evil'"}),
        ("hatch run npx foo", {"hatch.toml": "not = [toml"}),
        ("hatch run default:npx foo", {"hatch.toml": ""}),
        ("pixi run npx foo", {"pixi.toml": "[tasks]\nnpx = 'evil'"}),
        ("pixi run npx foo", {"pixi.toml": "[feature.x.tasks]\nnpx = {cmd = 'evil'}"}),
    ],
)
def test_a_script_of_the_project_may_take_the_name(line: str, files: dict[str, str]) -> None:
    found = [text for one in launchers.read(server(line.split()), tree(files)) for text in texts(one)]
    assert [
        text.endswith(("may say what `npx` stands for", "`uvx` stands for", ":npx` stands for")) for text in found
    ] == [True]


@pytest.mark.parametrize(
    ("line", "files"),
    [
        ("pdm run npx foo", {"pyproject.toml": "[tool.pdm.scripts]\nstart = 'x'"}),
        ("pixi run npx foo", {"pyproject.toml": "[tool.pixi]\nx = 1", "b/pixi.toml": "[tasks]\nnpx = 'evil'"}),
        ("conda run npx foo", {"pyproject.toml": PDM}),
        ("pdm run -p /abs npx foo", {"sub/pyproject.toml": PDM}),
    ],
)
def test_a_script_of_another_name_does_not(line: str, files: dict[str, str]) -> None:
    found = [text for one in launchers.read(server(line.split()), tree(files)) for text in texts(one)]
    assert found == ["npm:foo@* [foo||@]"]


@pytest.mark.parametrize("depth", [1, 3, 7, 8, 40])
@pytest.mark.parametrize("wrapper", ["nice", "sudo -E", "timeout 1", "volta run", "dotenvx run --", "mise x --"])
def test_wrappers_in_wrappers_end_somewhere(wrapper: str, depth: int) -> None:
    found = launchers.read(server([*(wrapper.split() * depth), "npx", "foo"]), tree())
    assert texts(found[-1]) == ([_FOO] if depth < 8 else ["? too many launchers start one another"])
