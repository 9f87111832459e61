"""What the rules talk about: servers, packages, releases, and how each is called in a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mcp_guard.model import (
    ASKED,
    Config,
    Ecosystem,
    Facts,
    ImageLaunch,
    Kind,
    Launch,
    LocalLaunch,
    OpaqueLaunch,
    Package,
    PackageFacts,
    PackageLaunch,
    Problem,
    ProgramLaunch,
    Release,
    RemoteLaunch,
    Server,
    ServerFacts,
    label,
)

# The bases on which the lock's own words count; a claim that nobody has checked does not (DESIGN §3).
_GOOD = frozenset({"receipt", "proven", "carried"})

_DEFAULTS: dict[Ecosystem, str] = {
    "npm": "the npm registry",
    "pypi": "PyPI",
    "oci": "its registry",
    "nuget": "NuGet",
    "golang": "the Go module proxy",
    "cargo": "crates.io",
    "jsr": "JSR",
    "nix": "Nix",
}


def problems(facts: Facts, rule: str) -> Iterator[tuple[Config, Problem]]:
    """List what is wrong with documents, or what they grant, by the rule that tells it."""
    for config in facts.configs:
        for problem in config.problems:
            if problem.rule == rule:
                yield config, problem


def defined(config: Config, problem: Problem) -> Server | None:
    """Return the definition that a problem stands in; None where it is about a whole file, or about another one."""
    return next((server for server in config.servers if server.name.text == problem.server), None)


def packages(facts: Facts) -> Iterator[tuple[Server, PackageFacts]]:
    """List every package of every server, pinned or not."""
    for server in facts.servers:
        for package in server.packages:
            yield server.server, package


def releases(facts: Facts) -> Iterator[tuple[Server, PackageFacts, Release]]:
    """List the packages whose release can be judged."""
    for server, package in packages(facts):
        release = release_of(package)
        if release is not None:
            yield server, package, release


def launched(server: ServerFacts) -> Iterator[Package]:
    """List the packages and images that a server's launches name."""
    for launch in server.launches:
        if isinstance(launch, PackageLaunch):
            yield from launch.packages
        elif isinstance(launch, ImageLaunch):
            yield launch.image


def release_of(package: PackageFacts) -> Release | None:
    """Return what may be believed of a release: the registry's word, else the lock's where it was checked before.

    None: nobody could be asked, which `unverifiable` says.
    """
    if isinstance(package.answer, Release):
        return package.answer
    if package.entry is not None and package.basis in _GOOD:
        return package.entry.release
    return None


def kind(launches: Sequence[Launch]) -> Kind:
    """Name what a server amounts to: the kind of its first launch (a bridge is what starts here)."""
    match launches[0]:
        case PackageLaunch():
            return "package"
        case ImageLaunch():
            return "image"
        case RemoteLaunch():
            return "remote"
        case LocalLaunch():
            return "local"
        case ProgramLaunch():
            return "program"
        case OpaqueLaunch():
            return "opaque"


def called(server: Server) -> str:
    """Name a server in a sentence."""
    return f'server "{server.name.text}"'


def labelled(package: Package) -> str:
    """Name a package in a sentence and in a policy: `npm:@scope/name@1.2.3`."""
    return label(package.ecosystem, package.name, package.version)


def acceptable(package: Package) -> str | None:
    """Name a package as an acceptance may: one exact version, or not at all."""
    return labelled(package) if package.version is not None else None


def verifiable(package: Package) -> bool:
    """Say whether anything of a package can be verified: its registry is asked, or its version is its digest."""
    return package.ecosystem in ASKED or package.ecosystem == "oci"


def registry(package: Package, asked: str | None) -> str:
    """Name a registry in a sentence; None is the default one."""
    return asked or _DEFAULTS[package.ecosystem]
