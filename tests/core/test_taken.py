"""What files beside a config say of a server is part of its fingerprint, so no acceptance outlives a change of them."""

from __future__ import annotations

import json

import pytest

from tests.core.conftest import Desk

POLICY = 'require = ["pin", "integrity"]\nmin-age = "0h"\nmin-age-new = "0h"\n'
COMPOSE = f"""services:
  x:
    image: i@sha256:{"a" * 64}
    volumes: ["/var/run/docker.sock:/s"]
"""


@pytest.mark.parametrize(
    ("definition", "file", "before", "after", "rule"),
    [
        ({"command": "./run.sh"}, "run.sh", "cd a\nnpx good\necho\n", "cd a\nnpx evil\necho\n", "opaque-launch"),
        (
            {"command": "docker", "args": ["compose", "run", "x"]},
            "compose.yml",
            COMPOSE,
            COMPOSE + "    privileged: true\n",
            "container-escape",
        ),
        (
            {"command": "make", "args": ["x"]},
            "Makefile",
            "x:\n\tnpx good | tee\n",
            "x:\n\tnpx evil | tee\n",
            "opaque-launch",
        ),
        (
            {"command": "npm", "args": ["run", "x"]},
            "package.json",
            '{"scripts": {"x": "npx -y github:a/b"}}',
            '{"scripts": {"x": "npx -y github:e/b"}}',
            "mutable-source",
        ),
    ],
)
def test_an_acceptance_ends_with_the_file_that_it_was_given_for(  # noqa: PLR0917 (a row of the table)
    desk: Desk, definition: dict[str, object], file: str, before: str, after: str, rule: str
) -> None:
    desk.write("mcp-guard.toml", POLICY)
    desk.write(file, before)
    desk.config(a=definition)
    desk.guard("pin")
    kind = "program" if rule == "opaque-launch" else "package"
    words = ["accept", kind, "a", *(() if kind == "program" else ("--rule", rule))]
    assert desk.guard(*words, "--reason", "read", "--until", "2027-01-31").code == 0
    desk.git("add", "--all")
    assert desk.guard("check", "--hook").code == 0
    desk.git("commit", "--quiet", "-m", "all")
    desk.write(file, after)
    desk.git("add", "--all")
    out = desk.guard("check", "--hook").out
    assert f"error[{rule}]" in out
    assert "error[definition-changed]" in out


def test_what_is_wrong_in_a_compose_file_blocks_the_server_that_names_it(desk: Desk) -> None:
    """Also where the compose file is a config itself."""
    gateway = f"  gw:\n    image: docker/mcp-gateway@sha256:{'a' * 64}\n    command: [--servers=x]\n"
    desk.write("compose.yml", f"services:\n  x:\n    image: evil/img\n{gateway}")
    desk.config(git={"command": "docker", "args": ["compose", "run", "x"]})
    report = json.loads(desk.guard("check", "--format", "json").out)
    assert {server["name"]: server["verdict"] for server in report["servers"]}["git"] == "blocked"
