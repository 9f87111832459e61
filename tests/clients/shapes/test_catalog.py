from __future__ import annotations

import pytest
from hypothesis import given, settings

from mcp_guard import launchers
from mcp_guard.model import JSON, ImageLaunch
from tests.clients.shapes.reading import argv, document, fields, found, is_sound, problems, servers
from tests.launchers.reading import DIGEST, tree

CATALOG = f"""
registry:
  fetch:
    type: server
    image: mcp/fetch@{DIGEST}
  neo4j:
    image: mcp/neo4j
    user: "1000"
    command: [--verbose]
    secrets: [{{name: neo4j.password, env: NEO4J_PASSWORD}}]
    env:
      - name: NEO4J_URL
        value: "{{{{neo4j.url}}}}"
    volumes: ["/var/run/docker.sock:/var/run/docker.sock"]
  remote:
    type: remote
    remote:
      url: https://a.example/mcp
      headers: {{Authorization: x}}
  old: {{sseEndpoint: https://b.example/sse}}
  curl:
    type: poci
    tools:
      - name: fetch
        container: {{image: curlimages/curl, command: ["{{{{url}}}}"]}}
      - container: {{image: alpine}}
  empty: {{type: server}}
"""


def test_each_entry_is_what_the_gateway_starts() -> None:
    got = servers("catalog", document(CATALOG, "catalog.yaml", "yaml"))
    assert [(server.name.text, argv(server), server.url and server.url.text) for server in got] == [
        ("fetch", f"docker run -i --rm mcp/fetch@{DIGEST}", None),
        (
            "neo4j",
            (
                "docker run -i --rm -u 1000 -e NEO4J_PASSWORD -e NEO4J_URL={{neo4j.url}}"
                " -v /var/run/docker.sock:/var/run/docker.sock mcp/neo4j --verbose"
            ),
            None,
        ),
        ("remote", "", "https://a.example/mcp"),
        ("old", "", "https://b.example/sse"),
        ("curl#fetch", "docker run -i --rm curlimages/curl {{url}}", None),
        ("curl#1", "docker run -i --rm alpine", None),
        ("empty", "", None),
    ]
    assert [each.name.text for each in got[2].headers] == ["Authorization"]
    assert "neither an image nor a URL" in (got[6].hidden or "")
    launches = [launch for server in got for launch in launchers.read(server, tree({}))]
    pinned = [launch.image.version for launch in launches if isinstance(launch, ImageLaunch)]
    assert pinned == [DIGEST, None, None, None]


def test_the_image_is_a_literal_that_can_be_edited() -> None:
    got = servers("catalog", document(CATALOG, "catalog.yaml", "yaml"))
    image = next(word for word in got[1].argv if word.text == "mcp/neo4j")
    assert image.end - image.start == len("mcp/neo4j")


def test_an_image_and_a_url_and_a_second_url_are_all_judged() -> None:
    entry: JSON = {"image": "a", "remote": {"url": "https://a.example"}, "sseEndpoint": "https://b.example"}
    first, second = servers("catalog", document({"registry": {"x": entry}}))
    assert (argv(first), first.url and first.url.text) == ("docker run -i --rm a", "https://a.example")
    assert (second.name.text, second.url and second.url.text) == ("x#sseEndpoint", "https://b.example")


def test_a_server_of_another_catalog_that_is_enabled_is_not_passed_over() -> None:
    [server] = servers("catalog", document({"registry": {"fetch": {"ref": ""}}}))
    assert server.hidden == "the gateway takes it from a Docker MCP catalog, which is not in this file"


@pytest.mark.parametrize(
    "content",
    [
        {},
        [],
        {"registry": "docker.io"},
        {"registry": ["a"]},
        {"registry": {}},
        {"registry": {"url": "https://npm.example", "token": "x"}},
    ],
)
def test_another_registry_is_none_of_our_business(content: JSON) -> None:
    assert found("catalog", document(content)) == []


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (1, "registry.x: expected an object, got a number"),
        ({"image": []}, "registry.x.image: expected a string, got a list"),
        ({"image": "a", "command": "run"}, "registry.x.command: expected a list, got a string"),
        ({"image": "a", "env": {"A": 1}}, "registry.x.env: expected a list, got an object"),
        ({"image": "a", "env": [1]}, "registry.x.env[0]: expected an object"),
        ({"image": "a", "volumes": [{}]}, "registry.x.volumes[0]: expected a string"),
        ({"remote": "https://a.example"}, "registry.x.remote: expected an object, got a string"),
        ({"tools": {}}, "registry.x.tools: expected a list, got an object"),
        ({"tools": [{"container": {}}]}, "registry.x.tools[0].container: image is missing"),
    ],
)
def test_wrong_types_are_problems(entry: JSON, message: str) -> None:
    (problem,) = problems("catalog", document({"registry": {"ok": {"image": "a"}, "x": entry}}))
    assert problem.message.startswith(message)
    assert problem.server == "x"


@given(
    fields(
        "registry", "image", "remote", "url", "command", "env", "name", "value", "volumes", "tools", "container", "type"
    )
)
@settings(max_examples=120, deadline=None)
def test_nothing_makes_it_raise(content: JSON) -> None:
    wrapped: JSON = {"registry": {"a": {"image": "x"}, "b": content}}
    for each in (content, wrapped):
        read = document(each)
        assert is_sound(read, found("catalog", read))
