"""`create X`: the package that npm, pnpm, yarn and bun make of the name of a template."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcp_guard.launchers.command import Command, Step, Token, Unclear, static
from mcp_guard.launchers.options import Option
from mcp_guard.launchers.overrides import launch as overrides
from mcp_guard.launchers.specs.npm import npm
from mcp_guard.model import Package, PackageLaunch

_SCOPE = re.compile(r"(?P<scope>@[A-Za-z0-9~_-][\w.~-]*)(?:@(?P<version>[^@/\s]+))?", re.ASCII)


def launches(
    command: Command, options: tuple[Option, ...], rest: tuple[Token, ...], *, kept: bool = False
) -> Iterator[Step]:
    """The package of `create X`: `create-X`, `@scope/create-X`, or for a scope alone `@scope/create`.

    `kept` says that a name which begins with `create-` stays as it is. npm/cli: lib/commands/init.js; the others by
    running them.
    """
    if not rest:
        raise Unclear("no template is named", command.program.word)
    yield PackageLaunch((_package(rest[0], kept=kept),), overrides("npm", command, options))


def _package(token: Token, *, kept: bool) -> Package:
    scope = _SCOPE.fullmatch(static(token, "the template"))
    if scope is not None:
        # The version stands after the scope: what is cut is the same text as of a package of that name.
        end = scope.end("scope")
        versioned = npm(token._replace(text="x" * end + token.text[end:]))
        return versioned._replace(name=f"{scope['scope']}/create", written=token.text)
    package = npm(token)
    if package.source != "registry" or token.text.startswith(f"{package.name}@npm:"):
        raise Unclear("the template is no package of the registry", token.word)
    head, slash, leaf = package.name.rpartition("/")
    name = leaf if kept and leaf.startswith("create-") else f"create-{leaf}"
    return package._replace(name=head + slash + name)
