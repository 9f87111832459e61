"""The extractor on real configs: what it finds, held against the figures of the reference, and how long it takes.

Reads `../shared/corpus` and `../shared/reference/corpus.md` beside the checkout and says so where they are missing.
It fails only on what it can decide: a crash, a file that is passed in silence, a wrong figure is none of these.
`--markdown` prints the tables of `docs/corpus.md`, `--write` puts them there.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from tests.corpus.tables import Table

PAGE = ROOT / "docs" / "corpus.md"
BOUND, GOAL, MEMORY = 1.5, 1.0, 40.0  # seconds, seconds, MiB

# A process of its own: what it costs to read every file and its launches, named, beyond the start of Python.
EXTRACT = """
import time
start = time.perf_counter()
import json, resource, sys
from mcp_guard import clients, launchers
nothing = launchers.Tracked(lambda path: False, lambda path: None)
times = {}
for file, original in json.load(sys.stdin):
    before = time.perf_counter()
    with open(file, "rb") as stream:
        config = clients.read(original, stream.read(), named=True)
    for server in config.servers:
        launchers.read(server, nothing)
    times[file] = time.perf_counter() - before
total = time.perf_counter() - start
print(json.dumps([total, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, times]))
"""


class Cost(NamedTuple):
    """Seconds for all files in one process, its peak in MiB, and the seconds of each file."""

    total: float
    peak: float
    each: Mapping[str, float]


def cost(paths: Sequence[tuple[str, str]]) -> Cost:
    """Measure the extraction; the best of three, for this machine has other work."""
    runs = []
    for _ in range(3):
        command = [sys.executable, "-c", EXTRACT]
        done = subprocess.run(command, input=json.dumps(paths), cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"the extraction crashed:\n{done.stderr}")
        runs.append(Cost(*json.loads(done.stdout)))
        time.sleep(0.1)
    return min(runs, key=lambda run: run.total)


def main(argv: Sequence[str]) -> int:
    """Print everything; 1 where a file is passed in silence."""
    from tests.corpus.files import files

    if not files():
        print("the corpus is not beside this checkout: nothing was measured")
        return 0
    spent = cost([(str(file.path), file.original) for file in files()])  # first: children inherit the peak memory
    from tests.corpus import tables

    if "--markdown" in argv or "--write" in argv:
        text = tables.document()
        if "--write" in argv:
            before = PAGE.read_text("utf-8").partition(tables.GENERATED)[0]
            PAGE.write_text(before + text, "utf-8")
        else:
            print(text, end="")
        return 0
    print("\n".join(map(tables.plain, tables.tables())))
    print(tables.plain(_times(spent)))
    silent = tables.silent()
    for line in silent:
        print(f"passed in silence: {line}")
    met = "met" if spent.total <= GOAL and spent.peak <= MEMORY else "not met"
    print(
        f"all files in one process: {spent.total:.2f} s, {spent.peak:.0f} MiB (goal {GOAL} s, {MEMORY:.0f} MiB: {met})"
    )
    print(f"bound of {BOUND} s: {'kept' if spent.total <= BOUND else 'BROKEN'}")
    return 1 if silent else 0


def _times(spent: Cost) -> Table:
    from tests.corpus.files import files
    from tests.corpus.tables import Table

    groups: dict[str, list[float]] = defaultdict(list)
    for file in files():
        groups[file.client].append(1000 * spent.each[str(file.path)])
    rows = [(client, f"{sum(all_) / len(all_):.1f}", f"{max(all_):.1f}") for client, all_ in sorted(groups.items())]
    return Table("Milliseconds for a file", ("client", "mean", "most"), rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
