"""docker run and podman run."""

from __future__ import annotations

import pytest

from tests.launchers.reading import DIGEST, check

_FETCH = "oci:docker.io/mcp/fetch@* [mcp/fetch||@]"
_NODE = "oci:docker.io/library/node@* [node:22||@]"

LINES = [
    ("docker run mcp/fetch", [_FETCH]),
    ("docker run -i --rm mcp/fetch", [_FETCH]),
    ("docker run -it --rm -e KEY mcp/fetch", [_FETCH]),
    ("docker run -eFOO=1 -itv /a:/b mcp/fetch", [_FETCH]),
    ("docker run -e FOO=1 --name x mcp/fetch:1.2.3", ["oci:docker.io/mcp/fetch@* [mcp/fetch:1.2.3||@]"]),
    (f"docker run mcp/fetch@{DIGEST}", [f"oci:docker.io/mcp/fetch@{DIGEST} [mcp/fetch|@{DIGEST}|@]"]),
    (f"docker run mcp/fetch:1@{DIGEST}", [f"oci:docker.io/mcp/fetch@{DIGEST} [mcp/fetch:1|@{DIGEST}|@]"]),
    ("docker run alpine", ["oci:docker.io/library/alpine@* [alpine||@]"]),
    ("docker run host:5000/img", ["oci:host:5000/img@* [host:5000/img||@]"]),
    ("docker run localhost/img:1", ["oci:localhost/img@* [localhost/img:1||@]"]),
    ("docker run ghcr.io/a/b/c:latest", ["oci:ghcr.io/a/b/c@* [ghcr.io/a/b/c:latest||@]"]),
    ("docker run --rm true mcp/fetch", ["oci:docker.io/library/true@* [true||@]"]),
    ("docker run --rm=true mcp/fetch", [_FETCH]),
    ("docker run --rm=evil mcp/fetch", ["? `--rm`"]),
    ("docker container run mcp/fetch", [_FETCH]),
    ("docker -H tcp://h --context c run mcp/fetch", [_FETCH]),
    ("docker run --unknown mcp/fetch", ["? `--unknown`"]),
    ("docker run -z mcp/fetch", ["? `-z`"]),
    ("docker run --memory-swap -1 mcp/fetch", [_FETCH]),
    ("docker run -- mcp/fetch", [_FETCH]),
    ("docker run Mcp/Fetch", ["? not an image"]),
    ("docker run mcp/fetch@sha256:abc", ["? digest"]),
    ("docker run '${IMAGE}'", ["? filled in"]),
    ("docker run 'mcp/fetch:${TAG:-1}'", ["? filled in"]),
    ("docker run -e 'K=${V}' --name '${N}' mcp/fetch '${ARG}'", [_FETCH]),
    ("docker run", ["? no image"]),
    ("docker run -i", ["? no image"]),
    ("docker", ["? docker run"]),
    ("docker exec -i c server", ["? container"]),
    ("docker compose run s", ["? compose"]),
    ("docker mcp gateway run", ["? catalogue"]),
    ("docker start x", ["? docker run"]),
    ("docker run mcp/fetch --transport stdio", [_FETCH]),
    ("docker run mcp/fetch start", [_FETCH]),
    ("docker run --mount type=bind,src=/a,dst=/p mcp/fetch /p", [_FETCH]),
    ("docker run node:22 npx -y foo@1.0.0", [_NODE, "npm:foo@1.0.0 [foo|@1.0.0|@]"]),
    ("docker run node:22 sh -c 'npx -y foo'", [_NODE, "npm:foo@* [npx -y foo||@]"]),
    ("docker run node:22 sh -c 'a && b'", [_NODE, "? several commands"]),
    ("docker run node:22 node /app/s.js", [_NODE]),
    ("docker run node:22 node -r /app/x s.js", [_NODE]),
    ("docker run -v .:/app node:22 node s.js", [_NODE, "? mounted"]),
    ("docker run -v .:/app node:22 node -r ./s.js x.js", [_NODE, "? mounted"]),
    ("docker run -v ./rc:/etc/npmrc node:22 npx -y foo@1.0.0", [_NODE, "? mounted"]),
    ("docker run --mount type=bind,src=a,dst=/b node:22 sh -c 'uvx foo'", [_NODE, "? mounted"]),
    ("docker run --volumes-from x --entrypoint npx node:22 foo", [_NODE, "? mounted"]),
    ("podman run --secret x quay.io/x npx foo", ["oci:quay.io/x@* [quay.io/x||@]", "? mounted"]),
    ("docker run -v .:/app node:22 tool", [_NODE]),
    ("docker run node:22 npx -p a tool", [_NODE, "npm:a@* [a||@]"]),
    ("docker run node:22 npx supergateway --stdio x", [_NODE, "npm:supergateway@* [supergateway||@]"]),
    ("docker run node:22 uv run tool", [_NODE]),
    ("docker run node:22 python -m mod", [_NODE]),
    ("docker run node:22 uv run --with a==1.0 python -m mod", [_NODE, "pypi:a@1.0 [a|==1.0|==]"]),
    ("docker run node:22 deno run npm:x", [_NODE, "? `deno`"]),
    ("docker run node:22 curl https://x", [_NODE, "? `curl`"]),
    ("docker run --entrypoint npx node:22 -y foo", [_NODE, "npm:foo@* [foo||@]"]),
    ("docker run --entrypoint=sh node:22 -c 'npx foo'", [_NODE, "npm:foo@* [npx foo||@]"]),
    ("docker run --entrypoint '' node:22 npx foo", [_NODE, "npm:foo@* [foo||@]"]),
    ("docker run --entrypoint /server node:22", [_NODE]),
    ("docker run node:22 docker run mcp/fetch", [_NODE, _FETCH]),
    ("docker run -e npm_config_package=evil node:22 npx foo", [_NODE, "? `npm_config_package`"]),
    ("podman run docker.io/mcp/fetch", ["oci:docker.io/mcp/fetch@* [docker.io/mcp/fetch||@]"]),
    ("podman run mcp/fetch", ["? docker.io/mcp/fetch"]),
    ("podman run --arch arm64 quay.io/x", ["oci:quay.io/x@* [quay.io/x||@]"]),
    ("podman run --rootfs dir", ["? --rootfs"]),
    ("podman run --link a quay.io/x", ["? `--link`"]),
    ("podman --remote run quay.io/x", ["oci:quay.io/x@* [quay.io/x||@]"]),
    ("docker run oci://x", ["? not an image"]),
]


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_command_lines(line: str, expected: list[str]) -> None:
    check(line, expected, {"s.js", "mod.py"})
