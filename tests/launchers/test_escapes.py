"""What lets a container reach its host, and what only looks like it."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_guard import launchers
from mcp_guard.launchers.host_paths import reached
from mcp_guard.model import Escape, ImageLaunch
from tests.launchers.reading import server, tree

HOME_OF_ROOT = "/" + "root"  # as one word it is a path that no file may name

ERRORS = [
    "--privileged",
    "--privileged=true",
    "--use-api-socket",
    "--pid host",
    "--pid=host",
    "--ipc host",
    "--uts=HOST",
    "--userns host",
    "--cap-add ALL",
    "--cap-add=SYS_ADMIN",
    "--cap-add=cap_sys_ptrace",
    "--cap-add NET_RAW,SYS_MODULE",
    "--security-opt seccomp=unconfined",
    "--security-opt=apparmor:unconfined",
    "--security-opt label=disable",
    "--security-opt label:disable",
    "--security-opt systempaths=unconfined",
    "--security-opt unmask=ALL",
    "--device /dev/sda",
    "--device=/dev/nvme0n1:/dev/x",
    "--device /dev/mem",
    "--device /dev",
    "--device-cgroup-rule 'a *:* rwm'",
    "-v /var/run/docker.sock:/var/run/docker.sock",
    "-v /var/run/docker.sock:/var/run/docker.sock:ro",
    "-v/run/docker.sock:/x",
    "-itv /var/run/docker.sock:/x",
    "--volume=//var/run/docker.sock:/x",
    "-v /run/user/1000/podman/podman.sock:/x",
    "-v ~/.docker/run/docker.sock:/x",
    "-v '${XDG_RUNTIME_DIR}/docker.sock:/x'",
    "-v '${SOCK:-/var/run/docker.sock}:/x'",
    "-v /run/containerd/containerd.sock:/x",
    "-v /var/run:/x",
    "-v '\\\\.\\pipe\\docker_engine:\\\\.\\pipe\\docker_engine'",
    "--mount type=bind,src=/var/run/docker.sock,dst=/x",
    "--mount type=bind,source=/var/run/docker.sock,target=/x",
    "--mount 'type=bind,\"source=/var/run/docker.sock\",target=/x'",
    "--mount 'type=bind,a\rb,src=/etc'",
    "--mount type=volume,dst=/x,volume-opt=type=none,volume-opt=o=bind,volume-opt=device=/etc",
    "-v /:/host",
    "-v /:/host:ro",
    "-v /etc:/x",
    "-v /etc/shadow:/x",
    "-v /root:/x",
    f"-v {HOME_OF_ROOT}/x:/x",
    "-v /proc:/x",
    "-v /sys/fs/cgroup:/x",
    "-v /a/../etc:/x",
    "-v /etc/:/x",
    "-v C:/:/x",
    "-v 'C:\\:/x'",
    "-v /var/lib/docker:/x",
    "-v ~/.ssh:/x",
    "-v ~/.ssh/id_rsa:/x:ro",
    "-v '$HOME/.aws:/x'",
    "-v '${HOME}/.kube/config:/x'",
    "-v '${env:HOME}/.docker:/x'",
    "-v /home/me/.gnupg:/x",
    "-v /Users/me/.aws:/x",
    "-v 'C:\\Users\\me\\.ssh:/x'",
    "-v '%USERPROFILE%\\.aws:/x'",
    "-v '${userHome}/.config/gcloud:/x'",
    "--mount type=bind,src=/Users/me/.kube,dst=/x",
    "-v ../.ssh:/x",
]
WARNINGS = [
    "--network host",
    "--network=host",
    "--net=host",
    "-v ~:/x",
    "-v '$HOME:/x'",
    "-v '${HOME}:/x'",
    "-v '${HOME}/:/x'",
    "-v /home/me:/x",
    "-v /Users/me:/x",
    "-v /home:/x",
    "-v 'C:\\Users\\me:/x'",
    "-v '%USERPROFILE%:/x'",
    "-v '${localEnv:HOME}:/x'",
    "--mount type=bind,src=/Users/me,dst=/x",
    "-v ..:/x",
    "-v ../other:/x",
    "-v '${workspaceFolder}/..:/x'",
    "-v ./a/../..:/x",
]
NOTHING = [
    "--privileged=false",
    "--pid container:x",
    "--ipc=private",
    "--userns keep-id",
    "--network bridge",
    "--network none",
    "--cap-add NET_ADMIN",
    "--cap-add NET_RAW",
    "--cap-drop ALL",
    "--security-opt no-new-privileges",
    "--security-opt seccomp=profile.json",
    "--security-opt label=level:s0",
    "--device /dev/dri",
    "--device /dev/snd",
    "--device-cgroup-rule 'c 1:3 mr'",
    "-v data:/x",
    "-v /x",
    "-v .:/x",
    "-v ./a:/x",
    "-v ./.aws:/x",
    "-v '${workspaceFolder}:/x'",
    "-v '${workspaceFolder}/sub:/x:ro'",
    "-v '$(pwd):/x'",
    "-v '${PWD}:/x'",
    "-v '%CD%:/x'",
    "-v '${MY_FOLDER}:/x'",
    "-v '${MY_FOLDER:-./a}:/x'",
    "-v /Users/me/projects/x:/x",
    "-v /home/me/.config/app:/x",
    "-v '${HOME}/Documents:/x'",
    "-v 'C:\\Users\\me\\project:/x'",
    "-v /etc/localtime:/etc/localtime:ro",
    "-v /etc/ssl/certs:/etc/ssl/certs:ro",
    "-v /etc/hosts:/etc/hosts",
    "-v /tmp/.X11-unix:/tmp/.X11-unix",
    "-v /dev/shm:/dev/shm",
    "-v /data:/data",
    "-v /path/to/dir:/x",
    "--mount type=bind,src=/path/to/file.txt,dst=/x,ro",
    "--mount type=volume,src=data,dst=/x",
    "--mount type=tmpfs,dst=/x",
    "--mount ''",
    "--tmpfs /x",
    "-e HOME=/root",
    "--label /var/run/docker.sock",
]


def escapes(line: str) -> list[Escape]:
    found = launchers.read(server(["docker", "run", *shlex.split(line), "mcp/fetch"]), tree())
    images = [one for one in found if isinstance(one, ImageLaunch)]
    assert [one.image.name for one in images] == ["docker.io/mcp/fetch"], found
    return list(images[0].escapes)


@pytest.mark.parametrize("line", ERRORS)
def test_an_error(line: str) -> None:
    assert [one.severity for one in escapes(line)] == ["error"]


@pytest.mark.parametrize("line", WARNINGS)
def test_a_warning(line: str) -> None:
    assert [one.severity for one in escapes(line)] == ["warning"]


@pytest.mark.parametrize("line", NOTHING)
def test_nothing(line: str) -> None:
    assert escapes(line) == []


def test_each_is_said_where_it_stands() -> None:
    found = escapes("-v a:/b --privileged -v ~/.ssh:/x --net host")
    assert [(one.word.text, one.severity) for one in found] == [
        ("--privileged", "error"),
        ("~/.ssh:/x", "error"),
        ("host", "warning"),
    ]
    assert all(one.what and not one.what.endswith(".") for one in found)


def test_the_container_alone_is_judged_and_not_what_follows_it() -> None:
    found = launchers.read(server(["docker", "run", "mcp/fetch", "--privileged", "-v", "/:/x"]), tree())
    assert [one.escapes for one in found if isinstance(one, ImageLaunch)] == [()]


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("/.~$\\:{}ABCUshome-etc %,="), max_size=24) | st.text(max_size=16))
def test_any_path_is_judged(path: str) -> None:
    found = reached(path)
    assert found is None or found[1] in {"error", "warning"}
    assert reached(path) == found


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["..", ".", "a", ""]), max_size=5).map("/".join))
def test_every_way_to_write_the_root_is_the_root(way: str) -> None:
    depth = way.split("/").count("a")
    climb = "/../" * (depth + 1)
    assert reached(f"/{way}{climb}") is not None
