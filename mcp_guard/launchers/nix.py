"""`nix run`, `nix shell`, `nix develop` and `nix-shell` (NixOS/nix: src/libcmd, doc/manual)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from mcp_guard.launchers import shell
from mcp_guard.launchers.command import Command, Step, Token, Unclear, static
from mcp_guard.launchers.files import Tracked
from mcp_guard.launchers.options import Option, words
from mcp_guard.launchers.overrides import launch as overrides
from mcp_guard.launchers.project import built
from mcp_guard.launchers.specs.flake import local, package
from mcp_guard.model import Package, PackageLaunch

# How many arguments a flag takes. --expr, --file and -f name an expression: they are left out on purpose.
_BOTH = (
    dict.fromkeys(words("--option --arg --argstr"), 2)
    | dict.fromkeys(words("-I --include -j --max-jobs --cores --store --log-format --builders --keep --timeout"), 1)
    | dict.fromkeys(
        words("--impure --pure --offline --fallback --repair --quiet -v --verbose --show-trace -k -K -Q"), 0
    )
)
_FLAKE = (
    _BOTH
    | dict.fromkeys(words("--override-input --override-flake"), 2)
    | dict.fromkeys(
        words(
            "--inputs-from --reference-lock-file --output-lock-file --profile --eval-store --update-input -k --unset -u"
            " --extra-experimental-features --experimental-features --substituters --extra-substituters"
            " --trusted-public-keys --extra-trusted-public-keys"
        ),
        1,
    )
    | dict.fromkeys(
        words(
            "--no-write-lock-file --no-update-lock-file --recreate-lock-file --commit-lock-file --no-registries"
            " --no-use-registries --refresh --accept-flake-config --no-accept-flake-config --no-warn-dirty --debug"
            " -L --print-build-logs -i --ignore-environment --ignore-env --rebuild --derivation --help"
        ),
        0,
    )
)
_PLAIN = _BOTH | dict.fromkeys(words("-A --attr -i --exclude --keep"), 1) | dict.fromkeys(words("-p --packages"), 0)
_COMMANDS = words("-c --command")
_SCRIPTS = words("--run --command")
# Packages whose program is one of those that are read here.
_LAUNCHERS = words("node npm npx bun deno uv pnpm yarn pipx python docker podman bash zsh fish corepack mise")
_ATTRIBUTE = re.compile(r"[A-Za-z_][\w.'-]*", re.ASCII)


class _Line(NamedTuple):
    """A command line of nix, its flags taken out wherever they stand."""

    options: tuple[Option, ...]
    names: tuple[Token, ...]
    rest: tuple[Token, ...]  # after `--`, or after the flag that ends the options


def read(command: Command, tracked: Tracked) -> Iterator[Step]:
    """`nix [flags] run FLAKE [-- arguments]`, `nix shell FLAKE… -c command`, `nix develop [FLAKE] -c command`."""
    line = _parse(command.argv[1:], _FLAKE, _COMMANDS)
    subcommand = line.names[0].text if line.names else ""
    if subcommand not in {"run", "shell", "develop"}:
        raise Unclear("mcp-guard reads no other nix command than run, shell and develop", command.program.word)
    names = line.names[1:2] if subcommand in {"run", "develop"} else line.names[1:]
    yield from _flakes(command, names or (command.program._replace(text=".", start=None),), line, tracked)
    if subcommand != "run":
        yield from _inner(command, line, names)
    elif names and (own := _launcher(names[0].text)) is not None:
        yield command.inner((names[0]._replace(text=own, start=None), *line.rest))


def read_shell(command: Command, _: Tracked) -> Iterator[Step]:
    """`nix-shell -p PACKAGE… --run 'command'`: packages of the channel of the machine, which floats."""
    line = _parse(command.argv[1:], _PLAIN, _SCRIPTS)
    if not any(option.name in {"-p", "--packages"} for option in line.options) or not line.names:
        raise Unclear("nix-shell builds what an expression in a file says", command.program.word)
    packages = tuple(_of_channel(name) for name in line.names)
    yield PackageLaunch(packages, overrides("nix", command, line.options))
    if not line.rest:
        raise Unclear("nix-shell reads its commands from the client", command.program.word)
    if len(line.rest) > 1:
        raise Unclear("flags follow the command of nix-shell", line.rest[1].word)
    yield shell.simple_command(command, line.rest[0])


def _parse(tokens: tuple[Token, ...], arities: dict[str, int], last: frozenset[str]) -> _Line:
    """Flags may stand anywhere before `--` or a flag of `last`; Unclear at one that is not known."""
    options: list[Option] = []
    names: list[Token] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token.loose:
            raise Unclear("a shell fills in arguments before the one that decides what runs", token.word)
        if token.text == "--" or token.text in last:
            return _Line(tuple(options), tuple(names), tokens[index + 1 :])
        if not token.text.startswith("-"):
            names.append(token)
            index += 1
            continue
        arity = arities.get(token.text)
        if arity is None or index + arity >= len(tokens):
            raise Unclear(f"mcp-guard does not know the flag `{token.text[:60]}` of nix", token.word)
        value = tokens[index + arity] if arity else None
        options.append(Option(token.text, value, token))
        index += 1 + arity
    return _Line(tuple(options), tuple(names), ())


def _flakes(command: Command, names: tuple[Token, ...], line: _Line, tracked: Tracked) -> Iterator[Step]:
    """The packages that are named, and the flakes of this repository."""
    packages: list[Package] = []
    for name in names:
        folder = local(static(name, "the flake"))
        if folder is None:
            packages.append(package(name))
        else:
            yield from built(command, name._replace(text=folder, start=None), ("flake.nix", "flake.lock"), tracked)
    if packages:
        yield PackageLaunch(tuple(packages), overrides("nix", command, line.options))


def _inner(command: Command, line: _Line, names: tuple[Token, ...]) -> Iterator[Step]:
    """The command that is started with the packages at hand, when it is not the program of one of them."""
    if not line.rest:
        raise Unclear("the shell reads its commands from the client", command.program.word)
    own = line.rest[0].text in {name.text.rpartition("#")[2] for name in names}
    if not own or _launcher(line.rest[0].text) is not None:
        yield command.inner(line.rest)


def _launcher(name: str) -> str | None:
    """The program of a package of that name, when it runs what its arguments name; None for all others."""
    attribute = re.split(r"[#.]", name)[-1]
    program = re.sub(r"^nodejs.*", "node", re.sub(r"(?<=python)[\d.]+(?:Full)?$", "", attribute))
    return program if program in _LAUNCHERS else None


def _of_channel(name: Token) -> Package:
    text = static(name, "the package")
    if _ATTRIBUTE.fullmatch(text) is None:
        raise Unclear("the package is given as an expression of nix", name.word)
    return Package("nix", f"nixpkgs#{text}", None, text, "registry", name.word)
