"""Wrappers that somebody has installed, and that run before the command: they are reported beside it.

Most fill the environment from a file or a store of secrets; so an allowance of one is not one of what it starts.
"""

from __future__ import annotations

from mcp_guard.launchers.options import words
from mcp_guard.launchers.wrappers import Wrapper, flags

INSTALLED: dict[str, Wrapper] = {
    # dotenvx/dotenvx: src/cli/dotenvx.js
    "dotenvx": Wrapper(
        flags(
            "dotenvx run",
            "-e --env -f --env-file -fk --env-keys-file -fv --env-vault-file --convention --ignore -l --log-level",
            "-o --overload --strict -q --quiet -v --verbose -d --debug --ops-off --no-ops",
        ),
        "run",
        files=words("-f --env-file"),
        variables=words("-e --env"),
        implied=".env",
        dashes="needed",
    ),
    # toddbluhm/env-cmd: README.md
    "env-cmd": Wrapper(
        flags(
            "env-cmd",
            "-f --file -e --environments -r --rc-file",
            "--no-override --use-shell --silent --verbose -x --expand-envs --fallback --recursive",
        ),
        files=words("-f --file -r --rc-file"),
        implied=".env",
        optional=r"\S*\.env\S*",  # before version 9 the file was the first argument
    ),
    # griffithsbs/envmcp: README.md
    "envmcp": Wrapper(flags("envmcp", "-e --env-file"), files=words("-e --env-file"), implied=".env.mcp"),
    "cross-env": Wrapper(flags("cross-env"), assigns=True),  # kentcdodds/cross-env: src/index.js
    # entropitor/dotenv-cli: cli.js; theskumar/python-dotenv: src/dotenv/cli.py (there the command follows `run`)
    "dotenv": Wrapper(
        flags("dotenv", "-e -f --file -v -c -p -q --quote --export", "-o --override --no-override --quiet --debug"),
        files=words("-e -f --file"),
        variables=words("-v"),
        implied=".env",
        optional="run",
        dashes="needed",
    ),
    # 1password.com: developer/docs/cli/reference/commands/run
    "op": Wrapper(
        flags(
            "op run",
            "--env-file --account --environment --config --encoding --format --session",
            "--no-masking --cache --debug --iso-timestamps --no-color",
        ),
        "run",
        files=words("--env-file"),
        dashes="mixed",
    ),
    # DopplerHQ/cli: pkg/cmd/run.go
    "doppler": Wrapper(
        flags(
            "doppler run",
            "-p --project -c --config -t --token --scope --api-host --dashboard-host --config-dir --configuration"
            " --timeout --dns-resolver-address --dns-resolver-proto --dns-resolver-timeout --name-transformer"
            " --fallback --fallback-passphrase --passphrase --preserve-env --mount --mount-format --mount-template"
            " --mount-max-reads --only-secrets --attempts --command",
            "--no-cache --no-fallback --fallback-only --fallback-readonly --forward-signals --no-exit-on-write-failure"
            " --no-check-version --no-verify-tls --no-timeout --print-config --silent --json --debug --no-read-env"
            " --no-liveness-ping --watch",
            "--preserve-env|--forward-signals",
        ),
        "run",
        strings=words("--command"),
        dashes="mixed",
    ),
    # Infisical/infisical: cli/packages/cmd/run.go
    "infisical": Wrapper(
        flags(
            "infisical run",
            "-e --env --projectId --path --token -t --tags -c --command -l --log-level --domain --project-config-dir",
            "--secret-overriding --expand --include-imports --recursive --watch --silent --telemetry",
            "--secret-overriding|--expand|--include-imports|--recursive",
        ),
        "run",
        strings=words("-c --command"),
        dashes="mixed",
    ),
    # segmentio/chamber: cmd/exec.go
    "chamber": Wrapper(
        flags(
            "chamber exec",
            "-r --retries --min-throttle-delay --retry-mode -b --backend --backend-s3-bucket --kms-key-alias"
            " --strict-value",
            "--pristine --strict -v --verbose",
        ),
        "exec",
        operands=1,
        dashes="mixed",
    ),
    # 99designs/aws-vault: USAGE.md
    "aws-vault": Wrapper(
        flags(
            "aws-vault exec",
            "-d --duration --region -t --mfa-token --backend --prompt --keychain --pass-dir --pass-cmd --pass-prefix"
            " --file-dir",
            "-n --no-session -j --json -s --server --ec2-server --ecs-server --lazy --stdout --debug",
        ),
        "exec",
        operands=1,
        dashes="mixed",
    ),
    # tellerops/teller: README.md
    "teller": Wrapper(flags("teller run", "-c --config", "-r --reset --verbose"), "run", dashes="mixed"),
    "xvfb-run": Wrapper(
        flags(
            "xvfb-run",
            "-e --error-file -f --auth-file -n --server-num -p --xauth-protocol -s --server-args -w --wait",
            "-a --auto-servernum -l --listen-tcp",
        )
    ),
    "unbuffer": Wrapper(flags("unbuffer", "", "-p")),  # expect: unbuffer(1)
    "dbus-run-session": Wrapper(flags("dbus-run-session", "--config-file --dbus-daemon")),
    "with-contenv": Wrapper(flags("with-contenv")),  # just-containers/s6-overlay: README.md
}
