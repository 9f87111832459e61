"""The figures of the corpus: as `../shared/reference/corpus.md` has them, and as our launches give them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from mcp_guard.launchers import LAUNCHERS
from mcp_guard.launchers.program import stem
from mcp_guard.model import ImageLaunch, Launch, Package, PackageLaunch, ServerFacts
from tests.corpus.files import OTHERS, REFERENCE
from tests.corpus.reading import Read

PINS = ("exact", "range/partial", "tag", "@latest", "no version", "git unpinned", "other")
ECOSYSTEMS = ("npm", "pypi", "oci")

# Programs by which the reference counts; what stands before one of them and is a launcher of ours is a wrapper.
_COUNTED = ("npx", "uvx", "uv", "node", "docker", "php", "bun", "bunx", "python", "pnpm", "ruby", "npm", "deno")
_PEELED = {program for launcher in LAUNCHERS for program in launcher.programs} - {*_COUNTED}
_PLACEHOLDER = re.compile(r"\$\{|\{\{|\{env:|\$[A-Z_]|%[A-Za-z_]+%")


# ------------------------------------------------------------------------------------------------ the reference


def reference(heading: str) -> dict[str, tuple[str, ...]]:
    """The rows of the table under a heading of the reference, by their first cell."""
    text = REFERENCE.read_text(encoding="utf-8")
    section = re.split(rf"^## {re.escape(heading)}.*$", text, maxsplit=1, flags=re.MULTILINE)[1].split("\n## ", 1)[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line.startswith("|")
    ]
    return {first: tuple(rest) for first, *rest in rows[2:]}


def number(cell: str) -> int:
    """The count in a cell: `11 (3.2%)` is 11."""
    return int(cell.split(maxsplit=1)[0])


# ------------------------------------------------------------------------------------------------ by launcher


def counted(reads: Iterable[Read]) -> list[Read]:
    """The files whose entries are in the figures of the reference."""
    return [read for read in reads if read.file.client not in OTHERS]


def launchers(reads: Iterable[Read]) -> Counter[str]:
    """How many records each launcher has: one an entry, and one a requirement of `uv run --with`."""
    found: Counter[str] = Counter()
    for read in counted(reads):
        for server in read.servers:
            name = launcher(server)
            found[name] += max(1, len(packages(server.launches))) if name == "uv run --with" else 1
    return found


def launcher(facts: ServerFacts) -> str:
    """The program that starts a server, wrappers undone, as the reference calls it."""
    server = facts.server
    if not server.argv:
        kind = server.definition.get("type") if isinstance(server.definition, dict) else None
        return "url" if server.url is not None else f"none:{kind}"
    words = [part for word in server.argv for part in (word.text.split() or [word.text])]
    while (inner := _within(words)) is not None:
        words = inner
    name, rest = _program(words[0]), words[1:]
    verb = next((word for word in rest if not word.startswith("-")), "")
    if name in {"python", "uv", "docker", "pnpm", "npm"}:
        return _with_verb(name, verb, rest)
    if name in _COUNTED:
        return name
    if _PLACEHOLDER.search(words[0]):
        return "interpolated-binary"
    return "path-binary" if re.search(r"[/\\]", words[0]) else "bare-binary"


def _with_verb(name: str, verb: str, rest: Sequence[str]) -> str:
    match name, verb:
        case "python", _:
            return "python -m" if "-m" in rest else "python"
        case "uv", "run":
            return "uv run --with" if "--with" in rest else "uv run"
        case "uv", "tool":
            return "uv tool run"
        case ("docker", "run" | "exec") | ("npm" | "pnpm", "exec"):
            return f"{name} {verb}"
        case _:
            return name


def _program(word: str) -> str:
    return re.sub(r"(?<=^python)[\d.]+$", "", stem(word.strip("'\"")))


def _within(words: Sequence[str]) -> list[str] | None:
    """The command line inside a wrapper's or a shell's; None where there is none."""
    name = _program(words[0])
    if name in {"exec", "then"} and len(words) > 1:
        return [words[1].strip("'\""), *words[2:]]
    if name in {"cd", "export"} and (script := _last_command(words)):
        return script
    if name in {"sh", "bash", "zsh"} and (
        at := next((i for i, w in enumerate(words) if re.fullmatch("-[a-z]*c", w)), 0)
    ):
        return _last_command(words[at + 1 :]) or None
    if name not in _PEELED:
        return None
    bare = [word.strip("'\"") for word in words]
    return next((bare[at:] for at in range(1, len(bare)) if _program(bare[at]) in {*_COUNTED, *_PEELED}), None)


def _last_command(words: Sequence[str]) -> list[str]:
    """The last command of a script, without the variables before it."""
    last = re.split(r"&&|\|\||;", " ".join(words))[-1].split()
    return [word for at, word in enumerate(last) if "=" not in word or any("=" not in w for w in last[:at])]


# ------------------------------------------------------------------------------------------------ pinning


class Record(NamedTuple):
    """One package of one server, and how the reference would count it."""

    read: Read
    server: ServerFacts
    package: Package
    pin: str


def records(reads: Iterable[Read]) -> Iterator[Record]:
    """Every npm, PyPI and image package of the files that the reference counts."""
    for read in counted(reads):
        for server in read.servers:
            for package in packages(server.launches):
                if package.ecosystem in ECOSYSTEMS:
                    yield Record(read, server, package, pin(package))


def packages(launches: Iterable[Launch]) -> list[Package]:
    """All packages and images of a server."""
    found: list[Package] = []
    for launch in launches:
        if isinstance(launch, PackageLaunch):
            found.extend(launch.packages)
        elif isinstance(launch, ImageLaunch):
            found.append(launch.image)
    return found


def pin(package: Package) -> str:
    """How exactly a specification names its package, in the words of the reference."""
    if package.version is not None:
        return "exact"
    if package.source == "git":
        return "git unpinned"
    if package.source != "registry":
        return "other"
    text = package.written.rsplit("/", 1)[-1] if package.ecosystem == "oci" else package.written.removeprefix("npm:")
    separator = ":" if package.ecosystem == "oci" else "@"
    rest = re.split(rf"(?<=.){separator}", text, maxsplit=1)[1:]
    if package.ecosystem == "pypi" and not rest:
        return "range/partial" if re.search(r"[=<>~!]", text) else "no version"
    if not rest or not rest[0]:
        return "no version"
    if rest[0] == "latest":
        return "@latest"
    return "range/partial" if package.ecosystem != "oci" and re.search(r"[\d*<>=^~]", rest[0]) else "tag"


def pinning(found: Iterable[Record]) -> Mapping[str, Counter[str]]:
    """How many records of each ecosystem are pinned how."""
    table: dict[str, Counter[str]] = {ecosystem: Counter() for ecosystem in ECOSYSTEMS}
    for record in found:
        table[record.package.ecosystem][record.pin] += 1
    return table
