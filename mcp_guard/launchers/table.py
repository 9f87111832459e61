"""The table of launchers: which programs are read, and by which grammar."""

from __future__ import annotations

from typing import NamedTuple

from mcp_guard.launchers.grammars import Grammar, grammar


class Launcher(NamedTuple):
    """One row: the programs, the grammar of their command line by its name, and examples for the documentation.

    A program that is `installed` is reported beside what it starts: it is somebody's, and it runs first.
    """

    programs: tuple[str, ...]
    grammar: str
    examples: tuple[str, ...]
    installed: bool = False

    @property
    def read(self) -> Grammar:
        """The grammar."""
        return grammar(self.grammar)


def words(text: str) -> tuple[str, ...]:
    """The words of a text: how many programs of one grammar are written down here."""
    return tuple(text.split())


# Repeated from the tables of `wrappers`, `installed` and `elsewhere`, which only their grammars load.
_WRAPPERS = words(
    "sudo doas exec command builtin nohup setsid time nice ionice timeout stdbuf chrt caffeinate arch flock"
    " volta fnm nvm asdf conda micromamba poetry pdm hatch rye pixi mamba"
)
_INSTALLED = words(
    "dotenvx env-cmd envmcp cross-env dotenv op doppler infisical chamber aws-vault teller xvfb-run unbuffer"
    " dbus-run-session with-contenv"
)
_ELSEWHERE = words(
    "ssh kubectl oc devcontainer devbox concurrently npm-run-all run-s run-p start start-process iex invoke-expression"
    " icm invoke-command saps osascript bundle bundler gem jbang vault su chroot csh tcsh nu xonsh xargs lima limactl"
    " multipass vagrant"
)

LAUNCHERS: tuple[Launcher, ...] = (
    Launcher(
        ("npx",),
        "npx",
        (
            "npx -y @scope/server@1.2.3 /data",
            "npx -p one@1.0.0 -p two tool",
            "npx mcp-remote@0.1.0 https://mcp.example/sse",
            "npx supergateway@3.0.0 --stdio 'npx -y server@1.2.3'",
        ),
    ),
    Launcher(
        ("npm",),
        "npm_program",
        ("npm exec -y --package=server@1.2.3 -- server", "npm init template@1.2.3", "npm --prefix sub run start"),
    ),
    Launcher(
        ("bunx", "bun"),
        "bun_program",
        ("bunx server@latest", "bun x server@1.2.3", "bun run server.ts", "bun start"),
    ),
    Launcher(
        ("pnpm", "pn", "pnpx", "pnx"),
        "pnpm_program",
        ("pnpm --package=server@1.2.3 dlx server", "pnpx server", "pnpm run start"),
    ),
    Launcher(
        ("yarn", "yarnpkg"), "yarn_program", ("yarn dlx -q server@1.2.3", "yarn create template", "yarn run start")
    ),
    Launcher(
        ("deno",),
        "deno",
        ("deno run -A npm:server@1.2.3", "deno run jsr:@scope/server@1.2.3/cli", "deno x server", "deno task start"),
    ),
    Launcher(("uvx",), "uvx", ("uvx server@1.2.3", "uvx --from server[cli]==1.2.3 --with other server")),
    Launcher(("uv", "uvw"), "uv_program", ("uv tool run server", "uv run --with mcp==1.2.3 server.py")),
    Launcher(("pipx",), "pipx_run", ("pipx run --spec server==1.2.3 server",)),
    Launcher(("pip-run",), "pip_run", ("pip-run server==1.2.3 -- -m server",)),
    Launcher(("dnx",), "dnx", ("dnx Server.Mcp@1.2.3 --yes", "dnx Server.Mcp@2.* -y")),
    Launcher(("dotnet",), "dotnet", ("dotnet tool exec Server.Mcp@1.2.3", "dotnet server.dll")),
    Launcher(("go",), "go", ("go run git.example/server@v1.2.3", "go run git.example/server@latest")),
    Launcher(("cargo",), "cargo", ("cargo install server@1.2.3", "cargo binstall -y server")),
    Launcher(("nix",), "nix", ("nix run github:owner/server", "nix shell nixpkgs#uv -c uvx server@1.2.3")),
    Launcher(("nix-shell",), "nix:read_shell", ("nix-shell -p uv --run 'uvx server@1.2.3'",)),
    Launcher(("java",), "java", ("java -jar server.jar",)),
    Launcher(
        words("ruby perl php lua luajit rscript elixir"),
        "interpreters",
        ("php artisan mcp", "ruby server.rb", "perl -e code"),
    ),
    Launcher(("dart",), "dart", ("dart mcp-server", "dart run server.dart")),
    Launcher(
        ("docker", "podman", "nerdctl"),
        "docker",
        (
            "docker run -i --rm mcp/fetch:1.0",
            "docker run node:22 npx -y server@1.2.3",
            "docker exec -i container server",
            "docker mcp gateway run --servers=github",
        ),
    ),
    Launcher(("docker-compose", "podman-compose"), "compose", ("docker-compose run server",)),
    Launcher(("thv",), "thv", ("thv run npx://server@1.2.3", "thv run fetch"), installed=True),
    Launcher(("node", "nodejs"), "node", ("node server.js", "node -e code", "node --import tsx server.js")),
    Launcher(
        words("tsx esno ts-node ts-node-esm ts-node-transpile-only vite-node jiti"),
        "tsx",
        ("tsx server.ts", "ts-node --esm server.ts"),
        installed=True,
    ),
    Launcher(("make", "just"), "recipes", ("make server", "just server")),
    Launcher(("python", "pythonw", "pypy", "py"), "python", ("python3.12 server.py", "python -m installed")),
    Launcher(("cmd",), "cmd", ("cmd /c npx -y server@1.2.3",)),
    Launcher(("powershell", "pwsh"), "powershell", ("pwsh -NoProfile -Command npx -y server@1.2.3",)),
    Launcher(
        ("sh", "bash", "zsh", "dash", "ash", "ksh", "mksh"),
        "shell",
        ("bash -lc 'npx -y server@1.2.3'", "sh -c 'cd x; npx y'"),
    ),
    Launcher(("fish",), "shell:fish", ("fish -c 'npx -y server@1.2.3'",)),
    Launcher(("busybox",), "shell:busybox", ("busybox sh -c 'npx -y server@1.2.3'",)),
    Launcher(("env",), "env", ("env TOKEN=x npx -y server@1.2.3",)),
    Launcher(("wsl",), "wsl", ("wsl -d Ubuntu --exec npx -y server@1.2.3",)),
    Launcher(("mise", "rtx"), "toolchain:mise", ("mise exec node@22 npm:server@1.2.3 -- server",)),
    Launcher(("corepack",), "toolchain:corepack", ("corepack pnpm@9 dlx server@1.2.3",)),
    Launcher(("proto",), "toolchain:proto", ("proto run node -- server.js",)),
    Launcher(("direnv",), "toolchain:direnv", ("direnv exec . npx -y server@1.2.3",), installed=True),
    Launcher(_WRAPPERS, "wrapping", ("timeout 60 npx -y server@1.2.3", "conda run -n env uvx server@1.2.3")),
    Launcher(
        _INSTALLED, "wrapping", ("dotenvx run -- npx -y server@1.2.3", "op run -- npx -y server@1.2.3"), installed=True
    ),
    # bridges that may also be installed, so that no package is named
    Launcher(("mcp", "fastmcp"), "bridges.mcp_run", ("mcp run server.py", "fastmcp run server.py"), installed=True),
    Launcher(("mcpo",), "bridges.mcpo", ("mcpo -- npx -y server@1.2.3",), installed=True),
    Launcher(
        ("supergateway",),
        "bridges.supergateway",
        ("supergateway --stdio 'npx -y server@1.2.3'",),
        installed=True,
    ),
    Launcher(("mcp-remote",), "bridges.mcp_remote", ("mcp-remote https://mcp.example/sse",), installed=True),
    Launcher(_ELSEWHERE, "elsewhere", ("ssh host server", "concurrently 'npx a' 'npx b'")),
)
