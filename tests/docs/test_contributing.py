"""The dry runs of CONTRIBUTING.md are run: a client is one row, a launcher is one file."""

from __future__ import annotations

import re
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from pathlib import Path

from mcp_guard.clients.client import Client
from mcp_guard.clients.reading import config
from mcp_guard.launchers.command import Command, Token
from mcp_guard.model import PackageLaunch
from tests.launchers.reading import server, shown, tree

TEXT = (Path(__file__).resolve().parents[2] / "CONTRIBUTING.md").read_text(encoding="utf-8")


def block(title: str) -> str:
    (found,) = re.findall(rf'```\w+ title="{title}"\n(.*?)```', TEXT, re.DOTALL)
    assert isinstance(found, str)
    return found


def test_the_client_is_one_row() -> None:
    row = eval(block("row"), {"Client": Client})  # noqa: S307  # our own page
    assert isinstance(row, Client)
    assert row.globs[0] in TEXT
    found = config(row.globs[0], block("case").encode(), row, 1 << 20)
    (postmark,) = found.servers
    assert (postmark.name.text, [word.text for word in postmark.argv]) == (
        "postmark",
        ["npx", "-y", "postmark-mcp@1.0.12"],
    )
    assert found.problems == ()


def test_the_launcher_is_one_file() -> None:
    module = module_from_spec(ModuleSpec("mcp_guard.launchers.acmex", None))
    exec(block("launcher"), vars(module))  # noqa: S102  # our own page
    (line, expected) = re.findall(r"`(acmex [^`]+)` must give `([^`]+)`", TEXT)[0]
    argv = tuple(Token(word.text, word) for word in server(line.split()).argv)
    (launch,) = module.read(Command(argv), tree())
    assert isinstance(launch, PackageLaunch)
    assert [shown(package) for package in launch.packages] == [expected]
