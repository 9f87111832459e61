"""A real git repository for a test."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import NamedTuple

from mcp_guard.trees import Change, Entry


class Repository(NamedTuple):
    path: Path

    @classmethod
    def create(cls, path: Path, *options: str) -> Repository:
        path.mkdir()
        repository = cls(path)
        repository.git("init", "--quiet", "--initial-branch=main", *options)
        return repository

    @property
    def root(self) -> str:
        return str(self.path)

    def git(self, *arguments: str, given: bytes = b"", expect: int = 0) -> str:
        done = subprocess.run(["git", "-C", self.root, *arguments], input=given, capture_output=True, check=False)
        assert done.returncode == expect, done.stderr.decode()
        return done.stdout.decode().strip()

    def write(self, path: str, content: str | bytes) -> Path:
        target = self.path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
        return target

    def commit(self, message: str) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--no-verify", "--message", message)
        return self.git("rev-parse", "HEAD")

    def blob(self, content: str | bytes) -> str:
        given = content if isinstance(content, bytes) else content.encode()
        return self.git("hash-object", "-w", "--stdin", given=given)

    def object_file(self, name: str) -> Path:
        return self.path / ".git" / "objects" / name[:2] / name[2:]

    def submodule(self, path: str) -> str:
        """Add this repository to itself as a submodule and give the commit that it points to."""
        self.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", self.root, path)
        return self.git("rev-parse", "HEAD")


def by_path(changes: tuple[Change, ...]) -> dict[str, tuple[Entry | None, Entry | None]]:
    assert len({change.path for change in changes}) == len(changes)
    return {change.path: (change.old, change.new) for change in changes}


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path
