"""The flags of `docker run` and `podman run` (docker/cli 28.2.2: cli/command/container/opts.go; podman 2026-05)."""

from __future__ import annotations

from mcp_guard.launchers.options import Flags

_VALUE = """
--add-host --annotation -a --attach --blkio-weight --blkio-weight-device --cap-add --cap-drop --cgroup-parent --cgroupns
--cidfile --cpu-count --cpu-percent --cpu-period --cpu-quota --cpu-rt-period --cpu-rt-runtime -c --cpu-shares --cpus
--cpuset-cpus --cpuset-mems --detach-keys --device --device-cgroup-rule --device-read-bps --device-read-iops
--device-write-bps --device-write-iops --dns --dns-opt --dns-option --dns-search --domainname --entrypoint -e --env
--env-file --expose --gpus --group-add --health-cmd --health-interval --health-retries --health-start-interval
--health-start-period --health-timeout -h --hostname --io-maxbandwidth --io-maxiops --ip --ip6 --ipc --isolation
--kernel-memory -l --label --label-file --link --link-local-ip --log-driver --log-opt --mac-address -m --memory
--memory-reservation --memory-swap --memory-swappiness --mount --name --net --net-alias --network --network-alias
--oom-score-adj --pid --pids-limit --platform -p --publish --pull --restart --runtime --security-opt --shm-size
--stop-signal --stop-timeout --storage-opt --sysctl --tmpfs --ulimit -u --user --userns --uts -v --volume
--volume-driver --volumes-from -w --workdir
"""
_BOOLEAN = """
-d --detach -i --interactive -t --tty -P --publish-all -q --quiet --rm --init --privileged --read-only --no-healthcheck
--oom-kill-disable --sig-proxy --use-api-socket --disable-content-trust --help
"""
_DOCKER_ONLY = """
--cpu-count --cpu-percent --io-maxbandwidth --io-maxiops --isolation --link --domainname --storage-opt --volume-driver
"""
_PODMAN_VALUE = """
--arch --authfile --cert-dir --cgroup-conf --cgroups --chrootdirs --conmon-pidfile --creds --decryption-key --env-merge
--gidmap --group-entry --health-log-destination --health-max-log-count --health-max-log-size --health-on-failure
--health-startup-cmd --health-startup-interval --health-startup-retries --health-startup-success
--health-startup-timeout --hosts-file --hostuser --image-volume --infra-conmon-pidfile --init-path --os --passwd-entry
--personality --pidfile --pod --pod-id-file --preserve-fd --preserve-fds --rdt-class --requires --retry --retry-delay
--sdnotify --seccomp-policy --secret --shm-size-systemd --signature-policy --subgidname --subuidname --systemd
--timeout --tz --uidmap --umask --unsetenv --variant
"""
_PODMAN_BOOLEAN = """
--env-host --http-proxy --no-hostname --no-hosts --passwd --permissive --read-only-tmpfs --replace --rmi --rootfs
--tls-verify --unsetenv-all
"""
_GLOBAL_VALUE = "--config -c --context -H --host -l --log-level --tlscacert --tlscert --tlskey"
_GLOBAL_BOOLEAN = "-D --debug --tls --tlsverify"
_PODMAN_GLOBAL_VALUE = "-c --connection --log-level --url --identity --root --runroot --storage-driver --tmpdir"
_PODMAN_GLOBAL_BOOLEAN = "-r --remote"


def _flags(launcher: str, value: str, boolean: str, *, without: str = "") -> Flags:
    taken = frozenset(value.split()) - frozenset(without.split())
    return Flags(launcher, taken, frozenset(boolean.split()), clusters=True, hyphens="always", negatable=True)


GLOBAL = {
    "docker": _flags("docker", _GLOBAL_VALUE, _GLOBAL_BOOLEAN),
    "podman": _flags("podman", _PODMAN_GLOBAL_VALUE, _PODMAN_GLOBAL_BOOLEAN),
}
RUN = {
    "docker": _flags("docker run", _VALUE, _BOOLEAN),
    "podman": _flags("podman run", _VALUE + _PODMAN_VALUE, _BOOLEAN + _PODMAN_BOOLEAN, without=_DOCKER_ONLY),
}
