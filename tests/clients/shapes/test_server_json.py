from __future__ import annotations

import pytest
from hypothesis import given, settings

from mcp_guard.model import JSON
from tests.clients.shapes.reading import argv, corpus, document, fields, found, is_sound, problems, servers

SCHEMA = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"
FIELDS = (
    "$schema name packages remotes registryType registry_name identifier version runtimeHint runtimeArguments"
    " packageArguments environmentVariables transport url headers type value default variables registryBaseUrl"
)


def package(**more: JSON) -> JSON:
    one: dict[str, JSON] = {"registryType": "npm", "identifier": "@a/b", "version": "1.2.3", **more}
    return {"$schema": SCHEMA, "name": "io.example/x", "packages": [one]}


def line(**more: JSON) -> str:
    (server,) = servers("server-json", document(package(**more)))
    return argv(server)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "npx -y @a/b@1.2.3"),
        ({"version": None}, "npx -y @a/b"),
        ({"registryType": "pypi", "identifier": "b"}, "uvx b==1.2.3"),
        ({"registryType": "nuget", "identifier": "B"}, "dnx B@1.2.3"),
        ({"registryType": "nuget", "packageArguments": [{"value": "x"}]}, "dnx @a/b@1.2.3 -- x"),
        ({"runtimeHint": "bunx"}, "bunx @a/b@1.2.3"),
        ({"registryBaseUrl": "https://npm.example"}, "npx -y --registry https://npm.example @a/b@1.2.3"),
        (
            {"registryType": "pypi", "registryBaseUrl": "https://pypi.example"},
            "uvx --default-index https://pypi.example @a/b==1.2.3",
        ),
        ({"runtimeArguments": [{"type": "positional", "value": "--yes"}]}, "npx --yes @a/b@1.2.3"),
        (
            {"runtimeArguments": [{"type": "named", "name": "--package", "value": "{p}"}]},
            "npx -y --package {p} @a/b@1.2.3",
        ),
        (
            {"runtimeArguments": [{"type": "named", "name": "--package", "value": "{p}", "variables": {"p": {}}}]},
            "npx -y --package ${p} @a/b@1.2.3",
        ),
        ({"packageArguments": [{"type": "named", "name": "--port", "default": 80}]}, "npx -y @a/b@1.2.3 --port 80"),
        ({"packageArguments": [{"type": "named", "name": "--on"}]}, "npx -y @a/b@1.2.3 --on"),
        (
            {"packageArguments": [{"type": "named", "name": "--dir", "valueHint": "path"}]},
            "npx -y @a/b@1.2.3 --dir ${input}",
        ),
        ({"packageArguments": [{"type": "positional", "valueHint": "path"}]}, "npx -y @a/b@1.2.3 ${input}"),
        ({"registryType": "oci", "identifier": "ghcr.io/a/b:1", "version": None}, "docker run -i --rm ghcr.io/a/b:1"),
        ({"registryType": "oci", "identifier": "ghcr.io/a/b:1"}, "docker run -i --rm ghcr.io/a/b:1"),
        ({"registryType": "oci", "identifier": "a/b"}, "docker run -i --rm a/b:1.2.3"),
        ({"registryType": "oci", "identifier": "a/b", "version": "sha256:0f"}, "docker run -i --rm a/b@sha256:0f"),
        (
            {"registryType": "oci", "identifier": "a/b", "registryBaseUrl": "https://ghcr.io/"},
            "docker run -i --rm ghcr.io/a/b:1.2.3",
        ),
        (
            {"registryType": "oci", "identifier": "quay.io/a/b", "registryBaseUrl": "https://ghcr.io"},
            "docker run -i --rm quay.io/a/b:1.2.3",
        ),
        (
            {
                "registryType": "oci",
                "identifier": "a",
                "runtimeArguments": [{"value": "run"}, {"value": "--privileged"}],
            },
            "docker run --privileged a:1.2.3",
        ),
        (
            {"registryType": "oci", "identifier": "a", "environmentVariables": [{"name": "KEY"}]},
            "docker run -i --rm -e KEY a:1.2.3",
        ),
    ],
)
def test_the_command_line_is_what_a_client_makes_of_a_package(more: dict[str, JSON], expected: str) -> None:
    assert line(**more) == expected


def test_the_package_cannot_be_edited_but_a_whole_image_can() -> None:
    (made,) = servers("server-json", document(package()))
    assert made.argv[-1].start == made.argv[-1].end
    (image,) = servers("server-json", document(package(registryType="oci", identifier="ghcr.io/a/b:1", version=None)))
    assert image.argv[-1].end - image.argv[-1].start == len('"ghcr.io/a/b:1"')


def test_names_tell_packages_apart_and_outlive_a_new_version() -> None:
    images: list[JSON] = [{"registryType": "oci", "identifier": f"ghcr.io/a/b:{tag}"} for tag in "12"]
    others: list[JSON] = [{"registryType": "npm", "identifier": "a", "version": "1.0.0"}]
    remotes: list[JSON] = [{"type": "sse", "url": "https://a.example"}, {"type": "sse", "url": "https://b.example"}]
    content: JSON = {"name": "n", "$schema": SCHEMA, "packages": [*images, *others], "remotes": remotes}
    names = [server.name.text for server in servers("server-json", document(content))]
    assert names == ["n#oci:ghcr.io/a/b", "n#oci:ghcr.io/a/b#2", "n#npm:a", "n#sse", "n#sse#2"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"registryType": "mcpb", "identifier": "https://a.example/x.mcpb"}, "bundle"),
        ({"registryType": "mcpb", "identifier": "https://a.example/x", "fileSha256": "0"}, "fileSha256"),
        ({"registryType": "crates"}, "crates"),
        ({"runtimeArguments": [{"type": "positional", "value": "evil"}]}, "runner"),
        ({"registryType": "pypi", "runtimeArguments": [{"valueHint": "x"}]}, "runner"),
    ],
)
def test_what_is_not_known_to_run_is_hidden(more: dict[str, JSON], words: str) -> None:
    (server,) = servers("server-json", document(package(**more)))
    assert words in (server.hidden or "")
    assert not server.argv


def test_names_of_old_fields_are_read() -> None:
    old: JSON = {
        "registry_name": "npm",
        "name": "a",
        "version": "1.0.0",
        "runtime_hint": "npx",
        "runtime_arguments": [{"type": "named", "name": "--quiet"}],
        "package_arguments": [{"type": "positional", "value": "-s"}],
        "environment_variables": [{"name": "KEY", "value": "v"}],
    }
    (server,) = servers("server-json", document({"packages": [old], "version_detail": {"version": "1"}}))
    assert argv(server) == "npx -y --quiet a@1.0.0 -s"
    assert [(each.name.text, each.value.text) for each in server.env] == [("KEY", "v")]
    assert server.name.text == "server.json#npm:a"


def test_two_spellings_at_once_are_a_problem_and_never_a_choice() -> None:
    (problem,) = problems("server-json", document(package(registry_name="pypi")))
    assert "both given" in problem.message
    assert problem.server == "io.example/x"


@pytest.mark.parametrize(
    ("url", "listed"),
    [
        ("https://a.example/mcp", True),
        ("http://localhost.example/mcp", True),
        ("http://localhost:{port}/mcp", False),
        ("http://127.0.0.1/", False),
        ("http://[::1]:1/", False),
    ],
)
def test_the_url_of_a_package_counts_where_it_is_not_of_this_machine(url: str, listed: bool) -> None:
    (server,) = servers("server-json", document(package(transport={"type": "sse", "url": url, "headers": []})))
    assert (server.url is not None) == listed


def test_a_remote_has_its_headers_and_its_variables_are_filled_in_later() -> None:
    remote: JSON = {
        "type": "sse",
        "url": "https://{host}/{other}",
        "variables": {"host": {}},
        "headers": [{"name": "Authorization", "isSecret": True}, {"name": "X", "value": "1"}],
    }
    (server,) = servers("server-json", document({"name": "n", "remotes": [remote]}))
    assert server.url is not None
    assert server.url.text == "https://${host}/{other}"
    assert [(each.name.text, each.value.text) for each in server.headers] == [
        ("Authorization", "${input}"),
        ("X", "1"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        {},
        [],
        None,
        {"name": "an app", "version": "1", "packages": ["a", {"name": "b"}]},
        {"$schema": "https://json.schemastore.org/other", "remotes": [{"url": "x"}]},
        {"packages": {"registryType": "npm"}, "remotes": "x"},
        {"port": 80, "host": "localhost"},
    ],
)
def test_another_server_json_is_none_of_our_business(content: JSON) -> None:
    assert found("server-json", document(content)) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"$schema": SCHEMA, "packages": {}}, "packages: expected a list, got an object"),
        ({"$schema": SCHEMA, "remotes": "x"}, "remotes: expected a list, got a string"),
        ({"$schema": SCHEMA, "packages": [1]}, "packages[0]: expected an object, got a number"),
        ({"$schema": SCHEMA, "packages": [{"identifier": "x"}]}, "packages[0]: registryType is missing"),
        ({"$schema": SCHEMA, "packages": [{"registryType": "npm"}]}, "packages[0]: identifier is missing"),
        (package(version=1), "packages[0].version: expected a string, got a number"),
        (package(environmentVariables=[{}]), "packages[0].environmentVariables[0]: name is missing"),
        ({"$schema": SCHEMA, "remotes": [{"type": "sse"}]}, "remotes[0]: url is missing"),
    ],
)
def test_wrong_types_are_problems_with_their_path(content: JSON, message: str) -> None:
    (problem,) = problems("server-json", document(content))
    assert problem.rule == "unreadable-config"
    assert problem.message.startswith(message)


@given(fields(*FIELDS.split()))
@settings(max_examples=120, deadline=None)
def test_nothing_makes_it_raise(content: JSON) -> None:
    read = document(content if not isinstance(content, dict) else {"$schema": SCHEMA, **content})
    assert is_sound(read, found("server-json", read))


def test_the_real_files_are_read_entry_by_entry() -> None:
    real = {name: servers("server-json", each) for name, each in corpus("mcp-registry-server", "json")}
    assert {
        name: [argv(each) or ("hidden" if each.hidden else "url") for each in got] for name, got in real.items()
    } == {
        "bugbug-io__agent-plugin__1": ["url"],
        "github__github-mcp-server__1": [
            (
                "docker run -i --rm -p 127.0.0.1:8085:8085 -e GITHUB_OAUTH_CALLBACK_PORT=8085"
                " -e GITHUB_PERSONAL_ACCESS_TOKEN=${token} ghcr.io/github/github-mcp-server:${VERSION}"
            ),
            "url",
        ],
        "hashicorp__terraform-mcp-server__1": [
            (
                "docker run -i --rm -e TFE_ADDRESS=${address} -e TFE_TOKEN=${token} -e ENABLE_TF_OPERATIONS=${enabled}"
                " docker.io/hashicorp/terraform-mcp-server:1.2.0"
            )
        ],
        "microsoft__mcp__2": [
            "dnx <<DnxPackageId>>@<<Version>> -- server start",
            "npx -y <<NpmPackageName>>@<<Version>> server start",
        ],
        "microsoft__playwright-mcp__1": ["npx -y @playwright/mcp@0.0.79"],
        "modelcontextprotocol__registry__1": ["npx -y io.github.<owner>/<server-name>@0.2.23 -s", "hidden"],
        "msaad00__agent-bom__1": ["uvx agent-bom==0.102.0 mcp server"],
        "oraios__serena__1": ["hidden"],
        "upstash__context7__1": ["npx -y @upstash/context7-mcp@2.0.2", "hidden", "url"],
    }
