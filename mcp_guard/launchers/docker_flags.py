"""The flags of `docker run`, `podman run` and `nerdctl run`, and those that stand before `run`.

docker/cli 28.2.2: cli/command/container/opts.go; containers/podman: docs/source/markdown/podman-run.1.md.in (2026-05);
containerd/nerdctl: cmd/nerdctl/container/container_run.go. All three read flags with pflag: shorts may be glued
together and to the value of the last, and a boolean never takes the next argument.
"""

from __future__ import annotations

from mcp_guard.launchers.options import Flags, words

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
# podman: pkg "normalize", the other spellings of some flags
_PODMAN_VALUE += """
--healthcheck-command --healthcheck-interval --healthcheck-retries --healthcheck-start-period --healthcheck-timeout
--override-arch --override-os --override-variant
"""
_NERDCTL_VALUE = """
--cosign-certificate-identity --cosign-certificate-identity-regexp --cosign-certificate-oidc-issuer
--cosign-certificate-oidc-issuer-regexp --cosign-key --init-binary --ipfs-address --verify --cgroup-conf --pidfile
--rdt-class --systemd --umask
"""
_GLOBAL_VALUE = "--config -c --context -H --host -l --log-level --tlscacert --tlscert --tlskey"
_GLOBAL_BOOLEAN = "-D --debug --tls --tlsverify"
_PODMAN_GLOBAL_VALUE = """
-c --connection --log-level --url --identity --root --runroot --storage-driver --storage-opt --tmpdir --cgroup-manager
--conmon --events-backend --hooks-dir --imagestore --module --network-cmd-path --network-config-dir --out --runtime
--runtime-flag --ssh --volumepath --cdi-spec-dir
"""
_PODMAN_GLOBAL_BOOLEAN = "-r --remote --syslog --transient-store --noout"
_NERDCTL_GLOBAL_VALUE = """
-a --address -H --host -n --namespace --snapshotter --storage-driver --cni-path --cni-netconfpath --data-root
--cgroup-manager --hosts-dir --host-gateway-ip --bridge-ip --userns-remap --cdi-spec-dirs
"""
_NERDCTL_GLOBAL_BOOLEAN = "--debug --debug-full --insecure-registry --experimental --kube-hide-dupe"


def _flags(launcher: str, value: str, boolean: str, *, without: str = "") -> Flags:
    taken = words(value) - words(without)
    return Flags(launcher, taken, words(boolean), clusters=True, hyphens="always", negatable=True)


GLOBAL = {
    "docker": _flags("docker", _GLOBAL_VALUE, _GLOBAL_BOOLEAN),
    "podman": _flags("podman", _PODMAN_GLOBAL_VALUE, _PODMAN_GLOBAL_BOOLEAN),
    "nerdctl": _flags("nerdctl", _NERDCTL_GLOBAL_VALUE, _NERDCTL_GLOBAL_BOOLEAN),
}
RUN = {
    "docker": _flags("docker run", _VALUE, _BOOLEAN),
    "podman": _flags("podman run", _VALUE + _PODMAN_VALUE, _BOOLEAN + _PODMAN_BOOLEAN, without=_DOCKER_ONLY),
    "nerdctl": _flags("nerdctl run", _VALUE + _NERDCTL_VALUE, _BOOLEAN + " --rootfs"),
}
# docker/compose: cmd/compose/compose.go and run.go
COMPOSE = _flags(
    "docker compose",
    "--profile -p --project-name -f --file --insecure-registry --env-file --project-directory --workdir --progress"
    " --ansi --parallel",
    "--all-resources --compatibility --dry-run --verbose --no-ansi",
)
COMPOSE_RUN = _flags(
    "docker compose run",
    "-e --env --env-from-file -l --label --name -u --user -w --workdir --entrypoint --cap-add --cap-drop -v --volume"
    " -p --publish --pull",
    "-d --detach -T --no-TTY --no-tty -t --tty -i --interactive --rm --no-deps --build -P --service-ports --use-aliases"
    " --quiet-pull --quiet-build -q --quiet --remove-orphans",
)
# docker/mcp-gateway: cmd/docker-mcp/commands/gateway.go
GATEWAY = _flags(
    "docker mcp gateway run",
    "--additional-catalog --additional-config --additional-registry --additional-tools-config --catalog --config --cpus"
    " --host --interceptor --log --mcp-registry --memory --oci-ref --port --registry --secrets --servers --tools"
    " --tools-config --transport --profile --server",
    "--allow-unauthenticated --block-network --block-secrets --debug-dns --dry-run --enable-all-servers --log-calls"
    " --long-lived --static --verbose --verify-signatures --watch",
)
