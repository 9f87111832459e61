from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_guard.documents import DocumentError
from mcp_guard.model import JSON
from tests.clients.shapes.reading import argv, corpus, document, fields, found, is_sound, problems, servers

FIELDS = (
    "services image command entrypoint environment env_file volumes devices privileged network_mode labels build"
    " dockerfile_inline extends service source target type path cap_add"
)


def service(**more: JSON) -> str:
    (server,) = servers("compose", document({"services": {"x": {"image": "mcp/fetch", **more}}}))
    return argv(server).removeprefix("docker run ")


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "mcp/fetch"),
        ({"command": "serve --name 'a b' ${X}"}, "mcp/fetch serve --name a b ${X}"),
        ({"command": ["serve", 80]}, "mcp/fetch serve 80"),
        ({"command": None}, "mcp/fetch"),
        ({"command": ""}, "mcp/fetch"),
        ({"entrypoint": "npx -y evil", "command": ["x"]}, "--entrypoint npx mcp/fetch -y evil x"),
        ({"entrypoint": []}, "mcp/fetch"),
        ({"environment": {"A": "1", "B": None, "C": 2}}, "-e A=1 -e B -e C=2 mcp/fetch"),
        ({"environment": ["A=1", "B"]}, "-e A=1 -e B mcp/fetch"),
        ({"env_file": ".env"}, "--env-file .env mcp/fetch"),
        ({"env_file": [".env", {"path": "b.env", "required": False}]}, "--env-file .env --env-file b.env mcp/fetch"),
        ({"volumes": ["/:/host", {"type": "bind", "source": "/", "target": "/h", "read_only": True}]},
         "-v /:/host --mount type=bind,source=/,target=/h,readonly=true mcp/fetch"),
        ({"devices": ["/dev/kvm", {"source": "/dev/sda", "target": "/x"}]},
         "--device /dev/kvm --device /dev/sda mcp/fetch"),
        ({"privileged": True}, "--privileged mcp/fetch"),
        ({"privileged": False, "use_api_socket": True}, "--use-api-socket mcp/fetch"),
        ({"privileged": "${P}"}, "--privileged mcp/fetch"),
        ({"network_mode": "host", "pid": "host", "ipc": "host"}, "--network host --pid host --ipc host mcp/fetch"),
        ({"cap_add": ["ALL"], "security_opt": ["seccomp:unconfined"]},
         "--cap-add ALL --security-opt seccomp:unconfined mcp/fetch"),
        ({"pull_policy": "always", "user": 0}, "--user 0 --pull always mcp/fetch"),
    ],
)  # fmt: skip
def test_a_service_is_the_docker_run_that_it_amounts_to(more: dict[str, JSON], expected: str) -> None:
    assert service(**more) == expected


@pytest.mark.parametrize(
    "image",
    [
        "mcp/fetch",
        "docker.io/mcp/fetch:1",
        "docker/mcp-gateway",
        "docker/mcp-gateway:v2@sha256:0",
        "mirror.example/x/mcp-gateway:1",
        "ghcr.io/github/github-mcp-server",
        "a/mcp_server",
        "a/MCPServer:1",
        "a/server-mcp",
        "${IMAGE:-mcp/fetch}",
    ],
)
def test_images_of_servers_are_known(image: str) -> None:
    assert len(servers("compose", document({"services": {"x": {"image": image}}}))) == 1


@pytest.mark.parametrize(
    "image", ["redis:7", "postgres", "a/frontend", "acmcp/x", "tcmcp/mcp", "mcp", "a/server-mcpx", "x/mcpherson-serve"]
)
def test_other_images_are_none_of_our_business(image: str) -> None:
    assert found("compose", document({"services": {"x": {"image": image}}})) == []


@pytest.mark.parametrize(
    "labels",
    [
        {"io.modelcontextprotocol.server.name": "io.example/x"},
        ["io.modelcontextprotocol.server.name=io.example/x"],
        {"io.docker.server.metadata": "{}"},
    ],
)
def test_a_label_says_that_it_is_a_server(labels: JSON) -> None:
    assert len(servers("compose", document({"services": {"x": {"image": "a/b", "labels": labels}}}))) == 1


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"build": "."}, "Dockerfile"),
        ({"image": None, "build": {"dockerfile_inline": "# x\nFROM --platform=a mcp/fetch AS b"}}, "Dockerfile"),
        ({"extends": "other"}, "extends"),
        ({"extends": {"file": "b.yaml", "service": "other"}}, "extends"),
    ],
)
def test_what_is_not_in_the_file_is_hidden(more: dict[str, JSON], words: str) -> None:
    (server,) = servers("compose", document({"services": {"x": {"image": "mcp/fetch", **more}}}))
    assert words in (server.hidden or "")
    assert not server.argv


def test_the_gateway_is_an_image_and_starts_what_nobody_sees() -> None:
    content: JSON = {"services": {"g": {"image": "docker/mcp-gateway:1", "command": ["--servers=a,b"]}}}
    (server,) = servers("compose", document(content))
    assert argv(server) == "docker run docker/mcp-gateway:1 --servers=a,b"
    assert "catalog" in (server.hidden or "")


def test_what_a_service_extends_says_what_it_is() -> None:
    services: JSON = {
        "base": {"image": "mcp/fetch"},
        "child": {"extends": {"service": "base"}},
        "loop": {"extends": "pool"},
        "pool": {"extends": "loop"},
        "self": {"extends": "self"},
    }
    assert [each.name.text for each in servers("compose", document({"services": services}))] == ["base", "child"]


def test_the_image_stands_where_it_is_written() -> None:
    text = "services:\n  x:\n    image: mcp/fetch:1 # c\n"
    (server,) = servers("compose", document(text, "compose.yml", "yaml"))
    word = server.argv[-1]
    assert (word.text, text[word.start : word.end], word.place.line) == ("mcp/fetch:1", "mcp/fetch:1", 3)


@pytest.mark.parametrize("content", [{}, [], {"services": []}, {"services": {"x": 1}}, {"services": {"x": {}}}])
def test_other_files_are_none_of_our_business(content: JSON) -> None:
    assert found("compose", document(content)) == []


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"command": {}}, "services.x.command: expected a string, got an object"),
        ({"command": "'open"}, "services.x.command: a quotation mark is not closed"),
        ({"command": [[]]}, "services.x.command[0]: expected a string, got a list"),
        ({"environment": "A=1"}, "services.x.environment: expected an object, got a string"),
        ({"environment": {"A": []}}, "services.x.environment.A: expected a string"),
        ({"volumes": "a:b"}, "services.x.volumes: expected a list, got a string"),
        ({"volumes": [1]}, "services.x.volumes[0]: expected a string, got a number"),
        ({"devices": [{"target": "x"}]}, "services.x.devices[0]: source is missing"),
        ({"privileged": []}, "services.x.privileged: expected a string"),
        ({"env_file": {"a": 1}}, "services.x.env_file: expected a string, got an object"),
    ],
)
def test_wrong_types_are_problems(more: dict[str, JSON], message: str) -> None:
    (problem,) = problems("compose", document({"services": {"x": {"image": "mcp/fetch", **more}}}))
    assert problem.message.startswith(message)
    assert problem.server == "x"


YAML = st.lists(
    st.sampled_from(
        [
            "  x:",
            "    image: mcp/x",
            "    command: a 'b",
            "    <<: *a",
            "&a",
            "!!str",
            "    volumes:",
            "- ",
            "[",
            "{",
            "}",
            "*a",
            " ",
            "\n",
        ]
    ).flatmap(lambda piece: st.sampled_from([piece, f"{piece}\n"]))
).map("".join)


@given(YAML)
@settings(max_examples=120, deadline=None)
def test_no_yaml_makes_it_raise(text: str) -> None:
    try:
        content = document(f"services:\n  x:\n    image: mcp/x\n{text}", "compose.yml", "yaml")
    except DocumentError:
        return
    for shape in ("compose", "catalog"):
        assert is_sound(content, found(shape, content))


@pytest.mark.parametrize("key", ["command", "volumes", "environment", "entrypoint", "devices", "privileged", "image"])
@pytest.mark.parametrize("value", ["!!str", "x", "~", "2026-01-01", "!!str ''", "", "&a", "'", "|", "012", "yes"])
def test_odd_scalars_of_yaml_are_read_or_a_problem(key: str, value: str) -> None:
    try:
        content = document(f"services:\n  x:\n    image: mcp/x\n    {key}: {value}", "compose.yml", "yaml")
    except DocumentError:
        return
    assert is_sound(content, found("compose", content))


@given(fields(*FIELDS.split()))
@settings(max_examples=120, deadline=None)
def test_nothing_makes_it_raise(content: JSON) -> None:
    inner = content if isinstance(content, dict) else {"command": content}
    wrapped: JSON = {"services": {"x": {"image": "mcp/x", **inner}}}
    for each in (content, wrapped):
        read = document(each)
        assert is_sound(read, found("compose", read))


def test_the_real_files_are_read_entry_by_entry() -> None:
    real = {
        name: [(one.name.text, argv(one)) for one in servers("compose", each)]
        for name, each in corpus("docker-compose", "yaml")
    }
    socket = "-v /var/run/docker.sock:/var/run/docker.sock docker/mcp-gateway --transport=streaming"
    assert {name: got for name, got in real.items() if got} == {
        "Bzcasper__n8n-mcp-server__1": [
            (
                "n8n-mcp-server",
                (
                    "docker run -e N8N_API_URL=https://n8n.trendradar.ai/api/v1 -e N8N_API_KEY=REDACTED"
                    " -e N8N_WEBHOOK_USERNAME=bzcasper -e N8N_WEBHOOK_PASSWORD=REDACTED bzcasper/n8n-mcp-server:0.1.9"
                ),
            )
        ],
        "chughtapan__wags__1": [
            (
                "github-mcp",
                (
                    "docker run -e GITHUB_PERSONAL_ACCESS_TOKEN=${GITHUB_PERSONAL_ACCESS_TOKEN}"
                    " ghcr.io/github/github-mcp-server:latest stdio"
                ),
            )
        ],
        "docker__compose-for-agents__4": [
            (
                "mcp-gateway",
                "docker run --use-api-socket docker/mcp-gateway:latest --transport=sse --servers=duckduckgo",
            )
        ],
        "docker__compose-for-agents__5": [
            (
                "mcp-gateway",
                (
                    "docker run --use-api-socket docker/mcp-gateway:latest --transport=sse"
                    " --secrets=/run/secrets/database-url --servers=postgres --tools=query"
                ),
            )
        ],
        "docker__mcp-gateway__2": [
            (
                "gateway",
                (
                    f"docker run {socket} --servers=neo4j-memory --tools=read_graph"
                    " --secrets=/run/secrets/mcp_secrets --config=/mcp_configs"
                ),
            )
        ],
        "docker__mcp-gateway__3": [("gateway", f"docker run {socket} --servers=fetch --port=9011")],
        "docker__mcp-gateway__4": [("gateway", "")],
    }
    assert len(real) == 13
