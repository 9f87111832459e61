"""The files of `machine.MACHINE` on one machine: templates filled in, without a look at the disk."""

from __future__ import annotations

import ntpath
import posixpath
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from mcp_guard.clients.machine import MACHINE, Machine

Platform = Literal["macos", "linux", "windows"]


class Location(NamedTuple):
    """A template filled in, with `/` on every system: `name` is below `folder`, and may hold `*`.

    `name` is "" where only the folder is known; `own` says that the folder is the client's own.
    """

    machine: Machine
    folder: str
    name: str
    own: bool


class Host(NamedTuple):
    """A machine to look at. `system` is put before paths that start at the root; "" but in tests."""

    platform: Platform
    environ: Mapping[str, str]
    home: str
    system: str = ""


# What a variable is where it is not set. `$DATA` is Electron's `appData`
# (electron/electron:docs/api/app.md, `app.getPath`), and never a variable of the environment.
_UNSET: Mapping[Platform, Mapping[str, str]] = {
    "macos": {
        "DATA": "~/Library/Application Support",
        "XDG_CONFIG_HOME": "~/.config",
        "XDG_DATA_HOME": "~/.local/share",
    },
    "linux": {"DATA": "$XDG_CONFIG_HOME", "XDG_CONFIG_HOME": "~/.config", "XDG_DATA_HOME": "~/.local/share"},
    "windows": {
        "DATA": "$APPDATA",
        "APPDATA": "~/AppData/Roaming",
        "LOCALAPPDATA": "~/AppData/Local",
        "PROGRAMDATA": "C:/ProgramData",
        "PROGRAMFILES": "C:/Program Files",
        "XDG_CONFIG_HOME": "~/.config",
    },
}


def locations(host: Host) -> Iterator[Location]:
    """Fill in every template for a host, in the order of the table; nothing is looked at on disk."""
    for machine in MACHINE:
        for template in _templates(machine, host.platform):
            yield from _filled_in(machine, template, host)


def _templates(machine: Machine, platform: Platform) -> tuple[str, ...]:
    match platform:
        case "macos":
            return machine.macos
        case "linux":
            return machine.linux
        case "windows":
            return machine.windows


def _filled_in(machine: Machine, template: str, host: Host) -> Iterator[Location]:
    before, own, name = template.partition("//")
    base, _, rest = before.partition("/")
    for start in dict.fromkeys(_bases(base, host)):
        if own:
            yield Location(machine, f"{start}/{rest}" if rest else start, name, own=True)
        elif rest:
            yield Location(machine, start, rest, own=False)
        else:  # a variable that is the whole path
            yield Location(machine, *posixpath.split(start), own=False)


def _bases(base: str, host: Host) -> Iterator[str]:
    """Give what the first part of a template stands for.

    The variables are those of this shell, and a client may have been started with others or with none: the usual
    folder is looked at as well. A relative one is ignored (XDG Base Directory Specification, "Basics").
    """
    if not base.startswith("$"):
        yield host.system if base == "" else _slashes(host.home, host) if base == "~" else base
        return
    variable = base.removeprefix("$")
    value = _slashes(host.environ.get(variable, ""), host)
    if variable != "DATA" and _is_absolute(value, host):
        yield posixpath.normpath(value)
    unset = _UNSET[host.platform].get(variable)
    if unset is not None:
        first, _, rest = unset.partition("/")
        yield from (posixpath.join(start, rest) if rest else start for start in _bases(first, host))


def _slashes(path: str, host: Host) -> str:
    return path.replace("\\", "/") if host.platform == "windows" else path


def _is_absolute(path: str, host: Host) -> bool:
    return posixpath.isabs(path) or (host.platform == "windows" and ntpath.isabs(path))
