"""Acceptances that permit more than a person has read."""

from __future__ import annotations

import json
import shlex

import pytest

from tests.adversarial.conftest import IN_90_DAYS, LENIENT, commit, lock, pin, stage
from tests.cli.conftest import Desk
from tests.registry import Registry

HOOK = ("check", "--hook")


@pytest.mark.parametrize(
    "code",
    [
        "eval(atob('{}'))",
        "eval(Buffer.from('{}', 'base64'))",
        "exec(__import__('base64').b64decode(b'{}'))",
    ],
)
def test_code_that_looks_like_a_secret_is_part_of_the_definition(desk: Desk, registry: Registry, code: str) -> None:
    """Base64 in a command line counts as a secret, so accepted code can be exchanged under the same fingerprint.

    `redaction.literals.by_chance` in a text that is code (`-e`, `-c`): the acceptance and the lock cover any payload.
    """
    first, second = "cHJpbnQoMSkKIyBYWVo5OGFCYzFkMkUz", "cmV0dXJuIGV2aWwoOTkpO1o3eFE0d0Uy"
    flag = "-c" if "import" in code else "-e"
    program = "python" if "import" in code else "node"
    lock(desk, registry, program, flag, code.format(first))
    assert desk.guard("accept", "program", "a", "--reason", "read it", "--until", IN_90_DAYS).code == 0
    desk.git("add", "--all")
    assert desk.guard("check").code == 0
    commit(desk)
    desk.servers(".mcp.json", {"a": {"command": program, "args": [flag, code.format(second)]}})
    assert desk.guard(*HOOK).code == 1


def test_what_an_input_fills_in_is_part_of_the_definition(desk: Desk) -> None:
    """An accepted `${input:…}` of VS Code starts what the file's `inputs` say, which can change unseen.

    `redaction.fingerprint` covers the entry alone; `inputs` (defaults, options, commands) stand beside the servers.
    """
    text = json.dumps(
        {
            "inputs": [{"id": "what", "type": "promptString", "default": "good@1.0.0"}],
            "servers": {"a": {"command": "npx", "args": ["-y", "${input:what}"]}},
        }
    )
    stage(desk, ".vscode/mcp.json", text)
    desk.guard("pin")
    assert desk.guard("accept", "program", "a", "--reason", "read it", "--until", IN_90_DAYS).code == 0
    desk.git("add", "--all")
    assert desk.guard("check").code == 0
    commit(desk)
    stage(desk, ".vscode/mcp.json", text.replace("good@1.0.0", "evil"))
    assert desk.guard(*HOOK).code == 1


def test_accepting_one_finding_accepts_no_other(desk: Desk, registry: Registry) -> None:
    """The fix that is printed for `unverified-publisher` accepts a withdrawn, moved, too young release as well.

    `accept._default_rules`: without `--rule` everything that blocks is accepted, also what the person did not read.
    """
    registry.publish_npm("server", "1.0.0")
    desk.config(a="server@1.0.0")
    pin(desk)
    stage(desk, ".npmrc", "registry=https://npm.evil.example/\n")
    registry.publish_npm("server", "1.0.0", description="security holding package")
    report = json.loads(desk.guard("check", "--format", "json", "--network=required").out)
    (remedy,) = {f["remedy"] for f in report["findings"] if f["rule"] == "unverified-publisher"}
    argv = [word.strip('"') for word in shlex.split(remedy.removeprefix("mcp-guard "))]
    argv[argv.index("--until") + 1] = IN_90_DAYS
    assert desk.guard(*argv).code == 0
    assert {"withdrawn", "registry-override"} <= set(desk.rules())


def test_accepting_a_registry_is_not_verifying_the_package(desk: Desk, registry: Registry) -> None:
    """A registry that is not contacted, accepted once, passes with digests and times that nobody ever compared.

    With `Refused` the basis is "claimed" and nobody was asked, which is `unverifiable` (never acceptable); but
    `rules.unverifiable._reason` and `rules.subjects.release_of` stay silent for it.
    """
    registry.publish_npm("@corp/server", "1.0.0")
    stage(desk, "mcp-guard.toml", LENIENT)
    desk.config(a="@corp/server@1.0.0")
    pin(desk)
    stage(desk, "mcp-guard.toml", LENIENT + '[registries]\n"npm:@corp" = "https://npm.corp.example/"\n')
    accept = ("accept", "package", "a", "--rule", "registry-override", "--reason", "our own", "--until", IN_90_DAYS)
    assert desk.guard(*accept).code == 0
    desk.git("add", "--all")
    assert desk.guard("check").code in {1, 3}
    assert desk.guard(*HOOK).code in {1, 3}
