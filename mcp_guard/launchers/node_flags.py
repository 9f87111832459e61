"""Flags of `node` (`node --help` and `process.allowedNodeEnvironmentFlags` of 18 to 26; doc/api/cli.md).

Left out on purpose: those that run something else than a script (`--test`, `--check`, `--prof-process`,
`--build-snapshot`), or other code with it (`--snapshot-blob`, `--openssl-config`, `--experimental-policy`,
`--interactive`, `--experimental-sea-config`, `--experimental-config-file`).
"""

from __future__ import annotations

from mcp_guard.launchers.options import Flags, words

INLINE = words("-e --eval -p --print -pe")
LOADING = words("-r --require --import --loader --experimental-loader")

# Each of these is read as "--no-" and the name, too.
_SWITCHES = """
abort-on-uncaught-exception addons allow-addons allow-child-process allow-inspector allow-net allow-wasi allow-worker
async-context-frame cpu-prof debug-arraybuffer-allocations deprecation disable-sigusr1 disable-wasm-trap-handler
disallow-code-generation-from-strings enable-etw-stack-walking enable-fips enable-network-family-autoselection
enable-source-maps entry-url experimental-abortcontroller experimental-addon-modules
experimental-async-context-frame experimental-detect-module experimental-eventsource experimental-fetch
experimental-global-customevent experimental-global-navigator experimental-global-webcrypto
experimental-import-meta-resolve experimental-json-modules experimental-modules experimental-network-inspection
experimental-permission experimental-print-required-tla experimental-repl-await experimental-require-module
experimental-shadow-realm experimental-sqlite experimental-strip-types experimental-top-level-await
experimental-transform-types experimental-vm-modules experimental-wasm-modules experimental-webstorage
experimental-websocket experimental-worker expose-gc expose_gc extra-info-on-fatal-exception
force-async-hooks-checks force-context-aware force-fips force-node-api-uncaught-exceptions-policy frozen-intrinsics
global-search-paths heap-prof huge-max-old-generation-size insecure-http-parser inspect inspect-brk inspect-wait
interpreted-frames-native-stack jitless network-family-autoselection node-memory-debug openssl-legacy-provider
openssl-shared-config pending-deprecation perf-basic-prof perf-basic-prof-only-functions perf-prof
perf-prof-unwinding-info permission permission-audit preserve-symlinks preserve-symlinks-main prof report-compact
report-exclude-network report-on-fatalerror report-on-signal report-uncaught-exception strip-types
throw-deprecation tls-max-v1.2 tls-max-v1.3 tls-min-v1.0 tls-min-v1.1 tls-min-v1.2 tls-min-v1.3 trace-atomics-wait
trace-deprecation trace-env trace-exit trace-promises trace-sigint trace-sync-io trace-tls trace-uncaught
trace-warnings track-heap-objects use-bundled-ca use-env-proxy use-openssl-ca use-system-ca verify-base-objects
warnings watch watch-preserve-output webstorage zero-fill-buffers
"""
_VALUE = """
--allow-fs-read --allow-fs-write -C --conditions --cpu-prof-dir --cpu-prof-interval --cpu-prof-name --debug-port
--diagnostic-dir --disable-proto --disable-warning --dns-result-order --env-file --env-file-if-exists
--experimental-default-type --experimental-specifier-resolution --heap-prof-dir --heap-prof-interval
--heap-prof-name --heapsnapshot-near-heap-limit --heapsnapshot-signal --icu-data-dir --input-type --inspect-port
--inspect-publish-uid --max-http-header-size --network-family-autoselection-attempt-timeout --redirect-warnings
--report-dir --report-directory --report-filename --report-signal --secure-heap --secure-heap-min --title
--tls-cipher-list --tls-keylog --trace-event-categories --trace-event-file-pattern --trace-require-module
--unhandled-rejections --use-largepages --v8-pool-size --watch-path
"""
# V8's own (`node --v8-options`) and optional values are read only with "=".
_ASSIGNED = (
    r"--(?:inspect|inspect-brk|inspect-wait|eval|print|run|localstorage-file|max-old-space-size-percentage"
    r"|(?:max|min|initial)[-_](?:old|semi|heap)[-_](?:space|heap)?[-_]?size|max[-_]semi[-_]space[-_]size"
    r"|max[-_]heap[-_]size|stack[-_]size|stack-trace-limit|stack_trace_limit)"
)

FLAGS = Flags(
    "node",
    value=LOADING | words(_VALUE) | {"--run"},
    boolean=INLINE | frozenset(f"--{no}{name}" for name in _SWITCHES.split() for no in ("", "no-")),
    assigned=_ASSIGNED,
    terminal=INLINE | {"--run"},
)
