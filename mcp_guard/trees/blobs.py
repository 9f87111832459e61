"""Reads blobs through one `git cat-file --batch` process."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from threading import Timer
from time import monotonic
from typing import IO

from mcp_guard.trees import git
from mcp_guard.trees.tree import SUBMODULE, Entry, TreeError, Unreadable

# Requests are written in portions that fit into the smallest pipe (4 KiB), and each portion's answers are read before
# the next one is written: so neither side can wait for the other, and no writing thread is needed.
_PORTION = 50

_CHUNK = 1 << 16

# git dies over a broken object, and older versions over one that a partial clone lacks. It is then started
# again for the rest, but not for ever.
_STARTS = 16


def read_blobs(root: str, wanted: Mapping[str, Entry], limit: int) -> dict[str, bytes | Unreadable]:
    """Give the blobs of these entries, at most `limit` + 1 bytes of each; the same blob is asked for once."""
    blobs = dict.fromkeys(entry.blob for entry in wanted.values() if entry.mode != SUBMODULE)
    contents = _contents(root, list(blobs), limit) if blobs else {}
    submodule = Unreadable("a submodule")
    return {path: submodule if entry.mode == SUBMODULE else contents[entry.blob] for path, entry in wanted.items()}


def _contents(root: str, blobs: list[str], limit: int) -> dict[str, bytes | Unreadable]:
    deadline = monotonic() + git.TIMEOUT
    answers: list[bytes | Unreadable] = []
    said: str | None = ""
    for _ in range(_STARTS):
        given, said = _ask(root, blobs[len(answers) :], limit, deadline)
        answers += given
        if said is not None:
            answers.append(Unreadable(f"git cannot read it: {said}"))
        if len(answers) == len(blobs):
            return dict(zip(blobs, answers, strict=True))
    raise TreeError(f"git cat-file failed {_STARTS} times: {said}; see `git fsck`, and fetch what this clone lacks")


def _ask(root: str, blobs: list[str], limit: int, deadline: float) -> tuple[list[bytes | Unreadable], str | None]:
    """Start git and give its answers in order. If it died before the last: the answers so far, and what it said."""
    try:
        process = subprocess.Popen(
            git.command(root, "cat-file", "--batch"),
            env=git.environment(root),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except (OSError, ValueError) as error:
        raise git.not_started("cat-file", root, error) from error
    guard = Timer(deadline - monotonic(), process.kill)
    guard.start()
    try:
        with process:
            assert process.stdin and process.stdout  # noqa: S101, PT018 - PIPE gives streams, which no type says
            answers = list(_answers(process.stdin.fileno(), process.stdout, blobs, limit))
            if len(answers) == len(blobs):
                return answers, None
            _, said = process.communicate()
    finally:
        guard.cancel()
    if monotonic() >= deadline:
        raise git.slow("cat-file")
    return answers, " ".join(git.text(said).split())


def _answers(requests: int, replies: IO[bytes], blobs: list[str], limit: int) -> Iterator[bytes | Unreadable]:
    """Give the answer to each request in turn; end early when git has gone."""
    for first in range(0, len(blobs), _PORTION):
        portion = blobs[first : first + _PORTION]
        try:
            os.write(requests, "".join(f"{blob}\n" for blob in portion).encode("ascii"))
        except OSError:
            return
        for _ in portion:
            answer = _answer(replies, limit)
            if answer is None:
                return
            yield answer


def _answer(replies: IO[bytes], limit: int) -> bytes | Unreadable | None:
    """Read one reply (git-cat-file(1), "Batch output"); None when it is cut off."""
    header = replies.readline().decode("ascii")
    if not header.endswith("\n"):
        return None
    words = header.split()
    if len(words) != 3:  # noqa: PLR2004 - "<id> <type> <size>", else "<id> missing"
        return Unreadable("git has no content for it here: fetch it, or see `git fsck`")
    _, kind, size = words
    content = replies.read(min(int(size), limit + 1))
    rest = int(size) - len(content) + 1  # a line feed follows the content
    while rest:
        skipped = len(replies.read(min(rest, _CHUNK)))
        if not skipped:
            return None
        rest -= skipped
    return content if kind == "blob" else Unreadable(f"git holds a {kind} in its place")
