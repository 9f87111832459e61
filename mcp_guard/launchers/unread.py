"""Programs and packages that run whatever their arguments name, in grammars that are not read here."""

from __future__ import annotations

from mcp_guard.launchers.options import words

# Programs that start other code, which their arguments choose: an allowance for one would allow anything.
UNREAD = words(  # interpreters and launchers
    "deno tsx ts-node jiti esno dnx dotnet cargo nix nix-shell java jbang ruby bundle bundler gem perl php lua rscript"
    " osascript dart pip-run rye hatch pdm poetry pixi conda mamba micromamba mise rtx asdf volta fnm nvm proto"
    " corepack nerdctl docker-compose podman-compose thv devbox direnv rake gradle mvn fastmcp mcpo"
    # shells and wrappers
    " fish ash ksh csh tcsh nu xonsh powershell pwsh wsl busybox sudo doas su nohup setsid ionice stdbuf chrt"
    " caffeinate flock xargs chroot unshare dotenv dotenvx env-cmd envmcp cross-env doppler infisical chamber aws-vault"
    " ssh kubectl devcontainer concurrently npm-run-all gtimeout unbuffer xdg-open"
    # programs that fetch what they are told to
    " curl wget git"
    # bridges: they are read where a package brings them (`bridges`)
    " mcp-proxy mcp-inspector supergateway"
)
# The same, but plain words, which may as well be the first argument of a container's own program.
UNREAD_WORDS = words(
    "go just make task start call cd pushd set if for while until case eval source . ! time exec command builtin"
    " export trap function nice timeout arch script watch op teller vault expect open find parallel mcp"
)
# Packages that bring such a program by another name.
UNREAD_PACKAGES = words("@smithery/cli @dotenvx/dotenvx dotenv-cli @infisical/cli")
