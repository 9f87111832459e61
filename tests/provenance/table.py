"""The table of docs/provenance.md: every recorded object, how it is judged, at which step, in how many milliseconds.

`python -m tests.provenance.table` writes it anew; `test_table` runs the same rows and compares all but the times.
"""

from __future__ import annotations

import os
import platform
import re
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

from tests.provenance import recorded
from tests.provenance.objects import ASIDE, Outcome, Row, aside, index, outcome, rows

PAGE = Path(__file__).resolve().parents[2] / "docs" / "provenance.md"
COMMAND = "python -m tests.provenance.table"
START, END = "<!-- table: written by `python -m tests.provenance.table` -->\n", "<!-- end of table -->\n"
RUNS = 5


def milliseconds(row: Row) -> float:
    """The median of a few judgements, after a first one."""
    outcome(row)
    times: list[float] = []
    for _ in range(RUNS):
        start = time.perf_counter()
        outcome(row)
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


def lines(found: list[tuple[Row, Outcome]], times: list[float]) -> Iterator[str]:
    """The part of the page between the markers."""
    counts = Counter(result.result for _, result in found)
    yield ", ".join(f"{number} {result}" for result, number in counts.most_common()) + f"; {len(found)} objects."
    yield ""
    yield "| file | result | step | ms |"
    yield "|---|---|---|---:|"
    for (row, (result, step)), duration in zip(found, times, strict=True):
        more = [text for text in (row.note, row.artifact and f"of `{Path(row.artifact).name}`") if text]
        about = f" ({', '.join(more)})" if more else ""
        yield f"| `{row.file}`{about} | {result} | {f'`{step}`' if step else '–'} | {duration:.1f} |"
    yield ""
    yield "Recorded too, and not in the table:"
    yield ""
    numbers = Counter(aside(file) for file in index())
    yield from (f"- `{pattern}` ({numbers[pattern]}): {reason}." for pattern, reason in ASIDE.items())


def written(page: str) -> str:
    """The part of the page between the markers. Raises ValueError where it has not exactly one."""
    if page.count(START) != 1 or page.count(END) != 1:
        raise ValueError(f"{PAGE.name} has not exactly one table")
    return page.partition(START)[2].partition(END)[0]


def timeless(part: str) -> str:
    """The part of the page without what differs from run to run."""
    return re.sub(r"^Measured .*\n\n|(?<=\| )[0-9.]+(?= \|$)", "", part, flags=re.MULTILINE)


def render(found: list[tuple[Row, Outcome]], times: list[float]) -> str:
    today = datetime.now(timezone.utc).date()
    measured = f"Measured {today}: {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}."
    return "\n".join(["", measured, "", *lines(found, times), "", ""])


def main() -> int:
    if not recorded.FOLDER.is_dir():
        print("the recorded objects are not beside this repository", file=sys.stderr)
        return 1
    all_rows = rows()
    part = render([(row, outcome(row)) for row in all_rows], list(map(milliseconds, all_rows)))
    page = PAGE.read_text("utf-8")
    _replace(PAGE, page.replace(START + written(page) + END, START + part + END))
    return 0


def _replace(path: Path, text: str) -> None:
    """Write the whole file or nothing."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    os.chmod(temporary, path.stat().st_mode)
    os.replace(temporary, path)


if __name__ == "__main__":
    sys.exit(main())
