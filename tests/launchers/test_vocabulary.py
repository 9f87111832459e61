"""Any command line from the words of all the tables: launches, never an exception."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import example, given, settings
from hypothesis import strategies as st

from mcp_guard import launchers
from mcp_guard.launchers import docker_flags, thv, toolchain, wsl
from mcp_guard.launchers.installed import INSTALLED
from mcp_guard.launchers.options import Flags
from mcp_guard.launchers.wrappers import SYSTEM, TOOLCHAIN, Wrapper
from mcp_guard.model import OpaqueLaunch
from tests.launchers.reading import check_pins, server, texts, tree

ROWS: dict[str, Wrapper] = {**SYSTEM, **TOOLCHAIN, **INSTALLED}
PROGRAMS = sorted({name for launcher in launchers.LAUNCHERS for name in launcher.programs})
FILES = {
    "compose.yml": "services: {server: {image: mcp/fetch, volumes: ['/:/x'], depends_on: [server]}}",
    "pyproject.toml": "[project.scripts]\nnpx = 'a:b'",
    ".envrc": "",
    "s.js": "",
}


def flags() -> Iterator[Flags]:
    yield from (row.flags for row in ROWS.values())
    yield from (*docker_flags.GLOBAL.values(), *docker_flags.RUN.values())
    yield from (
        docker_flags.COMPOSE,
        docker_flags.COMPOSE_RUN,
        docker_flags.GATEWAY,
        thv.FLAGS,
        toolchain.MISE,
        wsl.FLAGS,
    )


FLAGS = sorted({name for one in flags() for name in one.value | one.boolean})
SUBCOMMANDS = sorted({row.subcommand for row in ROWS.values() if row.subcommand} | {"compose", "mcp", "gateway", "x"})
PLAIN = [
    *("--", "-", "npx", "foo", "foo@1.0.0", "server", "mcp/fetch", "npx foo", "npx -y", "A=1", "PATH=.", "1", "s.js"),
    *(
        "-y foo",
        "/:/x",
        "type=bind,src=/,dst=/x",
        "host",
        "${X}",
        "$X",
        "",
        " ",
        "'",
        '"',
        "\\",
        "a; b",
        "cd x && npx y",
    ),
    *(
        "npx://foo",
        "uvx://foo@1.0",
        "npm:foo@1.0.0",
        "pnpm@9",
        "bgBwAHgA",
        "-enc",
        "-c",
        "/c",
        "~",
        "@x",
        "--x=y",
        "-é",
    ),
]
WORD = st.sampled_from(PROGRAMS) | st.sampled_from(FLAGS) | st.sampled_from(SUBCOMMANDS) | st.sampled_from(PLAIN)
ASSIGNED = st.tuples(st.sampled_from(FLAGS), st.sampled_from(PLAIN)).map("=".join)
ARGV = st.builds(
    lambda program, rest: [program, *rest],
    st.sampled_from(PROGRAMS) | st.sampled_from(PLAIN) | st.tuples(st.sampled_from(PROGRAMS), WORD).map(" ".join),
    st.lists(WORD | ASSIGNED, max_size=9),
)


@settings(max_examples=600, deadline=None)
@given(ARGV, st.sampled_from(({}, FILES)), st.none() | st.sampled_from(PLAIN))
@example(["docker", "run", "-v"], {}, None)
@example(["npx -y", "-y foo"], {}, None)
@example([" ", "npx"], {}, None)
@example(["pwsh", "-enc", "AAAAAAAA"], {}, None)
def test_any_command_line_has_launches(argv: list[str], files: dict[str, str], cwd: str | None) -> None:
    found = launchers.read(server(argv, cwd=cwd), tree(files))
    assert found
    assert found == launchers.read(server(argv, cwd=cwd), tree(files))
    assert all(one.reason and not one.reason.endswith(".") for one in found if isinstance(one, OpaqueLaunch))


@settings(max_examples=300, deadline=None)
@given(ARGV)
def test_any_pin_can_be_written(argv: list[str]) -> None:
    check_pins(argv)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(
        st.sampled_from(["npx", "-y", "foo", "&", "&&", "'", '"', "\\", "$X", "`", "|", ";", "A=1", "%X%", "^", "#"])
    )
    .map(" ".join)
    .map(lambda line: f"npx {line}"),
    st.lists(st.sampled_from(["foo", "-y", "a b", "'", "&", "$(x)", ""]), max_size=3),
)
def test_a_line_in_one_string_is_read_or_refused(line: str, arguments: list[str]) -> None:
    found = launchers.read(server([line, *arguments]), tree())
    assert found
    dangerous = any(sign in " ".join([line, *arguments]) for sign in ("& ", "|", ";", "`", "$("))
    assert not dangerous or any(isinstance(one, OpaqueLaunch) for one in found), texts(found[0])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([f"{name} " for name in ("nice", "sudo", "env", "setsid", "busybox")]), max_size=30))
def test_nesting_ends(prefixes: list[str]) -> None:
    found = launchers.read(server([*"".join(prefixes).split(), "npx", "foo"]), tree())
    expected = "npm:foo@* [foo||@]" if len(prefixes) < 8 else "? too many launchers start one another"
    assert [text for one in found for text in texts(one)] == [expected]
