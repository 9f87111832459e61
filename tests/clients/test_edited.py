from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_guard import clients
from mcp_guard.documents import DocumentError
from mcp_guard.model import Server

ODD = """\ufeff{ // pinned by hand\r
\t"mcpServers" : {\r
  /* é */ "a": { "command":"npx", "args": [ "-y" ,\r "pkg@latest", ], },\r
  "b": {"command": "npx", "args": ["\\u0070kg@latest", "😀"]},
}}\r
"""


def servers(file: str, data: bytes) -> tuple[Server, ...]:
    config = clients.read(file, data)
    assert config
    return config.servers


def test_all_other_bytes_stay() -> None:
    data = ODD.encode()
    first, second = servers(".mcp.json", data)
    edits = [(second.argv[1], (4, 10), "2.0.0"), (first.argv[2], (4, 10), "1.0.0")]
    expected = ODD.replace('"pkg@latest"', '"pkg@1.0.0"').replace('"\\u0070kg@latest"', '"pkg@2.0.0"')
    assert clients.edited(".mcp.json", data, edits) == expected.encode()


def test_no_edits_change_nothing() -> None:
    assert clients.edited(".mcp.json", ODD.encode(), []) == ODD.encode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("'p@latest' # x\r\n", "'p@1.0' # x\r\n"),
        ('"p@latest"', '"p@1.0"'),
        ('"""p@latest"""', '"p@1.0"'),
        ('"p\\u0040latest"', '"p@1.0"'),
    ],
)
def test_toml(before: str, after: str) -> None:
    head = "# é\r\n[mcp_servers.s]\r\ncommand = "
    data = (head + before).encode()
    [server] = servers(".codex/config.toml", data)
    assert clients.edited(".codex/config.toml", data, [(server.argv[0], (2, 8), "1.0")]) == (head + after).encode()


def test_several_edits_of_one_word() -> None:
    for literal in ('"npx -p a -p b x"', '"npx -p \\u0061 -p b x"'):
        data = f'{{"mcpServers": {{"s": {{"command": {literal}}}}}}}'.encode()
        [server] = servers(".mcp.json", data)
        word = server.argv[0]
        after = clients.edited(".mcp.json", data, [(word, (12, 13), "b@2"), (word, (7, 8), "a@1")])
        assert json.loads(after) == {"mcpServers": {"s": {"command": "npx -p a@1 -p b@2 x"}}}
        with pytest.raises(ValueError, match="overlap"):
            clients.edited(".mcp.json", data, [(word, (7, 9), "x"), (word, (8, 10), "y")])


def test_keys_and_generic_files_can_be_edited() -> None:
    data = b'{"servers": {"name": {"command": "c"}}}'
    config = clients.read("x.json", data, named=True)
    assert config
    edits = [(config.servers[0].name, (0, 4), "other")]
    assert clients.edited("x.json", data, edits) == data.replace(b"name", b"other")


def test_words_of_other_bytes_are_refused() -> None:
    [server] = servers(".mcp.json", b'{"mcpServers": {"s": {"command": "npx"}}}')
    edits = [(server.argv[0], (0, 3), "uvx")]
    for data in (b'{"mcpServers": {"s": {"command": "nnx"}}}', b'{ "mcpServers": {"s": {"command": "npx"}}}', b"{}"):
        with pytest.raises(ValueError, match="has changed since it was read"):
            clients.edited(".mcp.json", data, edits)
    with pytest.raises(DocumentError):
        clients.edited(".mcp.json", b"{", edits)


TEXT = st.text(alphabet=st.sampled_from("a@1.-é😀\"\\\n'"), max_size=6)


@given(st.lists(TEXT, min_size=1, max_size=5), TEXT, st.sampled_from([None, 1, "\t"]), st.data())
@settings(max_examples=100, deadline=None)
def test_edits_change_their_word_and_nothing_else(
    args: list[str], new: str, indent: int | str | None, data: st.DataObject
) -> None:
    before = json.dumps({"mcpServers": {"s": {"command": "c", "args": args}}}, indent=indent).replace("\n", "\r\n")
    [server] = servers(".mcp.json", before.encode())
    chosen = data.draw(st.sets(st.integers(1, len(args)), min_size=1))
    edits = []
    expected = list(args)
    for index in chosen:
        word = server.argv[index]
        start = data.draw(st.integers(0, len(word.text)))
        edits.append((word, (start, len(word.text)), new))
        expected[index - 1] = word.text[:start] + new
    after = clients.edited(".mcp.json", before.encode(), edits).decode()
    assert json.loads(after) == {"mcpServers": {"s": {"command": "c", "args": expected}}}
    first, last = min(chosen), max(chosen)
    assert after.startswith(before[: server.argv[first].start])
    assert after.endswith(before[server.argv[last].end :])
