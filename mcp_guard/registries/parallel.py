"""Several jobs at once, with an end to the waiting."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")

WORKERS = 8


def gather(jobs: Sequence[Callable[[], T]], until: float) -> list[T | None]:
    """What each job returns, in order; None for those that are not done at `until` (of `time.monotonic`).

    The threads are daemons, unlike those of concurrent.futures: nobody waits at exit for a name server that does not
    answer. An exception of a job is raised here.
    """
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[int, T | Exception]] = queue.SimpleQueue()
    for index in range(len(jobs)):
        waiting.put(index)

    def work() -> None:
        with suppress(queue.Empty):
            while True:
                index = waiting.get_nowait()
                try:
                    done.put((index, jobs[index]()))
                except Exception as error:  # noqa: BLE001 - raised again in the thread that waits
                    done.put((index, error))

    for _ in range(min(WORKERS, len(jobs))):
        threading.Thread(target=work, daemon=True).start()
    results: list[T | None] = [None] * len(jobs)
    try:
        for _ in jobs:
            index, result = done.get(timeout=max(0.0, until - time.monotonic()))
            if isinstance(result, Exception):
                raise result
            results[index] = result
    except queue.Empty:
        pass  # the rest is late
    finally:
        with suppress(queue.Empty):
            while True:
                waiting.get_nowait()  # what has not been begun is not begun
    return results
