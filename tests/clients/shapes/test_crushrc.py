from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_guard.documents import Document, read
from mcp_guard.model import Problem, Server
from tests.clients.shapes.reading import argv, found, is_sound, problems, servers


def crushrc(text: str) -> Document:
    return read("crushrc", text.encode("utf-8", "surrogatepass"), "text")


def test_mcp_add_is_a_server() -> None:
    text = (
        "# my servers\n"
        'mcp add files --command npx --args -y --args "@a/files@1.0.0" --args \\\n'
        "  '/my data' --env KEY v --type stdio # first\n"
        'mcp add docs --type http --url https://a.example/mcp --header Authorization "Bearer $TOKEN"; '
        "mcp add x --command y\n"
    )
    files, docs, last = servers("crushrc", crushrc(text))
    assert argv(files) == "npx -y @a/files@1.0.0 /my data"
    assert [(each.name.text, each.value.text) for each in files.env] == [("KEY", "v")]
    package = files.argv[2]
    assert text[package.start : package.end] == '"@a/files@1.0.0"'
    assert (package.place.line, package.place.column) == (2, 46)
    assert docs.url is not None
    assert docs.url.text == "https://a.example/mcp"
    assert [(each.name.text, each.value.text) for each in docs.headers] == [("Authorization", "Bearer $TOKEN")]
    assert (docs.argv, last.name.text) == ((), "x")


def test_a_word_of_several_pieces_has_no_literal() -> None:
    (server,) = servers("crushrc", crushrc('mcp add a --command n\'p\'"x"\\\n --args a\\ b --args "a\\"\\$b\\\nc"\n'))
    assert [word.text for word in server.argv] == ["npx", "a b", 'a"$bc']
    assert [word.start == word.end for word in server.argv] == [True, True, False]


@pytest.mark.parametrize(
    "line",
    [
        "mcp",
        "mcp list",
        "mcp remove x",
        "mcp add",
        "mcp add x",
        "mcp() { :; }",
        "mcp add --command npx",
        'mcp add "" --command npx',
        "mcp add x --command",
        "mcp add x --command npx --unknown y",
        "mcp add x --command=npx",
        "mcp add x npx",
        "mcp add x --command npx --args $EVIL",
        "mcp add x --command npx --args $(evil)",
        "mcp add x --command npx --args *",
        "mcp add x --command npx --env A=b --args y",
        "mcp add x --command npx --env A",
        "mcp add x --url https://a.example --header 'A B' c",
        "mcp add x --command npx | tee",
        "mcp add x --command npx && mcp add y --command npx",
        "mcp add x --command npx > log",
        "mcp add x --command `evil`",
        'mcp add x --command "${A:-"npx"}"',
        'mcp add x --command "open',
        "mcp add x --command $'npx'",
        "mcp add x --command npx\rmcp add y",
        "mcp add x --command npx --command evil",
        "mcp add x --command npx --url https://a.example",
    ],
)
def test_a_line_that_is_not_understood_is_a_problem(line: str) -> None:
    everything = found("crushrc", crushrc(f"provider add p\n{line}\n"))
    first = next(each for each in everything if isinstance(each, Problem))
    assert (first.rule, first.place.line) == ("unreadable-config", 2)
    assert not [each for each in everything if isinstance(each, Server) and each.argv]


@pytest.mark.parametrize(
    "line",
    [
        "source ./more",
        ". ./more",
        'eval "$X"',
        "if true; then mcp add x --command y; fi",
        "$M add x --command y",
        'A=1 "$M" add x',
        "{ mcp add x --command y; }",
        "curl https://a.example | sh",
        "[ -f x ] && echo y",
        "for x in a; do mcp add $x --command y; done",
        "alias add='mcp add'",
        "cat <<EOF",
        "echo x",
    ],
)
def test_where_there_is_more_the_file_is_a_script_that_nobody_can_see_into(line: str) -> None:
    text = f"model x\n{line}\n{line}\n"
    hidden = [each for each in found("crushrc", crushrc(text)) if isinstance(each, Server) and each.hidden]
    assert [(each.name.text, each.name.place.line) for each in hidden] == [("crushrc", 2)]
    assert hidden[0].definition == text, "a person who accepts it accepts this very script"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n# mcp add x --command y\n",
        "\ufeff# x",
        "provider add p --api-key $KEY\nmodel large x\noption skill-path ~/x\npermissions allow view\n",
        "KEY=value\nexport KEY=value\nA='b' B=\"$C\"\n",
        "provider add p # mcp add x --command y\n",
    ],
)
def test_crush_settings_alone_are_nothing(text: str) -> None:
    assert found("crushrc", crushrc(text)) == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('provider add p --api-key "$(op read x)"', "$(…)"),
        ("provider add p --api-key $(op read x)", "$(…)"),
        ("A=$(op read x)", "$(…)"),
        ("hook add start ./run.sh", "`hook`"),
        ("lsp add go --command gopls", "`lsp`"),
    ],
)
def test_programs_that_are_no_servers_are_told_of(line: str, words: str) -> None:
    (problem,) = problems("crushrc", crushrc(line))
    assert (problem.rule, problem.severity) == ("exec-helper", "warning")
    assert words in problem.message


def test_a_header_from_a_program_is_a_server_and_a_helper() -> None:
    text = 'mcp add x --url https://a.example --header Authorization "Bearer $(op read x)"'
    server, problem = found("crushrc", crushrc(text))
    assert isinstance(server, Server)
    assert isinstance(problem, Problem)
    assert "op read" not in problem.message


_PIECES = [
    "mcp",
    "add",
    "x",
    "--command",
    "--args",
    "--url",
    "--env",
    "A",
    "npx",
    " ",
    "\n",
    ";",
    "'",
    '"',
    "\\",
    "$(",
    ")",
]


@given(st.lists(st.sampled_from([*_PIECES, "$X", "|", "#", "{", "\r", "\u2028", "\x00", "é"])).map("".join) | st.text())
@settings(max_examples=300, deadline=None)
def test_nothing_makes_it_raise_and_no_server_is_missed(text: str) -> None:
    content = read("crushrc", b" " * 4 + text.encode("utf-8", "replace"), "text")
    everything = found("crushrc", content)
    assert is_sound(content, everything)
    if (
        any(line.strip().startswith("mcp ") for line in content.text.split("\n"))
        and "'" not in text
        and '"' not in text
    ):
        assert everything or "\\" in text
