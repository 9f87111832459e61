"""Lockfiles of other tools: which files they are. A commit that touches one is looked at; their readers come later."""

from __future__ import annotations

FILES: tuple[str, ...] = (
    "package-lock.json",
    "npm-shrinkwrap.json",
    "pnpm-lock.yaml",
    "yarn.lock",
    "bun.lock",
    "uv.lock",
    "poetry.lock",
    "pylock.toml",
)
