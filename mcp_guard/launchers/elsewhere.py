"""Programs whose command line says too little: what runs stands on another machine, or in another file."""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.launchers.command import Command, Step, Unclear
from mcp_guard.launchers.files import Tracked
from mcp_guard.launchers.program import stem

REASONS = {
    "ssh": "`ssh` starts the server on another machine, and what is there is not known",
    "kubectl": "`kubectl` starts the server in a cluster, and what is there is not known",
    "oc": "`oc` starts the server in a cluster, and what is there is not known",
    "devcontainer": "it runs in the container of a devcontainer.json, which mcp-guard does not read",
    "devbox": "`devbox run` takes scripts and packages from devbox.json, which mcp-guard does not read",
    "concurrently": "`concurrently` starts several commands: write a server for each",
    "npm-run-all": "`npm-run-all` starts scripts of package.json: write the command of the one",
    "run-s": "`run-s` starts scripts of package.json: write the command of the one",
    "run-p": "`run-p` starts scripts of package.json: write the command of the one",
    "start": "`start` opens whatever Windows has for the name: write the program itself",
    "start-process": "`Start-Process` starts the server in a process of its own: write the program itself",
    **dict.fromkeys(
        ("iex", "invoke-expression", "icm", "invoke-command", "saps"),
        "PowerShell runs text as code, or a program of any kind: write the program itself",
    ),
    "osascript": "`osascript` runs a script of macOS, which mcp-guard does not read",
    "bundle": "the gems of a bundle stand in Gemfile.lock, which mcp-guard does not read",
    "bundler": "the gems of a bundle stand in Gemfile.lock, which mcp-guard does not read",
    "gem": "gems come from RubyGems, and nothing of what is there can be verified",
    "jbang": "the artifact comes from Maven Central or a URL, and nothing of that can be verified",
    "vault": "`vault` starts what its own configuration says, which mcp-guard does not read",
    "su": "`su` hands the command to another person's shell: write `sudo -u NAME` and the command",
    "chroot": "the files below another root folder are not known",
    "csh": "mcp-guard does not read the language of `csh`: use `sh -c`",
    "tcsh": "mcp-guard does not read the language of `tcsh`: use `sh -c`",
    "nu": "mcp-guard does not read the language of `nu`: use `sh -c`",
    "xonsh": "mcp-guard does not read the language of `xonsh`: use `sh -c`",
    "xargs": "`xargs` takes arguments from what the client writes",
    "lima": "it starts the server in a virtual machine, and what is there is not known",
    "limactl": "it starts the server in a virtual machine, and what is there is not known",
    "multipass": "it starts the server in a virtual machine, and what is there is not known",
    "vagrant": "it starts the server in a virtual machine, and what is there is not known",
}


def read(command: Command, _tracked: Tracked) -> Iterator[Step]:
    """Always Unclear, with the reason of the program."""
    raise Unclear(REASONS[stem(command.program.text)], command.program.word)
