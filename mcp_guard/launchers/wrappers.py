"""Programs that start the command behind their own flags, and change nothing of it: one row each.

Sources: GNU coreutils, util-linux, sudo and doas (`man 1 …`); macOS `caffeinate`, `arch`; the rest as each row says.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from mcp_guard.launchers.command import Scope
from mcp_guard.launchers.options import Flags, words

_NONE: frozenset[str] = frozenset()


class Wrapper(NamedTuple):
    """One wrapper. `flags` may stand before the subcommand and behind it.

    `subcommand` is a word that must follow the flags; without one the command does. Before the command stand
    `operands` arguments of the wrapper's own and, where `assigns` is true, `NAME=value` words. `files` are flags that
    name files of variables, and `implied` is the file that is read without one; `directory` flags name the folder to
    start in; `strings` flags hold a command line for a shell in the place of a command. `optional` is a pattern of an
    argument that may stand before the command. With `dashes` "mixed" the wrapper takes its flags among the command's
    arguments too, up to `--`; with "needed" the command is only clear behind `--` (or behind the optional argument).
    """

    flags: Flags
    subcommand: str | None = None
    operands: int = 0
    assigns: bool = False
    files: frozenset[str] = _NONE
    implied: str | None = None
    variables: frozenset[str] = _NONE
    directory: frozenset[str] = _NONE
    strings: frozenset[str] = _NONE
    scope: Scope | None = None
    manifests: tuple[str, ...] = ()
    optional: str | None = None
    dashes: Literal["free", "mixed", "needed"] = "free"


def flags(name: str, value: str = "", boolean: str = "", assigned: str | None = None) -> Flags:
    """The flags of a wrapper, written as in its help."""
    return Flags(f"`{name}`", words(value), words(boolean), assigned, clusters=True)


# What belongs to the operating system or the shell: it is not reported as a program that somebody installed.
SYSTEM: dict[str, Wrapper] = {
    "sudo": Wrapper(
        flags(
            "sudo",
            "-u --user -g --group -h --host -p --prompt -C --close-from -R --chroot -T --command-timeout -r --role"
            " -t --type -U --other-user -a --auth-type",
            "-A --askpass -b --background -B --bell -E --preserve-env -H --set-home -n --non-interactive"
            " -P --preserve-groups -S --stdin -k --reset-timestamp -N --no-update -i --login -s --shell",
            "--preserve-env",
        ),
        assigns=True,
    ),
    "doas": Wrapper(flags("doas", "-u -a", "-n -s")),
    "exec": Wrapper(flags("exec", "-a", "-c -l")),
    "command": Wrapper(flags("command", "", "-p")),
    "builtin": Wrapper(flags("builtin")),
    "nohup": Wrapper(flags("nohup")),
    "setsid": Wrapper(flags("setsid", "", "-c --ctty -f --fork -w --wait")),
    "time": Wrapper(
        flags("time", "-f --format -o --output", "-p --portability -a --append -v --verbose -q --quiet -l -h")
    ),
    "nice": Wrapper(flags("nice", "-n --adjustment", " ".join(f"-{digit}" for digit in range(10)))),
    "ionice": Wrapper(flags("ionice", "-c --class -n --classdata", "-t --ignore")),
    "timeout": Wrapper(
        flags("timeout", "-k --kill-after -s --signal", "--preserve-status --foreground -v --verbose -f -p"),
        operands=1,
    ),
    "stdbuf": Wrapper(flags("stdbuf", "-i --input -o --output -e --error")),
    "chrt": Wrapper(
        flags(
            "chrt",
            "-T --sched-runtime -P --sched-period -D --sched-deadline",
            "-b --batch -d --deadline -f --fifo -i --idle -o --other -r --rr -R --reset-on-fork -v --verbose -a",
        ),
        operands=1,
    ),
    "caffeinate": Wrapper(flags("caffeinate", "-t -w", "-d -i -m -s -u")),
    "arch": Wrapper(
        Flags("`arch`", words("-arch -d -e"), words("-c -arm64 -arm64e -x86_64 -x86_64h -i386 -32 -64")),
        variables=words("-e"),
    ),
    "flock": Wrapper(
        flags(
            "flock",
            "-E --conflict-exit-code -w --wait --timeout",
            "-s --shared -x -e --exclusive -n --nb --nonblock -u --unlock -o --close -F --no-fork -v --verbose",
        ),
        operands=1,
        strings=words("-c --command"),
    ),
}
# The language's own managers of versions and environments: they are as little a program of their own as `npx` is.
TOOLCHAIN: dict[str, Wrapper] = {
    # volta-cli/volta: crates/volta-core/src/run; src/command/run.rs
    "volta": Wrapper(
        flags(
            "volta run",
            "--node --npm --pnpm --yarn --env",
            "--bundled-npm --no-npm --no-pnpm --no-yarn --verbose --quiet --very-verbose",
        ),
        "run",
        variables=words("--env"),
    ),
    # Schniz/fnm: docs/commands.md
    "fnm": Wrapper(
        flags(
            "fnm exec",
            "--using --node-dist-mirror --fnm-dir --log-level --arch --version-file-strategy --resolve-engines",
            "--using-file --corepack-enabled",
        ),
        "exec",
    ),
    # nvm-sh/nvm: nvm.sh, `nvm exec`
    "nvm": Wrapper(
        flags("nvm exec", "", "--silent --lts --save", "--lts"),
        "exec",
        optional=r"v?\d[\d.]*|lts/[\w*-]+|node|stable|unstable|default|iojs|system",
    ),
    "asdf": Wrapper(flags("asdf exec"), "exec"),  # asdf-vm/asdf: docs/manage/commands.md
    # conda/conda: conda/cli/main_run.py; with `-p` the environment may be a folder of the repository: it is left out
    "conda": Wrapper(
        flags(
            "conda run",
            "-n --name --cwd",
            "-v --verbose --dev --debug-wrapper-scripts --no-capture-output --live-stream -s",
        ),
        "run",
        directory=words("--cwd"),
        scope="project",
    ),
    # mamba-org/mamba: micromamba/src/run.cpp
    "micromamba": Wrapper(
        flags("micromamba run", "-n --name --cwd -a --attach --label", "-d --detach --clean-env --no-rc -q"),
        "run",
        directory=words("--cwd"),
        scope="project",
    ),
    # python-poetry/poetry: docs/cli.md
    "poetry": Wrapper(
        flags(
            "poetry run",
            "-C --directory -P --project",
            "-q --quiet -n --no-interaction --no-plugins --no-cache --ansi --no-ansi -v -vv -vvv --verbose",
        ),
        "run",
        directory=words("-C --directory -P --project"),
        scope="project",
        manifests=("pyproject.toml",),
    ),
    # pdm-project/pdm: docs/usage/scripts.md
    "pdm": Wrapper(
        flags("pdm run", "-p --project --venv", "-v --verbose -q --quiet -s --site-packages --recreate"),
        "run",
        directory=words("-p --project"),
        scope="project",
        manifests=("pyproject.toml",),
    ),
    # pypa/hatch: docs/cli/reference.md
    "hatch": Wrapper(
        flags("hatch run", "-e --env -p --project", "-v --verbose -q --quiet --color --no-color --interactive"),
        "run",
        scope="project",
        manifests=("pyproject.toml", "hatch.toml"),
    ),
    # astral-sh/rye: docs/guide/commands/run.md
    "rye": Wrapper(
        flags("rye run", "--pyproject", "-v --verbose -q --quiet"),
        "run",
        scope="project",
        manifests=("pyproject.toml",),
    ),
    # prefix-dev/pixi: docs/reference/cli/pixi/run.md
    "pixi": Wrapper(
        flags(
            "pixi run",
            "-e --environment --manifest-path --color",
            "--locked --frozen --no-install --as-is --clean-env --skip-deps -v --verbose -q --quiet --no-progress -x"
            " --executable",
        ),
        "run",
        scope="project",
        manifests=("pixi.toml", "pyproject.toml"),
    ),
}
TOOLCHAIN["mamba"] = TOOLCHAIN["conda"]
