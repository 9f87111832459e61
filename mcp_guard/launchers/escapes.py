"""What lets a container reach its host: rights that it is given, and folders of the host that it sees.

Ordinary folders, named volumes and the workspace are nothing. Errors are what makes the container's root the host's,
or hands it secrets; warnings are what only widens what it sees (the host's network, a whole home folder).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from mcp_guard.launchers.command import Token
from mcp_guard.launchers.host_paths import reached
from mcp_guard.launchers.options import Option, Walk, words
from mcp_guard.model import Escape, Severity

_NAMESPACES: dict[str, tuple[str, Severity]] = {
    "--pid": ("it sees and can signal every process of the host", "error"),
    "--ipc": ("it shares the memory of the host's processes", "error"),
    "--uts": ("it can rename the host", "error"),
    "--userns": ("its root is the host's root", "error"),
    "--cgroupns": ("it sees the host's control groups", "warning"),
    "--network": ("it reaches every service that listens on this machine alone", "warning"),
}
_NAMESPACES["--net"] = _NAMESPACES["--network"]
_CAPABILITIES = words(
    "ALL SYS_ADMIN SYS_PTRACE SYS_MODULE SYS_RAWIO SYS_BOOT DAC_READ_SEARCH BPF PERFMON MAC_ADMIN MAC_OVERRIDE SYSLOG"
)
_UNCONFINED = re.compile(
    r"(?:seccomp|apparmor|systempaths)[=:]unconfined|label[=:](?:disable|type:(?:spc_t|unconfined_t))|unmask[=:](?:all|/.*)",
    re.IGNORECASE,
)
_DEVICE = re.compile(
    r"/dev/?(?:$|(?:[shv]d[a-z]|xvd[a-z]|nvme|mmcblk|dm-|mapper|disk|loop|md\d|mem\b|kmem\b|port\b|block))"
)


def escapes(walked: Walk) -> tuple[Escape, ...]:
    """What the flags of `docker run` give away, in their order."""
    return tuple(escape for option in walked.options for escape in _of(option))


def _of(option: Option) -> Iterator[Escape]:
    value = option.value
    if value is None or option.name in {"--privileged", "--use-api-socket"}:
        yield from _switch(option)
    elif option.name in _NAMESPACES and value.text.lower() == "host":
        what, severity = _NAMESPACES[option.name]
        yield Escape(f"with `{option.name} host` {what}", severity, value.word)
    elif option.name in {"-v", "--volume"}:
        yield from _mounted(_source_of_volume(value.text), value)
    elif option.name == "--mount":
        yield from _mounted(_source_of_mount(value.text), value)
    else:
        yield from _right(option.name, value)


def _switch(option: Option) -> Iterator[Escape]:
    if option.value is not None and option.value.text == "false":
        return
    if option.name == "--privileged":
        yield Escape("`--privileged` gives it every right of the host", "error", option.token.word)
    elif option.name == "--use-api-socket":
        yield Escape("`--use-api-socket` lets it start any container on this machine", "error", option.token.word)


def _right(flag: str, value: Token) -> Iterator[Escape]:
    text = value.text
    if flag == "--cap-add":
        for name in text.split(","):
            if name.strip().upper().removeprefix("CAP_") in _CAPABILITIES:
                yield Escape(f"`--cap-add {name.strip()}` is enough to leave the container", "error", value.word)
    elif flag == "--security-opt" and _UNCONFINED.fullmatch(text):
        yield Escape(f"`--security-opt {text}` takes away what confines it", "error", value.word)
    elif flag == "--device" and _DEVICE.match(text.partition(":")[0]):
        yield Escape("`--device` gives it a disk or the memory of the host", "error", value.word)
    elif flag == "--device-cgroup-rule" and text.lstrip()[:1] in {"a", "b"}:
        yield Escape("`--device-cgroup-rule` lets it use disks of the host", "error", value.word)


def _mounted(source: str, value: Token) -> Iterator[Escape]:
    found = reached(source)
    if found is not None:
        what, severity = found
        yield Escape(f"it mounts `{source[:60]}`, {what}", severity, value.word)


def _source_of_volume(text: str) -> str:
    """The folder of the host in `[source:]target[:options]`; "" where there is none."""
    match = re.match(r"([A-Za-z]:(?=[\\/])[^:]*|(?:\$\{[^}]*\}|[^:$]|\$)*):", text)
    return match[1] if match else ""


def _source_of_mount(text: str) -> str:
    """The source of `type=bind,source=…,target=…`, which is a record of CSV; of a volume the device behind it."""
    try:
        fields = next(csv.reader([text]), [])
    except csv.Error:
        fields = text.split(",")
    pairs = [field.strip().partition("=")[::2] for field in fields]
    named = [value for key, value in pairs if key.lower() in {"source", "src"}]
    devices = [value.partition("=")[2] for key, value in pairs if key.lower() == "volume-opt" and "device=" in value]
    return (*devices, *named, "")[0]
