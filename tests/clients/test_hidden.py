from __future__ import annotations

import json
from pathlib import Path

import pytest

from mcp_guard import documents
from mcp_guard.clients.hidden import problems
from mcp_guard.documents import Array, Document, Format, Member, Node, Object
from mcp_guard.documents.characters import hidden, mixed
from mcp_guard.model import Place, Problem, Server, Variable, Word

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus" / "configs"


def word(document: Document, *path: str | int) -> Word | None:
    node = document.find(*path)
    return document.word(node) if node else None


def variables(document: Document, *path: str) -> tuple[Variable, ...]:
    match document.find(*path):
        case Node(Object(members)):
            return tuple(Variable(document.key_word(member), document.word(member.node)) for member in members)
        case _:
            return ()


def server(document: Document, member: Member) -> Server:
    path = ("s", member.key)
    command, arguments = word(document, *path, "command"), document.find(*path, "args")
    items = arguments.value.items if arguments and isinstance(arguments.value, Array) else ()
    return Server(
        file=document.file,
        client="test",
        name=document.key_word(member),
        argv=(*filter(None, [command]), *(document.word(item) for item in items)),
        env=variables(document, *path, "env"),
        env_files=(),
        cwd=word(document, *path, "cwd"),
        url=word(document, *path, "url"),
        headers=variables(document, *path, "headers"),
        definition=None,
    )


def found(text: str, form: Format = "json") -> list[Problem]:
    document = documents.read("x", text.encode(), form)
    match document.find("s"):
        case Node(Object(members)):
            return list(problems(document, [server(document, member) for member in members]))
        case _:
            return list(problems(document, ()))


def config(name: str = "a", **fields: object) -> str:
    return json.dumps({"s": {name: fields}}, ensure_ascii=False)


@pytest.mark.parametrize(
    "text",
    [
        config("a\u202eb", command="c"),
        config(command="np\u200bx"),
        config(command="c", args=["x", "p@1\u2060"]),
        config(command="c", env={"A\u200d": "b"}),
        config(url="https://exam\u00adple.com/"),
        config(url="https://example.com/", headers={"X\ufe0f": "b"}),
        config(command="c", cwd="\u3164"),
    ],
)
def test_a_hidden_character_in_what_starts_a_server_is_an_error_of_that_server(text: str) -> None:
    [problem] = found(text)
    assert problem.rule == "hidden-characters"
    assert problem.severity == "error"
    assert problem.server == ("a\u202eb" if "\u202e" in text else "a")
    [(start, end, name)] = hidden(text)
    assert problem.message == f"this holds {name}, which no reader of the file sees: remove it"
    assert problem.place == Place("x", 1, start + 1, 1, end + 1)


@pytest.mark.parametrize(
    ("comment", "severity"),
    [
        ("\u202e", "error"),
        ("\u200b", "error"),
        ("\U000e0041", "error"),
        ("\ufe00\ufe01", "error"),
        ("a\ufe0f", "warning"),
        ("so\u00adft", "warning"),
        ("\u200f\u05d0", "warning"),
        ("a\u200db", "warning"),
    ],
)
@pytest.mark.parametrize("form", ["json", "toml", "yaml"])
def test_comments_and_prose_count_and_leftovers_of_typesetting_only_warn(
    comment: str, severity: str, form: Format
) -> None:
    texts: dict[str, tuple[str, str]] = {
        "json": (f"// {comment}\n{config(command='c')}", config(command="c", description=comment)),
        "toml": (f"# {comment}\n[s.a]\ncommand = 'c'", f"[s.a]\ncommand = 'c'\ndescription = '{comment}'"),
        "yaml": (f"# {comment}\ns: {{a: {{command: c}}}}", f"s: {{a: {{command: c, description: '{comment}'}}}}"),
    }
    for text in texts[form]:
        [problem] = found(text, form)
        assert (problem.severity, problem.server) == (severity, None)


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        config(command="npx", args=["-y", "é漢字", "кириллица"], env={"A": "\\n"}),
        "\ufeff" + config(command="c"),
        "// ❤\ufe0f 👩\u200d💻 می\u200cخواهم\n" + config(command="c", description="🏳\ufe0f\u200d🌈"),
        config("мой-server", command="c", args=["--name=сервер_mcp", "10µs"]),
        config(url="https://example.com/gіthub"),
        json.dumps({"s": {"a": {"command": "c", "description": "\u202e", "env": {"A": "\u200b"}}}}),
        json.dumps({"s": {"a": {"command": "c", "args": ["\ud83d\udc69\u200d\ud83d\udcbb", "\\ud800"]}}}),
    ],
)
def test_what_deceives_nobody_is_no_problem(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"command": "\u202ec"},
        {"command": "c", "args": ["é\u200b"]},
        {"command": "c", "env": {"\u3164": "x"}},
        {"url": "https://a.example/\u2066"},
    ],
)
def test_an_escape_in_what_starts_a_server_is_an_error(fields: dict[str, object]) -> None:
    [problem] = found(json.dumps({"s": {"a": fields}}))
    assert problem.message.startswith("an escape stands for U+")
    assert (problem.server, problem.severity) == ("a", "error")


def test_an_escape_in_yaml_and_toml_counts_as_well() -> None:
    assert "U+202E" in found('s: {a: {command: "\\u202ec"}}', "yaml")[0].message
    assert "U+202E" in found('[s."\\u202ea"]\ncommand = "c"', "toml")[0].message


def test_raw_and_escaped_in_one_word_are_said_once() -> None:
    [problem] = found('{"s": {"a": {"command": "\u202e\\u202e"}}}')
    assert problem.message.startswith("this holds U+202E RIGHT-TO-LEFT OVERRIDE,")


def test_a_word_without_a_literal_of_its_own_is_not_said_again() -> None:
    document = documents.read("x", "npx a\u200b \\".encode(), "text")
    piece = Word("a\u200b", document.place(4, 6), 4, 4)
    made = Server("x", "test", piece, (piece,), (), (), None, None, (), None)
    assert [problem.place.column for problem in problems(document, [made])] == [6]


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        (config("gіthub", command="c"), "U+0456"),
        (config(command="nрx"), "U+0440"),
        (config(command="c", args=["@sсope/pkg@1"]), "U+0441"),
        (config(command="c", env={"PАTH": "x"}), "U+0410"),
        (config(url="https://gооgle.com/"), "U+043E"),
        (config(url="httрs://x.example/"), "U+0440"),
        (config(url="https://x.example", headers={"Hοst": "x"}), "U+03BF"),
    ],
)
def test_a_letter_of_another_alphabet_in_a_latin_word_is_an_error_at_the_letter(text: str, letter: str) -> None:
    problem = found(text)[0]
    assert problem.message.startswith(f"a Latin word holds {letter} ")
    column = next(number for number, each in enumerate(text, start=1) if not each.isascii())
    assert problem.place == Place("x", 1, column, 1, column + 1)
    assert (problem.server is not None, problem.severity) == (True, "error")


def test_a_letter_that_an_escape_stands_for_is_an_error_at_its_word() -> None:
    [problem] = found('{"s": {"a": {"command": "n\\u0440x"}}}')
    assert problem.place == Place("x", 1, 25, 1, 35)


@pytest.mark.parametrize(
    "text", [config("a\u202e", command="\u200b"), config("gіt", command="c"), config("\ufe0f" * 9)]
)
def test_a_message_never_shows_the_character(text: str) -> None:
    assert all(problem.message.isascii() for problem in found(text))


def test_many_runs_in_many_servers_take_linear_time_or_this_test_never_ends() -> None:
    servers = {f"s{number}": {"command": "c", "args": ["a\u200bb"] * 3} for number in range(300)}
    text = "// " + "é\u200b" * 20_000 + "\n" + json.dumps({"s": servers}, ensure_ascii=False)
    assert len(found(text)) == 20_000 + 3 * 300


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real configs is not beside this checkout")
def test_no_real_config_holds_any() -> None:
    files = [path for path in CORPUS.rglob("*") if path.is_file()]
    assert len(files) >= 318
    texts = {path.name: path.read_text("utf-8") for path in files}
    assert [name for name, text in texts.items() if any(hidden(text)) or any(mixed(text))] == []
