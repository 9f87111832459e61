"""npm's flags (npm 11.19.1, @npmcli/config definitions and shorthands), for npx and `npm exec`.

`browser` and `color` are left out: they take a value or not, depending on what follows.
"""

from __future__ import annotations

from mcp_guard.launchers.options import Flags, words

_BOOLEAN = """
all allow-same-version audit bin-links bypass-2fa commit-hooks dangerously-allow-all-scripts description dev
diff-ignore-all-space diff-name-only diff-no-prefix diff-text dry-run engine-strict expect-results force
foreground-scripts format-package-lock fund git-tag-version global global-style if-present ignore-scripts
include-staged include-workspace-root include-attestations init-private install-links json legacy-bundling
legacy-peer-deps link long offline omit-lockfile-registry-resolved optional package-lock package-lock-only parseable
allow-scripts-pending allow-scripts-pin prefer-dedupe prefer-offline prefer-online production progress provenance
read-only rebuild-bundle save save-bundle save-dev save-exact save-optional save-peer save-prod packages-all shrinkwrap
sign-git-commit sign-git-tag strict-peer-deps strict-allow-scripts strict-ssl timing unicode update-notifier usage
version versions workspaces workspaces-update yes
"""
_VALUE = """
_auth access allow-directory allow-file allow-git allow-remote allow-scripts also audit-level auth-type before ca cache
cache-max cache-min cafile call cert cidr cpu depth diff diff-dst-prefix diff-src-prefix diff-unified editor
expect-result-count expires fetch-retries fetch-retry-factor fetch-retry-maxtimeout fetch-retry-mintimeout
fetch-timeout git globalconfig heading https-proxy include init-author-email init-author-name init-author-url
init-license init-module init-type init-version init.author.email init.author.name init.author.url init.license
init.module init.version install-strategy key libc local-address location lockfile-version loglevel logs-dir logs-max
name maxsockets message min-release-age min-release-age-exclude node-gyp node-options noproxy omit only orgs os otp
package pack-destination packages prefix preid provenance-file proxy registry replace-registry-host save-prefix
sbom-format sbom-type scope scopes packages-and-scopes-permission orgs-permission password token-description
script-shell searchexclude searchlimit searchopts searchstaleness shell tag tag-version-prefix umask user-agent
userconfig viewer which workspace reg
"""
_LEVELS = "-q --quiet -s --silent -d -dd -ddd --verbose"  # presets of --loglevel
_SHORT = "-y -f -g -a -l -S -B -D -E -O -P -ws -iwr -v -h -? -H --help --no --desc --local --porcelain --readonly"

SCOPED_REGISTRY = r"--@[^:/\s=]+:registry"  # npm knows no such flag: it is read only with "="

_NPM_VALUE = frozenset(f"--{name}" for name in _VALUE.split()) | words("-C -w -L -m -c")
_NPM_BOOLEAN = words(_LEVELS + " " + _SHORT) | frozenset(
    f"--{no}{name}" for name in _BOOLEAN.split() for no in ("", "no-")
)

# `--flag=value` with a boolean is left out: of `--yes=x` npm makes `--yes x`, and so runs x.
# Only a separate `-p` is a package in npx. Glued shorts are left out on purpose: in `-yp foo --package=bar`
# npx's two parsers disagree on where the flags end.
NPX = Flags(
    "npx",
    value=_NPM_VALUE | words("-p -n --npm --node-arg"),
    boolean=_NPM_BOOLEAN | words("--no-install --always-spawn --ignore-existing --shell-auto-fallback"),
    assigned=SCOPED_REGISTRY,
    hyphens="never",
)
# In `npm exec` a `-p` is --parseable.
NPM = Flags("npm", _NPM_VALUE, _NPM_BOOLEAN | {"-p", "-n"}, SCOPED_REGISTRY, hyphens="never")
