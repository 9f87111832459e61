"""`cargo run`, `cargo install` and `cargo binstall` (rust-lang/cargo: src/bin/cargo/commands)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcp_guard.launchers.command import Command, Step, Token, Unclear
from mcp_guard.launchers.files import Tracked, enter, script
from mcp_guard.launchers.options import Flags, Option, Walk, walk, words
from mcp_guard.launchers.overrides import launch as overrides
from mcp_guard.launchers.project import built
from mcp_guard.launchers.specs.cargo import crate, repository
from mcp_guard.model import Package, PackageLaunch

# --config and -Z may name another compiler or runner: they are left out on purpose.
_VALUE = words(
    "--color -C --target --target-dir -j --jobs --profile --features -F --bin --example --message-format"
    " --lockfile-path"
)
_BOOLEAN = words(
    "-q --quiet -v --verbose --locked --frozen --offline --release -r --all-features --no-default-features"
    " --keep-going --ignore-rust-version --timings --bins --examples --unit-graph --build-plan -h --help"
)
FLAGS = Flags("cargo", words("--color -C"), words("-q --quiet -v --verbose --locked --frozen --offline"), clusters=True)
RUN = Flags("cargo run", _VALUE | words("--manifest-path -p --package"), _BOOLEAN, clusters=True)
INSTALL = Flags(
    "cargo install",
    _VALUE
    | words("--version --vers --git --branch --tag --rev --path --root --index --registry --manifest-path --strategies")
    | words("--targets --pkg-url --pkg-fmt --bin-dir --install-path --disable-strategies --rate-limit --log-level"),
    _BOOLEAN
    | words("-f --force --no-track --debug -d --list -n --dry-run -y --no-confirm --disable-telemetry --no-symlinks")
    | words("--no-cleanup --secure --no-discover-github-token --skip-signatures --only-signed --continue-on-failure"),
    clusters=True,
)
_INSTALLERS = frozenset({"install", "binstall"})


def read(command: Command, tracked: Tracked) -> Iterator[Step]:
    """`cargo [+toolchain] [flags] run …` and `… install …`."""
    tokens = command.argv[1:]
    if tokens and re.fullmatch(r"\+[\w.-]+", tokens[0].text):
        tokens = tokens[1:]
    before = walk(tokens, FLAGS)
    subcommand = before.rest[0].text if before.rest else ""
    for directory in before.values("-C"):
        command = enter(command, directory)
    if subcommand in {"run", "r"}:
        yield from _run(command, walk(before.rest[1:], RUN), tracked)
    elif subcommand in _INSTALLERS:
        yield from _install(command, before.rest[1:])
    else:
        raise Unclear("mcp-guard reads no other cargo command than run, install and binstall", command.program.word)


def _run(command: Command, walked: Walk, tracked: Tracked) -> Iterator[Step]:
    manifests = walked.values("--manifest-path")
    if manifests:
        yield from script(command, manifests[-1], tracked)
    else:
        here = command.program._replace(text=".", start=None)
        yield from built(command, here, ("Cargo.toml", "Cargo.lock"), tracked)


def _install(command: Command, tokens: tuple[Token, ...]) -> Iterator[Step]:
    """All crates that are named; flags may stand between them."""
    options: list[Option] = []
    names: list[Token] = []
    while tokens:
        walked = walk(tokens, INSTALL)
        options += walked.options
        names += walked.rest if walked.dashes else walked.rest[:1]
        tokens = () if walked.dashes else walked.rest[1:]
    found = tuple(_packages(command, Walk(tuple(options), tuple(names))))
    yield PackageLaunch(found, overrides("cargo", command, tuple(options)))


def _packages(command: Command, walked: Walk) -> Iterator[Package]:
    versions = walked.values("--version", "--vers")
    for path in walked.values("--path"):
        raise Unclear("it builds what is in a folder", path.word)
    if repositories := walked.values("--git"):
        yield repository(repositories[-1], next(iter(walked.values("--rev")), None))
        return
    if not walked.rest:
        raise Unclear("no crate is named", command.program.word)
    if len(versions) > 1 or (versions and len(walked.rest) > 1):
        raise Unclear("one version is given for several crates, or several for one", versions[0].word)
    for name in walked.rest:
        yield crate(name, versions[0] if versions else None)
