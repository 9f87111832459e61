"""Tracked files that npx and bunx run in the place of a package."""

from __future__ import annotations

import pytest

from mcp_guard import launchers
from mcp_guard.model import OpaqueLaunch
from tests.launchers.reading import server, tree


def taken(argv: list[str], tracked: str, cwd: str | None = None) -> bool:
    (*_, last) = launchers.read(server(argv, cwd=cwd), tree({tracked}))
    return isinstance(last, OpaqueLaunch) and tracked in last.reason


@pytest.mark.parametrize(
    ("argv", "path"),
    [
        (["npx", "-y", "foo@1.0.0"], "node_modules/.bin/foo@1.0.0"),
        (["npx", "-y", "foo@1.0.0"], "node_modules/.bin/foo"),
        (["npx", "-y", "foo@1.0.0"], "node_modules/.bin/foo@1.0.0.cmd"),
        (["npx", "-y", "foo@1.0.0"], "node_modules/foo/package.json"),
        (["npx", "-y", "foo@1.0.0"], "node_modules/.package-lock.json"),
        (["npx", "-y", "@s/n@1.0.0"], "node_modules/@s/n/package.json"),
        (["npx", "-y", "@s/n@1.0.0"], "node_modules/.bin/@s/n@1.0.0"),
        (["npx", "-y", "x@npm:real@1.0.0"], "node_modules/real/package.json"),
        (["npx", "-p", "foo@1.0.0", "tool"], "node_modules/.bin/tool"),
        (["npx", "-p", "a@1.0.0", "-p", "foo@1.0.0", "a"], "node_modules/foo/package.json"),
        (["npx", "-p", "foo@1.0.0", "-c", "foo"], "node_modules/foo/package.json"),
        (["npm", "exec", "foo@1.0.0"], "node_modules/foo/package.json"),
        (["bunx", "foo@1.0.0"], "node_modules/.bin/foo"),
        (["sh", "-c", "npx foo@1.0.0"], "node_modules/foo/package.json"),
        (["npx", "-y", "foo@1.0.0"], "a/node_modules/foo/package.json"),  # beside the config
    ],
)
def test_a_tracked_file_takes_the_place(argv: list[str], path: str) -> None:
    assert taken(argv, path)
    assert not taken(argv, "x/" + path)


@pytest.mark.parametrize("folder", ["", "one/", "one/two/", "a/", "a/one/", "a/one/two/"])
def test_from_the_working_folder_up(folder: str) -> None:
    assert taken(["npx", "foo@1.0.0"], folder + "node_modules/foo/package.json", cwd="./one/two")
    assert taken(["env", "-C", "one/two", "npx", "foo@1.0.0"], folder + "node_modules/foo/package.json")


@pytest.mark.parametrize("cwd", ["${X}", "/abs", "../..", "~/x"])
def test_a_working_folder_that_is_not_here(cwd: str) -> None:
    assert taken(["npx", "foo@1.0.0"], "node_modules/foo/package.json", cwd=cwd)
    assert not taken(["npx", "foo@1.0.0"], "one/node_modules/foo/package.json", cwd=cwd)


@pytest.mark.parametrize(
    "argv",
    [
        ["pnpm", "dlx", "foo@1.0.0"],  # these two start in a folder of their own
        ["yarn", "dlx", "foo@1.0.0"],
        ["docker", "run", "node:22", "npx", "foo@1.0.0"],
        ["npx", "foo2@1.0.0"],
        ["npx", "-c", "foo"],
    ],
)
def test_who_does_not_look_there(argv: list[str]) -> None:
    assert not taken(argv, "node_modules/foo/package.json")
