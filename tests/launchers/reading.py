"""What the tests of the launchers share: servers without a client, launches as short text, and pins."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Mapping, Sequence

from mcp_guard import launchers
from mcp_guard.model import (
    ImageLaunch,
    Launch,
    LocalLaunch,
    OpaqueLaunch,
    Override,
    Package,
    PackageLaunch,
    Place,
    ProgramLaunch,
    RemoteLaunch,
    Server,
    Variable,
    Word,
)

FILE = "a/.mcp.json"
DIGEST = "sha256:" + "0123456789abcdef" * 4
COMMIT = "0123456789abcdef0123456789abcdef01234567"
VERSIONS = {"npm": "9.8.7", "pypi": "9.8.7", "oci": DIGEST}


def word(text: str, at: int = 0) -> Word:
    return Word(text, Place(FILE, 1, at + 1, 1, at + 2), at, at + 1)


def server(
    argv: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    env_files: Sequence[str] = (),
    cwd: str | None = None,
    url: str | None = None,
) -> Server:
    return Server(
        file=FILE,
        client="test",
        name=word("name", 900),
        argv=tuple(word(text, index) for index, text in enumerate(argv)),
        env=tuple(Variable(word(name, 700), word(value, 701)) for name, value in (env or {}).items()),
        env_files=tuple(word(name, 702) for name in env_files),
        cwd=None if cwd is None else word(cwd, 703),
        url=None if url is None else word(url, 704),
        headers=(),
        definition={},
    )


def packages(launches: Sequence[Launch]) -> list[Package]:
    found: list[Package] = []
    for launch in launches:
        match launch:
            case PackageLaunch(packages=several):
                found += several
            case ImageLaunch(image=image):
                found.append(image)
            case _:
                pass
    return found


def overrides(launches: Sequence[Launch]) -> list[Override]:
    return [one for launch in launches if isinstance(launch, PackageLaunch | ImageLaunch) for one in launch.overrides]


def shown(package: Package) -> str:
    """`npm:name@version source [what stays|what a pin replaces|join]`."""
    source = "" if package.source == "registry" else f" {package.source}"
    cut = package.cut
    edit = (
        "" if cut is None else f" [{package.word.text[: cut[0]]}|{package.word.text[cut[0] : cut[1]]}|{package.join}]"
    )
    return f"{package.ecosystem}:{package.name}@{package.version or '*'}{source}{edit}"


def texts(launch: Launch) -> list[str]:
    match launch:
        case PackageLaunch() | ImageLaunch():
            return [shown(package) for package in packages([launch])]
        case RemoteLaunch(url=url):
            return [f"remote {url}"]
        case LocalLaunch(script=script):
            return [f"local {script}"]
        case ProgramLaunch(program=program):
            return [f"program {program}"]
        case OpaqueLaunch(reason=reason):
            return [f"? {reason}"]


def pinned(argv: Sequence[str], package: Package, version: str) -> list[str]:
    """The command line with the package's cut replaced."""
    assert package.cut is not None
    start, end = package.cut
    text = package.word.text
    edited = list(argv)
    assert edited[package.word.start] == text
    edited[package.word.start] = text[:start] + package.join + version + text[end:]
    return edited


def tree(files: Collection[str] = ()) -> launchers.Tracked:
    """A tree of these files; of a mapping the values are their texts, else they are empty."""
    texts = files if isinstance(files, Mapping) else dict.fromkeys(files, "")
    return launchers.Tracked(texts.__contains__, texts.get)


def check_pins(argv: Sequence[str], tracked: Collection[str] = ()) -> None:
    """Every package with a cut reads as pinned, and everything else as before, once the cut is replaced."""
    before = launchers.read(server(argv), tree(tracked))
    for index, package in enumerate(packages(before)):
        if package.cut is None:
            continue
        version = VERSIONS[package.ecosystem]
        after = launchers.read(server(pinned(argv, package, version)), tree(tracked))
        assert [type(launch) for launch in after] == [type(launch) for launch in before], argv
        same = packages(after)
        assert (same[index].name, same[index].version, same[index].source) == (package.name, version, "registry"), argv
        versions = [other.version for at, other in enumerate(same) if at != index]
        assert versions == [other.version for at, other in enumerate(packages(before)) if at != index], argv


def check(
    line: str | Sequence[str], expected: Sequence[str], tracked: Collection[str] = (), cwd: str | None = None
) -> None:
    """The launches of a command line, in the notation of `texts`; `? part` is a launch whose reason holds part."""
    argv = shlex.split(line) if isinstance(line, str) else list(line)
    launches = launchers.read(server(argv, cwd=cwd), tree(tracked))
    found = [text for launch in launches for text in texts(launch)]
    assert len(found) == len(expected), found
    for one, wanted in zip(found, expected, strict=True):
        assert one == wanted or (wanted.startswith("? ") and one.startswith("? ") and wanted[2:] in one), found
    if cwd is None:
        check_pins(argv, tracked)
