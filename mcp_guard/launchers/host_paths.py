"""Paths of the host that a container should not see."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable

from mcp_guard.launchers.options import words
from mcp_guard.model import Severity

_SOCKETS = re.compile(
    r"(?:docker|podman|containerd|crio|cri-dockerd|dockershim|buildkitd|docker\.raw)\.sock|docker_engine"
)
# What clients and shells put in for the home folder (reference 1.4).
_HOME = re.compile(
    r"(?:~|\$HOME|\$\{HOME\}|\$\{env:HOME\}|\$\{localEnv:HOME\}|\{env:HOME\}|\$\{userHome\}|%USERPROFILE%|%HOME%"
    r"|\$\{USERPROFILE\}|\$\{env:USERPROFILE\}|\$\{localEnv:USERPROFILE\}|\$USERPROFILE|\$env:USERPROFILE"
    r"|/home/[^/]+|/Users/[^/]+|(?:[A-Za-z]:|/[A-Za-z]|/mnt/[A-Za-z])/Users/[^/]+|/root)(?=/|$)"
)
_DEFAULT = re.compile(r"\$\{[^}:]*:?[-=]([^}]*)\}")
_WORKSPACE = re.compile(
    r"(?:\$\{(?:workspaceFolder|workspaceRoot|PWD|CLAUDE_PROJECT_DIR|localWorkspaceFolder)[^}]*\}|\$PWD|\$\(pwd\)|%CD%|\.)(?=/|$)",
    re.IGNORECASE,
)
_HOMES = re.compile(r"/home|/Users|(?:[A-Za-z]:|/[A-Za-z]|/mnt/[A-Za-z])/Users")
_DRIVE = re.compile(r"(?:[A-Za-z]:|/mnt/[A-Za-z]|/host_mnt)(?:/Windows)?")
_WHOLE = words("/ /etc /proc /sys /dev /boot /usr /bin /sbin /lib /lib64 /var /host")
_BELOW = words(
    "/root /proc /sys /etc/shadow /etc/sudoers /etc/sudoers.d /etc/ssh /etc/cron.d /etc/crontab /etc/systemd /etc/pam.d"
    " /etc/kubernetes /etc/profile.d /etc/ld.so.preload /boot /dev/mem /var/spool/cron"
)
_ENGINE = words("/var/lib/docker /var/lib/containerd /var/lib/containers /var/lib/kubelet")
_RUN = re.compile(r"(?:/var)?/run(?:/docker|/podman|/containerd|/crio|/user(?:/[^/]+)?(?:/podman)?)?")
_SECRET = words(
    ".ssh .aws .kube .docker .gnupg .azure .netrc .npmrc .pypirc .git-credentials .password-store .config/gcloud"
    " .config/gh .bashrc .zshrc .profile .bash_profile .local/share/keyrings Library/Keychains"
)
_ANYWHERE = words(".ssh .aws .kube .gnupg")  # below any folder from outside the workspace


def reached(source: str) -> tuple[str, Severity] | None:
    """What a container gets of its host when it sees this path (a clause), and how bad that is; None for nothing.

    A path is read as far as it stands in the file: of `${NAME:-default}` the default, which the file decides.
    """
    path = _DEFAULT.sub(r"\1", source.strip()).replace("\\", "/")
    if not path:
        return None
    path = posixpath.normpath(_WORKSPACE.sub(".", path, count=1))
    path = path[1:] if path.startswith("//") and not path.startswith("//./") else path
    for check in _CHECKS:
        if (found := check(path)) is not None:
            return found
    return None


def _engine(path: str) -> tuple[str, Severity] | None:
    if _SOCKETS.fullmatch(posixpath.basename(path)) or path == "//./pipe/docker_engine" or _RUN.fullmatch(path):
        return "where the socket of the container engine is: it can start any container with any right", "error"
    if _is_below(path, _ENGINE):
        return "where the container engine keeps all containers", "error"
    return None


def _secret(path: str) -> tuple[str, Severity] | None:
    home = _HOME.match(path)
    inside = path[home.end() :].strip("/") if home else ""
    outside = home is not None or path.startswith(("/", "../")) or _DRIVE.match(path) is not None
    if inside == ".config" or _is_below(inside, _SECRET) or (outside and _ANYWHERE & set(path.split("/"))):
        return "which holds secrets of the person who runs it", "error"
    return None


def _system(path: str) -> tuple[str, Severity] | None:
    if path in _WHOLE or _is_below(path, _BELOW) or _DRIVE.fullmatch(path):
        return "which belongs to the host's own system", "error"
    return None


def _home(path: str) -> tuple[str, Severity] | None:
    if _HOME.fullmatch(path) or _HOMES.fullmatch(path):
        return "a whole home folder, with every secret in it", "warning"
    if path == ".." or path.startswith("../"):
        return "a folder above the one that it starts in", "warning"
    return None


def _is_below(path: str, folders: frozenset[str]) -> bool:
    return any(path == folder or path.startswith(folder + "/") for folder in folders)


_CHECKS: tuple[Callable[[str], tuple[str, Severity] | None], ...] = (_engine, _secret, _system, _home)
