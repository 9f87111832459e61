"""Any command line at all: launches and never an exception, and no secret in what is shown."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mcp_guard import launchers
from mcp_guard.launchers.command import Token, Unclear
from mcp_guard.launchers.split import posix, windows
from mcp_guard.model import OpaqueLaunch
from tests.launchers.reading import check_pins, overrides, server, tree, word

PROGRAMS = [name for launcher in launchers.LAUNCHERS for name in launcher.programs]
WORDS = [
    *PROGRAMS,
    *(
        "exec",
        "x",
        "dlx",
        "run",
        "tool",
        "container",
        "-y",
        "-p",
        "-c",
        "--",
        "--package",
        "--package=a",
        "--from",
        "--with",
    ),
    *("--spec", "-e", "-v", "-i", "-it", "-m", "-S", "-C", "--entrypoint", "--registry", "/c", "-lc", "--call", "A=1"),
    *("foo", "foo@1.2.3", "@s/n", "@s/n@latest", "a@npm:b@1.0.0", "foo[x]", "foo==1.0", "foo>=1,bar", "mcp-remote"),
    *(
        "https://x.example",
        "s.js",
        "./s.py",
        "a/b",
        "git+https://x/y@z",
        "img:1",
        "-y foo",
        "npx -y foo",
        "'foo'",
        "${X}",
    ),
    *(
        "$X",
        "%X%",
        "",
        " ",
        '"',
        "'",
        "\\",
        "true",
        "exec npx foo",
        'uvx "foo"',
        "docker run img npx foo",
        "-",
        "--yes=x",
    ),
]
TEXT = st.text(st.characters(codec=None), max_size=12)
ARGUMENT = st.sampled_from(WORDS) | TEXT
ARGV = st.lists(ARGUMENT, max_size=9) | st.tuples(
    st.sampled_from(PROGRAMS), st.lists(st.sampled_from(WORDS), max_size=8)
).map(lambda pair: [pair[0], *pair[1]])
ENV = st.dictionaries(
    st.sampled_from(["npm_config_registry", "UV_INDEX", "DOCKER_HOST", "npm_config_call"]) | TEXT, ARGUMENT, max_size=2
)


@settings(max_examples=400, deadline=None)
@given(ARGV, ENV, st.none() | ARGUMENT, st.none() | ARGUMENT, st.sampled_from(((), WORDS)))
def test_any_server_has_launches(
    argv: list[str], env: dict[str, str], cwd: str | None, url: str | None, tracked: Sequence[str]
) -> None:
    given_server = server(argv, env=env, cwd=cwd, url=url)
    found = launchers.read(given_server, tree(tracked))
    assert found
    assert found == launchers.read(given_server, tree(tracked))
    assert all(launch.reason for launch in found if isinstance(launch, OpaqueLaunch))


@settings(max_examples=400, deadline=None)
@given(ARGV)
@example(["npx -y 'foo'"])
@example(["sh", "-c", "uvx --from 'foo[x]' bar"])
@example(["uvx", "--with", "foo>=1,bar", "x"])
def test_any_cut_is_where_a_pin_can_be_written(argv: list[str]) -> None:
    check_pins(argv)


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("abc @=.\\'\" \t$%{}[]&;#~1"), max_size=16))
def test_tokens_that_have_a_place_stand_there(text: str) -> None:
    for split in (posix, windows):
        try:
            tokens = split(Token(text, word(text)))
        except Unclear:
            continue
        for token in tokens:
            assert token.start is None or text[token.start : token.start + len(token.text)] == token.text


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(launchers.OVERRIDE_FILES),
    st.binary(max_size=60) | TEXT.map(lambda text: text.encode("utf-8", "surrogatepass")),
)
@example("bunfig.toml", b"[install]\nregistry = 1979-05-27")
@example("uv.toml", b"index-url = 0x" + b"f" * 5000)
def test_any_override_file_is_read(name: str, data: bytes) -> None:
    launchers.overrides(name, data)


@pytest.mark.parametrize("host", ["npm.example", "[::1]:4873", "npm.example:1"])
@settings(max_examples=100, deadline=None)
@given(user=st.text(st.sampled_from("SECRET:@%"), min_size=8, max_size=20))
def test_no_secret_of_a_url_is_shown(host: str, user: str) -> None:
    url = f"https://S3CR3T{user}@{host}/x?S3CR3T=1#S3CR3T"
    argvs = (["npx", f"--registry={url}", "foo"], ["uvx", "--index", f"a={url}", "foo"], ["uvx", "--index", url, "foo"])
    found = [one for argv in argvs for one in overrides(launchers.read(server(argv), tree()))]
    files = {".npmrc": f"registry={url}", "pip.conf": f"index-url={url}", ".yarnrc.yml": f"npmRegistryServer: {url}"}
    found += [one for name, text in files.items() for one in launchers.overrides(name, text.encode())]
    assert len(found) == 6
    assert not [one for one in found if "S3CR3T" in f"{one.what} {one.registry}"]
