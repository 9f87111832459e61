"""What a server launches, in words and as the values of the machine formats.

A report holds no secret any more (`check` masks it), so everything here may be shown.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from mcp_guard.model import (
    ImageLaunch,
    Kind,
    Launch,
    LocalLaunch,
    OpaqueLaunch,
    Package,
    PackageLaunch,
    ProgramLaunch,
    RemoteLaunch,
    Subject,
    label,
)
from mcp_guard.rules.subjects import kind as kind_of

Key: TypeAlias = Literal["remote", "script", "program", "reason"]


def kind(subject: Subject) -> Kind:
    """The kind of the first launch: a bridge to a URL is the package that is started here."""
    return kind_of(subject.launches) if subject.launches else "opaque"


def packages(subject: Subject) -> tuple[Package, ...]:
    """All packages and images of the server, in order."""
    return tuple(package for launch in subject.launches for package in _packages(launch))


def details(subject: Subject) -> tuple[tuple[Key, str], ...]:
    """What the server launches besides packages, each text with its key in the JSON report."""
    found = (_detail(launch) for launch in subject.launches)
    return tuple(detail for detail in found if detail)


def target(subject: Subject) -> str:
    """Everything that the server launches, for people: `npm:mcp-remote@0.1.16 + https://mcp.example/sse`."""
    names = [label(package.ecosystem, package.name, package.version) for package in packages(subject)]
    return " + ".join([*names, *(text for _, text in details(subject))])


def _packages(launch: Launch) -> tuple[Package, ...]:
    match launch:
        case PackageLaunch():
            return launch.packages
        case ImageLaunch():
            return (launch.image,)
        case _:
            return ()


def _detail(launch: Launch) -> tuple[Key, str] | None:
    match launch:
        case RemoteLaunch():
            return "remote", launch.url
        case LocalLaunch():
            return "script", launch.script
        case ProgramLaunch():
            return "program", launch.program
        case OpaqueLaunch():
            return "reason", launch.reason
        case _:
            return None
