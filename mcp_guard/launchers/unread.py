"""Programs and packages that run whatever their arguments name, in grammars that are not read here."""

from __future__ import annotations

from mcp_guard.launchers.options import words

# Programs that start other code, which their arguments choose: an allowance for one would allow anything.
UNREAD = words(  # interpreters and launchers
    " osascript rye hatch pdm poetry pixi conda mamba micromamba mise rtx asdf volta fnm nvm proto"
    " corepack nerdctl docker-compose podman-compose thv devbox direnv rake gradle mvn fastmcp mcpo"
    # shells and wrappers
    " fish ash ksh csh tcsh nu xonsh powershell pwsh wsl busybox sudo doas su nohup setsid ionice stdbuf chrt"
    " caffeinate flock xargs chroot unshare dotenv dotenvx env-cmd envmcp cross-env doppler infisical chamber aws-vault"
    " ssh kubectl devcontainer concurrently npm-run-all gtimeout unbuffer xdg-open"
    " chronic catchsegv tmux strace ltrace gdb lldb valgrind nsenter firejail bwrap systemd-run runuser setpriv prlimit"
    " taskset numactl cgexec proxychains proxychains4 torsocks tsocks faketime fakeroot eatmydata rlwrap socat websocat"
    " ncat start-stop-daemon daemonize tini dumb-init gosu su-exec nodenv rbenv pyenv goenv jenv bazel"
    " bazelisk opam rustup envconsul vaultenv distrobox flatpak wine"
    # programs that fetch what they are told to
    " curl wget git"
    # bridges: they are read where a package brings them (`bridges`)
    " mcp-proxy mcp-inspector supergateway"
)
# Those that start a script, watch or measure it. In a container the script is the image's own.
_RUNNERS = words(
    " nodemon pm2 pm2-runtime forever onchange chokidar node-dev ts-node-dev tsnd tsc-watch zx babel-node"
    " swc-node c8 nyc start-server-and-test run-script-os cross-env-shell npm-run-all2 lerna electron"
    " uvicorn gunicorn hypercorn granian streamlit watchmedo honcho foreman ipython nox tox poe"
)
# The same, but plain words, which may as well be the first argument of a container's own program.
UNREAD_WORDS = (
    words(
        "just make task start call cd pushd set if for while until case eval source . ! time exec command builtin"
        " export trap function screen perf stack cabal dune mix swift zig snap toolbox orb colima"
        " nice timeout arch script watch op teller vault expect open find parallel mcp"
    )
    | _RUNNERS
)
# Packages that bring such a program by another name.
UNREAD_PACKAGES = (
    words("@smithery/cli @dotenvx/dotenvx dotenv-cli @infisical/cli chokidar-cli @babel/node @swc-node/cli poethepoet")
    | _RUNNERS
)
