from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_guard.model import JSON, Place, Server, Variable, Word
from mcp_guard.redaction import SECRET, fingerprint, mask, normalised, secrets
from mcp_guard.redaction.names import is_secret, is_secret_flag

PLACE = Place(".mcp.json")
GITHUB = "ghp_0123456789abcdefghijklmnopqrstuvwxyz"
TOKENS = (
    GITHUB,
    "gho_0123456789abcdefghijklmnopqrstuvwxyz",
    "github_pat_11ABCDEFG0abcdefghijkl_mnopqrstuvwxyz0123456789",
    "glpat-abcdefghij0123456789",
    "xoxb-123456789012-abcdefghijkl",
    "AKIAIOSFODNN7EXAMPLE",
    "ASIAIOSFODNN7EXAMPLE",
    "npm_0123456789abcdefghijklmnopqrstuvwxyz",
    "pypi-AgEIcHlwaS5vcmcCJDAwMDAwMDAw",
    "AIzaSyA0123456789abcdefghijklmnopqrstuv",
    "hf_abcdefghijklmnopqrstuvwxyzABCDEFGH",
    "sk_live_0123456789abcdefghij",
    "sk-proj-abcDEF0123456789abcDEF",
    "sk-ant-api03-AbCdEf0123456789",
    "sk-or-v1-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    "aB3dE5fG7hI9jK1lM3nO",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAK\n-----END RSA PRIVATE KEY-----",
)


def word(text: str) -> Word:
    return Word(text, PLACE, 0, len(text))


def variables(values: dict[str, str]) -> tuple[Variable, ...]:
    return tuple(Variable(word(name), word(value)) for name, value in values.items())


def server(
    *argv: str,
    env: dict[str, str] | None = None,
    env_files: tuple[str, ...] = (),
    cwd: str | None = None,
    url: str | None = None,
    headers: dict[str, str] | None = None,
    definition: JSON = None,
) -> Server:
    return Server(
        ".mcp.json",
        "claude-code",
        word("x"),
        tuple(map(word, argv)),
        variables(env or {}),
        tuple(map(word, env_files)),
        None if cwd is None else word(cwd),
        None if url is None else word(url),
        variables(headers or {}),
        definition,
    )


def shown(found: Server) -> str:
    return json.dumps(normalised(found), ensure_ascii=False)


def argv(*words: str) -> tuple[str, ...]:
    """The words of a command line after redaction."""
    content = normalised(server("npx", *words))
    assert isinstance(content, dict)
    found = content["argv"]
    assert isinstance(found, list)
    return tuple(str(each) for each in found[1:])


# ------------------------------------------------------------------------------------------------ what is a secret


@pytest.mark.parametrize("token", TOKENS)
def test_a_token_is_found_in_every_field(token: str) -> None:
    for found in (
        server("npx", "-y", "pkg@1.0.0", token),
        server("npx", f"--thing={token}"),
        server("npx", "--thing", f"x,{token}"),
        server("npx", env={"X": token}),
        server("npx", env_files=(f"--env,{token}",)),
        server("npx", cwd=f"dir,{token}"),
        server(url=f"https://mcp.example/?x={token}"),
        server(headers={"X": token}),
        server(headers={"X": f"Bearer {token}"}),
        server(definition={"anything": {"goes": ["here", {"too": token}]}}),
    ):
        assert any(token in secret or secret in token for secret in secrets(found))
        assert token not in shown(found)
        assert SECRET in shown(found)


@pytest.mark.parametrize(
    "name",
    [
        "API_KEY",
        "OPENAI_APIKEY",
        "apiKey",
        "X-Api-Key",
        "GITHUB_TOKEN",
        "token",
        "CLIENT_SECRET",
        "clientSecret",
        "DB_PASSWORD",
        "PASSWD",
        "MYSQL_PWD",
        "Authorization",
        "X-Auth",
        "OAUTH2_REFRESH",
        "credentials",
        "Cookie",
        "SENTRY_DSN",
        "SESSION_ID",
        "DB_PASS",
        "GH_PAT",
        "WALLET_MNEMONIC",
        "_authToken",
        "sig",
    ],
)
def test_a_value_under_a_secrets_name_is_a_secret(name: str) -> None:
    assert is_secret(name)
    for found in (
        server("npx", env={name: "hunter2"}),
        server("npx", headers={name: "hunter2"}),
        server("npx", f"--{name}=hunter2"),
        server("npx", "-e", f"{name}=hunter2"),
        server("npx", "-H", f"{name}: hunter2"),
        server("npx", "--header", f"{name}:hunter2"),
        server("npx", "--headers", name, "hunter2"),
        server("npx", f'{{"{name}": "hunter2"}}'),
        server("npx", f'{{\\"{name}\\": \\"hunter2\\"}}'),
        server(url=f"https://mcp.example/x?a=b&{name}=hunter2&c=d"),
        server(definition={"nested": [{name: "hunter2"}]}),
        server(definition={"nested": {name: ["hunter2"]}}),
        server(definition={"env": [{"name": name, "value": "hunter2"}]}),
        server(definition={name: {"value": "hunter2"}}),
    ):
        assert secrets(found) == {"hunter2"}
        assert "hunter2" not in shown(found)


@pytest.mark.parametrize(
    "name",
    [
        "PATH",
        "NODE_OPTIONS",
        "AUTHOR",
        "author-name",
        "KEYRING",
        "UV_KEYRING_PROVIDER",
        "KEYBOARD",
        "TOKENIZER",
        "apiKeyHelper",
        "auth_command",
        "AUTH_URL",
        "token-file",
        "KEY_PATH",
        "bearer_token_env_var",
        "TOKEN_TYPE",
        "authProvider",
        "COMPASS",
        "npm_config_registry",
    ],
)
def test_other_names_are_not(name: str) -> None:
    assert not is_secret(name)
    assert secrets(server("npx", f"--{name}=thing", env={name: "thing"}, headers={name: "thing"})) == frozenset()


@pytest.mark.parametrize(
    "value",
    [
        "",
        "true",
        "False",
        "null",
        "0",
        "8080",
        "-1",
        "0.75",
        "GITHUB_TOKEN",
        "${TOKEN}",
        "${env:TOKEN}",
        "${input:token}",
        "${TOKEN:-}",
        "$TOKEN",
        "%TOKEN%",
        "{env:TOKEN}",
        "{{TOKEN}}",
        "$(pass show x)",
        "x`cat y`",
        "Bearer ${TOKEN}",
        "Bearer $TOKEN",
        "<your key>",
        "oauth",
        "https://auth.example/token",
        "./key.pem",
        "../secrets/x",
        "~/.config/token",
        "C:\\keys\\x",
        "/run/secrets/token",
        "/Users/Someone/Library/Application Support/Claude/x.json",
        "credentials.json",
        "@scope/auth-plugin@1.2.3",
        "auth-plugin==1.2.3",
        "ghcr.io/org/auth@sha256:" + "0a" * 32,
    ],
)
def test_what_is_plainly_no_secret_is_none_under_any_name(value: str) -> None:
    found = server(
        "npx", "--api-key", value, f"--token={value}", env={"TOKEN": value}, headers={"Authorization": value}
    )
    assert secrets(found) == frozenset()
    assert SECRET not in shown(found)


@pytest.mark.parametrize(
    ("value", "secret"),
    [
        ("Bearer hunter2", "hunter2"),
        ("basic dXNlcjpodW50ZXIy", "dXNlcjpodW50ZXIy"),
        ("  Token hunter2 ", "hunter2"),
        ("my secret words", "my secret words"),
        ("${TOKEN:-hunter2}", "hunter2"),
        ("x ${A:-} ${B:-hunter2}", "hunter2"),
        ("pa$$word", "pa$$word"),
        ("12345678", "12345678"),
        ("/wJalrXUtnFEMI/K7MDENG1/bPxRfiCYEXAMPLEKEY", "/wJalrXUtnFEMI/K7MDENG1/bPxRfiCYEXAMPLEKEY"),
        ("0123456789abcdef0123456789abcdef01234567", "0123456789abcdef0123456789abcdef01234567"),
        ("01234567-89ab-cdef-0123-456789abcdef", "01234567-89ab-cdef-0123-456789abcdef"),
        ("postgres://user:hunter2@db.example/x", "hunter2"),
        ("https://hunter2@api.example/1", "hunter2"),
        ("https://api.example/?key=hunter2&x=1", "hunter2"),
        (f"line one\n{GITHUB}", f"line one\n{GITHUB}"),
    ],
)
def test_only_the_literal_is_the_secret(value: str, secret: str) -> None:
    found = server("npx", env={"MY_TOKEN": value})
    assert secret in secrets(found)
    assert shown(found).count(json.dumps(value.replace(secret, SECRET))[1:-1]) == 1


@pytest.mark.parametrize(
    "words",
    [
        ("-y", "@modelcontextprotocol/server-sequential-thinking@2025.12.18"),
        ("@a-very-long-organisation-name/a-very-long-package-name-with-99-digits@1.0.0",),
        ("--package", "sk-plugin-with-a-very-long-name@1.0.0"),
        ("ghp_0123456789abcdefghijklmnopqrstuvwxyz@1.0.0",),
        ("git+https://github.com/org/repo@0123456789abcdef0123456789abcdef01234567",),
        ("ghcr.io/org/token-server:1.0", "x"),
        ("ghcr.io/org/name@sha256:" + "0a" * 32,),
        ("sha512-AbCdEf0123456789AbCdEf0123456789AbCdEf0123456789aB3dE5fG7hI9jK1lM3nO==",),
        ("0123456789abcdef0123456789abcdef01234567",),
        ("01234567-89ab-cdef-0123-456789abcdef",),
        ("--with", "token-lib==1.2.3"),
        ("--with=token-lib==1.2.3",),
        ("token_lib==1.2.3",),
        ("--always-auth", "evil-package"),
        ("--no-auth", "evil-package"),
        ("--use-token", "evil-package"),
        ("--auth-plugin", "evil-package@1.2.3"),
        ("--api-key", "--next-flag"),
        ("-e", "TOKEN", "image:1"),
        ("-p", "token-package"),
        ("/opt/MyTool1/bin/Server2Main3Thing4Xyz", "./aB3dE5fG7hI9jK1lM3nO"),
        ("C:\\aB3dE5fG7hI9jK1lM3nO\\x",),
        ("https://mcp.example/aB3dE5fG7hI9jK1lM3nO/mcp",),
        ("aB3dE5fG7hI9jK1lM3nO.example:443",),
        ("MyVeryLongCamelCaseServerName2024",),
        ("UPPER_CASE_NAME_OF_A_VARIABLE_1",),
        ("${aB3dE5fG7hI9jK1lM3nO}",),
        ("ssh://git@github.com/org/repo", "git+https://git@github.com/org/repo", "https://${USER}@x.example/"),
        ("https://user:${PASSWORD}@x.example/",),
        ("-c", "x auth: $(curl evil.example)"),
        ("Basic authentication", "Basic YWJjZGVm", "Bearer tokens are longer"),
    ],
)
def test_what_is_run_asked_or_installed_is_never_hidden(words: tuple[str, ...]) -> None:
    assert argv(*words) == words
    assert secrets(server("npx", *words)) == frozenset()


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("TOKEN=hunter2;evil --x", "TOKEN=<secret>;evil --x"),
        ("TOKEN=hunter2 npx pkg", "TOKEN=<secret> npx pkg"),
        ("TOKEN=hunter2&&evil", "TOKEN=<secret>&&evil"),
        ("TOKEN=$(evil) npx pkg", "TOKEN=$(evil) npx pkg"),
        ("TOKEN=`evil` npx pkg", "TOKEN=`evil` npx pkg"),
        ("x --token;evil", "x --token;evil"),
        ("x --token hunter2;evil", "x --token <secret>;evil"),
        ("x --token 'a b'|evil", "x --token '<secret>'|evil"),
        ('x --password="a b" evil', 'x --password="<secret>" evil'),
        ("curl -H 'X-Api-Key: hunter2' https://x.example", "curl -H 'X-Api-Key: <secret>' https://x.example"),
        ("curl https://evil.example;x@y z", "curl https://evil.example;x@y z"),
        ("curl https://u:hunter2@x.example/ z", "curl https://u:<secret>@x.example/ z"),
    ],
)
def test_in_a_shell_script_the_next_command_is_never_hidden(script: str, expected: str) -> None:
    assert argv("-c", script) == ("-c", expected)


def test_outside_a_shell_the_whole_value_is_the_secret() -> None:
    assert argv("--token=a;b&c") == ("--token=<secret>",)
    assert argv("--token", "a b;c") == ("--token", "<secret>")
    assert argv("--dsn", "https://u:a;b@x.example/") == ("--dsn", "https://u:<secret>@x.example/")


def test_the_programs_name_is_shown_however_random_it_looks() -> None:
    name = "aB3dE5fG7hI9jK1lM3nO"
    found = server(name, definition={"command": name, "args": [name]})
    assert json.loads(shown(found))["argv"] == [name]
    assert json.loads(shown(found))["definition"] == {"command": name, "args": [SECRET]}
    assert json.loads(shown(server(definition={"command": [name, name]})))["definition"] == {"command": [name, SECRET]}


def test_which_variable_is_sent_is_never_hidden() -> None:
    definition: JSON = {"env_http_headers": {"Authorization": "secretvariable"}, "bearer_token_env_var": "other"}
    found = server(definition=definition)
    assert json.loads(shown(found))["definition"] == definition


def test_numbers_under_a_secrets_name() -> None:
    harmless: dict[str, JSON] = {"token": 1, "password": True, "secret": 0.5, "key": None, "port": 123456789}
    found = json.loads(shown(server(definition=dict(harmless, pwd=1234567890123))))["definition"]
    assert found == dict(harmless, pwd=SECRET)


def test_names_always_count_and_a_token_among_them_is_masked() -> None:
    found = server("npx", env={GITHUB: "x"}, definition={"env": {GITHUB: "x"}})
    assert GITHUB in secrets(found)
    assert shown(found).count(GITHUB) == 2


def test_secrets_that_overlap_become_one() -> None:
    value = f"TOKEN={GITHUB}tail --api-key={GITHUB}"
    found = server("npx", env={"SOME_SECRET": value, "OTHER": value})
    assert GITHUB not in shown(found)
    assert value in secrets(found)
    assert "tail" not in mask(value, secrets(found))


def test_a_flag_of_one_word() -> None:
    assert is_secret_flag("--api-key")
    assert is_secret_flag("-token")
    for text in ("api-key", "--api-key=x", "--no-token", "--with-key", "--disable-auth", "--x"):
        assert not is_secret_flag(text)


def test_a_token_as_the_name_of_a_server_is_masked_and_no_part_of_the_fingerprint() -> None:
    for token in TOKENS:
        assert token in secrets(server("npx")._replace(name=word(token)))
    assert secrets(server("npx")._replace(name=word("github-token-server"))) == frozenset()
    assert fingerprint(server("npx")._replace(name=word(GITHUB))) == fingerprint(server("npx"))


# ------------------------------------------------------------------------------------------------ code

RANDOM = ("cHJpbnQoMSkKIyBYWVo5OGFCYzFkMkUz", "cmV0dXJuIGV2aWwoOTkpO1o3eFE0d0Uy")
COMMAND_LINES: tuple[tuple[str, ...], ...] = (
    ("node", "-e", "eval(atob('{}'))"),
    ("node", "-e", "{}"),
    ("node", "-p", "{}"),
    ("node", "-pe", "{}"),
    ("node", "--eval", "{}"),
    ("node", "--print", "{}"),
    ("node", "--eval=atob(`{}`)"),
    ("node", "--import", "data:text/javascript;base64,{}"),
    ("node", "--import=data:text/javascript;base64,{}"),
    ("node", "--require", "{}"),
    ("deno", "eval", "{}"),
    ("bun", "-e", "{}"),
    ("python3", "-c", "exec(__import__('base64').b64decode(b'{}'))"),
    ("python3", "-m", "{}"),
    ("python3", "-cimport base64;exec(base64.b64decode('{}'))"),
    ("perl", "-ne", "{}"),
    ("sh", "-c", "{}"),
    ("bash", "-lc", "echo {} | base64 -d | sh"),
    ("cmd", "/c", "{}"),
    ("pwsh", "-Command", "{}"),
    ("pwsh", "-EncodedCommand", "{}"),
    ("powershell", "-enc", "{}"),
    ("tool", "then run {}"),
    ("tool", 'run("{}")'),
)


@pytest.mark.parametrize("line", COMMAND_LINES)
def test_what_looks_random_in_code_counts_and_is_masked(line: tuple[str, ...]) -> None:
    one, two = (server(*(part.format(text) for part in line)) for text in RANDOM)
    assert fingerprint(one) != fingerprint(two)
    assert RANDOM[0] not in mask(" ".join(each.text for each in one.argv), secrets(one))
    one, two = (
        server("x", definition={"command": line[0], "args": [part.format(text) for part in line[1:]]})
        for text in RANDOM
    )
    assert fingerprint(one) != fingerprint(two)


@pytest.mark.parametrize("value", ["--import=data:text/javascript;base64,{}", "eval(atob('{}'))"])
def test_code_in_a_variable_counts(value: str) -> None:
    one, two = (server("node", env={"NODE_OPTIONS": value.format(text)}) for text in RANDOM)
    assert fingerprint(one) != fingerprint(two)


@pytest.mark.parametrize("line", [line for line in COMMAND_LINES if line[-1] != "{}"])
@pytest.mark.parametrize("token", [token for token in TOKENS if token.isascii() and token[:2] != "aB"])
def test_tokens_of_known_shapes_and_named_values_in_code_are_secrets(line: tuple[str, ...], token: str) -> None:
    one = server(*(part.format(token) for part in line))
    assert json.dumps(token)[1:-1] not in shown(one)
    for named in ("x --api-key hunter2", "API_KEY=hunter2 x", 'f({"token": "hunter2"})'):
        assert "hunter2" not in shown(server("sh", "-c", named))


@pytest.mark.parametrize(
    "script",
    [
        "echo '-----BEGIN PRIVATE KEY-----'; {}; echo '-----END PRIVATE KEY-----'",
        "echo -----BEGIN PRIVATE KEY-----;{}",
        "echo -----BEGIN RSA PRIVATE KEY----- | {}",
        "print('-----BEGIN PRIVATE KEY-----', {})",
    ],
)
def test_no_code_hides_behind_the_first_line_of_a_key(script: str) -> None:
    assert fingerprint(server("sh", "-c", script.format("good"))) != fingerprint(
        server("sh", "-c", script.format("evil"))
    )


# ------------------------------------------------------------------------------------------------ the fingerprint

PLAIN = st.text(st.characters(exclude_categories=["Cs"]), max_size=6).filter(
    lambda text: "=" not in text and '"' not in text
)
NAMES = st.sampled_from(["A", "PATH", "NODE_OPTIONS", "X", "B-C"])
SERVERS = st.builds(
    lambda argv, env, files, cwd, url, headers, definition: server(
        *argv, env=env, env_files=tuple(files), cwd=cwd, url=url, headers=headers, definition=definition
    ),
    st.lists(PLAIN, max_size=4),
    st.dictionaries(NAMES, PLAIN, max_size=3),
    st.lists(PLAIN, max_size=2),
    st.none() | PLAIN,
    st.none() | PLAIN.map(lambda text: f"https://mcp.example/{text}"),
    st.dictionaries(NAMES, PLAIN, max_size=2),
    st.dictionaries(st.sampled_from(["command", "args", "x"]), PLAIN | st.lists(PLAIN, max_size=2), max_size=3),
)


def plain(found: Server) -> tuple[object, ...]:
    """All that a client sees of a definition."""
    return (
        [each.text for each in found.argv],
        {each.name.text: each.value.text for each in found.env},
        [each.text for each in found.env_files],
        found.cwd and found.cwd.text,
        (found.cwd is None, found.url is None),
        found.url and found.url.text,
        {each.name.text: each.value.text for each in found.headers},
        json.dumps(found.definition, sort_keys=True),
    )


@settings(max_examples=300, deadline=None)
@given(SERVERS, SERVERS)
def test_other_definitions_have_other_fingerprints(one: Server, other: Server) -> None:
    assert (fingerprint(one) == fingerprint(other)) is (plain(one) == plain(other))


@settings(max_examples=300, deadline=None)
@given(SERVERS, st.data())
def test_a_change_of_any_one_field_changes_it(found: Server, data: st.DataObject) -> None:
    new = data.draw(PLAIN)
    changed = data.draw(
        st.sampled_from(
            [
                found._replace(argv=(word(f"{new}!"), *found.argv[1:])),
                found._replace(argv=(*found.argv, word(new))),
                found._replace(argv=(*found.argv[:-1], word(f"{new}!"))),
                found._replace(argv=tuple(reversed(found.argv))),
                found._replace(env=(*found.env, *variables({f"{new}_": "x"}))),
                found._replace(env=tuple(each._replace(value=word(f"{new}!")) for each in found.env)),
                found._replace(env=tuple(each._replace(name=word(f"{each.name.text}!")) for each in found.env)),
                found._replace(env_files=(*found.env_files, word(new))),
                found._replace(cwd=word(f"{new}!")),
                found._replace(cwd=None),
                found._replace(url=word(f"https://{new}.example/")),
                found._replace(url=None),
                found._replace(headers=(*found.headers, *variables({f"{new}_": "x"}))),
                found._replace(definition={"timeout": len(new)}),
            ]
        )
    )
    assert (fingerprint(found) == fingerprint(changed)) is (plain(found) == plain(changed))


def test_the_order_of_keys_does_not_count_and_that_of_arguments_does() -> None:
    one = server("npx", "a", "b", env={"A": "1", "B": "2"}, definition={"x": {"a": 1, "b": 2}, "y": 1})
    two = server("npx", "a", "b", env={"B": "2", "A": "1"}, definition={"y": 1, "x": {"b": 2, "a": 1}})
    assert fingerprint(one) == fingerprint(two)
    assert fingerprint(one).startswith("sha256:")
    assert len(fingerprint(one)) == 71
    assert fingerprint(server("npx", "b", "a")) != fingerprint(server("npx", "a", "b"))


def test_the_last_of_two_equal_names_is_the_one_that_counts() -> None:
    one = server("x")._replace(env=(*variables({"A": "1"}), *variables({"A": "2"})))
    two = server("x")._replace(env=(*variables({"A": "2"}), *variables({"A": "1"})))
    assert fingerprint(one) != fingerprint(two)


@pytest.mark.parametrize("kinds", [(1, True), (1, 1.0), (1, "1"), (None, "null"), ([], {}), (False, 0)])
def test_values_of_another_type_are_other_values(kinds: tuple[JSON, JSON]) -> None:
    one, two = (server("x", definition={"x": kind}) for kind in kinds)
    assert fingerprint(one) != fingerprint(two)


def test_places_do_not_count() -> None:
    moved = Word("npx", Place(".mcp.json", 9, 9, 9, 9), 40, 45)
    assert fingerprint(server("npx")) == fingerprint(server("npx")._replace(argv=(moved,)))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (server("npx", env={"TOKEN": "hunter2"}), server("npx", env={"TOKEN": "correct horse"})),
        (server("npx", "--token=hunter2"), server("npx", "--token=other22")),
        (server("npx", GITHUB), server("npx", GITHUB[::-1].replace("_phg", "") and "gho_" + "A1" * 18)),
        (server(url="https://u:one@x.example/"), server(url="https://u:two@x.example/")),
    ],
)
def test_a_change_from_one_secret_to_another_does_not_count(one: Server, two: Server) -> None:
    assert fingerprint(one) == fingerprint(two)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (server("npx", env={"TOKEN": "hunter2"}), server("npx", env={"TOKEN": "${TOKEN}"})),
        (server("npx", env={"TOKEN": "hunter2"}), server("npx", env={"TOKEN": ""})),
        (server("npx", env={"TOKEN": "hunter2"}), server("npx", env={"TOKEN": "$(evil)"})),
        (server("npx", env={"TOKEN": "hunter2"}), server("npx", env={"TOKEN2": "hunter2"})),
        (server(url="https://u:one@x.example/"), server(url="https://u:one@evil.example/")),
        (server(url="https://x.example/?token=one"), server(url="https://x.example/evil?token=one")),
        (server("npx", "pkg", env={"TOKEN": "pkg"}), server("npx", "evil", env={"TOKEN": "evil"})),
        (server("npx", "--token", "one", "pkg"), server("npx", "--token", "one", "evil")),
        (server("npx", "--token=one"), server("npx", "--tokens=one")),
    ],
)
def test_nothing_hides_behind_a_secret(one: Server, two: Server) -> None:
    assert fingerprint(one) != fingerprint(two)


def test_half_characters_and_whole_ones_differ() -> None:
    assert fingerprint(server("\ud83d\ude00")) != fingerprint(server("\U0001f600"))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80), st.sampled_from(["TOKEN", "X", "command"]))
def test_any_text_is_redacted_without_failing(text: str, name: str) -> None:
    found = server(
        text, text, "--token", text, "-H", text, env={name: text}, url=text, definition={name: [text, {name: text}]}
    )
    for secret in secrets(found):
        assert secret
    assert fingerprint(found) == fingerprint(found)


PIECES = [
    "token=",
    "--token ",
    "https://",
    "a:b@",
    ";",
    " ",
    '"',
    "'",
    "${",
    "}",
    ":-",
    "eyJ",
    ".",
    "ghp_",
    "0" * 20,
    "\\",
    "\n",
]


@pytest.mark.parametrize(
    "piece", [*PIECES, "sk-", '"a":"', "-----BEGIN PRIVATE KEY-----", '\\"a\\":\\"', "a" * 64 + "="]
)
def test_no_text_takes_quadratic_time(piece: str) -> None:
    """Would not come back if it did."""
    text = piece * (200_000 // len(piece))
    assert fingerprint(server("x", text, env={"TOKEN": text}))


def test_in_real_configs_nothing_that_is_installed_counts_as_a_secret() -> None:
    corpus = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "configs"
    files = sorted(corpus.glob("*/*.json")) if corpus.is_dir() else []
    if not files:
        pytest.skip("the corpus of real configs is not beside this checkout")
    found: set[str] = set()
    for file in files:
        found |= secrets(server("x", definition=plain_json(file)))
    assert "REDACTED" in found
    assert [secret for secret in found if "/" in secret or "@" in secret or secret.endswith("-mcp")] == []


def plain_json(file: Path) -> JSON:
    try:
        content: JSON = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        return None
    return content


# ------------------------------------------------------------------------------------------------ masking


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("x hunter2 y", "hunter2"),
        ('{"a": "hun\\"ter"}', 'hun"ter'),
        ('{"a": "h\\u00fcnter"}', "hünter"),
        ('{"a": "hünter"}', "hünter"),
        ('{"a": "a\\\\b\\nc"}', "a\\b\nc"),
        ("https://x.example/?k=" + quote("a/b+c d&", safe=""), "a/b+c d&"),
        ("https://x.example/?k=" + quote("a/b+c d&", safe="").lower(), "a/b+c d&"),
        ("https://x.example/?k=" + quote("a/b+c d&"), "a/b+c d&"),
        ("https://x.example/?k=a%2Fb%2Bc+d%26", "a/b+c d&"),
        ("(*.a\\w+)", "(*.a\\w+)"),
    ],
)
def test_every_spelling_is_masked(text: str, secret: str) -> None:
    masked = mask(text, [secret])
    assert SECRET in masked
    assert secret not in masked
    assert masked.count("<") == 1


def test_the_longest_goes_first_and_short_ones_stay() -> None:
    assert mask("abcdefgh abcd", ["abcd", "abcdefgh"]) == "<secret> <secret>"
    assert mask("abc", ["abc", "", "a"]) == "abc"
    assert mask("nothing", []) == "nothing"
    assert mask("a <secret> b", ["secret"]) == "a <<secret>> b"


def test_a_line_of_a_secret_of_several_lines_is_masked() -> None:
    key = "-----BEGIN KEY-----\nMIIEowIBAAK\nab\n-----END KEY-----"
    assert mask("  MIIEowIBAAK", [key]) == "  <secret>"
    assert mask("ab", [key]) == "ab"


VISIBLE = st.characters(exclude_characters="\0")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30), st.lists(st.text(VISIBLE, min_size=4, max_size=10), max_size=4), st.text(max_size=30))
def test_no_secret_survives_in_any_spelling(before: str, hidden: list[str], after: str) -> None:
    text = before + "".join(f"{each} {json.dumps(each)} " for each in hidden) + after
    masked = mask(text, hidden)
    for each in hidden:
        assert each not in masked.replace(SECRET, "\0")


@pytest.mark.parametrize("flag", ["--env=", "-e=", "--environment="])
def test_a_secret_behind_the_flag_that_sets_its_variable(flag: str) -> None:
    word = f"{flag}PASSWORD=correct-horse"
    found = secrets(server("docker", "run", word, "image"))
    assert "correct-horse" in found
    assert "correct-horse" not in mask(word, found)
