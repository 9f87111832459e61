"""The tables of `make corpus` and `docs/corpus.md`: what was found, and how that differs from the reference."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from mcp_guard.model import OpaqueLaunch
from tests.corpus import figures
from tests.corpus.files import entries
from tests.corpus.reading import Read, corpus

GENERATED = "<!-- From here on generated: python benchmarks/corpus.py --write -->"

_KINDS = ("Package", "Image", "Remote", "Local", "Program", "Opaque")


class Table(NamedTuple):
    """A heading, the names of the columns, and the rows."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[object]]


def tables() -> Iterator[Table]:
    """All tables; the same files give the same tables."""
    yield _by_client()
    yield _compared("By client", "client", Counter(read.file.client for read in corpus()))
    yield _compared("By launcher", "launcher", figures.launchers(corpus()))
    yield _pinning()
    yield _reasons()
    yield _unowned()


def document() -> str:
    """The generated part of `docs/corpus.md`."""
    return "\n".join([f"{GENERATED}\n", *map(markdown, tables())])


def silent() -> list[str]:
    """Files that hold servers, and of which neither a server nor a problem came out."""
    answers = [(read, entries(read.file)) for read in corpus() if not read.servers and not read.config.problems]
    return [f"{read.file.name} holds {', '.join(sorted(names))}" for read, names in answers if names]


def plain(table: Table) -> str:
    """Render a table for a terminal."""
    cells = [[str(cell) for cell in row] for row in (table.header, *table.rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells)
    return "\n".join([table.title, "", *lines, ""])


def markdown(table: Table) -> str:
    """Render a table as Markdown, with its heading."""

    def line(cells: Iterable[object]) -> str:
        return f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in cells)} |"

    return "\n".join(
        [f"## {table.title}", "", line(table.header), line("---" for _ in table.header), *map(line, table.rows), ""]
    )


def _by_client() -> Table:
    groups: dict[str, list[Read]] = defaultdict(list)
    for read in corpus():
        groups[read.file.client].append(read)
    rows: list[Sequence[object]] = []
    for client, reads in [*sorted(groups.items()), ("all", list(corpus()))]:
        launches = [launch for read in reads for server in read.servers for launch in server.launches]
        kinds = Counter(type(launch).__name__.removesuffix("Launch") for launch in launches)
        packages = figures.packages(launches)
        pinned = sum(package.version is not None for package in packages)
        rows.append(
            (
                client,
                len(reads),
                sum(bool(read.servers) or not read.config.problems for read in reads),
                sum(read.found for read in reads),
                sum(len(read.servers) for read in reads),
                *(kinds[kind] for kind in _KINDS),
                f"{pinned}/{len(packages)}",
                f"{kinds['Opaque'] / max(1, len(launches)):.0%}",
            )
        )
    header = "client files parsed found servers package image remote local program opaque pinned share"
    return Table("What was found", header.split(), rows)


def _compared(title: str, what: str, ours: Mapping[str, int]) -> Table:
    theirs = {name: figures.number(cells[0]) for name, cells in figures.reference(title).items()}
    names = [*theirs, *sorted(set(ours) - set(theirs))]
    rows = [
        (name, theirs.get(name, 0), ours.get(name, 0), _difference(theirs.get(name, 0), ours.get(name, 0)))
        for name in names
    ]
    total = (sum(theirs.values()), sum(ours.values()))
    return Table(
        f"{title}, compared", (what, "reference", "ours", "difference"), [*rows, ("all", *total, _difference(*total))]
    )


def _difference(theirs: int, ours: int) -> str:
    return "" if theirs == ours else f"{ours - theirs:+d}"


def _pinning() -> Table:
    ours = figures.pinning(figures.records(corpus()))
    rows: list[Sequence[object]] = []
    for ecosystem, cells in figures.reference("Pinning").items():
        if ecosystem in ours:
            theirs = [figures.number(cell) for cell in cells]
            mine = [sum(ours[ecosystem].values()), *(ours[ecosystem][pin] for pin in figures.PINS)]
            rows += [(ecosystem, "reference", *theirs), (ecosystem, "ours", *mine)]
            rows.append((ecosystem, "difference", *(_difference(*pair) for pair in zip(theirs, mine, strict=True))))
    return Table("Pinning, compared", ("ecosystem", "whose", "records", *figures.PINS), rows)


def _reasons() -> Table:
    reasons: dict[str, list[str]] = defaultdict(list)
    for read in corpus():
        for server in read.servers:
            for launch in server.launches:
                if isinstance(launch, OpaqueLaunch):
                    reasons[launch.reason].append(read.file.name)
    ordered = sorted(reasons.items(), key=lambda item: (-len(item[1]), item[0]))
    rows = [(len(names), reason, Counter(names).most_common(1)[0][0]) for reason, names in ordered]
    return Table("Why a launch is opaque", ("launches", "reason", "for example"), rows)


def _unowned() -> Table:
    rows = [(read.file.original, read.file.name, len(read.servers)) for read in corpus() if not read.found]
    return Table("Found only when named: no client owns the path", ("path", "file", "servers"), rows)
