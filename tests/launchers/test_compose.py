"""docker compose run: what a compose file of the repository says, or why that is not known."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_guard import launchers
from mcp_guard.model import ImageLaunch
from tests.launchers.reading import DIGEST, overrides, packages, server, texts, tree

ONE = f"services:\n  server:\n    image: mcp/fetch@{DIGEST}\n"
_PINNED = f"oci:docker.io/mcp/fetch@{DIGEST}"


def read(line: str, files: Mapping[str, str]) -> list[str]:
    return [text for one in launchers.read(server(line.split()), tree(files)) for text in texts(one)]


def service(text: str) -> dict[str, str]:
    lines = "".join(f"    {line}\n" for line in text.splitlines())
    return {"compose.yml": f"services:\n  s:\n{lines}  db:\n    image: db\n"}


@pytest.mark.parametrize(
    "line",
    [
        "docker compose run server",
        "docker compose run --rm -T server --flag",
        "docker compose --profile x -p y run -e A=1 server",
        "docker-compose run server",
        "podman-compose run --no-deps server",
        "podman compose run server",
        "nerdctl compose run server",
        "docker --context x compose run server",
    ],
)
@pytest.mark.parametrize("file", ["compose.yml", "compose.yaml", "docker-compose.yml", "a/docker-compose.yaml"])
def test_a_service_is_its_image(line: str, file: str) -> None:
    assert read(line, {file: ONE}) == [_PINNED]


@pytest.mark.parametrize(
    ("line", "files", "reason"),
    [
        ("docker compose run server", {}, "is not a file of this repository"),
        ("docker compose up", {"compose.yml": ONE}, "no other compose command than"),
        ("docker compose", {"compose.yml": ONE}, "no other compose command than"),
        ("docker compose run", {"compose.yml": ONE}, "no service is named"),
        ("docker compose run ${S}", {"compose.yml": ONE}, "the service is filled in"),
        ("docker compose run other", {"compose.yml": ONE}, "has no service `other`"),
        ("docker compose run --build server", {"compose.yml": ONE}, "is built when"),
        ("docker compose run --unknown server", {"compose.yml": ONE}, "`--unknown`"),
        ("docker compose -f gone.yml run server", {"compose.yml": ONE}, "`gone.yml` is not one file"),
        ("docker compose -f ${F} run server", {"compose.yml": ONE}, "is filled in"),
        ("docker compose -f /abs.yml run server", {"/abs.yml": ONE}, "is not one file"),
        ("docker compose -f a.yml -f b.yml run server", {"a.yml": ONE, "b.yml": ONE}, "2 files"),
        ("docker compose -f x.yml run server", {"x.yml": ONE, "a/x.yml": ONE}, "is not one file"),
        ("docker compose run server", {"compose.yml": ONE, "compose.override.yml": ONE}, "2 files"),
        ("docker compose run server", {"compose.yml": ONE, "docker-compose.yml": ONE}, "2 files"),
        ("docker compose run server", {"compose.yml": "include: [x.yml]\n" + ONE}, "includes other files"),
        ("docker compose run server", {"compose.yml": "- : ["}, "cannot be read"),
        ("docker compose run server", {"compose.yml": ""}, "has no service"),
        ("docker compose run server", {"compose.yml": "[]"}, "has no service"),
        ("docker compose run server", {"compose.yml": "services: {server: x}"}, "has no service"),
        ("docker compose run server", {"compose.yml": ONE + "services: {}\n"}, "compose.yml"),
        ("docker compose run s", service("build: ."), "is built when"),
        ("docker compose run s", service("image: x\nbuild: ."), "is built when"),
        ("docker compose run s", service("extends: db"), "takes over from another"),
        ("docker compose run s", service("command: x"), "names no image"),
        ("docker compose run s", service("image: [x]"), "names no image"),
        ("docker compose run s", service("image: 'x:${TAG}'"), "the image is filled in"),
        ("docker compose run s", service("image: X"), "is not an image reference"),
        ("docker compose run s", service("image: x\ncommand: a; b"), "several commands"),
    ],
)
def test_what_is_not_known_is_opaque(line: str, files: Mapping[str, str], reason: str) -> None:
    found = read(line, files)
    assert len(found) == 1
    assert found[0].startswith("? ")
    assert reason in found[0]


@pytest.mark.parametrize("variable", ["COMPOSE_FILE"])
def test_a_variable_that_chooses_the_file(variable: str) -> None:
    found = launchers.read(
        server(["docker", "compose", "run", "server"], env={variable: "x"}), tree({"compose.yml": ONE})
    )
    assert variable in texts(found[0])[0]


def test_a_file_that_is_no_text() -> None:
    tracked = launchers.Tracked(lambda path: path == "compose.yml", lambda _: None)
    found = launchers.read(server(["docker", "compose", "run", "server"]), tracked)
    assert [texts(one) for one in found] == [["? compose.yml cannot be read"]]


def test_a_folder_that_is_not_known() -> None:
    given_server = server(["docker", "compose", "run", "server"], cwd="${X}")
    assert "not known" in texts(launchers.read(given_server, tree({"compose.yml": ONE}))[0])[0]


@pytest.mark.parametrize(
    ("line", "files"),
    [
        ("docker compose -f x/c.yml run server", {"x/c.yml": ONE, "compose.yml": ""}),
        ("docker compose --file=x/c.yml run server", {"x/c.yml": ONE}),
        ("docker compose --project-directory x run server", {"x/compose.yml": ONE, "compose.yml": ""}),
    ],
)
def test_the_file_that_is_named(line: str, files: Mapping[str, str]) -> None:
    assert read(line, files) == [_PINNED]


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("image: node:22\ncommand: npx -y foo", "s", ["npm:foo@*"]),
        ("image: node:22\ncommand: [npx, -y, foo@1.0.0]", "s", ["npm:foo@1.0.0"]),
        ("image: node:22\ncommand: [npx, -y, foo]", "s npx bar", ["npm:bar@* [bar||@]"]),
        ("image: node:22\nentrypoint: npx\ncommand: foo", "s", ["npm:foo@*"]),
        ("image: node:22\nentrypoint: [npx, -y, foo]", "s x", ["npm:foo@*"]),
        ("image: node:22\nentrypoint: npx foo", "--entrypoint uvx s bar", ["pypi:bar@* [bar||@]"]),
        ("image: node:22\ncommand: npx foo\nvolumes: ['.:/x']", "s", ["? what is mounted"]),
        ("image: node:22\ncommand: null", "s", []),
        ("image: node:22\nenvironment: {npm_config_package: x}\ncommand: npx foo", "s", ["? the variable"]),
        ("image: node:22\nenvironment: [npm_config_package=x]\ncommand: npx foo", "s", ["? the variable"]),
        ("image: node:22\ndepends_on: [db]", "s", ["oci:docker.io/library/db@*"]),
        ("image: node:22\ndepends_on: {db: {condition: x}}", "s", ["oci:docker.io/library/db@*"]),
        ("image: node:22\ndepends_on: [db]", "--no-deps s", []),
        ("image: node:22\ndepends_on: [s]", "s", []),
        ("image: node:22\ndepends_on: [gone]", "s", ["? compose.yml has no service `gone`"]),
    ],
)
def test_what_the_service_starts(text: str, line: str, found: list[str]) -> None:
    got = read(f"docker compose run {line}", service(text))
    if got[-1].startswith("? ") and "gone" in got[-1]:
        assert got[-1:] == found
        return
    assert got[0] == "oci:docker.io/library/node@*"
    assert len(got) == len(found) + 1
    for one, wanted in zip(got[1:], found, strict=True):
        assert one.startswith(wanted)


@pytest.mark.parametrize(
    ("text", "severities"),
    [
        ("privileged: true", ["error"]),
        ("volumes: null", []),
        ("privileged: false", []),
        ("network_mode: host", ["warning"]),
        ("network_mode: bridge", []),
        ("pid: host\nipc: host\nuserns_mode: host\nuts: host", ["error"] * 4),
        ("cap_add: [SYS_ADMIN, NET_ADMIN]", ["error"]),
        ("security_opt: ['seccomp:unconfined']", ["error"]),
        ("devices: ['/dev/sda:/dev/sda', '/dev/dri']", ["error"]),
        ("volumes: ['/var/run/docker.sock:/x', './a:/b', 'data:/c', '~:/d']", ["error", "warning"]),
        ("volumes:\n- {type: bind, source: /, target: /x}", ["error"]),
        ("volumes:\n- {type: tmpfs, target: /x}", []),
        ("use_api_socket: true", ["error"]),
    ],
)
def test_what_reaches_the_host(text: str, severities: list[str]) -> None:
    found = launchers.read(server(["docker", "compose", "run", "s"]), tree(service(f"image: x\n{text}")))
    images = [one for one in found if isinstance(one, ImageLaunch)]
    assert [escape.severity for escape in images[0].escapes] == severities
    assert {escape.word.place.file for escape in images[0].escapes} <= {"compose.yml"}


def test_the_image_stands_in_the_compose_file_and_cannot_be_pinned_in_the_config() -> None:
    found = launchers.read(server(["docker", "compose", "run", "server"]), tree({"compose.yml": ONE}))
    (package,) = packages(found)
    assert (package.word.place.file, package.word.place.line) == ("compose.yml", 3)
    assert (package.cut, package.word.start, package.word.end) == (None, 0, 0)
    assert overrides(found) == []


def test_services_that_need_one_another_end_somewhere() -> None:
    files = {"compose.yml": "services:\n  a: {image: x, depends_on: [b]}\n  b: {image: y, depends_on: [a]}\n"}
    assert read("docker compose run a", files) == ["oci:docker.io/library/x@*", "oci:docker.io/library/y@*"]


KEYS = st.sampled_from(
    [
        *("image", "build", "extends", "command", "entrypoint", "privileged", "volumes", "environment", "depends_on"),
        *("cap_add", "env_file", "secrets"),
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["x", "s", "${X}", "/:/x", "npx foo", "a; b", ""]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.sampled_from(["source", "s"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(KEYS, VALUES, max_size=6) | VALUES)
def test_any_service_has_launches(content: object) -> None:
    import json

    files = {"compose.yml": json.dumps({"services": {"s": content}})}
    assert launchers.read(server(["docker", "compose", "run", "s"]), tree(files))


def test_a_named_file_is_not_looked_for_in_the_projects_folder() -> None:
    files = {
        "c.yml": "services: {x: {image: mcp/right}}\n",
        "sub/c.yml": "services: {x: {image: mcp/wrong}}\n",
    }
    line = ["docker", "compose", "--project-directory", "sub", "-f", "c.yml", "run", "x"]
    found = launchers.read(server(line), tree(files))
    assert [package.name for package in packages(found)] == ["docker.io/mcp/right"]
