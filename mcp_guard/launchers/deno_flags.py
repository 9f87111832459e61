"""Flags of `deno` (denoland/deno: libs/cli_parser/src/defs.rs; `deno run --help=full` of 2.9.6)."""

from __future__ import annotations

from mcp_guard.launchers.options import Flags, words

LOADING = words("--preload --import --require")
_VALUE = """
--ext --import-map --importmap -c --config --cert --min-dep-age --minimum-dependency-age --inspect-publish-uid
--location --seed --conditions --cpu-prof-dir --cpu-prof-name --cpu-prof-interval -L --log-level
--node-modules-linker
"""
# These take a value only with "=": `deno run --allow-net example.com npm:x` runs example.com.
_OPTIONAL = """
-R --allow-read --deny-read --ignore-read -W --allow-write --deny-write -N --allow-net --deny-net -E --allow-env
--deny-env --ignore-env --allow-run --deny-run -S --allow-sys --deny-sys --allow-ffi --deny-ffi -I --allow-import
--deny-import -P --permission-set --check --no-check --watch --hmr --watch-hmr --watch-exclude --env-file --env
--coverage --node-modules-dir --vendor -r --reload --frozen --frozen-lockfile --inspect --inspect-brk
--inspect-wait --v8-flags --allow-scripts --unsafely-ignore-certificate-errors --trace-ops
"""
_BOOLEAN = """
-A --allow-all -q --quiet --no-prompt --no-remote --no-npm --no-config --no-lock --cached-only --no-clear-screen
--no-code-cache --use-env-proxy --allow-hrtime --cpu-prof --cpu-prof-md --unstable
"""
_UNSTABLE = """
--unstable-bare-node-builtins --unstable-broadcast-channel --unstable-bundle --unstable-byonm --unstable-cron
--unstable-detect-cjs --unstable-ffi --unstable-fs --unstable-http --unstable-kv --unstable-lazy-dynamic-imports
--unstable-lockfile-v5 --unstable-net --unstable-no-legacy-abort --unstable-node-globals --unstable-npm-lazy-caching
--unstable-otel --unstable-process --unstable-raw-imports --unstable-sloppy-imports --unstable-subdomain-wildcards
--unstable-temporal --unstable-tsgo --unstable-unsafe-proto --unstable-vsock --unstable-webgpu
--unstable-worker-options
"""

# `--lock` takes the next argument or not, depending on the version: it is left out on purpose, but for "=".
RUN = Flags(
    "deno run",
    value=LOADING | words(_VALUE),
    boolean=words(_BOOLEAN) | words(_OPTIONAL) | words(_UNSTABLE),
    assigned="|".join(_OPTIONAL.split()) + "|--lock",
    clusters=True,
)
SERVE = RUN._replace(
    launcher="deno serve",
    value=RUN.value | {"--port", "--host"},
    boolean=RUN.boolean | {"--open", "--parallel"},
)
X = RUN._replace(
    launcher="deno x",
    value=RUN.value | {"-p", "--package"},
    boolean=RUN.boolean | {"-y", "--yes", "--ignore-scripts"},
)
TASK = Flags(
    "deno task",
    value=words("--cwd -L --log-level"),
    boolean=words("-q --quiet --no-prefix --if-present --no-lock --no-config"),
)
