"""`pin` in every format of a config: the smallest edit, all other bytes the same, and what is written is pinned."""

from __future__ import annotations

import pytest

from mcp_guard import clients
from mcp_guard.model import Server
from tests.cli.conftest import Desk, desk, registry
from tests.registry import Registry

__all__ = ["desk", "registry"]

# A config, and what of it `pin` replaces by what.
FILES = {
    "goose/config.yaml": (
        (
            "# mine\nextensions:\n  one:\n    args:\n    - -y\n    - one   # here\n    cmd: npx\n    enabled: yes\n"
            '  two: {cmd: npx, args: ["-y", "@corp/two"], type: stdio}\n'
        ),
        (("- one   #", "- one@1.0.0   #"), ('"@corp/two"', '"@corp/two@1.0.0"')),
    ),
    ".continue/config.yaml": (
        (
            "name: x\nmcpServers:\n  - name: a\n    command: npx\n    args: [ '-y', 'one' ]\n"
            '  - name: b\n    command: uvx\n    args:\n      - "py-one"   # c\n      - --x\n'
        ),
        (("'one'", "'one@1.0.0'"), ('"py-one"', '"py-one@1.0"')),
    ),
    "librechat.yaml": (
        (
            "mcpServers:\n  a:\n    command: npx\n    args: &args\n      - -y\n      - >-\n        one\n"
            "  b:\n    command: npx\n    args: *args\n    timeout: 60000\n"
        ),
        (("        one\n", "        one@1.0.0\n"),),
    ),
    "a/librechat.yaml": (
        "x: &one one\nmcpServers:\n  a: {command: npx, args: [-y, *one]}\n  b: {command: npx, args: [-y, *one]}\n",
        (("&one one", "&one one@1.0.0"),),
    ),
    "b/librechat.yaml": (
        "x: &base\n  command: npx\n  args: [-y, one]\nmcpServers:\n  a:\n    <<: *base\n  b:\n    <<: *base\n",
        (("[-y, one]", "[-y, one@1.0.0]"),),
    ),
    "fastagent.config.yaml": (
        (
            'mcp:\n  servers:\n    a:\n      command: "npx"\n      args: ["-y", "one"]\n'
            '  targets:\n    - name: t\n      target: "npx -y one"\n'
        ),
        (('"one"', '"one@1.0.0"'), ("-y one", "-y one@1.0.0")),
    ),
    ".claude/agents/x.md": (
        "---\nname: x\nmcpServers:\n  - other\n  - a:\n      command: npx\n      args: [-y, one]\n---\n[-y, one]\n",
        (("[-y, one]\n", "[-y, one@1.0.0]\n"),),
    ),
    ".codex/config.toml": (
        '# c\n[mcp_servers.a]\ncommand = "npx"\nargs = [\n  "-y", # yes\n  \'one\',\n]\n',
        (("'one'", "'one@1.0.0'"),),
    ),
    ".vscode/mcp.json": (
        '{\n  // c\n  "servers": {\n    "a": {"command": "npx", "args": ["-y", "one",],}, /* x */\n  },\n}\n',
        (('"one"', '"one@1.0.0"'),),
    ),
    "crushrc": (
        "#!/bin/bash\nmcp add a --command npx --args -y --args one\nmcp add b --command uvx --args 'py-one'\n",
        (("--args one", "--args one@1.0.0"), ("'py-one'", "'py-one@1.0'")),
    ),
    "opencode.json": ('{"mcp": {"a": {"command": ["npx", "-y", "one"]}}}\n', (('"one"', '"one@1.0.0"'),)),
    ".gemini/settings.json": ('{"mcp": {"serverCommand": "npx -y one"}}\n', (("-y one", "-y one@1.0.0"),)),
}


@pytest.fixture
def shop(desk: Desk, registry: Registry) -> Desk:
    for name in ("one", "@corp/two"):
        registry.publish_npm(name, "1.0.0")
    registry.publish_pypi("py-one", "1.0")
    desk.write("mcp-guard.toml", 'require = ["pin", "integrity"]\n')
    return desk


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("path", FILES)
def test_pin_changes_the_versions_and_nothing_else(shop: Desk, path: str, ending: str) -> None:
    text, changes = FILES[path]
    file = shop.folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.replace("\n", ending).encode())
    shop.git("add", "--all")
    assert "unpinned" in shop.rules()
    done = shop.guard("pin")
    assert (done.code, done.err) == (0, "")
    for before, after in changes:
        text = text.replace(before, after, 1)
    assert file.read_bytes() == text.replace("\n", ending).encode()
    assert shop.rules() == []
    assert shop.guard("pin").code == 0
    assert file.read_bytes() == text.replace("\n", ending).encode()


def servers(file: str, data: bytes) -> tuple[Server, ...]:
    config = clients.read(file, data)
    assert config
    return config.servers


SHARED = b"x: &one one\nmcpServers:\n  a: {command: npx, args: [*one]}\n  b: {command: npx, args: [*one]}\n"


def test_an_edit_that_two_servers_share_is_made_once() -> None:
    first, second = servers("librechat.yaml", SHARED)
    edits = [(each.argv[1], (3, 3), "@1.0.0") for each in (first, second)]
    assert clients.edited("librechat.yaml", SHARED, edits) == SHARED.replace(b"&one one", b"&one one@1.0.0")


def test_two_versions_for_a_word_that_is_shared_are_refused() -> None:
    first, second = servers("librechat.yaml", SHARED)
    edits = [(first.argv[1], (3, 3), "@1.0.0"), (second.argv[1], (3, 3), "@2.0.0")]
    with pytest.raises(ValueError, match=r"librechat\.yaml:1:9: two edits of this word overlap"):
        clients.edited("librechat.yaml", SHARED, edits)


@pytest.mark.parametrize(("word", "text"), [("o\\ne", "1"), ('"o\\$e"', "1"), ("one", "$(x)"), ("'one'", "'")])
def test_a_word_of_a_script_that_is_not_shown_as_it_is_is_refused(word: str, text: str) -> None:
    data = f"mcp add a --command npx --args {word}\n".encode()
    [server] = servers("crushrc", data)
    with pytest.raises(ValueError, match="write it by hand"):
        clients.edited("crushrc", data, [(server.argv[1], (0, 1), text)])


def test_a_word_of_a_script_that_has_changed_is_refused() -> None:
    data = b"mcp add a --command npx --args one\n"
    [server] = servers("crushrc", data)
    for other in (b"\n" + data, data.replace(b"one", b"two"), b""):
        with pytest.raises(ValueError, match=r"has changed|by hand"):
            clients.edited("crushrc", other, [(server.argv[1], (3, 3), "@1")])
